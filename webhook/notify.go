package webhook

import (
	"context"
	"net/http"
	"time"
)

// Notify returns a handler for requests of the kind E that only tell something:
// Twilio reads the status of the answer and no more. After nil it is 204, after
// an error, a panic, or when the time is up, 503, so that a callback counts as
// taken only once receive says so (T22). Twilio tries a status callback again
// only where its URL asks for that: see [Callback.RetryOn].
//
// Otherwise it is as [Handle].
func Notify[E Notice[E]](rc *Receiver, receive func(context.Context, E) error) http.Handler {
	if rc == nil || receive == nil {
		panic("webhook: Notify of a nil Receiver or function")
	}
	var e E
	return &notifier[E]{rc: rc, receive: receive, kind: e.Kind()}
}

type notifier[E Notice[E]] struct {
	rc      *Receiver
	receive func(context.Context, E) error
	kind    Kind
}

func (n *notifier[E]) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	proof, err := n.rc.prove(r)
	if err != nil {
		n.rc.refuseProof(w, r, err)
		return
	}
	c := &notice[E]{receive: n.receive}
	if c.event, err = Decode[E](proof); IsFatal(err) {
		n.rc.refuseEvent(w, r, n.kind, proof, err)
		return
	}
	c.open(n.rc, r, proof, start)
	c.kind, c.soft = n.kind, err
	c.serve(w, c)
}

// A notice is a call of a function that only takes note.
type notice[E Notice[E]] struct {
	call
	event   E
	receive func(context.Context, E) error
}

func (n *notice[E]) run() {
	if err := n.receive(&n.callContext, n.event); err != nil {
		n.failed(err)
		return
	}
	n.answer = noContent
}

func (n *notice[E]) subject() Event { return n.event }
