package signature

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"sync"
	"time"
)

// ReplayStore remembers the requests that a [ReplayWindow] has seen. An
// implementation must be safe for concurrent use, by several processes if it
// lives in a database. The keys are short texts in hexadecimal.
type ReplayStore interface {
	// Claim remembers key for ttl and reports true, or reports false if key is
	// remembered already. The two must be one atomic step: of any number of
	// simultaneous claims exactly one is granted.
	Claim(ctx context.Context, key string, ttl time.Duration) (bool, error)

	// Release forgets key, so that the next claim is granted. A key that is
	// not there is no error.
	Release(ctx context.Context, key string) error
}

// ReplayWindow refuses a verified request that comes a second time (T09).
// Nothing that Twilio signs tells when a request was made, so whoever has seen
// one, in a log or at a tunnel, can send it again for ever; a window makes that
// useless while it lasts.
//
// A request is known by its signature, which covers the URL and the
// parameters. Where equal requests are legitimate (a caller may press the same
// key twice in one call) a window must not be used, or DistinctTokens set.
// State that changes only once, as in package status, needs no window.
type ReplayWindow struct {
	// Store remembers the requests. Nil means a [ReplayMemory] of its own,
	// which other processes know nothing of.
	Store ReplayStore

	// Window is how long a request is remembered; zero means 24 hours.
	Window time.Duration

	// DistinctTokens lets requests pass that differ in their
	// I-Twilio-Idempotency-Token only. Twilio gives a retry the token of the
	// first try. The header is not signed: with this set, the window keeps
	// retries out, but nobody who can write headers.
	DistinctTokens bool

	// Refused is called with each request that is refused, as
	// [Config.Refused] is.
	Refused func(*http.Request, *Error)
}

const defaultWindow = 24 * time.Hour

// Handler lets each request reach next once. It belongs inside
// [Verifier.Handler] and panics on requests that have not come through one. A
// repeated request is answered with 409, and with 503 if the store fails. A
// request whose handler panics or answers with a server error is forgotten, so
// that Twilio's retry has its chance. Handler panics if next is nil or Window
// is negative.
func (w *ReplayWindow) Handler(next http.Handler) http.Handler {
	if next == nil {
		panic("signature: Handler of a nil http.Handler")
	}
	if w.Window < 0 {
		panic("signature: ReplayWindow.Window is negative")
	}
	store, window := w.Store, w.Window
	if store == nil {
		store = new(ReplayMemory)
	}
	if window == 0 {
		window = defaultWindow
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		proof, ok := FromContext(r.Context())
		if !ok {
			panic("signature: ReplayWindow.Handler outside of Verifier.Handler")
		}
		key := w.key(proof, r.Header)
		fresh, err := store.Claim(r.Context(), key, window)
		if err != nil || !fresh {
			refusal := refuse(ErrReplayed, "")
			if err != nil {
				refusal = refuseFor(ErrReplayStore, "", err)
			}
			if w.Refused != nil {
				w.Refused(r, refusal)
			}
			refusal.ServeHTTP(rw, r)
			return
		}
		watched := &statusWatcher{ResponseWriter: rw}
		done := false
		defer func() {
			if done && watched.status < http.StatusInternalServerError {
				return
			}
			// The client may be gone; the claim has to go all the same.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
			defer cancel()
			_ = store.Release(ctx, key) // else it goes when the window is over
		}()
		next.ServeHTTP(watched, r)
		done = true
	})
}

// key returns what the store knows a request by. It is hashed: the store need
// not hold what could be sent again, and a header of any length fits.
func (w *ReplayWindow) key(p *Verified, h http.Header) string {
	sum := sha256.New()
	io.WriteString(sum, p.signature)
	if w.DistinctTokens {
		io.WriteString(sum, h.Get("I-Twilio-Idempotency-Token"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// statusWatcher remembers the status of an answer.
type statusWatcher struct {
	http.ResponseWriter
	status int
}

func (w *statusWatcher) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK { // an interim answer does not count
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] reach what is behind.
func (w *statusWatcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// ReplayMemory is a [ReplayStore] in memory. The zero value is ready, and holds
// up to 100,000 requests, about 20 MB.
type ReplayMemory struct {
	// Max is how many requests are remembered; zero or less means 100,000.
	// When there are more, the oldest are forgotten before their time. It must
	// not be changed once the store is in use.
	Max int

	mu    sync.Mutex
	known map[string]*list.Element
	order list.List // of claim, the oldest first
}

type claim struct {
	key     string
	expires time.Time
}

const defaultReplays = 100_000

// Claim implements [ReplayStore]. It never fails.
func (m *ReplayMemory) Claim(_ context.Context, key string, ttl time.Duration) (bool, error) {
	now := time.Now()
	limit := m.Max
	if limit <= 0 {
		limit = defaultReplays
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.known[key]; ok {
		if now.Before(e.Value.(claim).expires) {
			return false, nil
		}
		m.forget(e)
	}
	for e := m.order.Front(); e != nil; e = m.order.Front() {
		if m.order.Len() < limit && now.Before(e.Value.(claim).expires) {
			break
		}
		m.forget(e)
	}
	if m.known == nil {
		m.known = make(map[string]*list.Element)
	}
	m.known[key] = m.order.PushBack(claim{key, now.Add(ttl)})
	return true, nil
}

// Release implements [ReplayStore]. It never fails.
func (m *ReplayMemory) Release(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.known[key]; ok {
		m.forget(e)
	}
	return nil
}

// Len returns how many requests are remembered, expired ones included that
// nothing has swept away yet.
func (m *ReplayMemory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.order.Len()
}

func (m *ReplayMemory) forget(e *list.Element) {
	delete(m.known, e.Value.(claim).key)
	m.order.Remove(e)
}
