// Package stage is the world around the program under development: people who
// text and call it, a network that carries their messages, and a record of all
// that was said. It drives the call engine in real time and captures every
// exchange.
package stage

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/fault"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/signature"
)

// Config says where the program is and how it is spoken to.
type Config struct {
	App       string // where requests are sent, "http://127.0.0.1:8080"
	BaseURL   string // what is signed; empty: App
	AuthToken string
	SMS       string // path of incoming messages; empty: /sms
	Voice     string // of incoming calls; empty: /voice
	Status    string // of status callbacks; empty: /status
	Fallback  string // of the fallback for messages and calls; empty: none
	Number    string // the program's number; empty: +15550100
	API       string // where the REST API is spoken, for the addresses of pictures; empty: https://api.twilio.com
	Transport http.RoundTripper
	Store     *capture.Store
	Facts     *explain.Facts
	Seed      uint64 // of identifiers; zero: from the clock
}

// ErrNotFound is returned for a conversation, call or delivery that there is
// not.
var ErrNotFound = errors.New("stage: there is no such thing")

// ErrNotNow is returned for what a person cannot do at the moment, such as
// answering a phone that does not ring.
var ErrNotNow = errors.New("stage: that cannot be done now")

// News is something that changed; Data is what the page is told.
type News struct {
	Event string
	Data  any
}

// A Stage is safe for concurrent use.
type Stage struct {
	cfg      Config
	engine   *dialogue.Engine
	faults   *fault.Machine
	verifier *signature.Verifier
	started  *starts
	tell     func(News)
	changed  chan string // SIDs of calls that are to be shown anew

	looking sync.Mutex // taken before mu
	looks   int64

	mu            sync.Mutex
	source        map[string]capture.Source // by SID, for exchanges to come
	conversations []*Conversation
	calls         []*call
	deliveries    []*Delivery
	planned       map[string]plan  // by SID, for phones that will ring
	texts         map[string]place // where a message of a conversation is
	pictures      []picture
}

// New returns a stage. tell is called with all news, from any goroutine, and
// must not block.
func New(cfg Config, tell func(News)) (*Stage, error) {
	cfg.BaseURL = strings.TrimSuffix(cmp.Or(cfg.BaseURL, cfg.App), "/")
	cfg.SMS, cfg.Voice, cfg.Status = cmp.Or(cfg.SMS, "/sms"), cmp.Or(cfg.Voice, "/voice"), cmp.Or(cfg.Status, "/status")
	cfg.Number = cmp.Or(cfg.Number, "+15550100")
	cfg.API = strings.TrimSuffix(cmp.Or(cfg.API, "https://api.twilio.com"), "/")
	cfg.Seed = cmp.Or(cfg.Seed, uint64(time.Now().UnixNano()))
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport
	}
	verifier, err := signature.New(signature.Config{
		BaseURL: cfg.BaseURL,
		Tokens:  signature.Tokens(cfg.AuthToken),
		Methods: []string{http.MethodPost, http.MethodGet},
	})
	if err != nil {
		return nil, err
	}
	s := &Stage{
		cfg: cfg, verifier: verifier, tell: tell,
		changed: make(chan string, 256),
		source:  make(map[string]capture.Source),
		texts:   make(map[string]place),
		planned: make(map[string]plan),
	}
	s.faults = fault.New(redirect(cfg.Transport, cfg.BaseURL, cfg.App), func(p fault.Plan) { tell(News{"faults", p}) })
	s.started = &starts{next: s.faults}
	s.engine = dialogue.New(dialogue.Config{
		Transport: s.started,
		BaseURL:   cfg.BaseURL,
		AuthToken: cfg.AuthToken,
		Seed:      cfg.Seed,
		Clock:     dialogue.SystemClock{},
		Observe:   s.observe,
		Limits:    dialogue.Limits{CallLength: time.Hour},
		Deliver:   s.life,
	})
	return s, nil
}

// Run plays until ctx ends.
func (s *Stage) Run(ctx context.Context) error {
	defer s.engine.Close()
	go s.show(ctx)
	return s.engine.Run(ctx)
}

// Faults returns the machine that breaks requests.
func (s *Stage) Faults() *fault.Machine { return s.faults }

// Config returns the settings with the defaults filled in.
func (s *Stage) Config() Config { return s.cfg }

// redirect sends what is addressed to base to app. Where both are one it is
// next itself. The host that the program sees stays that of base, as behind a
// proxy that passes it on.
func redirect(next http.RoundTripper, base, app string) http.RoundTripper {
	if base == strings.TrimSuffix(app, "/") {
		return next
	}
	return &redirector{next: next, base: base, app: strings.TrimSuffix(app, "/")}
}

type redirector struct {
	next      http.RoundTripper
	base, app string
}

func (d *redirector) RoundTrip(r *http.Request) (*http.Response, error) {
	rest, ok := strings.CutPrefix(r.URL.String(), d.base)
	if !ok {
		return d.next.RoundTrip(r)
	}
	target, err := r.URL.Parse(d.app + rest)
	if err != nil {
		return nil, err
	}
	c := r.Clone(r.Context())
	c.Host = r.URL.Host
	c.URL = target
	return d.next.RoundTrip(c)
}

// observe hears of everything that happens. It runs on the engine's goroutine
// and must not call the engine.
func (s *Stage) observe(e dialogue.Event) {
	var id int64
	if e.Type == dialogue.Fetched && e.Exchange != nil {
		id = s.captured(e.Exchange, e.At)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Type == dialogue.MessageSent && e.Message != nil {
		s.sent(e)
	}
	if e.Call != nil {
		s.line(e, id)
	}
}

// captured keeps an exchange and returns its number.
func (s *Stage) captured(x *dialogue.Exchange, at time.Time) int64 {
	e := s.describe(x, at)
	s.mu.Lock()
	e.Source = cmp.Or(s.source[e.SID], capture.Phone)
	s.mu.Unlock()
	kept, err := s.cfg.Store.Add(context.Background(), e)
	if err != nil {
		s.tell(News{"trouble", err.Error()})
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reported(x, kept)
	return kept.ID
}

func newestFirst[T any](list []T) []T {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}
