package webhook

import (
	"context"
	"net/http"
)

// Notify returns a handler for requests of the kind E that need no document:
// Twilio reads only the status of the answer. It is 204 if receive returns nil.
// After an error, a panic, or a timeout it is 503, so that a callback counts as
// received only if receive says so (T22). Twilio repeats a status callback only
// if its URL says so; see package
// [github.com/ringback-go/ringback/webhook/callback].
//
// Otherwise it is like [Handle].
func Notify[E Notice[E]](rc *Receiver, receive func(context.Context, E) error) http.Handler {
	if rc == nil || receive == nil {
		panic("webhook: Notify of a nil Receiver or function")
	}
	var none E
	zero := Event(none)
	call := func(ctx context.Context, e Event) (Reply, error) { return nil, receive(ctx, e.(E)) }
	return rc.handler(zero.Kind(), decodeAs[E], func(w http.ResponseWriter, x *exchange) {
		x.looksLike = misrouted(x.proof, zero)
		x.serve(w, call)
	})
}
