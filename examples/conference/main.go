// Conference is a room for a daily call. Callers need a code, the host starts
// and ends the meeting, and others hear music until then.
//
//	TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/conference
package main

import (
	"context"
	"crypto/subtle"
	"log/slog"
	"net/http"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// The host is recognized by phone number; all others need the code. A caller ID
// can be forged. If that matters, ask the host for a code, too, or check the
// carrier's attestation in StirVerstat.
const (
	host = "+15550100"
	code = "4711"
)

func main() { serve.Main(routes) }

func routes(verifier *signature.Verifier) http.Handler {
	hooks := webhook.NewReceiver(verifier, nil)
	mux := http.NewServeMux()
	mux.Handle("POST /voice", webhook.Handle(hooks, welcome))
	mux.Handle("POST /voice/code", webhook.Handle(hooks, check))
	mux.Handle("POST /voice/left", verifier.Handler(twiml.Voice(twiml.Say("The meeting is over."), twiml.Hangup())))
	mux.Handle("POST /events", webhook.Events(hooks, report))
	return mux
}

func welcome(_ context.Context, c webhook.IncomingCall) (*twiml.VoiceResponse, error) {
	if c.From == host {
		return join(true), nil
	}
	return twiml.Voice(
		twiml.Gather(twiml.Say("Please key in the code of the meeting.")).NumDigits(len(code)).FinishOnKey("").Action("/voice/code"),
		twiml.Say("Goodbye."),
	), nil
}

func check(_ context.Context, g webhook.GatherAction) (*twiml.VoiceResponse, error) {
	if subtle.ConstantTimeCompare([]byte(g.Digits), []byte(code)) != 1 {
		return twiml.Voice(twiml.Say("That is not the code."), twiml.Hangup()), nil
	}
	return join(false), nil
}

func join(isHost bool) *twiml.VoiceResponse {
	room := twiml.Conference("daily").StartConferenceOnEnter(isHost).EndConferenceOnExit(isHost).
		StatusCallback("/events").StatusCallbackEvent(twiml.ConferenceStart, twiml.ConferenceEnd, twiml.ConferenceJoin, twiml.ConferenceLeave)
	return twiml.Voice(twiml.Dial(room).Action("/voice/left"))
}

func report(ctx context.Context, e webhook.Event) (webhook.Reply, error) {
	slog.InfoContext(ctx, "conference", "event", e.Kind())
	return nil, nil
}
