// Package serve is what the example programs share: settings, limits and a
// clean shutdown. Each program reads
//
//	ADDR                 the address to listen on; default 127.0.0.1:8080
//	BASE_URL             the public URL that Twilio calls, without the path
//	TWILIO_AUTH_TOKEN    the account's auth token
//
// Copy what you need.
package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// Main serves routes until the program is interrupted. They get the verifier
// for BASE_URL and TWILIO_AUTH_TOKEN. After an error the program exits with
// status 1.
func Main(routes func(*signature.Verifier) http.Handler) {
	Run(func(getenv func(string) string) (http.Handler, error) {
		verifier, err := Verifier(getenv)
		if err != nil {
			return nil, err
		}
		return routes(verifier), nil
	})
}

// Verifier returns the verifier for BASE_URL and TWILIO_AUTH_TOKEN.
func Verifier(getenv func(string) string) (*signature.Verifier, error) {
	verifier, err := signature.New(signature.Config{
		BaseURL: getenv("BASE_URL"),
		Tokens:  signature.Tokens(getenv("TWILIO_AUTH_TOKEN")),
	})
	if err != nil {
		return nil, fmt.Errorf("set BASE_URL and TWILIO_AUTH_TOKEN: %w", err)
	}
	return verifier, nil
}

// Socket returns the URL of path as a WebSocket. Twilio opens WebSockets over TLS
// only, so the base must start with https://. For "ringback dev", any
// name will do: --base-url https://agent.example.com.
func Socket(base, path string) (string, error) {
	host, ok := strings.CutPrefix(base, "https://")
	if !ok {
		return "", errors.New("BASE_URL must start with https://: Twilio opens WebSockets over TLS only; with ringback dev, add --base-url https://agent.example.com")
	}
	return "wss://" + host + path, nil
}

// Run serves the handler that build makes from the environment, until the
// program is interrupted. After an error the program exits with status 1.
func Run(build func(getenv func(string) string) (http.Handler, error)) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv, build); err != nil {
		slog.Error("the program ends", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, getenv func(string) string, build func(func(string) string) (http.Handler, error)) error {
	handler, err := build(getenv)
	if err != nil {
		return err
	}
	listener, err := Listen(getenv)
	if err != nil {
		return err
	}
	slog.Info("listening", "addr", listener.Addr().String())
	return Until(ctx, listener, Server(handler, slog.Default()))
}

// Listen listens at ADDR.
func Listen(getenv func(string) string) (net.Listener, error) {
	return net.Listen("tcp", cmp.Or(getenv("ADDR"), "127.0.0.1:8080"))
}

// Server returns a server for h with limits, so that slow connections cost
// little (T39). Messages of net/http go to logger.
func Server(h http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      20 * time.Second, // longer than a function may take
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}

// Until serves l until ctx ends, and then gives running requests up to 15
// seconds to finish. It closes l.
func Until(ctx context.Context, l net.Listener, server *http.Server) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
