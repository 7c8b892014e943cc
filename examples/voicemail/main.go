// Voicemail rings a phone, and takes a message if nobody answers. It downloads
// the recording into a file in the folder MESSAGES (default: that for temporary
// files). When Twilio has transcribed it, the log says so.
//
//	TWILIO_ACCOUNT_SID=AC... TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/voicemail
package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/media"
)

func main() { serve.Run(build) }

func build(getenv func(string) string) (http.Handler, error) {
	verifier, err := serve.Verifier(getenv)
	downloader, mistake := media.New(media.Config{
		Credentials: media.Credentials{Username: getenv("TWILIO_ACCOUNT_SID"), Password: getenv("TWILIO_AUTH_TOKEN")},
		BaseURL:     getenv("RINGBACK_API"), // set by ringback dev; empty: Twilio
	})
	if err := errors.Join(err, mistake); err != nil {
		return nil, err
	}
	m := mailbox{dir: cmp.Or(getenv("MESSAGES"), os.TempDir()), downloader: downloader}
	return m.routes(verifier), nil
}

// A mailbox keeps messages as files.
type mailbox struct {
	dir        string
	downloader *media.Downloader
}

func (m mailbox) routes(verifier *signature.Verifier) http.Handler {
	hooks := webhook.NewReceiver(verifier, nil)
	mux := http.NewServeMux()
	mux.Handle("POST /voice", webhook.Handle(hooks, ring))
	mux.Handle("POST /voice/dialed", webhook.Handle(hooks, takeMessage))
	mux.Handle("POST /voice/recorded", webhook.Handle(hooks, thank))
	mux.Handle("POST /recording", webhook.Notify(hooks, m.keep))
	mux.Handle("POST /transcription", webhook.Notify(hooks, report))
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
		twiml.Record().MaxLength(2*time.Minute).FinishOnKey("#").Action("/voice/recorded").
			RecordingStatusCallback("/recording").Transcribe(true).TranscribeCallback("/transcription"),
	), nil
}

func thank(_ context.Context, r webhook.RecordAction) (*twiml.VoiceResponse, error) {
	return twiml.Voice(twiml.Say("Thank you. Goodbye."), twiml.Hangup()), nil
}

// keep downloads the recording. If that fails, Twilio still has it.
func (m mailbox) keep(ctx context.Context, r webhook.RecordingStatusCallback) error {
	file, err := m.save(ctx, r.RecordingURL)
	if err != nil {
		slog.WarnContext(ctx, "the recording is not downloaded", "recording", r.RecordingSID, "error", err)
		return nil
	}
	slog.InfoContext(ctx, "message", "recording", r.RecordingSID, "length", r.RecordingDuration, "file", file)
	return nil
}

func (m mailbox) save(ctx context.Context, url string) (name string, err error) {
	sound, err := m.downloader.Get(ctx, url)
	if err != nil {
		return "", err
	}
	defer sound.Close()
	file, err := os.CreateTemp(m.dir, "voicemail-*"+sound.Extension())
	if err != nil {
		return "", err
	}
	_, err = io.Copy(file, sound)
	return file.Name(), errors.Join(err, file.Close())
}

// report logs that there is a text, not what it says.
func report(ctx context.Context, t webhook.RecordTranscription) error {
	slog.InfoContext(ctx, "transcription", "recording", t.RecordingSID, "characters", len(t.TranscriptionText))
	return nil
}
