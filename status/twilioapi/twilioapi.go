// Package twilioapi fetches from Twilio's REST API, through twilio-go, the status of
// messages and calls whose callbacks did not arrive, and sends messages and calls
// that are tracked from the start.
//
//	client := twilio.NewRestClientWithParams(twilio.ClientParams{Username: apiKey, Password: secret, AccountSid: account})
//	tracker := status.NewTracker(store, nil)
//	poller := twilioapi.NewPoller(client.Api, tracker, nil)
//	go poller.Run(ctx)
//
//	sid, err := twilioapi.Send(ctx, client.Api, tracker, params)
//
// Callbacks can get lost: by default, Twilio tries again only when it cannot
// connect. A [Poller] finds states that are overdue and stores the answers of the
// API in the tracker as observations. They merge like callbacks, so a late callback
// does no harm, and neither do several machines that poll; one is enough.
//
// twilio-go takes no context: when the context ends, a request that has started
// is awaited, for at most the timeout of its HTTP client (10 s unless set).
//
// The package does not list messages or calls that the tracker does not know, and
// does not fetch recordings, conferences or transcriptions.
package twilioapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// A Fetcher is the part of Twilio's API that a [Poller] needs. The Api field of
// a twilio.RestClient is one.
type Fetcher interface {
	FetchMessage(sid string, params *openapi.FetchMessageParams) (*openapi.ApiV2010Message, error)
	FetchCall(sid string, params *openapi.FetchCallParams) (*openapi.ApiV2010Call, error)
}

// Options are the settings of a [Poller]. A nil *Options means all defaults.
type Options struct {
	// Age is how long a state must have been without a report before it is
	// fetched. Zero: 15 minutes. There is no report during a call, so use more
	// than most calls last.
	Age time.Duration

	// Every is the time between the starts of two rounds of [Poller.Run]. Zero: 1 minute.
	Every time.Duration

	// Interval is the shortest time between two requests. Zero: 100 ms. A Poller
	// makes one request at a time.
	Interval time.Duration

	// Limit is the number of requests of one round. Zero: 1000. The states with
	// the oldest reports come first; the rest waits for the next round.
	Limit int

	// Tries is the maximum number of attempts at a request if Twilio answers 429
	// or 5xx or not at all. Zero: 4. Backoff is the pause after the first try,
	// zero: 1 s. It doubles after each further one, up to 30 s, and is extended
	// at random by up to half.
	Tries   int
	Backoff time.Duration

	// Gone is called for a state whose SID the API does not know (404): the
	// message or call was deleted, or belongs to another account. A program can
	// then store an observation with a final status. Otherwise it is fetched again
	// after Age. It may be nil.
	Gone func(ctx context.Context, s status.State)

	// Logger receives a warning for each round of Run that failed; nil:
	// [slog.Default].
	Logger *slog.Logger
}

// A Poller fetches overdue states from Twilio. It is safe for concurrent use,
// but running more than one round at a time is pointless.
type Poller struct {
	api     Fetcher
	tracker *status.Tracker
	opts    Options
}

// NewPoller returns a Poller. It panics if api or tracker is nil.
func NewPoller(api Fetcher, tracker *status.Tracker, opts *Options) *Poller {
	if api == nil || tracker == nil {
		panic("twilioapi: NewPoller of a nil Fetcher or Tracker")
	}
	p := &Poller{api: api, tracker: tracker}
	if opts != nil {
		p.opts = *opts
	}
	o := &p.opts
	o.Age = cmp.Or(max(o.Age, 0), 15*time.Minute)
	o.Every = cmp.Or(max(o.Every, 0), time.Minute)
	o.Interval = cmp.Or(max(o.Interval, 0), 100*time.Millisecond)
	o.Backoff = cmp.Or(max(o.Backoff, 0), time.Second)
	o.Limit = cmp.Or(max(o.Limit, 0), 1000)
	o.Tries = cmp.Or(max(o.Tries, 0), 4)
	o.Logger = cmp.Or(o.Logger, slog.Default())
	return p
}

// A Round is the result of one round of a [Poller].
type Round struct {
	Asked int // states that were fetched
	Ended int // of those: final now
	Gone  int // of those: unknown to Twilio
}

// Run makes a round at once and then every [Options.Every] until ctx ends, and
// returns the error of ctx. A round that fails is logged; the next one
// tries again.
func (p *Poller) Run(ctx context.Context) error {
	ticker := time.NewTicker(p.opts.Every)
	defer ticker.Stop()
	for {
		round, err := p.Round(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			p.opts.Logger.WarnContext(ctx, "twilioapi: round ended early", "error", describe(err), "asked", round.Asked)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// describe returns the text of an error of this package, and the types of an
// error of the store, whose text may hold anything (T29).
func describe(err error) string {
	if own, ok := errors.AsType[*Error](err); ok {
		return own.Error()
	}
	text := fmt.Sprintf("%T", err)
	for err = errors.Unwrap(err); err != nil; err = errors.Unwrap(err) {
		text += fmt.Sprintf(": %T", err)
	}
	return text
}

// inARow is how many requests may fail one after another before a round ends.
const inARow = 5

// Round fetches every message and call that is not final and had no report for
// [Options.Age], up to [Options.Limit] of them. It ends early with the error of ctx
// or of the store.
//
// A request that Twilio refuses, or all of whose tries fail, does not end the
// round: its error, an *[Error], is returned at the end, and the state is fetched
// again after Age. After five failures in a row the round ends, and the next one
// begins with the same states, because the cause may concern all requests. The same
// applies to the last failures of a round.
func (p *Poller) Round(ctx context.Context) (Round, error) {
	var (
		round  Round
		first  error          // of a request
		failed []status.State // since Twilio answered last
	)
	for state, err := range p.tracker.Overdue(ctx, p.opts.Age) {
		if err != nil {
			return round, err
		}
		if !askable(state) {
			continue
		}
		if round.Asked == p.opts.Limit || len(failed) == inARow {
			return round, first
		}
		if round.Asked > 0 {
			if err := sleep(ctx, p.opts.Interval); err != nil {
				return round, err
			}
		}
		round.Asked++
		err := p.ask(ctx, state, &round)
		if _, refused := errors.AsType[*Error](err); refused {
			failed = append(failed, state)
			if first == nil {
				first = err
			}
			continue
		}
		if err != nil {
			return round, err
		}
		for _, s := range failed {
			if err := p.putOff(ctx, s); err != nil {
				return round, err
			}
		}
		failed = nil
	}
	return round, first
}

// putOff repeats the last report of a state, so that the state is overdue again
// only after Age.
func (p *Poller) putOff(ctx context.Context, s status.State) error {
	return p.tracker.Observe(ctx, repeated(s))
}

func (p *Poller) ask(ctx context.Context, state status.State, round *Round) error {
	o, err := p.fetch(ctx, state)
	var refused *Error
	switch {
	case errors.As(err, &refused) && refused.Status == 404:
		round.Gone++
		if p.opts.Gone != nil {
			p.opts.Gone(ctx, state)
		}
		return p.putOff(ctx, state)
	case err != nil:
		return err
	}
	if err := p.tracker.Observe(ctx, o); err != nil {
		return err
	}
	if status.Of(o).Final {
		round.Ended++
	}
	return nil
}

// fetch fetches one state, with further tries after a temporary error.
func (p *Poller) fetch(ctx context.Context, state status.State) (status.Observation, error) {
	pause := p.opts.Backoff
	for try := 1; ; try++ {
		if err := ctx.Err(); err != nil {
			return status.Observation{}, err
		}
		o, err := Fetch(p.api, state.SID, state.AccountSID)
		if err == nil || try == p.opts.Tries || !temporary(err) {
			return o, err
		}
		// The random part keeps several machines from trying at the same time.
		if err := sleep(ctx, pause+rand.N(pause/2+1)); err != nil {
			return status.Observation{}, err
		}
		pause = min(2*pause, 30*time.Second)
	}
}

// askable reports whether the API has a resource for a state. A SID that is not
// one of Twilio's never becomes part of a URL.
func askable(s status.State) bool {
	switch s.SID.Prefix() {
	case "SM", "MM", "CA":
		return true
	}
	return false
}

// repeated is the report that decides s, without a time, so that the tracker takes
// it as received now.
func repeated(s status.State) status.Observation {
	o := status.Observation{SID: s.SID, Status: s.Status}
	if n := len(s.Reports); n > 0 {
		r := s.Reports[n-1]
		o.Event, o.Sequence, o.ErrorCode = r.Event, r.Sequence, r.ErrorCode
	}
	return o
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Fetch fetches one message or call once and returns it as an observation, without
// the time it was received. The account may be empty: then it is that of the client.
// It is required for a subaccount.
//
// Its error is an *[Error], or says that the SID names neither.
func Fetch(api Fetcher, sid, account webhook.SID) (status.Observation, error) {
	var path *string
	if account.Prefix() == "AC" {
		path = new(string(account))
	}
	switch sid.Prefix() {
	case "SM", "MM":
		m, err := api.FetchMessage(string(sid), &openapi.FetchMessageParams{PathAccountSid: path})
		if err != nil {
			return status.Observation{}, refusal("fetch message", err)
		}
		return answered(sid, OfMessage(m))
	case "CA":
		c, err := api.FetchCall(string(sid), &openapi.FetchCallParams{PathAccountSid: path})
		if err != nil {
			return status.Observation{}, refusal("fetch call", err)
		}
		return answered(sid, OfCall(c))
	}
	return status.Observation{}, fmt.Errorf("twilioapi: %.*q names neither a message nor a call", status.MaxSID, string(sid))
}

// answered checks that an answer is about what was asked.
func answered(sid webhook.SID, o status.Observation) (status.Observation, error) {
	if o.SID != sid || o.Status == "" {
		return status.Observation{}, &Error{Op: "fetch", Err: errors.New("the answer is not about the SID that was asked for")}
	}
	return o, nil
}
