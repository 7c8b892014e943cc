package webhook

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/twiml"
)

// Events returns a handler for one URL that gets every kind of request: it finds
// the kind by [Parse] and calls receive, which tells the kinds apart by a type
// switch. Kinds that their URL alone would tell apart arrive as the kind they
// have in common, and what is not known as an [*Unknown].
//
//	mux.Handle("POST /", webhook.Events(hooks, func(ctx context.Context, e webhook.Event) (webhook.Reply, error) {
//		switch e := e.(type) {
//		case webhook.IncomingMessage:
//			return twiml.Reply("Thanks, we got: " + e.Body), nil
//		}
//		return nil, nil
//	}))
//
// A nil Reply is 204. A document of the wrong type, such as a voice document for
// a message, is a failure: what the compiler finds for [Handle] is found here
// when it happens. Otherwise Events is as Handle.
func Events(rc *Receiver, receive func(context.Context, Event) (Reply, error)) http.Handler {
	if rc == nil || receive == nil {
		panic("webhook: Events of a nil Receiver or function")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		proof, err := rc.prove(r)
		if err != nil {
			rc.refuseProof(w, r, err)
			return
		}
		c := &dispatch{receive: receive}
		if c.event, err = Parse(proof); IsFatal(err) || c.event == nil {
			rc.refuseEvent(w, r, "", proof, err)
			return
		}
		c.open(rc, r, proof, start)
		c.kind, c.fallback, c.soft = c.event.Kind(), rc.fallback.of(c.event), err
		c.serve(w, c)
	})
}

// A dispatch is a call of a function that takes any event.
type dispatch struct {
	call
	event   Event
	receive func(context.Context, Event) (Reply, error)
}

func (d *dispatch) run() {
	reply, err := d.receive(&d.callContext, d.event)
	switch {
	case err != nil:
		d.failed(err)
	case reply == nil:
		d.answer = noContent
	case !fits(reply, d.event):
		d.failure = &Failure{Kind: d.kind, Cause: Unrendered, Err: errWrongDocument}
	default:
		d.replied(reply)
	}
}

func (d *dispatch) subject() Event { return d.event }

var errWrongDocument = errors.New("webhook: the reply is a document for another kind of request")

// fits reports whether a document can answer an event. For a notice and for an
// unknown kind anything goes: Twilio will not read it, or we cannot know.
func fits(reply Reply, e Event) bool {
	_, voice := e.(interface{ answeredBy(*twiml.VoiceResponse) })
	_, messaging := e.(interface {
		answeredBy(*twiml.MessagingResponse)
	})
	switch reply.(type) {
	case *twiml.VoiceResponse:
		return voice || !messaging
	case *twiml.MessagingResponse:
		return messaging || !voice
	}
	return true
}
