package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"

	server "github.com/ringback-go/ringback/examples/internal/serve"
)

// serve answers requests to a listener until ctx ends. Streams, which move
// their own deadline, end at once then, with the context of their request.
func serve(ctx context.Context, l net.Listener, h http.Handler, logger *slog.Logger) error {
	streams, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	s := server.Server(h, logger)
	s.BaseContext = func(net.Listener) context.Context { return streams }
	s.RegisterOnShutdown(end)
	return server.Until(ctx, l, s)
}

// reachable returns where this machine finds a listener, which may listen on
// every address.
func reachable(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil || !net.ParseIP(host).IsUnspecified() {
		return "http://" + l.Addr().String()
	}
	return "http://" + net.JoinHostPort("127.0.0.1", port)
}
