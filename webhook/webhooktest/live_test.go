package webhooktest_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/relay"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

const agentURL = "wss://webhooktest.example.com/agent"

// agent is a program with an agent behind /voice, and what it has seen.
type agent struct {
	*relay.Handler
	mux    *http.ServeMux
	ended  []webhook.ConversationRelayAction
	answer func(context.Context, *relay.Turn) error
	// TwiML are attributes to set on the element.
	relay func(*twiml.ConversationRelayNoun) *twiml.ConversationRelayNoun
	next  func(webhook.ConversationRelayAction) (*twiml.VoiceResponse, error)
}

// shop answers with few words.
func shop(_ context.Context, t *relay.Turn) error {
	reply := "I can tell you our hours."
	switch said := strings.ToLower(t.Input().Text); {
	case strings.Contains(said, "hours"):
		reply = "We are open from nine to five, Monday to Friday. On Saturdays we open at ten, and on Sundays we are closed."
	case strings.Contains(said, "where"):
		reply = "You find us at 12 Example Street."
	case strings.Contains(said, "bye"):
		reply = "Goodbye!"
		t.HangUp()
	case t.Input().Keys != "":
		reply = "You pressed " + t.Input().Keys + "."
	}
	for token := range strings.SplitAfterSeq(reply, " ") {
		if _, err := t.WriteString(token); err != nil {
			return err
		}
	}
	return nil
}

func newAgent(c *relay.Conversation, opts *relay.Options) *agent {
	a := &agent{mux: http.NewServeMux()}
	if opts == nil {
		opts = &relay.Options{}
	}
	opts.Logger = slog.New(slog.DiscardHandler)
	a.Handler = relay.New(verifier(), c.Serve, opts)
	hooks := webhook.NewReceiver(verifier(), nil)
	a.mux.Handle("POST /voice", webhook.Handle(hooks, func(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) {
		return a.connect(), nil
	}))
	a.mux.Handle("GET /agent", a.Handler)
	a.mux.Handle("POST /ended", webhook.Handle(hooks, func(_ context.Context, e webhook.ConversationRelayAction) (*twiml.VoiceResponse, error) {
		a.ended = append(a.ended, e)
		if a.next != nil {
			return a.next(e)
		}
		return twiml.Voice(twiml.Say("The agent has left.")), nil
	}))
	return a
}

func (a *agent) connect() *twiml.VoiceResponse {
	noun := relay.Connect(agentURL, twiml.Parameter("tenant", "acme")).WelcomeGreeting("Hi, how can I help?")
	if a.relay != nil {
		noun = a.relay(noun)
	}
	return twiml.Voice(twiml.Connect(noun).Action("/ended"))
}

func TestLiveCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAgent(&relay.Conversation{Answer: shop}, nil)
		twilio := webhooktest.New(t, a.mux, nil)
		call := twilio.Call("/voice")
		call.Hears("Hi, how can I help?")
		call.Speaks("opening hours").Hears("nine to five")
		call.Interrupts("And where are you?").Hears("Example Street").DoesNotHear("ten")
		call.HangsUp()
		require.Len(t, a.ended, 1)
		assert.Equal(t, webhook.SessionStatus("completed"), a.ended[0].SessionStatus)
		assert.Equal(t, webhook.CallStatus("completed"), a.ended[0].CallStatus)
		t.Log("\n" + call.Transcript())
		time.Sleep(time.Minute)
	})
}
