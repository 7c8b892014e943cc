package webhook

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// Handle returns a handler for requests of the kind E, which are answered by a
// document. The type of the event decides the type of the document: a function
// that answers a message with a voice document does not compile. Both type
// parameters are inferred:
//
//	mux.Handle("POST /sms", webhook.Handle(hooks, reply))
//
//	func reply(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error)
//
// A nil document is the empty one: do nothing. After an error, a panic, or when
// its time is up, the caller gets the fallback of [Options] or 503; a reply that
// cannot be rendered is the fallback or 500. Nothing is sent before the reply
// is complete. A panic with [http.ErrAbortHandler] aborts the connection, as
// everywhere in net/http.
//
// Where only an optional field is malformed, the function is called all the
// same: the field is zero, its text is in Extra, and the log says so. Handle
// panics if rc or answer is nil.
func Handle[E Request[E, R], R Reply](rc *Receiver, answer func(context.Context, E) (R, error)) http.Handler {
	if rc == nil || answer == nil {
		panic("webhook: Handle of a nil Receiver or function")
	}
	var e E
	return &handler[E, R]{rc: rc, answer: answer, kind: e.Kind(), fallback: rc.fallback.of(e)}
}

type handler[E Request[E, R], R Reply] struct {
	rc       *Receiver
	answer   func(context.Context, E) (R, error)
	kind     Kind
	fallback *answer
}

func (h *handler[E, R]) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	proof, err := h.rc.prove(r)
	if err != nil {
		h.rc.refuseProof(w, r, err)
		return
	}
	c := &handling[E, R]{answer: h.answer}
	if c.event, err = Decode[E](proof); IsFatal(err) {
		h.rc.refuseEvent(w, r, h.kind, proof, err)
		return
	}
	c.open(h.rc, r, proof, start)
	c.kind, c.fallback, c.soft = h.kind, h.fallback, err
	c.serve(w, c)
}

// A handling is a call of a function that replies.
type handling[E Request[E, R], R Reply] struct {
	call
	event  E
	answer func(context.Context, E) (R, error)
}

func (h *handling[E, R]) run() {
	reply, err := h.answer(&h.callContext, h.event)
	if err != nil {
		h.failed(err)
		return
	}
	h.replied(reply)
}

func (h *handling[E, R]) subject() Event { return h.event }

// refuseProof answers a request that the verifier has refused.
func (rc *Receiver) refuseProof(w http.ResponseWriter, r *http.Request, err error) {
	refused := err.(*signature.Error) //nolint:errorlint // Verify returns it as it is
	refused.ServeHTTP(w, r)
	rec := &record{level: slog.LevelWarn, message: refusedMessage, status: refused.Status}
	if errors.Is(err, signature.ErrTokens) {
		// It wraps an error of the program's own, which may quote the request.
		var unread error
		if rec.proof, unread = signature.Unverified(r); unread != nil {
			rec.shown = signature.ErrTokens
		}
	}
	rc.report(r, &Failure{Cause: Refused, Err: err}, rec)
}

// refuseEvent answers a request that is Twilio's and not of the kind that was
// expected.
func (rc *Receiver) refuseEvent(w http.ResponseWriter, r *http.Request, k Kind, p *signature.Verified, err error) {
	const status = http.StatusBadRequest
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
	rc.report(r, &Failure{Kind: k, Cause: Malformed, Err: err}, &record{level: slog.LevelWarn, message: refusedMessage, status: status, proof: p})
}

const refusedMessage = "webhook: request refused"
