package mediastream_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/mediastream"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// A program that plays a greeting from a WAV file and then echoes the caller.
func ExampleHandle() {
	verifier, err := signature.New(signature.Config{
		BaseURL: "https://example.com",
		Tokens:  signature.Tokens("12345"),
	})
	if err != nil {
		log.Fatal(err)
	}
	bot := mediastream.Handle(verifier, func(ctx context.Context, s *mediastream.Stream) error {
		file, err := os.Open("greeting.wav")
		if err != nil {
			return err
		}
		defer file.Close()
		greeting, err := audio.NewWAVReader(file)
		if err != nil {
			return err
		}
		if _, err := s.Play(ctx, greeting, greeting.Format()); err != nil {
			return err
		}
		_, err = s.Play(ctx, s.Listen(audio.PCM8k, mediastream.Inbound), audio.PCM8k)
		return err
	}, &mediastream.Options{Accounts: []string{"AC00000000000000000000000000000001"}})
	http.Handle("GET /bot", bot)
}

// Parse reads one frame, for programs that have a WebSocket of their own.
func ExampleParse() {
	e, err := mediastream.Parse([]byte(`{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"5"}}`))
	if err != nil {
		log.Fatal(err)
	}
	if key, ok := e.(*mediastream.DTMF); ok {
		fmt.Println(key.Digit)
	}
	// Output: 5
}

func ExampleAppend() {
	frame, err := mediastream.Append(nil, mediastream.Mark{StreamSID: "MZ1", Name: "greeting"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(frame))
	// Output: {"event":"mark","streamSid":"MZ1","mark":{"name":"greeting"}}
}
