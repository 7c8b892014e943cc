// Package fault injects faults between Twilio and a program. It is an
// [http.RoundTripper] that delays, breaks, forges and repeats requests.
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
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/signature"
)

// Kind is a way to fail.
type Kind string

// The kinds of faults, in the order in which they are shown.
const (
	Timeout        Kind = "timeout"         // the program gets the request, its answer never arrives
	Refused        Kind = "refused"         // nothing is sent: the connection is refused
	ServerError    Kind = "5xx"             // the answer becomes 503
	Truncated      Kind = "truncated"       // the second half of the answer is missing
	Slow           Kind = "slow"            // the answer arrives 6 s after the request, in time for Twilio
	Retry          Kind = "retry"           // the request is sent twice with one idempotency token
	Fallback       Kind = "fallback"        // as 5xx, but requests to the fallback URL pass
	WrongSignature Kind = "wrong-signature" // one character of the signature is changed
	OldToken       Kind = "old-token"       // signed with a retired token
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Timeout, Refused, ServerError, Truncated, Slow, Retry, Fallback, WrongSignature, OldToken}
}

// slow is how long a slow answer takes: slow for a person, but in time for
// Twilio.
const slow = 6 * time.Second

// retired is the token that old-token signs with.
const retired = "00000000000000000000000000000000"

// A Record is what happened to one request. A capture must show what was sent,
// after a fault changed it.
type Record struct {
	At       time.Time   // when the request was sent
	Fault    Kind        // that was applied; empty: none
	Header   http.Header // as sent; nil: nothing was sent
	Repeated *Answer     // to the first of two equal requests
}

// An Answer is the program's answer to a request whose answer Twilio does not
// use.
type Answer struct {
	At     time.Time
	Took   time.Duration
	Status int // zero: there was none
	Header http.Header
	Body   []byte
	Err    error
}

type recordKey struct{}

// WithRecord returns a context whose request fills in rec.
func WithRecord(ctx context.Context, rec *Record) context.Context {
	return context.WithValue(ctx, recordKey{}, rec)
}

// A Fault is one kind of fault and when it applies.
type Fault struct {
	Kind Kind    `json:"kind"`
	On   bool    `json:"on"`
	Rate float64 `json:"rate"` // share of the requests, 0 to 1
	Once bool    `json:"once"` // is turned off after it was applied
}

// Plan is the faults and the seed of the choices. The same seed and the same
// sequence of requests give the same choices.
type Plan struct {
	Faults []Fault `json:"faults"`
	Seed   uint64  `json:"seed"`
}

// A Machine sends requests and applies faults. It is safe for concurrent use.
// At first, no fault is on.
type Machine struct {
	next     http.RoundTripper
	fallback string
	changed  func(Plan)

	mu   sync.Mutex
	plan Plan
	rng  *rand.Rand
}

// New returns a machine that sends requests through next. fallback is the path
// of the fallback URL, empty if there is none. changed, which may be nil, is
// called when a fault with Once is turned off.
func New(next http.RoundTripper, fallback string, changed func(Plan)) *Machine {
	m := &Machine{next: next, fallback: fallback, changed: changed}
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

// Set changes the faults that p names and starts the choices from the seed. An
// unknown kind, a rate outside 0 to 1, and a fallback fault without a fallback
// URL are errors and change nothing.
func (m *Machine) Set(p Plan) error {
	for _, f := range p.Faults {
		if !slices.Contains(Kinds(), f.Kind) {
			return fmt.Errorf("there is no fault called %q", f.Kind)
		}
		if !(f.Rate >= 0 && f.Rate <= 1) {
			return fmt.Errorf("the rate of %s must be from 0 to 1", f.Kind)
		}
		if f.Kind == Fallback && f.On && m.fallback == "" {
			return errors.New("no fallback URL is set: start ringback with --fallback PATH")
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

// choose returns the fault for a request to path, or "".
func (m *Machine) choose(path string) Kind {
	m.mu.Lock()
	var struck Kind
	var told *Plan
	for i, f := range m.plan.Faults {
		if !f.On || f.Kind == Fallback && path == m.fallback || m.rng.Float64() >= f.Rate {
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

// Error is an injected failure.
type Error struct {
	Kind Kind
	Err  error
}

// Error says what happened and which fault caused it.
func (e *Error) Error() string { return fmt.Sprintf("%v (fault %s)", e.Err, e.Kind) }

// Unwrap returns the error that a real failure of this kind would cause.
func (e *Error) Unwrap() error { return e.Err }

// RoundTrip sends r and applies at most one fault.
func (m *Machine) RoundTrip(r *http.Request) (*http.Response, error) {
	rec, ok := r.Context().Value(recordKey{}).(*Record)
	if !ok {
		rec = new(Record)
	}
	kind := m.choose(r.URL.Path)
	*rec = Record{At: time.Now(), Fault: kind}
	switch kind {
	case Refused:
		return nil, &Error{kind, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}}
	case WrongSignature, OldToken:
		var err error
		if r, err = forge(r, kind); err != nil {
			return nil, err
		}
	case Retry:
		body, err := bodyOf(r)
		if err != nil {
			return nil, err
		}
		rec.Repeated = m.first(again(r, body))
		r = again(r, body)
		rec.At = time.Now()
	}
	rec.Header = r.Header
	resp, err := m.next.RoundTrip(r)
	if err != nil {
		switch kind {
		case Timeout, Slow, ServerError, Fallback, Truncated:
			rec.Fault = "" // there was no answer to change
		}
		return nil, err
	}
	switch kind {
	case Timeout:
		// The program has done its work, but Twilio does not get the answer.
		resp.Body.Close()
		<-r.Context().Done()
		return nil, &Error{kind, r.Context().Err()}
	case Slow:
		if err := wait(r.Context(), slow-time.Since(rec.At)); err != nil {
			resp.Body.Close()
			return nil, &Error{kind, err}
		}
	case ServerError, Fallback:
		resp.Body.Close()
		resp.StatusCode, resp.Status = http.StatusServiceUnavailable, "503 Service Unavailable"
		resp.Body, resp.ContentLength = http.NoBody, 0
		resp.Header = http.Header{}
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

// first sends the first of two equal requests.
func (m *Machine) first(r *http.Request) *Answer {
	a := &Answer{At: time.Now()}
	resp, err := m.next.RoundTrip(r)
	if err == nil {
		a.Status, a.Header = resp.StatusCode, resp.Header
		a.Body, err = io.ReadAll(io.LimitReader(resp.Body, 64<<10))
		resp.Body.Close()
	}
	a.Took, a.Err = time.Since(a.At), err
	return a
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

// Retired returns a key with the id of key and another secret, as before a
// rotation.
func Retired(key signature.Token) (signature.Token, error) {
	if key.Shared() {
		return signature.NewSharedKey(key.KeyID(), retired)
	}
	return signature.NewToken("retired", retired)
}

// retiredKey is the retired key of a request with this settings header.
func retiredKey(settings string) (signature.Token, error) {
	for item := range strings.SplitSeq(settings, ",") {
		if id, ok := strings.CutPrefix(strings.TrimSpace(item), "key="); ok {
			return signature.NewSharedKey(id, retired)
		}
	}
	return signature.NewToken("retired", retired)
}

// forge returns r with another signature. A request that has none gets one that
// is wrong.
func forge(r *http.Request, kind Kind) (*http.Request, error) {
	body, err := bodyOf(r)
	if err != nil {
		return nil, err
	}
	forged := again(r, body)
	given := r.Header.Get(signatureHeader)
	switch {
	case kind == OldToken:
		var values url.Values
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			if values, err = url.ParseQuery(string(body)); err != nil {
				return nil, fmt.Errorf("fault: %w", err)
			}
		}
		key, err := retiredKey(signature.HeadersOf(r.Header).Settings)
		if err != nil {
			return nil, fmt.Errorf("fault: %w", err)
		}
		key.Sign(remote.Address(r.URL), values).Set(forged.Header)
		return forged, nil
	case given == "":
		given = strings.Repeat("A", 27) + "="
	case given[0] == 'A':
		given = "B" + given[1:]
	default:
		given = "A" + given[1:]
	}
	forged.Header.Set(signatureHeader, given)
	return forged, nil
}

func bodyOf(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20+1))
	if err != nil {
		return nil, fmt.Errorf("fault: the body of the request cannot be read: %w", err)
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
