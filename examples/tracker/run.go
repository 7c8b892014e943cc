package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/twilio/twilio-go"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/examples/tracker/sim"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/twilioapi"
	"github.com/ringback-go/ringback/webhook"
)

// run serves until ctx ends or a part fails, and then waits for all parts.
func run(ctx context.Context, s settings, out io.Writer, logger *slog.Logger) (err error) {
	store, closeStore, err := openStore(ctx, s.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	hooks, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	defer hooks.Close()
	pages, err := net.Listen("tcp", s.pageAddr)
	if err != nil {
		return err
	}
	defer pages.Close()
	if s.simulate {
		s.base, s.token = reachable(hooks), rand.Text()
	}
	verifier, err := signature.New(signature.Config{BaseURL: s.base, Tokens: signature.Tokens(s.token)})
	if err != nil {
		return err
	}

	tracker := status.NewTracker(store, &status.Options{Buffer: 4 * boardLimit, Logger: logger})
	callbacks := http.NewServeMux()
	callbacks.Handle("POST /status", tracker.Handler(webhook.NewReceiver(verifier, nil)))
	page := &page{tracker: tracker, board: new(board)}

	var parts group
	ctx = parts.start(ctx)
	if s.simulate {
		play(&parts, s, tracker, page, logger)
		fmt.Fprintf(out, "Playing %d messages, seed %d.\n", s.messages, s.seed)
	} else if s.account != "" {
		client := twilio.NewRestClientWithParams(twilio.ClientParams{Username: s.account, Password: s.token})
		page.searcher = &searcher{poller: twilioapi.NewPoller(client.Api, tracker, nil), every: time.Minute, logger: logger}
	}
	if page.searcher != nil {
		parts.run(func(ctx context.Context) error { page.searcher.run(ctx); return nil })
	}
	parts.run(func(ctx context.Context) error { return page.board.follow(ctx, tracker) })
	parts.run(func(ctx context.Context) error { return serve(ctx, hooks, callbacks, logger) })
	parts.run(func(ctx context.Context) error { return serve(ctx, pages, page.routes(), logger) })
	fmt.Fprintf(out, "Callbacks: %s/status\nPage:      %s\n", s.base, reachable(pages))
	<-ctx.Done()
	return parts.wait()
}

// play has a pretended Twilio play messages against the program's own address,
// as the real one would: through the network, and signed.
func play(parts *group, s settings, tracker *status.Tracker, page *page, logger *slog.Logger) {
	pretended := sim.New(s.seed, s.messages, s.speed)
	scaled := func(d time.Duration) time.Duration { return time.Duration(float64(d) / s.speed) }
	page.searcher = &searcher{every: scaled(time.Second), logger: logger, poller: twilioapi.NewPoller(pretended, tracker,
		&twilioapi.Options{Age: scaled(sim.Life + sim.Late), Interval: scaled(100 * time.Millisecond)})}

	url := s.base + "/status"
	client := &http.Client{Timeout: 15 * time.Second}
	parts.run(func(ctx context.Context) error {
		err := pretended.Play(ctx, func(ctx context.Context) {
			params := new(openapi.CreateMessageParams).SetStatusCallback(url).
				SetFrom("+15550100").SetTo("+15550101").SetBody("Your parcel is on its way.")
			if _, err := twilioapi.Send(ctx, pretended, tracker, params); err != nil {
				logger.WarnContext(ctx, "sending", "error", err)
			}
		}, func(ctx context.Context, c webhook.MessageStatusCallback) {
			r, err := sim.Request(ctx, s.token, url, c)
			if err == nil {
				err = sim.Post(client, r)
			}
			if err != nil && ctx.Err() == nil {
				logger.WarnContext(ctx, "a callback got lost", "error", err)
			}
		})
		if ctx.Err() != nil {
			return nil
		}
		return err
	})
}

// A group is the parts of a program that end together: all of them when one of
// them fails.
type group struct {
	under sync.WaitGroup
	ctx   context.Context
	fail  context.CancelCauseFunc
}

func (g *group) start(ctx context.Context) context.Context {
	g.ctx, g.fail = context.WithCancelCause(ctx)
	return g.ctx
}

func (g *group) run(part func(context.Context) error) {
	g.under.Go(func() {
		if err := part(g.ctx); err != nil {
			g.fail(err)
		}
	})
}

// wait returns the error of the first part that failed.
func (g *group) wait() error {
	g.under.Wait()
	if err := context.Cause(g.ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
