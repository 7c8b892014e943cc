// Catchall serves every kind of request at one URL, and distinguishes them with
// a type switch.
//
//	TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/catchall
package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

func main() { serve.Main(routes) }

func routes(verifier *signature.Verifier) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /{$}", webhook.Events(webhook.NewReceiver(verifier, nil), receive))
	return mux
}

func receive(_ context.Context, e webhook.Event) (webhook.Reply, error) {
	switch e := e.(type) {
	case webhook.IncomingMessage:
		return twiml.Reply("Thanks, we got: " + e.Body), nil
	case webhook.IncomingCall:
		return twiml.Voice(
			twiml.Gather(twiml.Say("What is your customer number?")).NumDigits(4),
		), nil
	case webhook.GatherAction:
		return twiml.Voice(twiml.Say("You have pressed "), twiml.Say(e.Digits), twiml.Hangup()), nil
	case webhook.MessageStatusCallback:
		slog.Info("message", "sid", e.MessageSID, "status", e.MessageStatus)
	case webhook.CallStatusCallback:
		slog.Info("call", "sid", e.CallSID, "status", e.CallStatus, "length", e.CallDuration)
	case *webhook.Unknown:
		slog.Warn("a request that we do not know yet", "event", e)
	default:
		slog.Info("event", "event", e)
	}
	return nil, nil
}
