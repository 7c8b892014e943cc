// Supportline is a small support line. It answers texts, has a phone menu,
// dials the sales team, records and transcribes messages, and logs every
// status.
//
//	go run ./examples/supportline
//
// Without TWILIO_AUTH_TOKEN, it makes a random token for this run and prints
// curl lines, signed as by Twilio, to try it without an account. ADDR is the
// address to listen on (default 127.0.0.1:8080), and BASE_URL the public URL
// that Twilio calls (default http:// and ADDR).
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/examples/supportline/line"
	"github.com/ringback-go/ringback/signature"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(ctx, os.Getenv, os.Stdout, logger); err != nil {
		logger.Error("supportline", "error", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, and then lets running requests finish.
func run(ctx context.Context, getenv func(string) string, out io.Writer, logger *slog.Logger) error {
	listener, err := serve.Listen(getenv)
	if err != nil {
		return err
	}
	defer listener.Close()
	local := "http://" + reachable(listener.Addr())
	base := cmp.Or(getenv("BASE_URL"), local)
	token := getenv("TWILIO_AUTH_TOKEN")
	trial := token == ""
	if trial {
		token = randomToken()
	}
	verifier, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(token)})
	if err != nil {
		return err
	}

	fmt.Fprintf(out, "Listening on %s for requests to %s.\n", local, base)
	if trial {
		printTrial(out, token, base, local)
	}
	return serve.Until(ctx, listener, serve.Server(line.Routes(verifier, logger), logger))
}

// reachable returns an address at which this machine can reach a listener,
// which may listen on every address.
func reachable(addr net.Addr) string {
	a, ok := addr.(*net.TCPAddr)
	if !ok || !a.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(a.Port))
}

func randomToken() string {
	secret := make([]byte, 16)
	rand.Read(secret) // never fails
	return hex.EncodeToString(secret)
}
