package webhook

import (
	"context"
	"net/http"
	"time"
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
// its time is up, the caller gets the fallback of [Options] or 503. For a reply
// that cannot be rendered, or that holds only messages that Twilio drops, it is
// the fallback or 500. Nothing is sent before the reply is complete. A panic
// with [http.ErrAbortHandler] aborts the connection, as everywhere in net/http.
//
// Where only an optional field is malformed or missing, the function is called
// all the same: the field is zero, its text is in Extra, and the log says so at
// the level Warn. It also says so when the request looks like a status callback,
// because a StatusCallback setting points at this URL.
//
// With a route such as "POST /sms", [http.ServeMux] answers other methods itself
// with 405, so the log of a Receiver has nothing about them. If Twilio reports
// 11200 with status 405, look for a redirect on the way (it turns POST into
// GET), or for a URL that is set to HTTP GET. A HEAD request, which Twilio does
// not send, is answered without calling the function.
//
// Handle panics if rc or answer is nil.
func Handle[E Request[E, R], R Reply](rc *Receiver, answer func(context.Context, E) (R, error)) http.Handler {
	if rc == nil || answer == nil {
		panic("webhook: Handle of a nil Receiver or function")
	}
	var none E
	zero := Event(none)
	kind, fallback := zero.Kind(), rc.fallback.of(zero)
	call := func(ctx context.Context, e Event) (Reply, error) { return answer(ctx, e.(E)) }
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		proof := rc.receive(w, r)
		if proof == nil {
			return
		}
		event, err := Decode[E](proof)
		if err != nil {
			rc.refuseEvent(w, r, kind, lookalike(proof, kind), err)
			return
		}
		x := &exchange{rc: rc, request: r, proof: proof, start: start, event: event, fallback: fallback, looksLike: misrouted(proof, zero)}
		x.unread = unread(proof, x.event)
		x.serve(w, call)
	})
}
