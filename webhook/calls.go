package webhook

import (
	"context"
	"errors"
	"net/http"

	"github.com/ringback-go/ringback/twiml"
)

// Calls returns a handler for one URL that receives every request of a call:
// the call itself, the actions of its verbs, and its status callbacks. The
// function receives the call's parameters, which all of these have, and the
// event, whose type says what happened:
//
//	mux.Handle("POST /voice", webhook.Calls(hooks, func(ctx context.Context, c webhook.Call, e webhook.Event) (*twiml.VoiceResponse, error) {
//		switch e := e.(type) {
//		case webhook.IncomingCall:
//			return menu(c.From), nil
//		case webhook.GatherAction:
//			return chosen(c.CallSID, e.Digits), nil
//		}
//		return nil, nil
//	}))
//
// [Parse] determines the type. Requests that differ only in their URL arrive as the kind that they share; use several routes and [Handle] to distinguish them.
//
// The document is the answer if the request needs one. A status callback is
// answered with 204 unless the function returns an error. A request that is not
// about a call is answered with 400. Otherwise Calls is like Handle.
func Calls(rc *Receiver, answer func(context.Context, Call, Event) (*twiml.VoiceResponse, error)) http.Handler {
	if rc == nil || answer == nil {
		panic("webhook: Calls of a nil Receiver or function")
	}
	return rc.handler("", Parse, func(w http.ResponseWriter, x *exchange) {
		call, ok := CallOf(x.event)
		if !ok {
			rc.refuseEvent(w, x.request, x.event.Kind(), "", errNoCall)
			return
		}
		x.fallback = rc.fallback.of(x.event)
		x.serve(w, func(ctx context.Context, event Event) (Reply, error) {
			doc, err := answer(ctx, call, event)
			if _, document := event.Kind().Document(); !document {
				return nil, err
			}
			return doc, err
		})
	})
}

var errNoCall = errors.New("webhook: the request is not about a call")
