// Hello is the shortest program. It answers every text and every call.
//
//	TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/hello
package main

import (
	"cmp"
	"context"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

func main() {
	verifier, err := signature.New(signature.Config{
		BaseURL: os.Getenv("BASE_URL"),
		Tokens:  signature.Tokens(os.Getenv("TWILIO_AUTH_TOKEN")),
	})
	if err != nil {
		log.Fatal("set BASE_URL and TWILIO_AUTH_TOKEN: ", err)
	}
	server := &http.Server{
		Addr:              cmp.Or(os.Getenv("ADDR"), "127.0.0.1:8080"),
		Handler:           routes(verifier),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      20 * time.Second, // longer than a function may take
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	log.Fatal(server.ListenAndServe())
}

func routes(verifier *signature.Verifier) http.Handler {
	hooks := webhook.NewReceiver(verifier, nil)
	mux := http.NewServeMux()
	mux.Handle("POST /sms", webhook.Handle(hooks, reply))
	mux.Handle("POST /voice", webhook.Handle(hooks, answer))
	return mux
}

func reply(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	return twiml.Reply("Thanks, we got: " + m.Body), nil
}

func answer(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) {
	return twiml.Voice(twiml.Say("Thanks for calling. Please text us.").Voice(twiml.PollyJoanna)), nil
}
