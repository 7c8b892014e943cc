// Package remote reaches the program that a one-shot command is about: over
// HTTP, in whatever language it is written, and nothing but that program.
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// Config says where the program is. App, or a Handler in this process, is
// required.
type Config struct {
	App      string            // where requests are sent, "http://127.0.0.1:8080"
	BaseURL  string            // what they are signed for; empty: App
	Handler  http.Handler      // in place of App
	Next     http.RoundTripper // carries requests to App; nil: http.DefaultTransport
	Progress io.Writer         // is told of answers that take long; nil: nobody
	// Flags are the flags that say where in the program things are, by path:
	// {"/sms": "--sms"}. A path that the program does not have is told with its
	// flag.
	Flags map[string]string
	// Patience is how long an answer may take before Progress is told. Zero: 1 s.
	Patience time.Duration
}

// Program is an http.RoundTripper to one program. It is safe for concurrent
// use.
type Program struct {
	cfg   Config
	route *Route
	next  http.RoundTripper
	ctx   context.Context // of the command: what it fetches ends with it

	mu      sync.Mutex
	foreign string
	refused bool
	absent  string // the first path of Flags that the program turned out not to have
}

// New returns the way to a program. When ctx ends all requests end: the engine
// that makes them has no context of its own. It fails for an App or a BaseURL
// that is not a URL of http or https.
func New(ctx context.Context, cfg Config) (*Program, error) {
	route, err := NewRoute(cfg.App, cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if cfg.Patience == 0 {
		cfg.Patience = time.Second
	}
	p := &Program{cfg: cfg, route: route, next: cfg.Next, ctx: ctx}
	switch {
	case cfg.Handler != nil:
		p.next = dialogue.Handler(cfg.Handler)
	case p.next == nil:
		p.next = http.DefaultTransport
	}
	return p, nil
}

// BaseURL returns the address that requests are signed for.
func (p *Program) BaseURL() string { return p.route.Base() }

// RoundTrip carries a request to the program. A request that is addressed to
// anything else is not sent (T35).
func (p *Program) RoundTrip(r *http.Request) (*http.Response, error) {
	c, err := p.route.Redirect(r)
	if err != nil {
		if errors.Is(err, ErrForeign) {
			p.mu.Lock()
			p.foreign = r.URL.Scheme + "://" + r.URL.Host
			p.mu.Unlock()
		}
		return nil, err
	}
	ctx, cancel := context.WithCancel(r.Context())
	release := context.AfterFunc(p.ctx, cancel)
	done := p.watch(r)
	c = c.WithContext(ctx)
	res, err := p.next.RoundTrip(c)
	if err != nil {
		release()
		cancel()
		done()
		return nil, err
	}
	p.note(c.URL.Path, res.StatusCode)
	res.Body = &body{res.Body, func() { release(); cancel(); done() }}
	return res, nil
}

// note keeps what a status says about the flags.
func (p *Program) note(path string, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch status {
	case http.StatusForbidden, http.StatusUnauthorized:
		p.refused = true
	case http.StatusNotFound:
		if path = strings.TrimPrefix(path, p.route.app.path); p.absent == "" && p.cfg.Flags[path] != "" {
			p.absent = path
		}
	}
}

// watch tells of a request that takes long, until the function that it returns
// is called.
func (p *Program) watch(r *http.Request) (done func()) {
	if p.cfg.Progress == nil {
		return func() {}
	}
	ended := make(chan struct{})
	began := time.Now()
	go func() {
		wait := p.cfg.Patience
		for {
			timer := time.NewTimer(wait)
			select {
			case <-ended:
				timer.Stop()
				return
			case <-timer.C:
				fmt.Fprintf(p.cfg.Progress, "ringback: %s %s has not answered for %v; Twilio waits 15s\n",
					r.Method, r.URL.Path, time.Since(began).Round(time.Second))
				wait = 5 * p.cfg.Patience
			}
		}
	}()
	return sync.OnceFunc(func() { close(ended) })
}

// Hint says what to do about what went wrong, as far as that is known from the
// way; or nothing.
func (p *Program) Hint() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.foreign != "":
		return fmt.Sprintf("the program leads to %s, which is not it; if that is its public address, give it as --base-url", p.foreign)
	case p.refused:
		return fmt.Sprintf("the program refuses the signature; give the token that it verifies with (--token or TWILIO_AUTH_TOKEN) and the address that it verifies for (--base-url, now %s)", p.BaseURL())
	case p.absent != "":
		return fmt.Sprintf("the program has no %s; say with %s which path it has for that", p.absent, p.cfg.Flags[p.absent])
	}
	return ""
}

// body tells when an answer has been read.
type body struct {
	io.ReadCloser
	closed func()
}

func (b *body) Close() error {
	defer b.closed()
	return b.ReadCloser.Close()
}

// Log keeps what an engine tells. Its zero value is ready, and safe for
// concurrent use.
type Log struct {
	mu     sync.Mutex
	events []dialogue.Event
}

// Add keeps an event.
func (l *Log) Add(e dialogue.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
}

// All returns what was kept so far.
func (l *Log) All() []dialogue.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events[:len(l.events):len(l.events)]
}
