package webhook

import (
	"context"
	"net/http"
)

// Handle returns a handler for requests of the kind E, which are answered by a
// document. The type of the event determines the type of the document: a
// function that answers a message with a voice document does not compile. Both
// type parameters are inferred:
//
//	mux.Handle("POST /sms", webhook.Handle(hooks, reply))
//
//	func reply(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error)
//
// A nil document is answered with an empty one: do nothing. After an error, a
// panic, or a timeout, the answer is the fallback of [Options] or 503. If the
// reply cannot be rendered, or Twilio would drop all of its messages, the
// answer is the fallback or 500. Nothing is sent before the reply is complete.
// A panic with [http.ErrAbortHandler] aborts the connection, as in net/http.
//
// If only an optional field is malformed or missing, the function is called:
// the field is zero, its text is in Extra, and a record at the level Warn says
// so. There is such a record, too, if the request looks like a status callback
// because a StatusCallback setting points at this URL.
//
// With a route such as "POST /sms", [http.ServeMux] answers other methods with
// 405, so the Receiver does not log them. If Twilio reports 11200 with status
// 405, look for a redirect, which turns POST into GET, or for a URL that is set
// to HTTP GET. A HEAD request, which Twilio does not send, is answered without
// calling the function.
//
// Handle panics if rc or answer is nil.
func Handle[E Request[E, R], R Reply](rc *Receiver, answer func(context.Context, E) (R, error)) http.Handler {
	if rc == nil || answer == nil {
		panic("webhook: Handle of a nil Receiver or function")
	}
	var none E
	zero := Event(none)
	fallback := rc.fallback.of(zero)
	call := func(ctx context.Context, e Event) (Reply, error) { return answer(ctx, e.(E)) }
	return rc.handler(zero.Kind(), decodeAs[E], func(w http.ResponseWriter, x *exchange) {
		x.fallback, x.looksLike = fallback, misrouted(x.proof, zero)
		x.serve(w, call)
	})
}
