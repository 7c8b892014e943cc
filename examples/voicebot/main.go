// Voicebot talks with callers through Media Streams: it plays a tone, records
// what the caller says until they are silent, and plays it back. A caller who
// speaks into the answer cuts it.
//
//	TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/voicebot
package main

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/mediastream"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

const (
	frame    = 20 * time.Millisecond
	loud     = 0.02                   // the level from which on someone speaks
	pause    = 700 * time.Millisecond // the silence after which they have finished
	patience = 10 * time.Second       // for a caller who says nothing
	longest  = 30 * time.Second       // of one recording
)

func main() {
	serve.Run(func(getenv func(string) string) (http.Handler, error) {
		verifier, err := serve.Verifier(getenv)
		if err != nil {
			return nil, err
		}
		url, err := serve.Socket(getenv("BASE_URL"), "/stream")
		if err != nil {
			return nil, err
		}
		return routes(verifier, url), nil
	})
}

func routes(verifier *signature.Verifier, url string) http.Handler {
	hooks := webhook.NewReceiver(verifier, nil)
	mux := http.NewServeMux()
	mux.Handle("POST /voice", webhook.Handle(hooks, func(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) {
		return twiml.Voice(
			twiml.Say("Say something after the tone."),
			twiml.Connect(twiml.Stream().URL(url)),
			twiml.Say("Goodbye."),
		), nil
	}))
	mux.Handle("GET /stream", mediastream.Handle(verifier, talk, nil))
	return mux
}

// talk plays back what the caller says, until they say nothing for a while.
func talk(ctx context.Context, s *mediastream.Stream) error {
	if _, err := s.Play(ctx, tone(300*time.Millisecond), audio.PCM8k); err != nil {
		return err
	}
	caller := s.Listen(audio.PCM8k, mediastream.Inbound)
	for {
		said, err := record(caller, nil)
		if err != nil || said == nil {
			return err
		}
		heard := make(chan struct{})
		go func() {
			defer close(heard)
			_, _ = s.Play(ctx, bytes.NewReader(said), audio.PCM8k)
		}()
		if _, err = record(caller, heard); err != nil {
			return err
		}
		s.Clear() // cuts the answer, if the caller speaks into it
		<-heard
	}
}

// record returns what the caller says, or nil if they say nothing. With until it
// returns as soon as they speak, or until is closed.
func record(caller io.Reader, until <-chan struct{}) ([]byte, error) {
	var sound []byte
	piece := make([]byte, audio.PCM8k.Bytes(frame))
	for silent, speaking := time.Duration(0), false; ; silent += frame {
		if _, err := io.ReadFull(caller, piece); err != nil {
			return nil, err
		}
		if audio.PCM8k.Level(piece) >= loud {
			speaking, silent = true, 0
		}
		if speaking {
			sound = append(sound, piece...)
		}
		select {
		case <-until:
			return nil, nil
		default:
		}
		switch {
		case speaking && (until != nil || silent >= pause), audio.PCM8k.Duration(len(sound)) >= longest:
			return sound, nil
		case !speaking && until == nil && silent >= patience:
			return nil, nil
		}
	}
}

func tone(d time.Duration) io.Reader {
	pcm := make([]byte, audio.PCM8k.Bytes(d))
	for i := range len(pcm) / 2 {
		v := int16(9000 * math.Sin(2*math.Pi*440*float64(i)/8000))
		pcm[2*i], pcm[2*i+1] = byte(v), byte(uint16(v)>>8)
	}
	return bytes.NewReader(pcm)
}
