// Package webhooktest is a Twilio for your tests: it texts and calls your
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
// Requests are signed and carry the parameters, headers, cookies and order
// that Twilio's do. They go through your router, your middleware and your
// verification: a verifier with [BaseURL] and [AuthToken] accepts them.
// Documents are executed as Twilio executes them, with its error number for
// each failure. Time is virtual: a call of five minutes takes microseconds,
// and two runs send the same bytes.
//
// # When a test fails
//
// The failure shows what was expected, the whole call as a transcript, the
// request that led to the current document, and the document itself with the
// line that the call had come to:
//
//	support_test.go:14: the caller does not hear "Press 3": the call has ended
//	    00:00  POST /voice CallStatus=ringing -> 200
//	    00:00  the caller hears "Press 1 for sales."
//	    ...
//
// Whatever Twilio would log as an error (a 500, bad TwiML, an endless redirect,
// an empty 200 without a Content-Type) fails the test at its end even if no
// expectation met it, unless [Call.Fails] or [Exchange.Fails] did. So does a
// handler that panics. What Twilio logs as a warning, such as a callback that is
// answered 404 or with a body, is in the transcript; [Options.Warnings] makes it
// fail the test, too.
//
// # Live calls
//
// A call that is connected to a ConversationRelay or a Stream on [BaseURL] opens
// the WebSocket of the handler, and the test talks with the program behind it.
// That program lives in the time of package time, so run such a test in a
// testing/synctest bubble, in which a call takes no time:
//
//	synctest.Test(t, func(t *testing.T) {
//		call := webhooktest.New(t, handler, nil).Call("/voice")
//		call.Hears("How can I help?").Speaks("opening hours").Hears("nine to five")
//		call.Interrupts("And where are you?").Hears("Example Street").HangsUp()
//	})
//
// Outside of a bubble the same test works in real time. [Call.SpeaksSound],
// [Call.HearsSound] and [Call.Sound] are for media streams, where Speaks makes a
// sound that stands for the words. WebSockets on other hosts stay silent, and
// [Call.EndsSession] ends them.
//
// # Moving time
//
// Hears and Ends let time pass until they are true, and the person is silent
// meanwhile, so a menu may time out. Presses, Speaks and Records wait until the
// call listens for that kind of input, and fail at a menu that listens for another
// kind. [Call.Waits] lets a given time pass. All calls of one [Twilio] share its
// time.
//
// # What it does not do
//
// No sound is made or understood, media streams stay silent, and nothing is
// sent anywhere but to the handler. Files to play are fetched if they are on
// BaseURL or one of [Options.Hosts]; on another host they are taken to exist, and
// a document there fails the call. Handlers run in real time, so one that sleeps
// makes its test slow, and one that hangs takes [Options.Timeout]. In a bubble of
// testing/synctest neither costs any time. A handler that ignores its context
// keeps running after Timeout; in a bubble, sleep until it has finished before the
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
	// BaseURL is where the handler under test is taken to be.
	BaseURL = fixture.BaseURL

	// AuthToken signs all requests. It is nobody's token.
	AuthToken = fixture.AuthToken

	// AccountSID is the account that all requests are for, but for fixtures,
	// which keep their own.
	AccountSID = fixture.AccountSID

	// Person is who texts and calls, unless [Twilio.As] says otherwise.
	Person webhook.Address = "+15550101"

	// Number is the number that is texted and called.
	Number webhook.Address = "+15550100"
)

// Options change what [New] assumes. The zero value is the default.
type Options struct {
	// BaseURL, AuthToken and AccountSID default to the constants. A path of
	// BaseURL stands before all paths that a test names; documents name theirs
	// in full.
	BaseURL    string
	AuthToken  string
	AccountSID webhook.SID
	// To is the number that is texted and called. Default [Number].
	To webhook.Address
	// Key signs requests in place of AuthToken, such as a shared key of
	// [signature.NewSharedKey].
	Key signature.Token
	// Hosts are further hosts of the program. A document on any other host fails
	// the call, and music there is not fetched.
	Hosts []string
	// Seed decides identifiers and tokens.
	Seed uint64
	// Fallback is the path of the fallback URL of the number. Default none.
	Fallback string
	// StatusPath is the path of the status callback of calls: it gets the end of a
	// call to the number, and all progress of a call that the program makes.
	// Default none.
	StatusPath string
	// Service makes the number part of a Messaging Service.
	Service webhook.SID
	// GET makes first requests by GET, as a number may be configured.
	GET bool
	// Timeout is how long a handler may take, in real time. Default 15 s, as
	// Twilio's. What it takes more is an error 11200.
	Timeout time.Duration
	// Warnings makes a test fail on what Twilio's debugger only warns about.
	Warnings bool
	// Apps are the paths of TwiML Apps that Dial may reach, by SID.
	Apps map[webhook.SID]string
	// Transport reaches the program in place of a handler: over HTTP, it may
	// be written in any language. [New] is then called with a nil handler.
	Transport http.RoundTripper
}

// Twilio plays Twilio, and the people who use it, against one handler. Where a
// method takes a path, a whole URL will do, such as the StatusCallback that the
// program has given: its fragment is cut as Twilio cuts it, and the request goes
// to the handler whatever the host. It is for use by one goroutine.
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
// test, which fails then if something went wrong that no one expected. The test
// ends at once when h is nil and opts name no Transport.
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

// config is what the options say to the engine.
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

// call is how the number takes calls.
func (o *Options) call(path string) dialogue.CallSetup {
	s := dialogue.CallSetup{URL: path, FallbackURL: o.Fallback, StatusCallback: o.StatusPath}
	if o.GET {
		s.Method = http.MethodGet
	}
	return s
}

// As returns the same Twilio with another person at the phone: a number,
// client:identity, sip:user@host.
func (t *Twilio) As(person webhook.Address) *Twilio {
	other := *t
	other.from = person
	return &other
}

// Waits lets d pass for everybody: menus time out, recordings are
// transcribed, messages delivered.
func (t *Twilio) Waits(d time.Duration) *Twilio {
	t.engine.Advance(d)
	return t
}

// Now returns the virtual time.
func (t *Twilio) Now() time.Time { return t.engine.Now() }

// Transcript returns everything that has happened, a line each: minutes and
// seconds, then what happened. URLs on BaseURL are given as paths.
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

// reportUnexpected fails the test for failures that nobody expected.
func (t *Twilio) reportUnexpected() {
	t.tb.Helper()
	for _, ev := range t.log.all() {
		wrong := ev.Type == dialogue.EventFailed || ev.Type == dialogue.EventWarned && t.opts.Warnings
		if !wrong || t.log.accepted[ev.Failure] {
			continue
		}
		t.log.accept(ev.Failure)
		story := t.story(ev.Call)
		if ev.Exchange != nil && ev.Exchange.Async { // a callback: the call's document is not to blame
			story = shorten(t.log.transcript(func(other dialogue.Event) bool { return ev.Call == nil || related(other, ev.Call) })) +
				showExchange(ev.Exchange, place{})
		}
		t.tb.Errorf("Twilio would have reported %s\n%s", ev.Failure.Error(), indent(story))
	}
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n    ")
}
