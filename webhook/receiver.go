package webhook

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
)

// A Receiver is what the handlers of one program have in common: whom they
// believe, how long a function may take, what is said when it fails, and where
// that is logged. [Handle], [Notify], [Events] and [Deduplicate] take it.
//
// A request that the verifier refuses is answered as [signature.Error.ServeHTTP]
// does; one that lacks what its kind always has, by 400 with an empty body. Where
// [signature.Verifier.Handler] of the same verifier has verified the very same
// request already, that proof is taken.
//
// The user's function is called in a goroutine of its own, with a context that
// ends when the request is answered, when its time is up, and when the client
// goes away. [signature.FromContext] gives the proof, with the query of the
// URL and every parameter as it was sent.
//
// A function that is late goes on in its goroutine until it returns, since
// nothing in Go can end it from outside: its answer is dropped, a panic is
// caught and logged. One that hands its context to whatever it waits for is
// gone soon after its deadline. One that is deaf to its context stays; once
// MaxLate of [Options] are left behind, requests get the fallback at once, until
// some of those have returned.
//
// A Receiver is safe for concurrent use.
type Receiver struct {
	verifier *signature.Verifier
	logger   *slog.Logger
	timeout  time.Duration
	failed   func(context.Context, *Failure)
	fallback fallbacks
	proofKey any
	buffers  sync.Pool
	maxLate  int64
	late     atomic.Int64 // functions at work after their time was up
}

// Options adapt a [Receiver]. The zero value is ready for production.
type Options struct {
	// Logger gets at most one record for each request: at the level Error when
	// a function fails, Warn when a request is refused or only partly
	// understood, Debug when all is well. No record holds tokens, signatures,
	// texts, numbers or URLs of media; see [Failure] for what is done to
	// errors. nil: [slog.Default].
	Logger *slog.Logger

	// Timeout is how long the user's function may take, together with reading
	// and verifying the request. Twilio waits 15 s, connecting included, so
	// more than 14 s is taken as 14 s. Zero: 10 s.
	Timeout time.Duration

	// MaxLate is how many functions may be left at work after their time was
	// up. Beyond that functions are not called and the cause is [Busy], so that
	// a database that hangs does not fill the memory. Zero: 1,000.
	MaxLate int

	// Fallback is what is answered, with status 200, for a function that is
	// late, panics, fails or is not called. Without a document for the kind
	// the status is 503, and Twilio asks the fallback URL of the number, if it
	// has one.
	Fallback Fallback

	// Error is told of every request that did not get the answer it was meant
	// to get, in the goroutine of the request, once the answer is written. It
	// is the place to count and to alert. It should be quick: the connection
	// waits for it.
	Error func(context.Context, *Failure)
}

// A Fallback is a document for the caller or writer who would otherwise hear
// or read nothing: "We are sorry, please call again." The documents are rendered
// once, by [NewReceiver].
type Fallback struct {
	Voice     *twiml.VoiceResponse     // for every kind that a voice document answers
	Messaging *twiml.MessagingResponse // for every kind that a messaging document answers

	// Kinds go before these two; a nil Reply means that the kind has none. A
	// kind that only tells something can have none: it would count as taken.
	Kinds map[Kind]Reply
}

const (
	defaultTimeout = 10 * time.Second
	longestTimeout = 14 * time.Second
	defaultMaxLate = 1000
)

// NewReceiver returns a Receiver that believes what v has verified; opts may
// be nil. It panics if v is nil, if Timeout or MaxLate is negative, and if a
// document of the fallback cannot be rendered or does not answer its kind.
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
	if opts.MaxLate < 0 {
		panic("webhook: Options.MaxLate is negative")
	}
	rc := &Receiver{
		verifier: v,
		logger:   opts.Logger,
		timeout:  min(opts.Timeout, longestTimeout),
		failed:   opts.Error,
		fallback: newFallbacks(opts.Fallback),
		proofKey: proofKey(),
		maxLate:  int64(cmp.Or(opts.MaxLate, defaultMaxLate)),
	}
	if rc.timeout == 0 {
		rc.timeout = defaultTimeout
	}
	rc.buffers.New = func() any {
		b := make([]byte, 0, 2<<10)
		return &b
	}
	return rc
}

// proofKey finds out under which key package signature looks for the proof in
// a context, so that [signature.FromContext] finds ours. To let the middleware
// put it there would cost a copy of each request.
func proofKey() any {
	var probe keyProbe
	signature.FromContext(&probe)
	return probe.key
}

type keyProbe struct {
	context.Context
	key any
}

func (p *keyProbe) Value(key any) any {
	p.key = key
	return nil
}

// prove returns the proof that r comes from Twilio; an error is a
// [*signature.Error].
func (rc *Receiver) prove(r *http.Request) (*signature.Verified, error) {
	if p, ok := signature.FromContext(r.Context()); ok && p.By(rc.verifier) && isAbout(p, r) {
		return p, nil
	}
	return rc.verifier.Verify(r)
}

// isAbout reports whether p is the proof of r. A context travels further than
// the request it was made for, into requests that a program makes itself, so
// all that the proof rests on is held against r. The body of r can be read
// afterwards as before.
func isAbout(p *signature.Verified, r *http.Request) bool {
	if sent := r.Header["X-Twilio-Signature"]; r.Method != p.Method() || len(sent) != 1 || sent[0] != p.Signature() {
		return false
	}
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	return strings.HasPrefix(target, "/") && strings.HasSuffix(p.URL(), target) && sameBody(p.Body(), r)
}
