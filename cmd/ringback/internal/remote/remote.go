// Package remote sends the requests of a one-shot command to the program, over
// HTTP, and to nothing else.
package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/signature"
)

// Config says where the program is. App, or a Handler in this process, is
// required.
type Config struct {
	App      string            // where requests are sent, "http://127.0.0.1:8080"
	BaseURL  string            // what they are signed for; empty: App
	Key      signature.Token   // a shared key signs the requests; zero: they are signed already
	Handler  http.Handler      // instead of App
	Next     http.RoundTripper // carries requests to App; nil: http.DefaultTransport
	Progress io.Writer         // gets a line for slow answers; nil: none
	// Flags are the flags that set paths of the program, by path:
	// {"/sms": "--sms"}. The hint about a path that the program does not have
	// names its flag.
	Flags map[string]string
	// Console is the URL of a running console whose program App is; empty: none.
	// The hint about a program that does not listen names it.
	Console string
	// Patience is how long an answer may take before Progress gets a line.
	// Zero: 1 s.
	Patience time.Duration
	// Seen gets each exchange when its answer has been read; nil: nothing.
	Seen func(capture.Exchange)
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
	down    bool             // nothing listens at App
	absent  string           // the first path of Flags that the program turned out not to have
	answer  capture.Response // the last one with a status of 400 or more
}

// New returns the transport to a program. When ctx ends, all requests end,
// because the engine that makes them has no context. It fails for an App or a
// BaseURL that is not a URL of http or https.
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
	return Signed(roundTripper(p.roundTrip), p.cfg.Key).RoundTrip(r)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (p *Program) roundTrip(r *http.Request) (*http.Response, error) {
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
	e, err := p.exchange(r, c)
	if err != nil {
		cancel()
		return nil, err
	}
	end := sync.OnceFunc(func() {
		release()
		cancel()
		done()
		if e.Response.Status >= 400 {
			p.mu.Lock()
			p.answer = e.Response
			p.mu.Unlock()
		}
		if p.cfg.Seen != nil {
			e.Took = time.Since(e.At)
			p.cfg.Seen(*e)
		}
	})
	res, err := p.next.RoundTrip(c)
	if err != nil {
		e.Error, e.Code = err.Error(), CodeOf(err)
		if e.Code == 11205 {
			p.mu.Lock()
			p.down = true
			p.mu.Unlock()
		}
		end()
		return nil, err
	}
	p.note(c.URL.Path, res.StatusCode)
	e.Response.Status, e.Response.Header = res.StatusCode, res.Header
	if res.StatusCode == http.StatusSwitchingProtocols { // the body is the connection, and who has it closes it
		end()
		return res, nil
	}
	res.Body = &body{res.Body, e, end}
	return res, nil
}

// exchange starts the record of a request. It reads the body and restores it.
func (p *Program) exchange(r, c *http.Request) (*capture.Exchange, error) {
	e := &capture.Exchange{
		At: time.Now(), Source: capture.Command,
		Request: capture.Request{Method: r.Method, URL: addressOf(r), Header: r.Header.Clone()},
	}
	if p.cfg.Seen == nil || r.Body == nil {
		return e, nil
	}
	data, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return nil, err
	}
	e.Request.Body, c.Body = data, io.NopCloser(bytes.NewReader(data))
	return e, nil
}

// note records what a status says about the flags.
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

// Refused returns the status of the last answer with 400 or more, and the
// beginning of its text; 0 if there was none.
func (p *Program) Refused() (status int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text = strings.Join(strings.Fields(strings.ToValidUTF8(string(p.answer.Body), "\uFFFD")), " ")
	if runes := []rune(text); len(runes) > shownOfAnswer {
		text = string(runes[:shownOfAnswer]) + "..."
	}
	return p.answer.Status, text
}

// shownOfAnswer is how many characters of an error page are shown.
const shownOfAnswer = 300

// watch reports a slow request, until the returned function is called.
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
				fmt.Fprintf(p.cfg.Progress, "ringback: no answer from %s %s for %v; Twilio waits 15s\n",
					r.Method, r.URL.Path, time.Since(began).Round(time.Second))
				wait = 5 * p.cfg.Patience
			}
		}
	}()
	return sync.OnceFunc(func() { close(ended) })
}

// Hint says how to fix a failure, if a request showed the cause, and otherwise
// "".
func (p *Program) Hint() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.foreign != "":
		return fmt.Sprintf("the program's documents point to %s, which is another address; if that is its public address, set --base-url to it", p.foreign)
	case p.down && p.cfg.Console != "":
		return fmt.Sprintf("the console at %s is running, but its program at %s is not: start it again, or give another one with --app", p.cfg.Console, p.cfg.App)
	case p.refused:
		return fmt.Sprintf("the program refuses the signature; use its auth token (--token-file or TWILIO_AUTH_TOKEN) and the URL that it verifies (--base-url, now %s)", p.BaseURL())
	case p.absent != "":
		return fmt.Sprintf("the program has no %s; set the path with %s", p.absent, p.cfg.Flags[p.absent])
	}
	return ""
}

// body is the body of an answer, which is recorded while it is read.
type body struct {
	io.ReadCloser
	to     *capture.Exchange
	closed func()
}

// recorded limits how much of an answer is kept: as much as Twilio reads.
const recorded = 64 << 10

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	kept := &b.to.Response
	room := min(n, recorded-len(kept.Body))
	kept.Body = append(kept.Body, p[:room]...)
	kept.Truncated = kept.Truncated || room < n
	return n, err
}

func (b *body) Close() error {
	defer b.closed()
	return b.ReadCloser.Close()
}

// Log keeps the events of an engine. Its zero value is ready to use and safe
// for concurrent use.
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

// CodeOf is Twilio's error number for a request without an answer.
func CodeOf(err error) int {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return 11205
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return 11206
	}
	return 11200
}
