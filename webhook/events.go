package webhook

import (
	"context"
	"errors"
	"net/http"

	"github.com/ringback-go/ringback/twiml"
)

// Events returns a handler for one URL that receives every kind of request. It
// determines the kind with [Parse] and calls receive, which distinguishes the
// kinds by a type switch. Kinds that differ only in their URL arrive as the
// kind that they share, and requests of an unknown kind as an [*Unknown].
//
//	mux.Handle("POST /", webhook.Events(hooks, func(ctx context.Context, e webhook.Event) (webhook.Reply, error) {
//		switch e := e.(type) {
//		case webhook.IncomingMessage:
//			return twiml.Reply("Thanks, we got: " + e.Body), nil
//		}
//		return nil, nil
//	}))
//
// A nil Reply is answered with 204. A document of the wrong type, such as a
// voice document for a message, is a failure at run time; with [Handle] it
// would not compile. Otherwise Events is like Handle.
func Events(rc *Receiver, receive func(context.Context, Event) (Reply, error)) http.Handler {
	if rc == nil || receive == nil {
		panic("webhook: Events of a nil Receiver or function")
	}
	return rc.handler("", Parse, func(w http.ResponseWriter, x *exchange) {
		x.fallback = rc.fallback.of(x.event)
		x.serve(w, receive)
	})
}

var errWrongDocument = errors.New("webhook: the reply is a document for another kind of request")

// fits reports whether a document can answer an event. For a notice and for an
// unknown kind every document fits: Twilio does not read it, or we cannot know.
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
