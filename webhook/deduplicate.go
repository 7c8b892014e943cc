package webhook

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// Deduplicate returns a handler that answers a retry with the first answer,
// without calling next again. Retries that come while the first request is at
// work wait for its answer.
//
//	mux.Handle("POST /sms", webhook.Deduplicate(hooks, new(webhook.MemoryAnswers), webhook.Handle(hooks, reply)))
//
// A request is a retry of another when it came to the same URL, by the same
// method, with the same signature, and with the same I-Twilio-Idempotency-Token,
// which Twilio repeats on a retry. The token is not signed and therefore never
// counts alone; one of more than 256 bytes counts as none. Requests are
// verified before they are compared.
//
// Only an answer with a status below 400 is remembered, and for as long as the
// store keeps it. After an error, a panic, or a fallback, which is an answer of
// need, the next retry calls next again. So does one that comes after an answer
// of more than 64 KiB, which is not kept.
//
// Put it before endpoints where an action must not be done twice. It is not for
// those where equal requests are legitimate and come without a token: a caller
// may press the same key again. A store that fails costs the protection, not the
// call: next is called, and the log says so.
func Deduplicate(rc *Receiver, store AnswerStore, next http.Handler) http.Handler {
	if rc == nil || store == nil || next == nil {
		panic("webhook: Deduplicate of a nil Receiver, AnswerStore or Handler")
	}
	return &deduplicator{rc: rc, store: store, next: next}
}

// An AnswerStore remembers answers for [Deduplicate]. [MemoryAnswers] is one for
// a single process; for several, the store has to be what they share.
//
// A key is free, claimed or answered. Implementations must be safe for
// concurrent use, must change a key in one atomic step, whatever processes are at
// work, must take a claim whose lease has ended and an answer whose time is up
// for a free key, and must bound what they hold.
type AnswerStore interface {
	// Claim gives a free key to owner for the time of lease, and tells whom the
	// key belongs to: the returned claim holds owner if it was free, the owner
	// of the claim if it was claimed, and the answer if it was answered. An
	// owner is a text that nobody else uses.
	Claim(ctx context.Context, key AnswerKey, owner string, lease time.Duration) (Claim, error)

	// Wait returns once the key is no longer claimed by owner, or at the latest
	// when the lease ends. A store without notifications looks again from time to
	// time.
	Wait(ctx context.Context, key AnswerKey, owner string) error

	// Finish ends the claim of owner: with an answer, which is kept for the time
	// of keep, or with nil, which frees the key. It does nothing where the key
	// belongs to somebody else by now.
	Finish(ctx context.Context, key AnswerKey, owner string, a *Answer, keep time.Duration) error
}

// An AnswerKey is what makes a request a retry of another: a SHA-256 of method,
// URL, signature and idempotency token.
type AnswerKey [sha256.Size]byte

// A Claim is what an [AnswerStore] knows of a key.
type Claim struct {
	Owner  string  // who is at work; "" once there is an Answer
	Answer *Answer // nil while somebody is at work
}

// An Answer is a response as it was sent. It must not be changed.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // at most 64 KiB
}

const (
	// AnswerLifetime is how long [Deduplicate] asks for answers to be kept.
	// Twilio's tries for one request are over after 15 s; the rest is for
	// whatever else repeats requests.
	AnswerLifetime = 10 * time.Minute

	storeTimeout = 2 * time.Second // for the store to answer before it counts as failed
	leaseMargin  = 5 * time.Second // beyond the Receiver's timeout
	longestToken = 256             // bytes of an idempotency token
)

type deduplicator struct {
	rc    *Receiver
	store AnswerStore
	next  http.Handler
}

func (d *deduplicator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Waiting for another request and working on this one share the time that
	// Twilio waits.
	ctx, cancel := context.WithTimeout(r.Context(), d.rc.timeout)
	defer cancel()
	proof, err := d.rc.prove(r)
	if err != nil {
		d.rc.refuseProof(w, r, err)
		return
	}
	firsts := &firstContext{Context: ctx, proof: proof, proofKey: d.rc.proofKey}
	r = r.WithContext(firsts)

	key, owner := answerKey(proof, r), rand.Text()
	claim, err := d.claim(ctx, key, owner)
	switch {
	case err != nil && ctx.Err() != nil:
		// The first request is still at work, and nobody waits any longer. It is
		// answered even so: where a middleware has set the deadline, to write
		// nothing would mean 200, and a notice would count as taken (T22).
		h := w.Header()
		h.Set("Content-Length", "0")
		w.WriteHeader(http.StatusServiceUnavailable)
	case err != nil:
		d.warn(r, err)
		d.next.ServeHTTP(w, r)
	case claim.Answer != nil:
		claim.Answer.send(w, r)
	default:
		d.first(w, r, firsts, key, owner)
	}
}

// claim claims the key or waits for the answer of whoever has claimed it.
func (d *deduplicator) claim(ctx context.Context, key AnswerKey, owner string) (Claim, error) {
	for {
		claim, err := d.ask(ctx, key, owner)
		if err != nil || claim.Answer != nil || claim.Owner == owner {
			return claim, err
		}
		if err := d.store.Wait(ctx, key, claim.Owner); err != nil {
			return Claim{}, err
		}
	}
}

func (d *deduplicator) ask(ctx context.Context, key AnswerKey, owner string) (Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return d.store.Claim(ctx, key, owner, d.rc.timeout+leaseMargin)
}

// first lets next answer, and has the answer remembered before it is sent: a
// retry may come as soon as it is.
func (d *deduplicator) first(w http.ResponseWriter, r *http.Request, firsts *firstContext, key AnswerKey, owner string) {
	rec := &tee{ResponseWriter: w}
	finished := false
	// The client may be gone by now, and the claim must end all the same.
	end := func(a *Answer) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTimeout)
		defer cancel()
		if err := d.store.Finish(ctx, key, owner, a, AnswerLifetime); err != nil {
			d.warn(r, err)
		}
	}
	defer func() {
		if !finished {
			end(nil)
		}
	}()
	d.next.ServeHTTP(rec, r)
	a := rec.answer()
	if a != nil && (a.Status >= http.StatusBadRequest || firsts.forget) {
		end(nil)
	} else {
		end(a)
	}
	finished = true
	rec.send(r)
}

func (d *deduplicator) warn(r *http.Request, err error) {
	f := &Failure{Cause: Failed, Err: err}
	proof, _ := signature.FromContext(r.Context())
	d.rc.emit(r, f, &record{level: slog.LevelWarn, message: "webhook: the store of answers failed", proof: proof})
}

// answerKey hashes what tells a retry from a new request. Every part is
// preceded by its length, so that no two sets of parts are hashed alike.
func answerKey(p *signature.Verified, r *http.Request) (key AnswerKey) {
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
	h.Sum(key[:0])
	return key
}

// A firstContext carries the proof to next, and back whether the answer is one
// to forget.
type firstContext struct {
	context.Context
	proof    *signature.Verified
	proofKey any
	forget   bool
}

type firstContextKey struct{}

func (c *firstContext) Value(key any) any {
	switch key {
	case c.proofKey:
		return c.proof
	case firstContextKey{}:
		return c
	}
	return c.Context.Value(key)
}

// forget marks the answer to a request as one that a retry shall not get.
func forget(ctx context.Context) {
	if c, ok := ctx.Value(firstContextKey{}).(*firstContext); ok {
		c.forget = true
	}
}

func (a *Answer) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, values := range a.Header {
		h[name] = append([]string(nil), values...)
	}
	w.WriteHeader(a.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.Body)
	}
}

// A tee holds an answer back until it is complete; one that becomes too large to
// be kept is let through.
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

// answer returns a copy of what is to be sent, nil if it was too large to keep.
func (t *tee) answer() *Answer {
	if t.passed {
		return nil
	}
	t.WriteHeader(http.StatusOK)
	return &Answer{Status: t.status, Header: t.Header().Clone(), Body: t.body}
}

func (t *tee) send(r *http.Request) {
	if t.passed {
		return
	}
	t.ResponseWriter.WriteHeader(t.status)
	if len(t.body) > 0 && r.Method != http.MethodHead {
		_, _ = t.ResponseWriter.Write(t.body)
	}
}
