package webhook

import (
	"context"
	"net/http"
	"time"
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
	kind := zero.Kind()
	call := func(ctx context.Context, e Event) (Reply, error) { return nil, receive(ctx, e.(E)) }
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
		x := &exchange{rc: rc, request: r, proof: proof, start: start, event: event, looksLike: misrouted(proof, zero)}
		x.unread = unread(proof, x.event)
		x.serve(w, call)
	})
}
