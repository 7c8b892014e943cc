package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ringback-go/ringback/status/twilioapi"
)

// A searcher fetches overdue messages from Twilio and counts them.
type searcher struct {
	poller *twilioapi.Poller
	every  time.Duration
	logger *slog.Logger

	asked, ended atomic.Int64
}

// run makes rounds at intervals until ctx ends.
func (s *searcher) run(ctx context.Context) {
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		round, err := s.poller.Round(ctx)
		s.asked.Add(int64(round.Asked))
		s.ended.Add(int64(round.Ended))
		if err != nil && !errors.Is(err, context.Canceled) {
			s.logger.WarnContext(ctx, "cannot fetch overdue messages from Twilio", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
