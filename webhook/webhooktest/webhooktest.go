// Package webhooktest simulates Twilio in tests: it texts and calls your
// handler the way a person does.
//
//	func TestSupportLine(t *testing.T) {
//		twilio := webhooktest.New(t, handler, nil)
//		twilio.Text("/sms", "hello").Replies("Thanks, we got: hello")
//
//		call := twilio.Call("/voice")
//		call.Hears("Press 1 for sales").Presses("1")
//		call.Hears("leave a message").Records(20 * time.Second).Presses("#")
//		call.Hears("Goodbye").Ends()
//	}
//
// Requests are signed and have the parameters, headers, cookies and order of
// Twilio's. They go through your router, middleware and verification; a
// verifier with [BaseURL] and [AuthToken] accepts them. Documents are executed
// as Twilio executes them, and failures have its error numbers. Time is
// virtual: a call of five minutes takes microseconds, and two runs send the
// same bytes.
//
// # When a test fails
//
// The failure shows what was expected, a transcript of the whole call, the
// request for the current document, and the document with an arrow at the
// current line:
//
//	support_test.go:14: the caller does not hear "Press 3": the call has ended
//	    00:00  POST /voice CallStatus=ringing -> 200
//	    00:00  the caller hears "Press 1 for sales."
//	    ...
//
// At its end, the test fails for anything that Twilio would log as an error (a
// 500, bad TwiML, an endless redirect, an empty 200 without a Content-Type) and
// for a panic of the handler, unless [Call.Fails] or [Exchange.Fails] expected
// it. Warnings, such as for a callback answered with 404 or a body, are in the
// transcript; with [Options.Warnings] they fail the test, too.
//
// # Live calls
//
// A call that connects to a ConversationRelay or a Stream on [BaseURL] opens
// the handler's WebSocket, and the test talks with the program behind it. Such
// a program depends on real time, so run the test in a testing/synctest bubble,
// in which waiting takes no time:
//
//	synctest.Test(t, func(t *testing.T) {
//		call := webhooktest.New(t, handler, nil).Call("/voice")
//		call.Hears("How can I help?").Speaks("opening hours").Hears("nine to five")
//		call.Interrupts("And where are you?").Hears("Example Street").HangsUp()
//	})
//
// Outside a bubble the same test runs in real time. Use [Call.SpeaksSound],
// [Call.HearsSound] and [Call.Sound] for media streams, in which Speaks makes a
// tone in place of words. WebSockets on other hosts are silent;
// [Call.EndsSession] ends them.
//
// # Moving time
//
// Hears and Ends let time pass until their condition is true, while the person is
// silent, so a menu may time out. Presses, Speaks and Records wait until the call
// listens for that kind of input, and fail at a menu that listens for another
// kind. [Call.Waits] lets a given time pass. All calls of one [Twilio] share its
// time.
//
// # What it does not do
//
// Speech is neither synthesized nor recognized, and requests go only to the
// handler. Files to play are fetched if they are on BaseURL or one of
// [Options.Hosts]; on other hosts they are assumed to exist, and a document
// there fails the call. Handlers run in real time: one that sleeps makes the
// test slow, and one that hangs takes [Options.Timeout]. In a testing/synctest
// bubble neither takes any time. A handler that ignores its context keeps
// running after Timeout; in a bubble, sleep until it has finished before the
// test returns.
package webhooktest

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest/fixture"
)

const (
	// BaseURL is the public URL of the handler under test.
	BaseURL = fixture.BaseURL

	// AuthToken signs all requests. It is not a real token.
	AuthToken = fixture.AuthToken

	// AccountSID is the account of all requests, except fixtures, which keep
	// their own.
	AccountSID = fixture.AccountSID

	// Person is who texts and calls, unless [Twilio.As] says otherwise.
	Person webhook.Address = "+15550101"

	// Number is the number that is texted and called.
	Number webhook.Address = "+15550100"
)

// Options configure a [Twilio]. The zero value is ready to use.
type Options struct {
	// BaseURL, AuthToken and AccountSID default to the constants. If BaseURL
	// has a path, it is put in front of the paths in a test, but not of those
	// in documents.
	BaseURL    string
	AuthToken  string
	AccountSID webhook.SID
	// To is the number that is texted and called. Default [Number].
	To webhook.Address
	// Key signs requests instead of AuthToken, such as a shared key of
	// [signature.NewSharedKey].
	Key signature.Token
	// Hosts are further hosts of the program. A document on any other host
	// fails the call, and audio files there are not fetched.
	Hosts []string
	// Seed determines identifiers and tokens.
	Seed uint64
	// Fallback is the path of the fallback URL of the number. Default none.
	Fallback string
	// StatusPath is the path of the status callback of calls. It receives the
	// end of each call to the number, and all progress of calls that the
	// program makes. Default none.
	StatusPath string
	// Service makes the number part of a Messaging Service.
	Service webhook.SID
	// GET makes first requests with GET, for a number that is configured so.
	GET bool
	// Timeout is how long a handler may take, in real time; more is an error
	// 11200. Default 15 s, as at Twilio.
	Timeout time.Duration
	// Warnings makes a test fail for Twilio's warnings, too.
	Warnings bool
	// Apps are the paths of TwiML Apps that Dial may reach, by SID.
	Apps map[webhook.SID]string
	// Transport sends requests to a program that is not a handler, such as one
	// in another language over HTTP. Call [New] with a nil handler then.
	Transport http.RoundTripper
}

// Twilio simulates Twilio, and the people who use it, for one handler. Methods
// that take a path also take a whole URL, such as the program's StatusCallback:
// its fragment is removed, as by Twilio, and the request goes to the handler
// whatever the host. It must not be used concurrently.
type Twilio struct {
	tb     testing.TB
	opts   Options
	engine *dialogue.Engine
	log    *journal
	from   webhook.Address
}

// journal is what happened, shared by all views of one Twilio.
type journal struct {
	mu       sync.Mutex
	start    time.Time
	base     string
	events   []dialogue.Event
	accepted map[*dialogue.Failure]bool
}

// New returns a Twilio that texts and calls h. It is closed at the end of the
// test, which then fails for errors that were not expected. New ends the test
// if h is nil and opts has no Transport.
func New(tb testing.TB, h http.Handler, opts *Options) *Twilio {
	tb.Helper()
	t := &Twilio{tb: tb, log: &journal{accepted: map[*dialogue.Failure]bool{}}, from: Person}
	if opts != nil {
		t.opts = *opts
	}
	if h == nil && t.opts.Transport == nil {
		tb.Fatalf("webhooktest: New needs a handler, or Options.Transport")
	}
	t.opts.fill()
	t.log.base = strings.TrimSuffix(t.opts.BaseURL, "/")
	cfg := t.opts.config(h)
	cfg.Observe = t.log.add
	t.engine = dialogue.New(cfg)
	t.log.start = t.engine.Now()
	tb.Cleanup(func() {
		t.engine.Close()
		t.reportUnexpected()
	})
	return t
}

func (o *Options) fill() {
	if o.BaseURL == "" {
		o.BaseURL = BaseURL
	}
	if o.AuthToken == "" {
		o.AuthToken = AuthToken
	}
	if o.AccountSID == "" {
		o.AccountSID = AccountSID
	}
	if o.To == "" {
		o.To = Number
	}
}

// config converts the options for the engine.
func (o *Options) config(h http.Handler) dialogue.Config {
	cfg := dialogue.Config{
		Transport: o.Transport, BaseURL: o.BaseURL, AuthToken: o.AuthToken, Key: o.Key, Hosts: o.Hosts,
		AccountSID: string(o.AccountSID), Seed: o.Seed,
		Limits: dialogue.Limits{Timeout: o.Timeout},
	}
	if cfg.Transport == nil {
		cfg.Transport = dialogue.Handler(h)
	}
	for sid, path := range o.Apps {
		if cfg.Applications == nil {
			cfg.Applications = map[string]dialogue.Application{}
		}
		cfg.Applications[string(sid)] = dialogue.Application{VoiceURL: path}
	}
	return cfg
}

// call returns the setup of calls to the number.
func (o *Options) call(path string) dialogue.CallSetup {
	s := dialogue.CallSetup{URL: path, FallbackURL: o.Fallback, StatusCallback: o.StatusPath}
	if o.GET {
		s.Method = http.MethodGet
	}
	return s
}

// As returns the same Twilio for another person: a number, client:identity, or
// sip:user@host.
func (t *Twilio) As(person webhook.Address) *Twilio {
	other := *t
	other.from = person
	return &other
}

// Waits lets d pass for everyone: menus time out, recordings are transcribed,
// messages are delivered.
func (t *Twilio) Waits(d time.Duration) *Twilio {
	t.engine.Advance(d)
	return t
}

// Now returns the virtual time.
func (t *Twilio) Now() time.Time { return t.engine.Now() }

// Transcript returns everything that has happened, one event a line, with
// minutes and seconds. URLs on BaseURL are shortened to paths.
func (t *Twilio) Transcript() string {
	return t.log.transcript(func(dialogue.Event) bool { return true })
}

// Requests returns the requests that have been made, oldest first, as lines:
// method, path, status.
func (t *Twilio) Requests() []string {
	var out []string
	for _, ev := range t.log.all() {
		if ev.Type == dialogue.EventFetched {
			out = append(out, requestLine(ev.Exchange, t.opts.BaseURL))
		}
	}
	return out
}

func (j *journal) add(ev dialogue.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, ev)
}

func (j *journal) all() []dialogue.Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.events
}

func (j *journal) len() int { return len(j.all()) }

func (j *journal) accept(f *dialogue.Failure) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.accepted[f] = true
}

func (j *journal) transcript(keep func(dialogue.Event) bool) string {
	var events []dialogue.Event
	for _, ev := range j.all() {
		if keep(ev) {
			events = append(events, ev)
		}
	}
	return strings.ReplaceAll(dialogue.Transcript(j.start, events), " "+j.base+"/", " /")
}

// reportUnexpected fails the test for failures that were not expected.
func (t *Twilio) reportUnexpected() {
	t.tb.Helper()
	for _, ev := range t.log.all() {
		wrong := ev.Type == dialogue.EventFailed || ev.Type == dialogue.EventWarned && t.opts.Warnings
		if !wrong || t.log.accepted[ev.Failure] {
			continue
		}
		t.log.accept(ev.Failure)
		story := t.story(ev.Call)
		if ev.Exchange != nil && ev.Exchange.Async { // a callback, not the call's document
			story = shorten(t.log.transcript(func(other dialogue.Event) bool { return ev.Call == nil || related(other, ev.Call) })) +
				showExchange(ev.Exchange, place{})
		}
		t.tb.Errorf("Twilio would have reported %s\n%s", ev.Failure.Error(), indent(story))
	}
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n    ")
}
