// Package relay talks with callers through Twilio's ConversationRelay: Twilio
// turns speech into text and text into speech, and exchanges the text with your
// WebSocket.
//
//	agent := relay.Handle(verifier, relay.Converse(func(ctx context.Context, t *relay.Turn) error {
//		for token, err := range model.Answer(ctx, t.History()) {
//			if err != nil {
//				return err
//			}
//			if _, err := t.WriteString(token); err != nil {
//				return err // the caller interrupted, or hung up
//			}
//		}
//		return nil
//	}), nil)
//	http.Handle("GET /agent", agent)
//
// and the TwiML that a call gets:
//
//	twiml.Voice(twiml.Connect(relay.Connect("wss://example.com/agent").WelcomeGreeting("Hello!")))
//
// # Turns
//
// A [Conversation] calls Answer once for each thing that the caller says or
// keys in. The context of the [Turn] ends with [ErrInterrupted] when the caller
// cuts the reply, with [ErrSuperseded] when the caller goes on before the reply
// was heard, and with [ErrHungUp]; tokens that come later are not sent. A turn
// lasts until its words were heard, which is longer than its function runs.
// [Turn.History] holds what the caller heard and not what was sent.
//
// A [Session] is the layer below: events and messages, as they come.
//
// # Trust
//
// The handshake is verified before the upgrade, with the wss form of the public
// URL. Its signature is the same for every call, because neither a call nor a time
// is signed, so anyone who has seen it can open sessions. Set Options.Accounts or
// Options.Admit to prevent that. A [Pass] is an Admit that needs no storage.
//
// # Limits
//
// A handler limits the number of sessions, the size of messages, its queues, the
// time until the setup and the length of a session. It has no limit on silence, and
// it pings every 25 seconds because load balancers close idle connections.
//
// This package does not recognize or synthesize speech, and it stores nothing.
package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringback-go/ringback/internal/live"
	"github.com/ringback-go/ringback/signature"
)

// moveWait is how long a session that is being moved may finish speaking.
const moveWait = 8 * time.Second

// Options configure a [Handler]. Set Accounts or Admit; the other fields have
// safe defaults.
type Options struct {
	// Accounts are the account SIDs that a setup may name. Empty means any.
	Accounts []string

	// Admit is called with each setup before the session begins. An error refuses
	// the session. See [Pass].
	Admit func(context.Context, Setup) error

	// Limit is the maximum number of concurrent sessions. Zero means 1,000. Use
	// [Handler.Len] to tell callers that all lines are busy before the limit is
	// reached. At most a quarter of Limit, or 8 if that is more, can wait to be
	// admitted: when that many do, the one that has waited longest, and for over a
	// second, is closed for a new one.
	Limit int

	// MaxMessage is the maximum size of an incoming message in bytes. Zero
	// means 64 KiB.
	MaxMessage int

	// MaxQueue is the maximum number of bytes that wait to be sent. Zero means
	// 256 KiB. Send waits while the queue is full, which happens only if Twilio
	// does not read.
	MaxQueue int

	// SetupTimeout is how long to wait for the setup. Zero means 10 seconds.
	SetupTimeout time.Duration

	// MaxDuration is the length of a session, after which it is moved. Zero
	// means four hours, Twilio's limit for a call. Negative means no limit.
	MaxDuration time.Duration

	// Ping is the time between pings. Zero means 25 seconds. Negative means
	// none.
	Ping time.Duration

	// Move is called for a session that Shutdown or MaxDuration ends. It
	// returns the HandoffData of the action request, which can connect the call
	// again; see [Handler.Shutdown]. Session.History is complete at this point.
	Move func(*Session) (handoff string)

	// Timing is called at the end of each turn of a [Conversation]. It must not
	// block.
	Timing func(*Session, Timing)

	// Logger receives errors and warnings. They contain neither what was said
	// nor phone numbers. Nil means slog.Default().
	Logger *slog.Logger
}

// A Handler accepts ConversationRelay sessions and holds the live ones.
type Handler struct {
	serve  func(context.Context, *Session) error
	opts   Options
	server *live.Server[*Session]
	trust  sync.Once
	blind  sync.Once
	turns  turnCounters
}

type turnCounters struct {
	turns, superseded, answered, firstToken atomic.Int64
}

// New returns a handler that calls serve once for each session, after the
// handshake was verified and the setup admitted. The context of serve ends with
// the cause [ErrHungUp] when the session is over.
//
// If serve returns nil, the session is ended like with [Session.End], and the
// call continues with the action of <Connect> or the next verb. If it returns
// an error, the WebSocket is closed and the action request says "failed". New
// panics if v or serve is nil.
func New(v *signature.Verifier, serve func(context.Context, *Session) error, opts *Options) *Handler {
	if serve == nil {
		panic("relay: nil function")
	}
	h := &Handler{serve: serve}
	if opts != nil {
		h.opts = *opts
		h.opts.Accounts = slices.Clone(opts.Accounts)
	}
	h.server = live.NewServer[*Session](live.Config{
		Protocol: "relay", Verifier: v, Limit: h.opts.Limit, MaxFrame: h.opts.MaxMessage, MaxQueue: h.opts.MaxQueue,
		Ping: h.opts.Ping, First: h.opts.SetupTimeout, Longest: h.opts.MaxDuration, Logger: h.opts.Logger,
	})
	return h
}

// Handle is the same as [New].
func Handle(v *signature.Verifier, serve func(context.Context, *Session) error, opts *Options) http.Handler {
	return New(v, serve, opts)
}

// Session returns the live session of a call, for its other webhooks: status,
// recording, answering machine detection. If a call has several, which happens
// when it connects again, the one admitted last is returned.
func (h *Handler) Session(callSID string) (*Session, bool) { return h.server.Session(callSID) }

// Len returns the number of live sessions.
func (h *Handler) Len() int { return h.server.Len() }

// Shutdown refuses new sessions and waits until the live ones are over. When
// ctx ends, it moves the remaining ones: each finishes what it is saying,
// within eight seconds, and is ended with the HandoffData that Options.Move
// returns. The action request of <Connect> then arrives at another process,
// whose answer connects the call again; [Conversation.Restored] restores the
// history there.
//
// Shutdown of [http.Server] neither closes nor waits for WebSockets, so call
// both. The error is that of ctx if a session had to be cut off.
func (h *Handler) Shutdown(ctx context.Context) error {
	return h.server.Shutdown(ctx, func(ctx context.Context, s *Session) { s.move(ctx) })
}

// Stats are the counters of a handler since it was made, for dashboards.
type Stats struct {
	Live        int   // current sessions
	Sessions    int64 // sessions accepted
	Refused     int64 // handshakes without a valid signature
	Full        int64 // handshakes refused because of Limit or Shutdown
	Rejected    int64 // sessions without a timely setup, or not admitted
	MessagesIn  int64
	MessagesOut int64
	BytesIn     int64
	BytesOut    int64
	Malformed   int64 // messages that could not be read
	Oversize    int64 // messages over MaxMessage
	Overflows   int64 // sessions ended because the function did not receive
	Stalled     int64 // sessions ended because Twilio did not read
	Moved       int64 // sessions that Shutdown ended
	Interrupts  int64 // Interrupt messages
	Turns       int64 // finished turns of Conversations
	Superseded  int64 // of these, superseded ones
	Answered    int64 // of these, those that sent a token

	// FirstToken is the sum of the times from the input to the first token,
	// over the answered turns.
	FirstToken time.Duration
}

// Stats returns the counters.
func (h *Handler) Stats() Stats {
	c, t := h.server.Counters(), &h.turns
	return Stats{
		Live: h.server.Len(), Sessions: c.Sessions.Load(), Refused: c.Refused.Load(), Full: c.Full.Load(),
		Rejected: c.Rejected.Load(), MessagesIn: c.FramesIn.Load(), MessagesOut: c.FramesOut.Load(),
		BytesIn: c.BytesIn.Load(), BytesOut: c.BytesOut.Load(), Malformed: c.Malformed.Load(), Oversize: c.Oversize.Load(),
		Overflows: c.Overflows.Load(), Stalled: c.Stalled.Load(), Moved: c.Moved.Load(), Interrupts: c.Interrupted.Load(),
		Turns: t.turns.Load(), Superseded: t.superseded.Load(), Answered: t.answered.Load(),
		FirstToken: time.Duration(t.firstToken.Load()),
	}
}

// ServeHTTP accepts a session and returns when it is over.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := h.server.Accept(w, r)
	if c == nil {
		return
	}
	defer h.server.Release(c)
	s := newSession(h, c, r)
	defer s.timer.Stop()
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(context.Canceled)
	c.OnEnd(func(err error) { cancel(hungUp(err)) })
	c.Start(s.frame, func() { s.expire() })
	select {
	case <-s.ready:
	case <-c.Done():
		select {
		case <-s.ready: // a short session; its messages can still be received
		default:
			h.reject(s, s.err())
			return
		}
	}
	if err := h.admit(ctx, s.setup); err != nil {
		h.reject(s, err)
		c.Finish(policyViolation, "not admitted")
		return
	}
	h.server.Add(c, s.setup.CallSID, s)
	s.finish(ctx, h.serve(ctx, s))
}

// Close codes of the WebSocket.
const (
	normalClosure   = 1000
	policyViolation = 1008
	internalError   = 1011
)

// hungUp is the cause with which contexts of a session end.
func hungUp(err error) error {
	if err == io.EOF || errors.Is(err, live.ErrClosed) {
		return ErrHungUp
	}
	return fmt.Errorf("%w: %w", ErrHungUp, public(err))
}

// admit applies the checks of the options.
func (h *Handler) admit(ctx context.Context, setup Setup) error {
	if len(h.opts.Accounts) > 0 && !slices.Contains(h.opts.Accounts, setup.AccountSID) {
		return errors.New("the account of the setup is not in Options.Accounts")
	}
	if h.opts.Admit != nil {
		return h.opts.Admit(ctx, setup)
	}
	if len(h.opts.Accounts) == 0 {
		h.trust.Do(func() {
			h.log().Warn("relay: a signed handshake alone admits a session; set Options.Accounts or Options.Admit")
		})
	}
	return nil
}

func (h *Handler) reject(s *Session, err error) {
	h.server.Counters().Rejected.Add(1)
	// The error may be the user's and contain anything.
	h.log().Warn("relay: session not admitted", live.CallSID(s.setup.CallSID), "error", safe(err))
}

// safe returns the part of an error that can be logged: the text of our own,
// the type of others.
func safe(err error) string {
	for _, ours := range []error{ErrOverflow, ErrStalled, ErrTooLarge, ErrProtocol, ErrMalformed, ErrHungUp, ErrEnded, live.ErrNoStart, live.ErrPass} {
		if errors.Is(err, ours) {
			return ours.Error()
		}
	}
	return fmt.Sprintf("%T", err)
}

func (h *Handler) log() *slog.Logger { return h.server.Logger() }

// warnBlind logs once that history is estimated.
func (h *Handler) warnBlind() {
	h.blind.Do(func() {
		h.log().Warn(`relay: Twilio sends no playback events, so what was heard is estimated; build the TwiML with relay.Connect or set events="speaker-events tokens-played"`)
	})
}

// expire moves a session that reached MaxDuration.
func (s *Session) expire() {
	ctx, cancel := context.WithTimeout(context.Background(), moveWait+closeWait)
	defer cancel()
	s.move(ctx)
	s.conn.Linger(closeWait)
}

// finish ends the session after the function returned err.
func (s *Session) finish(ctx context.Context, err error) {
	switch {
	case s.conn.Err() != nil:
		// Twilio closed first.
		if err != nil && !errors.Is(err, ErrHungUp) && !errors.Is(err, context.Canceled) {
			s.h.log().Debug("relay: session ended", live.CallSID(s.setup.CallSID), "error", safe(err))
		}
	case err != nil && !errors.Is(err, ErrEnded):
		s.h.log().Warn("relay: session failed", live.CallSID(s.setup.CallSID), "error", safe(err))
		s.conn.Finish(internalError, "internal error")
	default:
		end, cancel := context.WithTimeout(ctx, heardWait)
		defer cancel()
		_ = s.End(end, "")
		s.conn.Linger(closeWait)
		s.conn.Finish(normalClosure, "")
	}
}
