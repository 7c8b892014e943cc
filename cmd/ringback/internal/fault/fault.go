// Package fault does on purpose what goes wrong between Twilio and a program:
// it is an [http.RoundTripper] that delays, breaks, forges and repeats.
package fault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// Kind is a way to fail.
type Kind string

// The kinds of faults, in the order in which they are shown.
const (
	Timeout        Kind = "timeout"         // no answer until Twilio gives up
	Refused        Kind = "refused"         // nobody listens
	ServerError    Kind = "5xx"             // the answer becomes 503
	Truncated      Kind = "truncated"       // the answer breaks off in the middle
	Slow           Kind = "slow"            // the answer is late, but in time
	Retry          Kind = "retry"           // the request is sent twice with one idempotency token
	Fallback       Kind = "fallback"        // as 5xx, where a fallback URL takes over
	WrongSignature Kind = "wrong-signature" // one character is changed
	OldToken       Kind = "old-token"       // signed with a token that was rotated out
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Timeout, Refused, ServerError, Truncated, Slow, Retry, Fallback, WrongSignature, OldToken}
}

// Header is set in answers that a fault has touched; its value is the kind.
const Header = "Ringback-Fault"

// slow is how late a slow answer is: late to a person, in time for Twilio.
const slow = 6 * time.Second

// retired is the token that old-token signs with.
const retired = "00000000000000000000000000000000"

// A Fault is one kind and when it strikes.
type Fault struct {
	Kind Kind    `json:"kind"`
	On   bool    `json:"on"`
	Rate float64 `json:"rate"` // share of the requests, 0 to 1
	Once bool    `json:"once"` // goes off after it has struck
}

// Plan is what may go wrong, and the seed of the choices: one seed and one
// sequence of requests make the same choices every time.
type Plan struct {
	Faults []Fault `json:"faults"`
	Seed   uint64  `json:"seed"`
}

// A Machine carries requests and lets faults strike. It is safe for concurrent
// use; nothing is on at first.
type Machine struct {
	next    http.RoundTripper
	changed func(Plan)

	mu   sync.Mutex
	plan Plan
	rng  *rand.Rand
}

// New returns a machine that carries requests by next. changed, which may be
// nil, is called when a fault that strikes once has gone off.
func New(next http.RoundTripper, changed func(Plan)) *Machine {
	m := &Machine{next: next, changed: changed}
	plan := Plan{Seed: 1}
	for _, kind := range Kinds() {
		plan.Faults = append(plan.Faults, Fault{Kind: kind, Rate: 1})
	}
	m.plan, m.rng = plan, rand.New(rand.NewPCG(plan.Seed, 0))
	return m
}

// Plan returns what is set.
func (m *Machine) Plan() Plan {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.copy()
}

func (m *Machine) copy() Plan {
	return Plan{Faults: slices.Clone(m.plan.Faults), Seed: m.plan.Seed}
}

// Set changes what may go wrong and starts the choices from the seed. Kinds
// that p does not name stay as they are; one that is unknown, or a rate that is
// no share, is an error and changes nothing.
func (m *Machine) Set(p Plan) error {
	for _, f := range p.Faults {
		if !slices.Contains(Kinds(), f.Kind) {
			return fmt.Errorf("there is no fault called %q", f.Kind)
		}
		if !(f.Rate >= 0 && f.Rate <= 1) {
			return fmt.Errorf("the rate of %s must be from 0 to 1", f.Kind)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range p.Faults {
		i := slices.IndexFunc(m.plan.Faults, func(g Fault) bool { return g.Kind == f.Kind })
		m.plan.Faults[i] = f
	}
	m.plan.Seed = p.Seed
	m.rng = rand.New(rand.NewPCG(p.Seed, 0))
	return nil
}

// choose returns the fault that strikes now, "" for none.
func (m *Machine) choose() Kind {
	m.mu.Lock()
	var struck Kind
	var told *Plan
	for i, f := range m.plan.Faults {
		if !f.On || m.rng.Float64() >= f.Rate {
			continue
		}
		struck = f.Kind
		if f.Once {
			m.plan.Faults[i].On = false
			p := m.copy()
			told = &p
		}
		break
	}
	m.mu.Unlock()
	if told != nil && m.changed != nil {
		m.changed(*told)
	}
	return struck
}

// Error is a failure that was made on purpose.
type Error struct {
	Kind Kind
	Err  error
}

// Error says what happened and that it was wanted.
func (e *Error) Error() string { return fmt.Sprintf("%v (fault %s)", e.Err, e.Kind) }

// Unwrap returns what a real failure of this kind would be.
func (e *Error) Unwrap() error { return e.Err }

// RoundTrip carries r and lets at most one fault strike.
func (m *Machine) RoundTrip(r *http.Request) (*http.Response, error) {
	kind := m.choose()
	switch kind {
	case "":
		return m.next.RoundTrip(r)
	case Timeout:
		<-r.Context().Done()
		return nil, &Error{kind, r.Context().Err()}
	case Refused:
		return nil, &Error{kind, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}}
	case Slow:
		if err := wait(r.Context(), slow); err != nil {
			return nil, &Error{kind, err}
		}
	case WrongSignature, OldToken:
		var err error
		if r, err = forge(r, kind); err != nil {
			return nil, err
		}
	case Retry:
		first, again, err := twice(r)
		if err != nil {
			return nil, err
		}
		if resp, err := m.next.RoundTrip(first); err == nil {
			io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
			resp.Body.Close()
		}
		r = again
	}
	resp, err := m.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Header.Set(Header, string(kind))
	switch kind {
	case ServerError, Fallback:
		resp.Body.Close()
		resp.StatusCode, resp.Status = http.StatusServiceUnavailable, "503 Service Unavailable"
		resp.Body, resp.ContentLength = http.NoBody, 0
		resp.Header.Del("Content-Length")
	case Truncated:
		body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
		resp.Body.Close()
		if err != nil {
			return nil, err
		}
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), broken{}))
	}
	return resp, nil
}

// broken is the end of a connection that was cut.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, &Error{Truncated, io.ErrUnexpectedEOF} }

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

const signatureHeader = "X-Twilio-Signature"

func forge(r *http.Request, kind Kind) (*http.Request, error) {
	body, err := bodyOf(r)
	if err != nil {
		return nil, err
	}
	forged := again(r, body)
	given := []byte(r.Header.Get(signatureHeader))
	switch {
	case len(given) == 0:
	case kind == WrongSignature:
		given[0] = 'A' + (given[0]-'A'+1)%26
		if given[0] == r.Header.Get(signatureHeader)[0] {
			given[0] = 'B'
		}
	default:
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, fmt.Errorf("fault: %w", err)
		}
		given = []byte(signature.Sign(retired, r.URL.String(), values))
	}
	forged.Header.Set(signatureHeader, string(given))
	return forged, nil
}

func twice(r *http.Request) (*http.Request, *http.Request, error) {
	body, err := bodyOf(r)
	if err != nil {
		return nil, nil, err
	}
	return again(r, body), again(r, body), nil
}

func bodyOf(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return nil, errors.Join(errors.New("fault: the request has no body to repeat"), err)
	}
	return body, nil
}

func again(r *http.Request, body []byte) *http.Request {
	c := r.Clone(r.Context())
	c.Body, c.ContentLength = http.NoBody, 0
	if len(body) > 0 {
		c.Body, c.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return c
}
