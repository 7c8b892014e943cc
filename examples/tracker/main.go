// Tracker is a page that shows the delivery status of messages live.
//
//	go run ./examples/tracker
//
// simulates a few hundred messages for about a minute. Their status callbacks
// arrive late, twice, in the wrong order or not at all, and still every message
// ends in its true status. -messages, -speed and -seed change the simulation;
// the same seed repeats it.
//
// TRACKER_STORE is the store of the states:
//
//	sqlite:tracker.db                     a file (the default)
//	postgres://user:password@host/name    PostgreSQL
//	redis://host:6379/0                   Redis
//
// For real messages, set TWILIO_AUTH_TOKEN and BASE_URL, and send messages with
// the StatusCallback BASE_URL/status:
//
//	TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/tracker -simulate=false
//
// If TWILIO_ACCOUNT_SID is also set, it fetches overdue messages from Twilio.
//
// Callbacks are received at ADDR (default 127.0.0.1:8081), and the page is at
// PAGE_ADDR (default 127.0.0.1:8080). The page has no login, so make only ADDR
// public.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
)

// Settings come from flags and the environment.
type settings struct {
	simulate bool
	messages int
	speed    float64
	seed     uint64

	store, addr, pageAddr, base, token, account string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	s, err := parse(os.Args[1:], os.Getenv, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(ctx, s, os.Stdout, logger)
	}
	if err != nil {
		logger.Error("tracker", "error", err)
		os.Exit(1)
	}
}

func parse(args []string, getenv func(string) string, usage io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("tracker", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.BoolVar(&s.simulate, "simulate", true, "play messages and their callbacks")
	flags.IntVar(&s.messages, "messages", 300, "how many messages to play")
	flags.Float64Var(&s.speed, "speed", 1, "how fast: 1 takes about a minute")
	flags.Uint64Var(&s.seed, "seed", 0, "what is played; 0: something new")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	s.store = or(getenv("TRACKER_STORE"), "sqlite:tracker.db")
	s.addr = or(getenv("ADDR"), "127.0.0.1:8081")
	s.pageAddr = or(getenv("PAGE_ADDR"), "127.0.0.1:8080")
	s.base, s.token, s.account = getenv("BASE_URL"), getenv("TWILIO_AUTH_TOKEN"), getenv("TWILIO_ACCOUNT_SID")
	if s.simulate && s.seed == 0 {
		s.seed = rand.Uint64N(1_000_000) + 1
	}
	return s, s.check()
}

func (s settings) check() error {
	var mistakes []error
	if s.simulate && (s.messages < 1 || s.messages > boardLimit) {
		mistakes = append(mistakes, fmt.Errorf("-messages must be between 1 and %d", boardLimit))
	}
	if s.simulate && !(s.speed >= 0.1 && s.speed <= 100) {
		mistakes = append(mistakes, errors.New("-speed must be between 0.1 and 100"))
	}
	if !s.simulate && (s.base == "" || s.token == "") {
		mistakes = append(mistakes, errors.New("-simulate=false needs TWILIO_AUTH_TOKEN and BASE_URL"))
	}
	return errors.Join(mistakes...)
}

func or(value, other string) string {
	if value == "" {
		return other
	}
	return value
}
