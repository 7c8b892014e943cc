package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Ports that are tried where none is given: 4040 is ngrok's.
const (
	pagePort   = 4141
	tunnelPort = 4151
	morePorts  = 10
)

// listenAt listens at addr, or at the first free port from port on.
func listenAt(ctx context.Context, addr, flag string, port int) (net.Listener, error) {
	if addr != "" {
		return listen(ctx, addr, flag)
	}
	var l net.Listener
	var err error
	for n := range morePorts {
		if l, err = listen(ctx, fmt.Sprintf("127.0.0.1:%d", port+n), flag); err == nil {
			break
		}
	}
	return l, err
}

// loopback reports whether addr can be reached from this machine only.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func listen(ctx context.Context, addr, flag string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s is taken or cannot be used (%w); choose another with %s", addr, err, flag)
	}
	return l, nil
}

// serve answers until ctx ends. Event streams have no end, so there is no limit
// on writing; what a client may send is bounded.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() {
		late, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(late) != nil {
			server.Close()
		}
	})
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// freePort returns an address that nobody listens on at the moment.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
