package webhook

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ringback-go/ringback/internal/hookctx"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
)

// A Receiver holds what the handlers of a program share: the verifier, the
// timeout of functions, the fallback, and the log. [Handle], [Notify],
// [Events], [Calls] and [Deduplicate] take it.
//
// A request that the verifier refuses is answered by [signature.Error.Respond].
// A request that lacks what identifies it is answered with 400 and an empty
// body. If [signature.Verifier.Handler] of the same verifier has already
// verified the request, its proof is used.
//
// The user's function runs in its own goroutine. Its context ends when the
// request is answered, at the timeout, and when the client disconnects.
// [signature.FromContext] returns the proof, with the query of the URL and
// every parameter as sent; [RequestFromContext] returns the HTTP request.
//
// A late function keeps running until it returns, because Go cannot stop a
// goroutine from outside. Its reply goes to [Options.Late]; a panic is caught
// and logged. A function that passes its context to the calls it waits for ends
// soon after its deadline. If MaxLate of [Options] late functions are running,
// requests get the fallback at once until some of them return.
//
// A Receiver is safe for concurrent use.
type Receiver struct {
	verifier  *signature.Verifier
	logger    *slog.Logger
	logErrors bool
	timeout   time.Duration
	failed    func(context.Context, *Failure)
	overdue   func(context.Context, Event, Reply)
	fallback  fallbacks
	maxLate   int64
	late      atomic.Int64 // functions running past their deadline
}

// Options configure a [Receiver]. The zero value is ready for production.
type Options struct {
	// Logger gets at most one record for each request: at the level Error if a
	// function fails, Warn if a request is refused, not fully understood, or
	// seems to be meant for another URL, and otherwise Debug. A failure after
	// the answer is a second record. No record contains tokens, signatures,
	// texts, numbers or URLs of media; errors of your functions are logged by
	// their types (see [Failure]). Nil means [slog.Default].
	Logger *slog.Logger

	// LogErrors also logs the texts of errors and panics, cut to 1 KiB. Do not
	// set it if your functions, or the code that they call, put phone numbers,
	// message texts or URLs into errors.
	LogErrors bool

	// Timeout is how long the user's function may take, including reading and
	// verifying the request. It is capped at one second less than
	// TwilioTimeout, usually 14 s. Zero means 10 s.
	Timeout time.Duration

	// TwilioTimeout is how long Twilio waits for an answer, including
	// connecting: 15 s, or up to 60 s if a Setting of the Webhooks
	// configuration API says so. Conversations waits only 5 s. Zero means 15 s.
	TwilioTimeout time.Duration

	// MaxLate is how many functions may be running past their deadline. At the
	// limit, functions are not called and the cause is [CauseBusy], so that a
	// hanging database does not fill the memory. Zero means 1,000.
	MaxLate int

	// Fallback is the answer, with status 200, if a function is late, panics,
	// fails or is not called. Without a document for the kind, the status
	// is 503, and Twilio requests the fallback URL of the number, if it has
	// one.
	Fallback Fallback

	// Error is called with every request that did not get its intended answer,
	// in the goroutine of the request, after the answer is written. Use it to
	// count and to alert. It should be quick, because the connection waits for
	// it. The error of a function is in Failure.Err.
	Error func(context.Context, *Failure)

	// Late is called with the reply of a function that returned after its
	// deadline, when the request already had the fallback as its answer. The
	// reply can still be sent by the REST API, such as the texts of a
	// [*twiml.MessagingResponse] as new messages. It is called in its own
	// goroutine, and the function counts for MaxLate until Late returns. The context
	// holds the proof and the request but is never canceled. It is not called
	// for a nil reply, after an error, or for [Notify].
	Late func(context.Context, Event, Reply)
}

// A Fallback is a document for people who would otherwise hear or read nothing:
// "We are sorry, please call again." [NewReceiver] renders the documents once.
type Fallback struct {
	Voice     *twiml.VoiceResponse     // for every kind that a voice document answers
	Messaging *twiml.MessagingResponse // for every kind that a messaging document answers

	// Kinds take precedence over these two; a nil Reply means that the kind has
	// no fallback. A kind that needs no document cannot have one, because the
	// answer would mean that the callback was received.
	Kinds map[Kind]Reply
}

const (
	defaultTimeout = 10 * time.Second
	defaultMaxLate = 1000

	defaultTwilioTimeout = 15 * time.Second
	longestTwilioTimeout = time.Minute
	timeoutMargin        = time.Second
)

// NewReceiver returns a Receiver for the requests that v verifies; opts may be
// nil. It panics if v is nil, if a number in opts is out of range, and if a
// document of the fallback cannot be rendered, would be dropped by Twilio, or
// does not answer its kind.
func NewReceiver(v *signature.Verifier, opts *Options) *Receiver {
	if v == nil {
		panic("webhook: NewReceiver of a nil Verifier")
	}
	if opts == nil {
		opts = &Options{}
	}
	if opts.Timeout < 0 {
		panic("webhook: Options.Timeout is negative")
	}
	twilioTimeout := cmp.Or(opts.TwilioTimeout, defaultTwilioTimeout)
	if twilioTimeout <= timeoutMargin || twilioTimeout > longestTwilioTimeout {
		panic("webhook: Options.TwilioTimeout is not between 1 s and 60 s")
	}
	if opts.MaxLate < 0 {
		panic("webhook: Options.MaxLate is negative")
	}
	return &Receiver{
		verifier:  v,
		logger:    opts.Logger,
		logErrors: opts.LogErrors,
		timeout:   min(cmp.Or(opts.Timeout, defaultTimeout), twilioTimeout-timeoutMargin),
		failed:    opts.Error,
		overdue:   opts.Late,
		fallback:  newFallbacks(opts.Fallback),
		maxLate:   int64(cmp.Or(opts.MaxLate, defaultMaxLate)),
	}
}

// receive returns the proof that r comes from Twilio, or nil if it has already
// answered the request.
func (rc *Receiver) receive(w http.ResponseWriter, r *http.Request) *signature.Verified {
	proof, err := rc.prove(r)
	switch {
	case err != nil:
		rc.refuseProof(w, r, err)
		return nil
	case r.Method == http.MethodHead:
		// Twilio sends none, and a function may have side effects.
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return proof
}

// prove returns the proof that r comes from Twilio; an error is a
// [*signature.Error].
func (rc *Receiver) prove(r *http.Request) (*signature.Verified, error) {
	if p, ok := signature.FromContext(r.Context()); ok && p.By(rc.verifier) && p.Covers(r) {
		return p, nil
	}
	return rc.verifier.Verify(r)
}

const refusedMessage = "webhook: request refused"

// refuseProof answers a request that the verifier refused.
func (rc *Receiver) refuseProof(w http.ResponseWriter, r *http.Request, err error) {
	refused, ok := errors.AsType[*signature.Error](err)
	if !ok {
		panic("webhook: Verify returned another error than a *signature.Error")
	}
	hookctx.Report(r.Context(), hookctx.Failed)
	refused.Respond(w, r)
	rec := &logRecord{level: slog.LevelWarn, message: refusedMessage, status: refused.Status}
	rc.report(r, &Failure{Cause: CauseRefused, Err: err}, rec)
}

// refuseEvent answers a request from Twilio that is not of the expected kind.
func (rc *Receiver) refuseEvent(w http.ResponseWriter, r *http.Request, k, looksLike Kind, err error) {
	const status = http.StatusBadRequest
	hookctx.Report(r.Context(), hookctx.Failed)
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
	rec := &logRecord{level: slog.LevelWarn, message: refusedMessage, status: status, looksLike: looksLike}
	rc.report(r, &Failure{Kind: k, Cause: CauseMalformed, Err: err}, rec)
}
