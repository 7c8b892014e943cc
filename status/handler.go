package status

import (
	"context"
	"net/http"

	"github.com/ringback-go/ringback/webhook"
)

// Handler returns the handler for the status callbacks of all kinds: give its
// URL as StatusCallback of messages, calls and conferences, as
// RecordingStatusCallback, as transcribeCallback, and to a sink of Event
// Streams.
//
// The answer is 204 once the store has saved the report (T22), and 503 when the
// store returns an error or takes longer than Options.Timeout; a callback that is
// repeated does no harm. Handler passes other requests to Options.Other after
// storing what they report. Otherwise, verification included, it works like
// [webhook.Events].
func (t *Tracker) Handler(rc *webhook.Receiver) http.Handler {
	return webhook.Events(rc, t.receive)
}

func (t *Tracker) receive(ctx context.Context, e webhook.Event) (webhook.Reply, error) {
	obs := ObserveAll(e, t.now())
	if len(obs) == 0 {
		t.count.ignored.Add(1)
	} else if err := t.applyInTime(ctx, obs); err != nil {
		return nil, err
	}
	if t.opts.Other != nil && !settled(e, len(obs)) {
		return t.opts.Other(ctx, e)
	}
	return nil, nil
}

func (t *Tracker) applyInTime(ctx context.Context, obs []Observation) error {
	ctx, cancel := context.WithTimeout(ctx, t.opts.Timeout)
	defer cancel()
	return t.apply(ctx, obs)
}

// settled reports whether e was a status callback, or several, whose reports have all
// been observed.
func settled(e webhook.Event, observed int) bool {
	if all, ok := e.(webhook.EventStreams); ok {
		return observed == len(all.Events)
	}
	return observed > 0 && e.Kind().IsStatusCallback()
}
