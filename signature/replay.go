package signature

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/internal/hookctx"
)

// ReplayWindow refuses a verified request that arrives a second time (T09).
// Twilio's signature has no timestamp. Anyone who has seen a request, in a log
// or at a tunnel, can send it again forever. A window prevents that for its
// duration.
//
// A request is identified by its signature, which covers the URL and the
// parameters. If equal requests are legitimate (a caller may press the same key
// twice in one call), do not use a window, or set DistinctTokens. State that
// changes only once, as in package status, needs no window.
type ReplayWindow struct {
	// Store remembers the requests. Nil means a new [MemoryClaims], which other
	// processes do not see.
	Store ClaimStore

	// Window is how long a request is remembered; zero means 24 hours.
	Window time.Duration

	// DistinctTokens accepts requests that differ only in their
	// I-Twilio-Idempotency-Token. Twilio gives a retry the token of the first
	// attempt. The header is not signed: with this option, the window stops
	// retries but not an attacker who can set headers.
	DistinctTokens bool

	// Refused is called with each refused request, like [Config.Refused].
	Refused func(*http.Request, *Error)
}

const (
	defaultWindow  = 24 * time.Hour
	releaseTimeout = 5 * time.Second
)

// Handler passes each request to next once. Use it inside [Verifier.Handler];
// it panics on requests that did not pass through one. It answers a repeated
// request with 409, or with 503 if the store fails.
//
// A request is forgotten, so that a retry may reach next again, if next
// panicked or answered with a server error while the client was still waiting.
// Handlers of package webhook are more precise: their request is forgotten only
// if the user's function was not called or failed. A function that timed out,
// or whose client closed the connection, may have done its work.
//
// Handler panics if next is nil or Window is negative.
func (w *ReplayWindow) Handler(next http.Handler) http.Handler {
	if next == nil {
		panic("signature: Handler of a nil http.Handler")
	}
	if w.Window < 0 {
		panic("signature: ReplayWindow.Window is negative")
	}
	store, window := w.Store, w.Window
	if store == nil {
		store = new(MemoryClaims)
	}
	if window == 0 {
		window = defaultWindow
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		proof, ok := FromContext(r.Context())
		if !ok {
			panic("signature: ReplayWindow.Handler outside of Verifier.Handler")
		}
		key, owner := w.key(proof, r.Header), rand.Text()
		release := func() {
			// The client may be gone. Release the claim anyway.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), releaseTimeout)
			defer cancel()
			_ = store.Release(ctx, key, owner) // otherwise it ends with the window
		}
		claim, err := store.Claim(r.Context(), key, owner, window)
		if err != nil || claim.Owner != owner {
			refusal := refuse(ErrReplayed, "")
			if err != nil {
				release() // the claim may have succeeded before the error
				refusal = refuseFor(ErrClaimStore, "", err)
			}
			if w.Refused != nil {
				w.Refused(r, refusal)
			}
			refusal.Respond(rw, r)
			return
		}
		watched := &statusWatcher{ResponseWriter: rw}
		ctx, outcome := hookctx.WithOutcome(r.Context())
		again := true // after a panic
		defer func() {
			switch outcome() {
			case hookctx.Failed:
				again = true
			case hookctx.Answered, hookctx.Unclear:
				again = false
			case hookctx.Unreported:
				again = again && r.Context().Err() == nil
			}
			if again {
				release()
			}
		}()
		next.ServeHTTP(watched, r.WithContext(ctx))
		again = watched.status >= http.StatusInternalServerError
	})
}

// key returns the key of a request in the store. It is a hash, so that the
// store holds no usable signature and any header length fits.
func (w *ReplayWindow) key(p *Verified, h http.Header) string {
	sum := sha256.New()
	io.WriteString(sum, p.signature)
	if w.DistinctTokens {
		io.WriteString(sum, h.Get("I-Twilio-Idempotency-Token"))
	}
	return "replay:" + hex.EncodeToString(sum.Sum(nil))
}

// statusWatcher records the status of an answer.
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

// Unwrap supports [http.ResponseController].
func (w *statusWatcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }
