// Package line has the handlers of the support line, separate from the program,
// so that other programs can use them.
package line

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/callback"
)

const sales = "+15550199"

// A line holds what the functions share.
type line struct{ log *slog.Logger }

// Routes returns the handlers of the line: texts at /sms, calls at /voice,
// status callbacks at /status, and the URLs in its own documents.
func Routes(verifier *signature.Verifier, logger *slog.Logger) http.Handler {
	hooks := webhook.NewReceiver(verifier, &webhook.Options{
		Logger: logger,
		Fallback: webhook.Fallback{
			Voice:     twiml.Voice(say("We are sorry, something went wrong. Please call again.")),
			Messaging: twiml.Reply("We are sorry, something went wrong. Please text us again."),
		},
	})
	l := line{log: logger}
	tracker := status.NewTracker(new(status.Memory), &status.Options{Logger: logger, Changed: l.changed})

	mux := http.NewServeMux()
	mux.Handle("POST /sms", webhook.Handle(hooks, l.reply))
	mux.Handle("POST /voice", webhook.Handle(hooks, l.answer))
	mux.Handle("POST /voice/menu", webhook.Handle(hooks, l.choose))
	mux.Handle("POST /voice/dialed", webhook.Handle(hooks, l.dialed))
	mux.Handle("POST /voice/recorded", webhook.Handle(hooks, l.recorded))
	mux.Handle("POST /recording", webhook.Notify(hooks, l.recording))
	mux.Handle("POST /transcription", webhook.Notify(hooks, l.transcription))
	mux.Handle("POST /status", tracker.Handler(hooks))
	return mux
}

func (l line) reply(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	l.log.Info("text", "sid", m.MessageSID, "from", m.From, "pictures", len(m.Media))
	switch n := len(m.Media); n {
	case 0:
		return twiml.Reply("Thanks, we got: " + m.Body), nil
	case 1:
		return twiml.Reply("Thanks, we got your picture."), nil
	default:
		return twiml.Reply(fmt.Sprintf("Thanks, we got your %d pictures.", n)), nil
	}
}

func (l line) answer(_ context.Context, c webhook.IncomingCall) (*twiml.VoiceResponse, error) {
	l.log.Info("call", "sid", c.CallSID, "from", c.From)
	return twiml.Voice(
		say("Welcome to our support line."),
		twiml.Gather(
			say("Press 1 for sales. Press 2 for support."),
		).NumDigits(1).Timeout(5*time.Second).Action("/voice/menu"),
		say("We did not hear you. Goodbye."),
	), nil
}

func (l line) choose(_ context.Context, g webhook.GatherAction) (*twiml.VoiceResponse, error) {
	l.log.Info("choice", "sid", g.CallSID, "keys", len(g.Digits)) // keys may be personal
	switch g.Digits {
	case "1":
		return twiml.Voice(
			say("We connect you."),
			twiml.Dial(twiml.Number(sales)).Timeout(20*time.Second).Action("/voice/dialed"),
		), nil
	case "2":
		return takeMessage("Please tell us after the beep how we can help, and press the hash key."), nil
	}
	return twiml.Voice(say("We did not get that."), twiml.Redirect("/voice")), nil
}

func (l line) dialed(_ context.Context, d webhook.DialAction) (*twiml.VoiceResponse, error) {
	l.log.Info("dialed", "sid", d.CallSID, "status", d.DialCallStatus)
	if d.DialCallStatus == webhook.DialCallStatusCompleted {
		return twiml.Voice(twiml.Hangup()), nil
	}
	return takeMessage("Everyone is talking. Please leave a message after the beep."), nil
}

// takeMessage records a message and has it transcribed. The callback URLs ask
// Twilio to retry when the program fails.
func takeMessage(prompt string) *twiml.VoiceResponse {
	callback := func(path string) string {
		return callback.URL{Base: path, Retries: 3, RetryOn: []callback.RetryPolicy{callback.RetryConnect, callback.Retry5xx}}.MustBuild()
	}
	return twiml.Voice(
		say(prompt),
		twiml.Record().
			MaxLength(2*time.Minute).FinishOnKey("#").Action("/voice/recorded").
			RecordingStatusCallback(callback("/recording")).
			Transcribe(true).TranscribeCallback(callback("/transcription")),
	)
}

func (l line) recorded(_ context.Context, r webhook.RecordAction) (*twiml.VoiceResponse, error) {
	l.log.Info("message taken", "sid", r.CallSID, "length", r.RecordingDuration)
	return twiml.Voice(say("Thank you. We will call you back. Goodbye."), twiml.Hangup()), nil
}

func (l line) recording(_ context.Context, r webhook.RecordingStatusCallback) error {
	l.log.Info("recording", "sid", r.RecordingSID, "status", r.RecordingStatus, "length", r.RecordingDuration)
	return nil
}

func (l line) transcription(_ context.Context, t webhook.RecordTranscription) error {
	l.log.Info("transcription", "sid", t.TranscriptionSID, "status", t.TranscriptionStatus, "characters", len(t.TranscriptionText))
	return nil
}

func (l line) changed(_ context.Context, c status.Change) {
	l.log.Info("status", "sid", c.After.SID, "status", c.After.Status, "final", c.After.Final, "error", c.After.ErrorCode)
}

func say(text string) *twiml.SayVerb { return twiml.Say(text).Voice(twiml.PollyJoanna) }
