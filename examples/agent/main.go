// Agent talks with callers through ConversationRelay. It answers from a few rules,
// or with a language model behind an OpenAI-compatible API:
//
//	TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/agent
//	OPENAI_BASE_URL=https://llm.example.com/v1 OPENAI_API_KEY=... OPENAI_MODEL=... go run ./examples/agent
package main

import (
	"context"
	"crypto/rand"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/ringback-go/ringback/examples/internal/openai"
	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/relay"
)

// A model yields the tokens of an answer to a conversation.
type model interface {
	Answer(ctx context.Context, history []relay.Line) iter.Seq2[string, error]
}

// rules answer with the text of the first word that was said.
type rules [][2]string

var shop = rules{
	{"hours", "We are open from nine to five, Monday to Friday. On Saturdays we open at ten, and on Sundays we are closed."},
	{"where", "You find us at 12 Example Street, right behind the station."},
	{"bye", "Thank you for calling. Goodbye!"},
	{"person", "I connect you with a colleague."},
	{"", "I can tell you our hours, and where we are. What would you like to know?"},
}

func (r rules) Answer(_ context.Context, history []relay.Line) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		said := strings.ToLower(history[len(history)-1].Said())
		for _, rule := range r {
			if strings.Contains(said, rule[0]) {
				for token := range strings.SplitAfterSeq(rule[1], " ") {
					if !yield(token, nil) {
						return
					}
				}
				return
			}
		}
	}
}

func main() {
	serve.Run(func(getenv func(string) string) (http.Handler, error) {
		verifier, err := serve.Verifier(getenv)
		if err != nil {
			return nil, err
		}
		var m model = shop
		if key := getenv("OPENAI_API_KEY"); key != "" {
			m = &openai.Model{
				URL: getenv("OPENAI_BASE_URL"), Key: key, Name: getenv("OPENAI_MODEL"),
				System: "You answer the phone of a shop. Answer in one or two short sentences, without markup.",
			}
		}
		url, err := serve.Socket(getenv("BASE_URL"), "/agent")
		if err != nil {
			return nil, err
		}
		return routes(verifier, url, m), nil
	})
}

func routes(verifier *signature.Verifier, url string, m model) http.Handler {
	pass := relay.NewPass([]byte(rand.Text()), time.Minute)
	conversation := relay.Conversation{
		Answer:  answer(m),
		Silence: []relay.Nudge{{After: 10 * time.Second, Say: "Are you still there?"}, {After: 10 * time.Second, Say: "Goodbye!", HangUp: true}},
	}
	hooks := webhook.NewReceiver(verifier, nil)
	mux := http.NewServeMux()
	mux.Handle("POST /voice", webhook.Handle(hooks, func(_ context.Context, c webhook.IncomingCall) (*twiml.VoiceResponse, error) {
		agent := relay.Connect(url, pass.Parameter(string(c.CallSID))).WelcomeGreeting("Hello, this is the shop. How can I help?")
		return twiml.Voice(twiml.Connect(agent).Action("/ended")), nil
	}))
	mux.Handle("GET /agent", relay.Handle(verifier, conversation.Serve, &relay.Options{Admit: pass.Admit}))
	mux.Handle("POST /ended", webhook.Handle(hooks, func(_ context.Context, a webhook.ConversationRelayAction) (*twiml.VoiceResponse, error) {
		switch {
		case a.HandoffData == "person":
			return twiml.Voice(twiml.Dial(twiml.Number("+15550101"))), nil
		case a.ErrorCode != 0:
			return twiml.Voice(twiml.Say("We have a problem. Please call again.")), nil
		}
		return twiml.Voice(twiml.Hangup()), nil
	}))
	return mux
}

func answer(m model) func(context.Context, *relay.Turn) error {
	return func(ctx context.Context, t *relay.Turn) error {
		stop := t.Filler(1500*time.Millisecond, "One moment.", "Let me see.")
		defer stop()
		for token, err := range m.Answer(ctx, t.History()) {
			if err == nil {
				_, err = t.WriteString(token)
			}
			if err != nil {
				return err
			}
		}
		switch said := strings.ToLower(t.Input().Text); {
		case strings.Contains(said, "person"):
			t.HandOff("person")
		case strings.Contains(said, "bye"):
			t.HangUp()
		}
		return nil
	}
}
