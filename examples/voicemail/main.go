// Voicemail rings a phone, and takes a message if nobody answers. When Twilio
// has transcribed the message, the program logs that it arrived.
//
//	TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/voicemail
package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

func main() { serve.Main(routes) }

func routes(verifier *signature.Verifier) http.Handler {
	hooks := webhook.NewReceiver(verifier, nil)
	mux := http.NewServeMux()
	mux.Handle("POST /voice", webhook.Handle(hooks, ring))
	mux.Handle("POST /voice/dialed", webhook.Handle(hooks, takeMessage))
	mux.Handle("POST /voice/recorded", webhook.Handle(hooks, thank))
	mux.Handle("POST /transcription", webhook.Notify(hooks, keep))
	return mux
}

func ring(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) {
	return twiml.Voice(
		twiml.Dial(twiml.Number("+15550101")).Timeout(15 * time.Second).AnswerOnBridge(true).Action("/voice/dialed"),
	), nil
}

func takeMessage(_ context.Context, d webhook.DialAction) (*twiml.VoiceResponse, error) {
	if d.DialCallStatus == "completed" {
		return twiml.Voice(twiml.Hangup()), nil
	}
	return twiml.Voice(
		twiml.Say("Nobody can answer now. Please leave a message after the tone, and press ",
			twiml.SayAs("#").InterpretAs(twiml.Characters), twiml.Text(" when you are done.")).Voice(twiml.PollyJoanna),
		twiml.Record().MaxLength(2*time.Minute).FinishOnKey("#").Transcribe(true).
			TranscribeCallback("/transcription").Action("/voice/recorded"),
	), nil
}

func thank(_ context.Context, r webhook.RecordAction) (*twiml.VoiceResponse, error) {
	return twiml.Voice(twiml.Say("Thank you. Goodbye."), twiml.Hangup()), nil
}

// keep logs that a message arrived, but not its text.
func keep(ctx context.Context, t webhook.RecordTranscription) error {
	slog.InfoContext(ctx, "message", "recording", t.RecordingSID, "characters", len(t.TranscriptionText))
	return nil
}
