// Package stage simulates the world around the program under development:
// people who text and call it, a network that delivers their messages, and a
// record of everything. It drives the call engine in real time and captures
// every exchange.
package stage

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/fault"
	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/signature"
)

// Config describes the program and how to reach it.
type Config struct {
	App       string   // where requests are sent, "http://127.0.0.1:8080"
	BaseURL   string   // what is signed; empty: App
	AuthToken string   // or a shared key, as remote.ParseToken reads it
	SMS       string   // path of incoming messages; empty: /sms
	Voice     string   // of incoming calls; empty: /voice
	Method    string   // of incoming messages and calls; empty: POST
	Status    string   // of status callbacks that are played; empty: /status
	Ends      string   // of the status callback of calls; empty: there is none
	Fallback  string   // of the fallback for messages and calls; empty: none
	Hosts     []string // that requests to the tunnel may name, beside the base URL's and this machine's
	Number    string   // the program's number; empty: +15550100
	API       string   // base URL of the REST API, for the URLs of pictures; empty: https://api.twilio.com
	Offline   bool     // files on other hosts are not fetched for the page
	Transport http.RoundTripper
	Foreign   http.RoundTripper // for files on other hosts; nil: one that reaches public addresses only
	Store     *capture.Store
	Facts     *explain.Facts
	Seed      uint64 // of identifiers; zero: from the clock
}

// ErrNotFound is the error for a conversation, call or delivery that does not
// exist.
var ErrNotFound = errors.New("stage: not found")

// ErrNotNow is the error for an action that is not possible at the moment, such
// as answering a phone that is not ringing.
var ErrNotNow = errors.New("stage: this is not possible now")

// News is a change; Data is what the page gets.
type News struct {
	Event string
	Data  any
}

// A Stage is safe for concurrent use.
type Stage struct {
	cfg      Config
	engine   *dialogue.Engine
	faults   *fault.Machine
	route    *remote.Route
	key      signature.Token
	verifier *signature.Verifier
	records  *records
	tell     func(News)
	changed  chan string // SIDs of calls to show again
	live     *liveCalls

	looking sync.Mutex // taken before mu
	looks   int64

	mu            sync.Mutex
	source        recent[capture.Source] // by SID, for exchanges to come; those of others are of a phone
	conversations []*Conversation
	calls         []*call
	deliveries    []*Delivery
	planned       map[string]plan  // by SID, for phones that will ring
	texts         map[string]place // where a message of a conversation is
	pictures      []picture
	scheduled     map[string]pending // messages that wait for their time, by SID
	outcomes      map[string]Outcome // by address
	deleted       map[string]bool    // SIDs of messages in texts
}

// New returns a stage. tell is called with all news, from any goroutine, and
// must not block.
func New(cfg Config, tell func(News)) (*Stage, error) {
	route, err := remote.NewRoute(cfg.App, cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	cfg.BaseURL = route.Base()
	cfg.SMS, cfg.Voice, cfg.Status = cmp.Or(cfg.SMS, "/sms"), cmp.Or(cfg.Voice, "/voice"), cmp.Or(cfg.Status, "/status")
	cfg.Number = cmp.Or(cfg.Number, "+15550100")
	cfg.API = strings.TrimSuffix(cmp.Or(cfg.API, "https://api.twilio.com"), "/")
	account := ""
	if cfg.Seed == 0 { // the same account at each start, because it is in settings
		sum := sha256.Sum256([]byte("account of " + cfg.AuthToken))
		account = "AC" + hex.EncodeToString(sum[:16])
		cfg.Seed = uint64(time.Now().UnixNano())
	}
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport
	}
	key, err := remote.ParseToken(cfg.AuthToken)
	if err != nil {
		return nil, fmt.Errorf("stage: %w", err)
	}
	verifier, err := signature.New(signature.Config{
		BaseURL: cfg.BaseURL,
		Tokens:  signature.Keys(key),
		Methods: []string{http.MethodPost, http.MethodGet},
	})
	if err != nil {
		return nil, err
	}
	s := &Stage{
		cfg: cfg, key: key, route: route, verifier: verifier, tell: tell,
		changed: make(chan string, 256),
		live:    newLiveCalls(),
		source:  recent[capture.Source]{most: keptSources},
		texts:   make(map[string]place),
		planned: make(map[string]plan),

		outcomes: make(map[string]Outcome),
		deleted:  make(map[string]bool),

		scheduled: make(map[string]pending),
	}
	fallback := ""
	if cfg.Fallback != "" {
		u, err := url.Parse(cfg.BaseURL + cfg.Fallback)
		if err != nil {
			return nil, fmt.Errorf("stage: invalid path of the fallback: %w", err)
		}
		fallback = u.Path
	}
	s.faults = fault.New(lock{cfg.Transport, route}, fallback, func(p fault.Plan) { tell(News{"faults", p}) })
	s.records = &records{next: remote.Signed(s.faults, key)}
	s.engine = dialogue.New(dialogue.Config{
		Transport:  s.records,
		BaseURL:    cfg.BaseURL,
		AuthToken:  cfg.AuthToken,
		AccountSID: account,
		API:        cfg.API,
		Seed:       cfg.Seed,
		Clock:      dialogue.SystemClock{},
		Observe:    s.observe,
		Live:       s.live.event,
		Limits:     dialogue.Limits{CallLength: time.Hour, Sound: 10 * time.Second, Kept: keptByAPI},
		Deliver:    s.life,
	})
	return s, nil
}

// Run runs the simulation until ctx ends.
func (s *Stage) Run(ctx context.Context) error {
	defer s.engine.Close()
	defer s.unschedule()
	go s.show(ctx)
	go s.tellLive(ctx)
	return s.engine.Run(ctx)
}

// unschedule stops waiting for the time of messages.
func (s *Stage) unschedule() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.scheduled {
		p.timer.Stop()
	}
}

// Faults returns the machine that injects faults.
func (s *Stage) Faults() *fault.Machine { return s.faults }

// Config returns the settings with the defaults filled in.
func (s *Stage) Config() Config { return s.cfg }

// lock is the last transport before a request leaves. It sends requests only to
// the program.
type lock struct {
	next  http.RoundTripper
	route *remote.Route
}

func (l lock) RoundTrip(r *http.Request) (*http.Response, error) {
	c, err := l.route.Redirect(r)
	if err != nil {
		return nil, err
	}
	return l.next.RoundTrip(c)
}

// observe receives every event. It runs on the engine's goroutine and must not
// call the engine.
func (s *Stage) observe(e dialogue.Event) {
	var id int64
	if e.Type == dialogue.EventFetched && e.Exchange != nil {
		id = s.captured(e.Exchange, e.At)
	}
	if e.Call != nil {
		s.live.dialogueEvent(s, e, id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Type == dialogue.EventMessageSent && e.Message != nil {
		s.sent(e)
	}
	if e.Call != nil {
		if e.Type == dialogue.EventEnded {
			delete(s.planned, e.Call.SID()) // of a phone that has not rung
		}
		s.line(e, id)
		s.progress(e)
	}
}

// captured keeps an exchange and returns its number.
func (s *Stage) captured(x *dialogue.Exchange, at time.Time) int64 {
	e, rec := s.describe(x, at)
	s.mu.Lock()
	e.Source = cmp.Or(s.source.values[e.SID], capture.Phone)
	s.mu.Unlock()
	kept, err := s.store(e, rec)
	if err != nil {
		s.tell(News{"trouble", err.Error()})
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reported(x, kept)
	return kept.ID
}

// store keeps an exchange, and the first of two equal requests before it.
func (s *Stage) store(e capture.Exchange, rec *fault.Record) (capture.Exchange, error) {
	if a := rec.Repeated; a != nil {
		first := e
		first.At, first.Took, first.Error, first.Code = a.At, a.Took, "", 0
		first.Response = capture.Response{Status: a.Status, Header: a.Header, Body: a.Body}
		if a.Err != nil {
			first.Error, first.Code = a.Err.Error(), remote.CodeOf(a.Err)
		}
		first.Summary += " (first of two)"
		e.Summary += " (second of two)"
		first.Lint = s.lint(first)
		if _, err := s.Record(first); err != nil {
			return e, err
		}
	}
	return s.Record(e)
}

// Record keeps an exchange and reports it.
func (s *Stage) Record(e capture.Exchange) (capture.Exchange, error) {
	kept, err := s.cfg.Store.Add(e)
	if err == nil {
		shown := kept
		shown.Request.Body, shown.Response.Body = nil, nil
		s.tell(News{"exchange", shown})
	}
	return kept, err
}

// Clear drops the exchanges that q chooses and that are not pinned, and returns
// how many that were.
func (s *Stage) Clear(q capture.Query) (int, error) {
	n, err := s.cfg.Store.Clear(q)
	s.tell(News{"cleared", nil})
	return n, err
}

func newestFirst[T any](list []T) []T {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}
