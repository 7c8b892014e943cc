// Ivr leads callers through a tree of menus, by keys and by speech. The tree is
// data: each node has its text and the target of each choice.
//
//	TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/ivr
package main

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

type menu struct {
	say  string
	next map[string]string // a key or a word, to the path of the next menu
	dial string            // number to call, instead of a menu
}

var menus = map[string]menu{
	"/voice": {say: "For orders say orders or press 1. For support say support or press 2.", next: map[string]string{
		"1": "/voice/orders", "orders": "/voice/orders", "2": "/voice/support", "support": "/voice/support"}},
	"/voice/orders":  {say: "For a new order press 1. To go back press 9.", next: map[string]string{"1": "/voice/sales", "9": "/voice"}},
	"/voice/sales":   {say: "We connect you with our sales team.", dial: "+15550101"},
	"/voice/support": {say: "We connect you with our support team.", dial: "+15550102"},
}

func main() { serve.Main(routes) }

func routes(verifier *signature.Verifier) http.Handler {
	hooks := webhook.NewReceiver(verifier, nil)
	mux := http.NewServeMux()
	for path, m := range menus {
		mux.Handle("POST "+path, verifier.Handler(m.document(path)))
		mux.Handle("POST "+path+"/choice", webhook.Handle(hooks, m.choose(path)))
	}
	return mux
}

func (m menu) document(path string) *twiml.VoiceResponse {
	if m.dial != "" {
		return twiml.Voice(twiml.Say(m.say), twiml.Dial(twiml.Number(m.dial)).Timeout(20*time.Second))
	}
	return twiml.Voice(
		twiml.Gather(twiml.Say(m.say)).Input(twiml.InputDTMF, twiml.InputSpeech).NumDigits(1).
			Hints(strings.Join(slices.Sorted(maps.Keys(m.next)), ", ")).Action(path+"/choice"),
		twiml.Say("We do not hear you. Please call again."),
	)
}

func (m menu) choose(path string) func(context.Context, webhook.GatherAction) (*twiml.VoiceResponse, error) {
	return func(_ context.Context, g webhook.GatherAction) (*twiml.VoiceResponse, error) {
		word := strings.ToLower(strings.Trim(g.SpeechResult, " .!"))
		next, ok := m.next[g.Digits+word]
		if !ok {
			return twiml.Voice(twiml.Say("Sorry, that is not in the menu."), twiml.Redirect(path)), nil
		}
		return menus[next].document(next), nil
	}
}
