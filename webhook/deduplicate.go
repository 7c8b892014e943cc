package webhook

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/ringback-go/ringback/internal/hookctx"
	"github.com/ringback-go/ringback/signature"
)

// Deduplicate returns a handler that answers a retry with the first answer,
// without calling next again. Retries that arrive while the first request is
// being handled wait for its answer.
//
//	mux.Handle("POST /sms", webhook.Deduplicate(hooks, new(signature.MemoryClaims), webhook.Handle(hooks, reply)))
//
// A request is a retry of another if it has the same URL, method, signature and
// I-Twilio-Idempotency-Token, which Twilio repeats on a retry. The token is not
// signed and therefore not enough on its own; one of more than 256 bytes is
// ignored. Requests are verified before they are compared.
//
// Only an answer with a status below 400 is remembered, for [AnswerLifetime].
// After an error, a panic, a fallback, or an answer of more than 64 KiB, the
// next retry calls next again.
//
// Use it for endpoints where an action must not be done twice. Do not use it
// where equal requests without a token are legitimate: a caller may press the
// same key again. If the store fails, Deduplicate logs it and calls next
// without this protection. It panics if an argument is nil.
func Deduplicate(rc *Receiver, store signature.ClaimStore, next http.Handler) http.Handler {
	if rc == nil || store == nil || next == nil {
		panic("webhook: Deduplicate of a nil Receiver, ClaimStore or Handler")
	}
	return &deduplicator{rc: rc, store: store, next: next}
}

const (
	// AnswerLifetime is how long [Deduplicate] keeps answers. Twilio's attempts
	// for one request end after 15 s; the rest is for other software that
	// repeats requests.
	AnswerLifetime = 10 * time.Minute

	storeTimeout = 2 * time.Second // store timeout
	leaseMargin  = 5 * time.Second // beyond the Receiver's timeout
	longestToken = 256             // maximum bytes of an idempotency token

	// While another request has the claim, the store is polled after the first
	// pause, then less often.
	firstPause   = 10 * time.Millisecond
	longestPause = 200 * time.Millisecond
)

type deduplicator struct {
	rc    *Receiver
	store signature.ClaimStore
	next  http.Handler
}

func (d *deduplicator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Waiting for another request and handling this one share the time that
	// Twilio waits.
	ctx, cancel := context.WithTimeout(r.Context(), d.rc.timeout)
	defer cancel()
	proof := d.rc.receive(w, r)
	if proof == nil {
		return
	}
	ctx, outcome := hookctx.WithOutcome(withProof(ctx, proof))
	r = r.WithContext(ctx)

	key, owner := answerKey(proof, r), rand.Text()
	claim, err := d.claim(ctx, key, owner)
	var kept storedAnswer
	if err == nil && claim.Owner == "" {
		err = json.Unmarshal(claim.Value, &kept)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		// The first request is still being handled and the time is up. If a
		// middleware set the deadline, writing nothing would mean 200, and a
		// notice would count as received (T22).
		h := w.Header()
		h.Set("Content-Length", "0")
		w.WriteHeader(http.StatusServiceUnavailable)
	case err != nil:
		d.warn(r, err)
		d.next.ServeHTTP(w, r)
	case claim.Owner == "":
		kept.send(w)
	default:
		d.first(w, r, outcome, key, owner)
	}
}

// claim claims the key, or waits for the answer of the request that claimed it.
func (d *deduplicator) claim(ctx context.Context, key, owner string) (signature.Claim, error) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		claim, err := d.ask(ctx, key, owner)
		if err != nil || claim.Owner == "" || claim.Owner == owner {
			return claim, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return signature.Claim{}, ctx.Err()
		}
	}
}

func (d *deduplicator) ask(ctx context.Context, key, owner string) (signature.Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return d.store.Claim(ctx, key, owner, d.rc.timeout+leaseMargin)
}

// first calls next and stores the answer before sending it, because a retry may
// come right after.
func (d *deduplicator) first(w http.ResponseWriter, r *http.Request, outcome func() hookctx.Outcome, key, owner string) {
	rec := &tee{ResponseWriter: w}
	var kept []byte
	defer func() {
		// The client may be gone. The claim must end anyway.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTimeout)
		defer cancel()
		end := func() error { return d.store.Finish(ctx, key, owner, kept, AnswerLifetime) }
		if kept == nil {
			end = func() error { return d.store.Release(ctx, key, owner) }
		}
		if err := end(); err != nil {
			d.warn(r, err)
		}
		rec.send()
	}()
	d.next.ServeHTTP(rec, r)
	if o := outcome(); o == hookctx.Answered || o == hookctx.Unreported {
		kept = rec.answer()
	}
}

func (d *deduplicator) warn(r *http.Request, err error) {
	f := &Failure{Cause: CauseFailed, Err: err}
	d.rc.emit(r, f, &logRecord{level: slog.LevelWarn, message: "webhook: the store of answers failed"})
}

// answerKey returns the key of a request in the store: a hash of what
// distinguishes a retry from a new request. Each part is preceded by its
// length, so that different parts never have the same hash input.
func answerKey(p *signature.Verified, r *http.Request) string {
	token := ""
	if tokens := r.Header["I-Twilio-Idempotency-Token"]; len(tokens) == 1 && len(tokens[0]) <= longestToken {
		token = tokens[0]
	}
	h := sha256.New()
	for _, part := range []string{p.Method(), p.URL(), p.Signature(), token} {
		n := len(part)
		h.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		io.WriteString(h, part)
	}
	return "answer:" + hex.EncodeToString(h.Sum(nil))
}

// A storedAnswer is an answer in a store.
type storedAnswer struct {
	Status int         `json:"status"`
	Header http.Header `json:"header,omitempty"`
	Body   []byte      `json:"body,omitempty"`
}

func (a *storedAnswer) send(w http.ResponseWriter) {
	h := w.Header()
	for name, values := range a.Header {
		h[name] = values
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // an error means that the client is gone
}

// A tee buffers an answer until it is complete. An answer that is too large to
// store is passed on.
type tee struct {
	http.ResponseWriter
	status int
	body   []byte
	passed bool
}

func (t *tee) WriteHeader(status int) {
	if t.status == 0 && status >= http.StatusOK {
		t.status = status
	}
}

func (t *tee) Write(p []byte) (int, error) {
	t.WriteHeader(http.StatusOK)
	if !t.passed && len(t.body)+len(p) > maxAnswer {
		t.passed = true
		t.ResponseWriter.WriteHeader(t.status)
		if _, err := t.ResponseWriter.Write(t.body); err != nil {
			return 0, err
		}
		t.body = nil
	}
	if t.passed {
		return t.ResponseWriter.Write(p)
	}
	t.body = append(t.body, p...)
	return len(p), nil
}

// answer returns the answer to store, or nil if it must not be repeated.
func (t *tee) answer() []byte {
	t.WriteHeader(http.StatusOK)
	if t.passed || t.status >= http.StatusBadRequest || !validHeader(t.Header()) {
		return nil
	}
	text, err := json.Marshal(storedAnswer{Status: t.status, Header: t.Header(), Body: t.body})
	if err != nil {
		return nil
	}
	return text
}

// validHeader reports whether JSON can represent a header exactly.
func validHeader(h http.Header) bool {
	for name, values := range h {
		for _, v := range append(values, name) {
			if !utf8.ValidString(v) {
				return false
			}
		}
	}
	return true
}

func (t *tee) send() {
	if t.passed || t.status == 0 {
		return // already sent, or next panicked
	}
	t.ResponseWriter.WriteHeader(t.status)
	_, _ = t.ResponseWriter.Write(t.body)
}
