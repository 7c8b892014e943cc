// Package dialogue executes TwiML as Twilio does, with any HTTP server.
//
// An [Engine] is a small telephone network with people on it. A person calls a
// number; the engine fetches the number's document, speaks it, waits for keys,
// dials other people, follows actions and redirects, reports statuses, and
// fails with Twilio's error number where Twilio would. Text messages work the
// same way. It sends HTTP requests and reads XML, so the program may be written
// in any language.
//
//	engine := dialogue.New(dialogue.Config{
//		Transport: dialogue.Handler(mux),
//		BaseURL:   "https://hooks.example.com",
//		AuthToken: "12345",
//	})
//	call := engine.Call(dialogue.CallSetup{URL: "/voice"})
//	engine.Advance(3 * time.Second)
//	call.Press("1")
//
// # Time
//
// Time is virtual unless [Config.Clock] is set: nothing happens until
// [Engine.Advance], [Engine.Step] or [Engine.Settle] is called, and then
// everything happens in one deterministic order, so a call of five minutes
// takes microseconds and two runs with one seed are equal to the byte. With a
// clock, [Engine.Run] plays the same calls in real time, one person pressing
// keys in a browser.
//
// # How it is built
//
// Each leg of a call runs as a coroutine that parks until time passes or
// something happens to it, so the code of a verb is in the order of its steps.
// Exactly one coroutine runs at a time.
//
// All limits are in [Limits]. The package does not play files or transcribe
// audio.
//
// # Live calls
//
// A ConversationRelay or a Stream opens the program's WebSocket, and the engine
// plays Twilio's side of it. The program behind it uses package time, so while
// a WebSocket is open, [Engine.Advance] and [Engine.Step] sleep for the time
// that they let pass. Inside a testing/synctest bubble that takes no time;
// create the engine in the bubble. With a clock, Run does the same.
// EventWordHeard and EventPieceHeard report what the person hears, and
// [Call.Speak] interrupts.
//
// The behavior of the verbs is specified in internal/spec/verb-semantics.md,
// which also marks uncertain facts.
package dialogue

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
)

// Config describes an [Engine]. Only Transport is required.
type Config struct {
	// Transport sends every request. [Handler] makes one from an http.Handler;
	// http.DefaultTransport reaches a server of any language.
	Transport http.RoundTripper
	// BaseURL is what relative URLs given to the engine are relative to.
	// Default https://example.com.
	BaseURL string
	// Hosts are further hosts of the program. A document on any other host is
	// not fetched by [Handler], and a file to play never is.
	Hosts []string
	// AuthToken signs requests. Empty: requests carry no signature.
	AuthToken string
	// Key signs requests instead of AuthToken, unless it is the zero Token.
	Key signature.Token
	// AccountSID is sent with every request. Default: made from Seed.
	AccountSID string
	// Seed decides identifiers and tokens. Two engines with one seed and one
	// history send the same bytes.
	Seed uint64
	// Start is the time at which virtual time starts.
	// Default 2025-07-01 10:00 UTC.
	Start time.Time
	// Clock makes time real, see [Engine.Run]. nil: time is virtual.
	Clock Clock
	// Observe is called with each event, in order, on the goroutine that drives
	// the engine. It must not call the engine. It may be nil.
	Observe func(Event)
	// Live is called with what happens on WebSockets to the program, as Observe
	// is. nil: no one looks.
	Live func(LiveEvent)
	// API is the address of the REST API in the URLs of recordings.
	// Default https://api.twilio.com.
	API string
	// Limits limit the cost of a document.
	Limits Limits
	// Answer decides what a dialed person does. nil: the phone rings until
	// [Call.Answer] or [Call.Decline].
	Answer func(*Call) Reaction
	// Applications are the TwiML Apps that Dial may reach, by SID.
	Applications map[string]Application
	// Silent does not open WebSockets: streams and relays are silent until
	// [Call.EndSession]. By default they are opened, except those on other
	// hosts where Transport is one of [Handler].
	Silent bool
	// Deliver decides the delivery reports of a message. nil: sent, then
	// delivered.
	Deliver func(Message) []Delivery
	// MediaFailureEnds makes a call end when a file to play cannot be
	// fetched. By default the next verb runs. Twilio does either.
	MediaFailureEnds bool
}

// Limits limit the cost of one call, message or request. A zero field means the
// default.
type Limits struct {
	Body          int           // bytes of a document; default 65536, error 11750
	Redirects     int           // HTTP redirects of one fetch; default 10, error 11215
	Timeout       time.Duration // one fetch with its retries; default 15 s, error 11200
	Documents     int           // documents of one call; default 1000, error 14106
	Idle          int           // documents of one call without time passing; default 100, error 14106
	Verbs         int           // verbs of one call; default 20000, error 12400
	CallLength    time.Duration // default 4 h
	ReplyDocument int           // documents of one incoming message; default 50, error 14106
	Sound         time.Duration // that is kept of media streams behind the present; default all
	Kept          int           // calls, conferences and recordings that are remembered when they are over, of each; default all
}

func (l Limits) withDefaults() Limits {
	orInt(&l.Body, 64<<10)
	orInt(&l.Redirects, 10)
	orInt(&l.Documents, 1000)
	orInt(&l.Idle, 100)
	orInt(&l.Verbs, 20000)
	orInt(&l.ReplyDocument, 50)
	if l.Timeout <= 0 {
		l.Timeout = 15 * time.Second
	}
	if l.CallLength <= 0 {
		l.CallLength = 4 * time.Hour
	}
	return l
}

func orInt(v *int, def int) {
	if *v <= 0 {
		*v = def
	}
}

// Application is a TwiML App, which has URLs of a program.
type Application struct {
	VoiceURL, VoiceMethod        string
	FallbackURL, FallbackMethod  string
	StatusCallback, StatusMethod string
}

// Engine is a telephone network. Its methods may be called from any goroutine,
// but not from within Config.Observe, Config.Answer or Config.Deliver, nor, in
// virtual time, from the server that answers its requests.
type Engine struct {
	cfg    Config
	limits Limits
	base   *url.URL

	mu      sync.Mutex
	now     time.Time
	timers  timers
	seq     uint64
	ready   []*proc
	procs   map[*proc]struct{}
	sockets map[*socket]struct{}
	kick    chan struct{}
	closed  bool
	pending int // waits for the program that have not ended

	open     int       // WebSockets, see keepStep
	anchor   time.Time // the engine's time when the first was opened
	anchored time.Time // the same in the time of package time

	verbs       map[string]verb
	random      *rand.Rand
	calls       []*Call
	rooms       map[string]*room
	conferences []*room           // over or not
	reserved    map[string]string // SIDs of conferences to come, by name
	recordings  []Recording
	queues      map[string]*queue
	queueWaits  []*proc
	mailCookies map[string]*mailJar
	optedOut    map[thread]bool
	media       map[string]*Failure
	documents   map[string]*cachedDocument
}

// New returns an engine. It panics if cfg has no transport or a base URL that
// is not absolute.
func New(cfg Config) *Engine {
	if cfg.Transport == nil {
		panic("dialogue: Config.Transport is nil")
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = "https://example.com"
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Host == "" {
		panic("dialogue: Config.BaseURL is not an absolute URL")
	}
	if base.Path == "" {
		base.Path = "/"
	}
	if cfg.API == "" {
		cfg.API = "https://api.twilio.com"
	}
	if cfg.Start.IsZero() {
		cfg.Start = time.Date(2025, time.July, 1, 10, 0, 0, 0, time.UTC)
	}
	e := &Engine{
		cfg:    cfg,
		limits: cfg.Limits.withDefaults(),
		base:   base,
		now:    cfg.Start.UTC(),
		procs:  map[*proc]struct{}{},
		kick:   make(chan struct{}, 1),
		verbs:  verbs(),
		random: rand.New(rand.NewPCG(cfg.Seed, 0x72696e676261636b)),
	}
	if cfg.Clock != nil {
		e.now = cfg.Clock.Now().UTC()
	}
	if e.cfg.AccountSID == "" {
		e.cfg.AccountSID = e.newSID("AC")
	}
	return e
}

// Close silently ends everything that is still running. A closed engine does
// nothing.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for p := range e.procs {
		p.stop()
	}
	for k := range e.sockets {
		k.drop()
	}
	e.ready, e.timers = nil, nil
	e.wakeRunner()
}

// Calls returns every leg there has been, in the order of creation. Limits.Kept
// bounds how many have ended.
func (e *Engine) Calls() []*Call {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*Call(nil), e.calls...)
}

// AccountSID returns the account that requests are sent for.
func (e *Engine) AccountSID() string { return e.cfg.AccountSID }

// NewSID returns a fresh identifier with a prefix such as "SM".
func (e *Engine) NewSID(prefix string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.newSID(prefix)
}

func (e *Engine) emit(ev Event) {
	if e.cfg.Observe == nil {
		return
	}
	ev.At = e.now
	e.cfg.Observe(ev)
}

// resolve makes ref absolute. A relative ref without a base is relative to the
// engine's base URL, whose path is a prefix.
func (e *Engine) resolve(base *url.URL, ref string) (*url.URL, *Failure) {
	ref = strings.TrimSpace(ref)
	u, err := url.Parse(ref)
	if err == nil {
		_, err = url.QueryUnescape(u.RawQuery)
	}
	switch {
	case strings.ContainsAny(ref, " \t\r\n"):
		return nil, failure(11100, "the URL %q contains white space; write %%20", ref)
	case err != nil:
		return nil, failure(11100, "the URL %q cannot be parsed", ref)
	}
	if base == nil {
		base = e.base
		if u.Host == "" && strings.HasPrefix(u.Path, "/") {
			u.Path = strings.TrimSuffix(base.Path, "/") + u.Path
			if u.RawPath != "" {
				u.RawPath = strings.TrimSuffix(base.EscapedPath(), "/") + u.RawPath
			}
		}
	}
	u = base.ResolveReference(u)
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, failure(11100, "the URL %q is not one of http or https", ref)
	}
	for _, c := range u.Hostname() {
		if c == '_' {
			return nil, failure(11100, "the host name of %q contains an underscore, which Twilio refuses", ref)
		}
	}
	return u, nil
}

// foreign reports whether a URL is on a host that the program does not serve.
func (e *Engine) foreign(u *url.URL) bool {
	return HostOf(u.Scheme, u.Host) != HostOf(e.base.Scheme, e.base.Host) && !slices.Contains(e.cfg.Hosts, u.Host)
}

// HostOf returns a host in the form in which hosts are compared: in lower case,
// without the port that the scheme implies, and with localhost for the loopback
// addresses. A program listens at one of these names, and writes its URLs with
// another.
func HostOf(scheme, host string) string {
	implied := ":443"
	if scheme == "http" || scheme == "ws" {
		implied = ":80"
	}
	host = strings.TrimSuffix(strings.ToLower(host), implied)
	for _, loopback := range []string{"127.0.0.1", "[::1]"} {
		if port, ok := strings.CutPrefix(host, loopback); ok && (port == "" || port[0] == ':') {
			return "localhost" + port
		}
	}
	return host
}

// ErrNotSent is the error of a transport that does not send a request, because it
// is addressed to another host than the program's.
var ErrNotSent = errors.New("the request was not sent: it is addressed to another host")

// elsewhere is the failure of a request to a host that the program does not serve.
func (e *Engine) elsewhere(what string, u *url.URL) *Failure {
	f := failure(11200, "the %s is on another host, %s, and is not fetched: the program under test is at %s", what, u.Host, e.base.Host)
	f.URL, f.Err = u.String(), ErrNotSent
	return f
}

// confined reports whether u cannot be fetched, because the program is a handler
// in this process and u is on another host.
func (e *Engine) confined(u *url.URL) bool {
	_, local := e.cfg.Transport.(handlerTransport)
	return local && e.foreign(u)
}

// destination returns the URL of t. If the program is a handler in this
// process, documents on other hosts cannot be fetched.
func (e *Engine) destination(t *transfer) (*url.URL, *Failure) {
	if t.absolute {
		return e.resolve(nil, t.ref)
	}
	u, f := e.resolve(t.base, t.ref)
	if f != nil {
		return nil, f
	}
	if e.confined(u) {
		return nil, e.elsewhere("document", u)
	}
	return u, nil
}

// attr returns the value of an attribute, or def when it is absent.
func attr(n *twiml.Node, name, def string) string {
	if value, ok := n.Attr(name); ok {
		return value
	}
	return def
}

// has reports whether n has the attribute.
func has(n *twiml.Node, name string) bool {
	_, ok := n.Attr(name)
	return ok
}
