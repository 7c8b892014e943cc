package status

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// Options are the settings of a [Tracker]. The zero value, and nil, choose the
// defaults.
type Options struct {
	// Timeout is how long the store may take for one callback before Twilio gets
	// 503; zero: 1.5 s. With a store that respects its context, a callback is
	// therefore answered within two seconds even when the database is down (T26).
	Timeout time.Duration

	// Changed is called for every change that a call of this Tracker made, after
	// the store has saved it and before Twilio is answered, in the goroutine of
	// the request or of the caller of Observe. It may be called concurrently.
	// Within a request its context ends with Timeout, so hand work that takes
	// longer to your own goroutine or queue; signature.FromContext returns the
	// verified request, with the parameters that you put into the URL. A crash,
	// or a store that fails after its commit, can prevent a call: work that must
	// not be missed belongs in a query of the store.
	Changed func(context.Context, Change)

	// Other answers the events that are not status callbacks, such as an incoming
	// call at the same URL; what they report is stored first. nil: 204. An error
	// is answered with 503, or with the fallback document of the
	// [webhook.Receiver].
	Other func(context.Context, webhook.Event) (webhook.Reply, error)

	// Buffer is the number of changes that may wait for one consumer of
	// Watch; zero: 256.
	Buffer int

	// Streams is the number of browsers that Stream serves at once; zero: 1000.
	Streams int

	// Logger receives a warning for each contradiction between two final
	// statuses; nil: [slog.Default].
	Logger *slog.Logger
}

// A Tracker saves what callbacks report in a [Store], and reads it back. It holds
// only the consumers of [Tracker.Watch], so any number of trackers, in any number
// of processes, can share a store. It is safe for concurrent use and need not be
// closed.
type Tracker struct {
	store Store
	opts  Options
	start time.Time // with the monotonic reading that now uses
	hub   *hub
	count counts
}

// NewTracker returns a tracker on s. It panics when s is nil.
func NewTracker(s Store, opts *Options) *Tracker {
	if s == nil {
		panic("status: NewTracker needs a store")
	}
	t := &Tracker{store: s, start: time.Now()}
	if opts != nil {
		t.opts = *opts
	}
	if t.opts.Timeout <= 0 {
		t.opts.Timeout = 1500 * time.Millisecond
	}
	if t.opts.Buffer <= 0 {
		t.opts.Buffer = 256
	}
	if t.opts.Streams <= 0 {
		t.opts.Streams = 1000
	}
	if t.opts.Logger == nil {
		t.opts.Logger = slog.Default()
	}
	notifier, _ := s.(Notifier)
	t.hub = &hub{notifier: notifier, missed: &t.count.missed}
	return t
}

// now uses the monotonic clock, so that setting the machine's clock does not make
// a state overdue (T27).
func (t *Tracker) now() time.Time { return t.start.Add(time.Since(t.start)) }

// Observe stores obs. An observation without Seen gets the current time. The
// error is that of the store; calling again with the same obs is harmless.
func (t *Tracker) Observe(ctx context.Context, obs ...Observation) error {
	if len(obs) == 0 {
		return nil
	}
	stamped := make([]Observation, len(obs))
	copy(stamped, obs)
	for i := range stamped {
		if stamped[i].Seen.IsZero() {
			stamped[i].Seen = t.now()
		}
	}
	return t.apply(ctx, stamped)
}

func (t *Tracker) apply(ctx context.Context, obs []Observation) error {
	changes, err := t.store.Apply(ctx, obs...)
	for _, c := range changes {
		t.count.change(c)
		if c.After.Conflict != c.Before.Conflict {
			t.opts.Logger.WarnContext(ctx, "status: two final statuses contradict each other",
				"sid", c.After.SID, "status", c.After.Status, "conflict", c.After.Conflict)
		}
		t.hub.publish(c)
		if t.opts.Changed != nil {
			t.opts.Changed(ctx, c)
		}
	}
	if err != nil {
		t.count.failed.Add(1)
		return fmt.Errorf("status: store: %w", err)
	}
	t.count.observe(obs)
	return nil
}

// Get returns the state of sid, or an error that wraps [ErrNotFound].
func (t *Tracker) Get(ctx context.Context, sid webhook.SID) (State, error) {
	return t.store.Get(ctx, sid)
}

// Overdue yields the states that are not final and had no report for age, those
// with the oldest report first. Zero yields all that are not final. An overdue
// state is not always a failure: for many carriers, "sent" is the last status of a
// message. Package twilioapi fetches them from Twilio. An error ends the sequence.
func (t *Tracker) Overdue(ctx context.Context, age time.Duration) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		for s, err := range t.store.Pending(ctx, t.now().Add(-age)) {
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// Counters count the work of a [Tracker] since it was made. Publish them
// through expvar, Prometheus or your own page.
//
//	expvar.Publish("status", expvar.Func(func() any { return tracker.Counters() }))
type Counters struct {
	Observed  int64 `json:"observed"`  // observations stored, including repeats
	Changed   int64 `json:"changed"`   // changes that they made
	Moved     int64 `json:"moved"`     // changes of the status itself
	Ended     int64 `json:"ended"`     // states that became final
	Conflicts int64 `json:"conflicts"` // contradictions that appeared
	Unknown   int64 `json:"unknown"`   // observations with a status that this package does not know
	Ignored   int64 `json:"ignored"`   // requests to Handler that reported no status
	Failed    int64 `json:"failed"`    // calls of the store that returned an error
	Missed    int64 `json:"missed"`    // changes dropped because a consumer of Watch was too slow
	Watching  int64 `json:"watching"`  // consumers of Watch right now
	Streaming int64 `json:"streaming"` // browsers on Stream right now
}

type counts struct {
	observed, changed, moved, ended, conflicts, unknown, ignored, failed, missed, streaming atomic.Int64
}

func (c *counts) observe(obs []Observation) {
	c.observed.Add(int64(len(obs)))
	for i := range obs {
		if rankOf(obs[i].SID, obs[i].Status).class == unknown {
			c.unknown.Add(1)
		}
	}
}

func (c *counts) change(ch Change) {
	c.changed.Add(1)
	if ch.Moved() {
		c.moved.Add(1)
	}
	if ch.Ended() {
		c.ended.Add(1)
	}
	if ch.Before.Conflict == "" && ch.After.Conflict != "" {
		c.conflicts.Add(1)
	}
}

// Counters returns the current numbers.
func (t *Tracker) Counters() Counters {
	c := &t.count
	return Counters{
		Observed: c.observed.Load(), Changed: c.changed.Load(), Moved: c.moved.Load(), Ended: c.ended.Load(),
		Conflicts: c.conflicts.Load(), Unknown: c.unknown.Load(), Ignored: c.ignored.Load(),
		Failed: c.failed.Load(), Missed: c.missed.Load(), Watching: t.hub.size(), Streaming: c.streaming.Load(),
	}
}
