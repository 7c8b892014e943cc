// Whatsapp sends pictures, audio and video back to the sender. Media at Twilio
// require the account's credentials, which WhatsApp does not have, so the
// program serves them under its own URL.
//
//	TWILIO_ACCOUNT_SID=AC... TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/whatsapp
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/media"
)

// An echo maps unguessable names to media for ten minutes.
type echo struct {
	base       string
	downloader *media.Downloader
	urls       sync.Map // name -> URL at Twilio
}

func (e *echo) reply(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	if len(m.Media) == 0 {
		return twiml.Reply("Send me a picture."), nil
	}
	answer := twiml.Messaging()
	for _, medium := range m.Media {
		name := rand.Text()
		e.urls.Store(name, medium.URL)
		time.AfterFunc(10*time.Minute, func() { e.urls.Delete(name) })
		answer.Append(twiml.Message("", twiml.Media(e.base+"/media/"+name)))
	}
	return answer, nil
}

func (e *echo) media(w http.ResponseWriter, r *http.Request) {
	url, _ := e.urls.Load(r.PathValue("name"))
	text, _ := url.(string)
	medium, err := e.downloader.Get(r.Context(), text)
	if err != nil { // for an unknown name, too: "" is not a URL at Twilio
		http.NotFound(w, r)
		return
	}
	defer medium.Close()
	w.Header().Set("Content-Type", medium.Type)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, err := io.Copy(w, medium); err != nil {
		panic(http.ErrAbortHandler) // an incomplete picture must not look complete
	}
}

func (e *echo) routes(verifier *signature.Verifier) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /whatsapp", webhook.Handle(webhook.NewReceiver(verifier, nil), e.reply))
	mux.HandleFunc("GET /media/{name}", e.media)
	return mux
}

func build(getenv func(string) string) (http.Handler, error) {
	verifier, err := serve.Verifier(getenv)
	downloader, mistake := media.New(media.Config{
		Credentials: media.Credentials{Username: getenv("TWILIO_ACCOUNT_SID"), Password: getenv("TWILIO_AUTH_TOKEN")},
		BaseURL:     getenv("RINGBACK_API"), // set by ringback dev; empty: Twilio
	})
	if err := errors.Join(err, mistake); err != nil {
		return nil, err
	}
	e := &echo{base: getenv("BASE_URL"), downloader: downloader}
	return e.routes(verifier), nil
}

func main() { serve.Run(build) }
