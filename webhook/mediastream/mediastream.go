// Package mediastream exchanges the audio of a call with a program through
// Twilio's Media Streams: raw audio over a WebSocket, in the formats of speech
// APIs.
//
//	bot := mediastream.Handle(verifier, func(ctx context.Context, s *mediastream.Stream) error {
//		_, err := s.Play(ctx, greeting, audio.PCM24k) // returns when it was heard
//		if err != nil {
//			return err
//		}
//		return model.Listen(ctx, s.Listen(audio.PCM16k, mediastream.Inbound))
//	}, nil)
//	http.Handle("GET /bot", bot)
//
// and the TwiML of the call:
//
//	twiml.Voice(twiml.Connect(twiml.Stream().URL("wss://example.com/bot")))
//
// # Two kinds of streams
//
// A stream of <Connect> is bidirectional: the program hears the caller and
// speaks. A stream of <Start> only listens, to one track or both; there Play
// returns [ErrOneWay].
//
// [Stream.Play] and [Stream.Speak] take audio in any [audio.Format], convert it, and send it at most 0.4 seconds ahead, so that [Stream.Clear] takes effect at once when the caller interrupts. They use marks, hidden from the program, to find out what was heard.
//
// [Stream.Listen] is an [io.Reader] of a track. If nothing reads, the last ten seconds of audio are kept. [Stream.Receive] returns single messages.
//
// # Trust
//
// The handshake is verified before the upgrade, with the wss form of the public
// URL. Its signature is always the same, because it covers neither a call nor a
// time: whoever has seen it can open streams. Set Options.Accounts or
// Options.Admit to prevent that. The URL of a <Stream> cannot have a query:
// pass values by <Parameter>.
//
// This package does not recognize or synthesize speech.
package mediastream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ringback-go/ringback/internal/live"
	"github.com/ringback-go/ringback/signature"
)

// The reasons why a stream ended or an operation failed.
var (
	// ErrHungUp: the stream is over.
	ErrHungUp = errors.New("mediastream: the stream has ended")
	// ErrCleared: Clear cut the audio.
	ErrCleared = errors.New("mediastream: cleared")
	// ErrOneWay: the stream accepts no audio, because it is one of <Start>.
	ErrOneWay = errors.New("mediastream: the stream is one-way")
	// ErrOverflow: the function did not receive, and too many messages were
	// waiting.
	ErrOverflow = live.ErrOverflow
	// ErrStalled: Twilio did not read.
	ErrStalled = live.ErrStalled
	// ErrTooLarge: a message was over the limit, in either direction.
	ErrTooLarge = live.ErrTooLarge
	// ErrProtocol: the peer violated the protocol of Media Streams.
	ErrProtocol = live.ErrProtocol
)

// Options configure a [Handler]. Set Accounts or Admit; the other fields have
// safe defaults.
type Options struct {
	// Accounts are the account SIDs that a start may name. Empty means any.
	Accounts []string

	// Admit is called with each start before the stream begins. An error refuses
	// the stream.
	Admit func(context.Context, Start) error

	// Limit is the maximum number of concurrent streams. Zero means 1,000. At
	// most a quarter of Limit, or 8 if that is more, can wait to be admitted: when
	// that many do, the one that has waited longest, and for over a second, is
	// closed for a new one.
	Limit int

	// MaxMessage is the maximum size of an incoming message in bytes. Zero
	// means 64 KiB.
	MaxMessage int

	// MaxQueue is the maximum number of bytes that wait to be sent. Zero means
	// 256 KiB.
	MaxQueue int

	// StartTimeout is how long to wait for the start. Zero means 10 seconds.
	StartTimeout time.Duration

	// MaxDuration is the length of a stream, after which it is closed. Zero
	// means four hours, Twilio's limit for a call. Negative means no limit.
	MaxDuration time.Duration

	// Ping is the time between pings. Zero means 25 seconds. Negative means
	// none.
	Ping time.Duration

	// Logger receives errors and warnings. They contain no audio, keys or phone
	// numbers. Nil means slog.Default().
	Logger *slog.Logger
}

// A Handler accepts streams and holds the live ones. Its methods may be called
// concurrently.
type Handler struct {
	serve  func(context.Context, *Stream) error
	opts   Options
	server *live.Server[*Stream]
	trust  sync.Once
}

// New returns a handler that calls serve once for each stream, after the
// handshake was verified and the start admitted. The context of serve ends with
// the cause [ErrHungUp] when the stream is over.
//
// If serve returns nil, the remaining audio is played, the WebSocket is closed,
// and the call continues with the verbs after <Connect>. If it returns an
// error, the WebSocket is closed at once. New panics if v or serve is nil.
func New(v *signature.Verifier, serve func(context.Context, *Stream) error, opts *Options) *Handler {
	if serve == nil {
		panic("mediastream: nil function")
	}
	h := &Handler{serve: serve}
	if opts != nil {
		h.opts = *opts
		h.opts.Accounts = slices.Clone(opts.Accounts)
	}
	h.server = live.NewServer[*Stream](live.Config{
		Protocol: "mediastream", Verifier: v, Limit: h.opts.Limit, MaxFrame: h.opts.MaxMessage, MaxQueue: h.opts.MaxQueue,
		Ping: h.opts.Ping, First: h.opts.StartTimeout, Longest: h.opts.MaxDuration, Logger: h.opts.Logger,
	})
	return h
}

// Handle is the same as [New].
func Handle(v *signature.Verifier, serve func(context.Context, *Stream) error, opts *Options) http.Handler {
	return New(v, serve, opts)
}

// Session returns the live stream of a call, for its other webhooks. If a call
// has several, the one admitted last is returned.
func (h *Handler) Session(callSID string) (*Stream, bool) { return h.server.Session(callSID) }

// Len returns the number of live streams.
func (h *Handler) Len() int { return h.server.Len() }

// Shutdown refuses new streams and waits until the live ones are over. When ctx
// ends, it closes the remaining ones: what was sent is still played, and each
// call continues with the verbs after <Connect>, where a <Redirect> can connect
// it to another process.
//
// Shutdown of [http.Server] neither closes nor waits for WebSockets, so call
// both. The error is that of ctx if a stream had to be cut off.
func (h *Handler) Shutdown(ctx context.Context) error {
	return h.server.Shutdown(ctx, func(ctx context.Context, s *Stream) { s.move(ctx) })
}

// Stats are the counters of a handler since it was made, for dashboards.
type Stats struct {
	Live        int   // current streams
	Sessions    int64 // streams accepted
	Refused     int64 // handshakes without a valid signature
	Full        int64 // handshakes refused because of Limit or Shutdown
	Rejected    int64 // streams without a timely start, or not admitted
	MessagesIn  int64
	MessagesOut int64
	BytesIn     int64
	BytesOut    int64
	Malformed   int64 // messages that could not be read
	Oversize    int64 // messages over MaxMessage
	Overflows   int64 // times that audio was dropped, or a stream ended, because the function did not receive
	Stalled     int64 // streams ended because Twilio did not read
	Moved       int64 // streams that Shutdown ended
	Cleared     int64 // calls of Clear that cut something
}

// Stats returns the counters.
func (h *Handler) Stats() Stats {
	c := h.server.Counters()
	return Stats{
		Live: h.server.Len(), Sessions: c.Sessions.Load(), Refused: c.Refused.Load(), Full: c.Full.Load(),
		Rejected: c.Rejected.Load(), MessagesIn: c.FramesIn.Load(), MessagesOut: c.FramesOut.Load(),
		BytesIn: c.BytesIn.Load(), BytesOut: c.BytesOut.Load(), Malformed: c.Malformed.Load(), Oversize: c.Oversize.Load(),
		Overflows: c.Overflows.Load(), Stalled: c.Stalled.Load(), Moved: c.Moved.Load(), Cleared: c.Interrupted.Load(),
	}
}

// ServeHTTP accepts a stream and returns when it is over.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := h.server.Accept(w, r)
	if c == nil {
		return
	}
	defer h.server.Release(c)
	s := newStream(h, c, r)
	defer s.close()
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(context.Canceled)
	c.OnEnd(func(err error) { cancel(hungUp(err)) })
	c.Start(s.frame, func() { s.expire() })
	select {
	case <-s.ready:
	case <-c.Done():
		select {
		case <-s.ready: // a short stream, which was received completely
		default:
			h.reject(s, s.err())
			return
		}
	}
	if err := h.admit(ctx, s.start); err != nil {
		h.reject(s, err)
		c.Finish(policyViolation, "not admitted")
		return
	}
	h.server.Add(c, s.start.CallSID, s)
	s.finish(ctx, h.serve(ctx, s))
}

// Close codes of the WebSocket.
const (
	normalClosure   = 1000
	policyViolation = 1008
	internalError   = 1011
)

// hungUp is the cause with which contexts of a stream end.
func hungUp(err error) error {
	if err == io.EOF || errors.Is(err, live.ErrClosed) {
		return ErrHungUp
	}
	return fmt.Errorf("%w: %w", ErrHungUp, err)
}

// admit applies the checks of the options.
func (h *Handler) admit(ctx context.Context, start Start) error {
	if len(h.opts.Accounts) > 0 && !slices.Contains(h.opts.Accounts, start.AccountSID) {
		return errors.New("the account of the start is not in Options.Accounts")
	}
	if h.opts.Admit != nil {
		return h.opts.Admit(ctx, start)
	}
	if len(h.opts.Accounts) == 0 {
		h.trust.Do(func() {
			h.log().Warn("mediastream: a signed handshake alone admits a stream; set Options.Accounts or Options.Admit")
		})
	}
	return nil
}

func (h *Handler) reject(s *Stream, err error) {
	h.server.Counters().Rejected.Add(1)
	// The error may be the user's and contain anything.
	h.log().Warn("mediastream: stream not admitted", live.CallSID(s.start.CallSID), "error", safe(err))
}

// safe returns the part of an error that can be logged: the text of our own,
// the type of others.
func safe(err error) string {
	for _, ours := range []error{
		ErrOverflow, ErrStalled, ErrTooLarge, ErrProtocol, ErrMalformed, ErrHungUp, ErrCleared, ErrOneWay, live.ErrNoStart, live.ErrPass,
	} {
		if errors.Is(err, ours) {
			return ours.Error()
		}
	}
	return fmt.Sprintf("%T", err)
}

func (h *Handler) log() *slog.Logger { return h.server.Logger() }
