package relay_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/relay"
)

// model stands for a language model.
func model(context.Context, []relay.Line) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { yield("Hello.", nil) }
}

func ExampleConverse() {
	verifier, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens:  signature.Tokens(os.Getenv("TWILIO_AUTH_TOKEN")),
	})
	if err != nil {
		log.Print(err)
		return
	}
	answer := func(ctx context.Context, t *relay.Turn) error {
		for token, err := range model(ctx, t.History()) {
			if err != nil {
				return err
			}
			if _, err := t.WriteString(token); err != nil {
				return err // the caller interrupted, or hung up
			}
		}
		return nil
	}
	http.Handle("GET /agent", relay.Handle(verifier, relay.Converse(answer), nil))
}

func ExampleConversation() {
	conversation := relay.Conversation{
		Answer: func(ctx context.Context, t *relay.Turn) error {
			if t.Input().Keys == "0" {
				t.HandOff(`{"to":"person"}`) // once the next sentence was heard
				_, err := t.WriteString("One moment, I connect you.")
				return err
			}
			stop := t.Filler(time.Second, "Let me see.", "One moment.")
			defer stop()
			err := t.Keep("booked a table", func(ctx context.Context) error {
				return nil // the booking, which an interruption must not cancel
			})
			if err != nil {
				return err
			}
			_, err = t.WriteString("Your table is booked.")
			return err
		},
		Keys: relay.KeyRule{Max: 1},
		Silence: []relay.Nudge{
			{After: 8 * time.Second, Say: "Are you still there?"},
			{After: 8 * time.Second, Say: "Goodbye.", HangUp: true},
		},
	}
	_ = conversation.Serve // of each session: relay.New(verifier, conversation.Serve, nil)
}

func ExampleConnect() {
	pass := relay.NewPass([]byte("a secret of at least 16 bytes"), time.Minute) // and Options.Admit is pass.Admit
	_ = func(_ context.Context, call webhook.IncomingCall) (*twiml.VoiceResponse, error) {
		agent := relay.Connect("wss://hooks.example.com/agent", pass.Parameter(string(call.CallSID)))
		return twiml.Voice(twiml.Connect(agent.WelcomeGreeting("Hello!")).Action("/ended")), nil
	}
	fmt.Println(twiml.Voice(twiml.Connect(relay.Connect("wss://hooks.example.com/agent"))))
	// Output: <?xml version="1.0" encoding="UTF-8"?><Response><Connect><ConversationRelay url="wss://hooks.example.com/agent" dtmfDetection="true" events="speaker-events tokens-played"/></Connect></Response>
}

func ExampleReadHandoff() {
	type handoff struct{ To, Topic string }
	data, err := relay.Handoff(handoff{"person", "billing"}) // for Turn.HandOff or Session.End
	if err != nil {
		log.Print(err)
		return
	}
	action := webhook.ConversationRelayAction{HandoffData: webhook.JSON(data)} // what Twilio sends then
	var h handoff
	if ok, err := relay.ReadHandoff(action, &h); err == nil && ok {
		fmt.Println(h.To, h.Topic)
	}
	// Output: person billing
}

func ExampleParse() {
	event, err := relay.Parse([]byte(`{"type":"prompt","voicePrompt":"Opening hours?","lang":"en-US","last":true}`))
	if err != nil {
		log.Print(err)
		return
	}
	switch e := event.(type) {
	case relay.Prompt:
		fmt.Println(e.VoicePrompt, e.Last)
	case relay.Unknown:
		fmt.Println("Twilio has a new message:", e.Type)
	}
	// Output: Opening hours? true
}

func ExampleAppend() {
	frame, err := relay.Append(nil, relay.Text{Token: "Nine to five.", Last: true, Interruptible: new(false)})
	fmt.Println(string(frame), err)
	_, err = relay.Append(nil, relay.SendDigits{Digits: "12a"})
	fmt.Println(err)
	// Output:
	// {"type":"text","token":"Nine to five.","last":true,"interruptible":false} <nil>
	// relay: invalid message: sendDigits takes 0-9, *, # and w
}

// A deploy moves live calls to the new process: each session ends, and the action
// request, which the new process gets, connects the call again.
func ExampleHandler_Shutdown() {
	saved := map[string][]relay.Line{} // in reality a database
	serve := func(ctx context.Context, s *relay.Session) error {
		c := relay.Conversation{
			Answer:   func(_ context.Context, t *relay.Turn) error { _, err := t.WriteString("Hello."); return err },
			Restored: saved[s.Setup().CallSID],
		}
		return c.Serve(ctx, s)
	}
	var verifier *signature.Verifier // made by signature.New
	if verifier == nil {
		return
	}
	agent := relay.New(verifier, serve, &relay.Options{
		Move: func(s *relay.Session) string {
			saved[s.Setup().CallSID] = s.History()
			return "moved"
		},
	})
	ended := func(_ context.Context, a webhook.ConversationRelayAction) (*twiml.VoiceResponse, error) {
		if a.HandoffData == "moved" {
			return twiml.Voice(twiml.Connect(relay.Connect("wss://hooks.example.com/agent")).Action("/ended")), nil
		}
		return twiml.Voice(twiml.Hangup()), nil
	}
	_ = ended // of "POST /ended"
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := agent.Shutdown(ctx); err != nil {
		log.Print(err)
	}
}

// The other webhooks of a call reach its session: here answering machine detection.
func ExampleHandler_Session() {
	var agent *relay.Handler // made by relay.New
	machine := func(ctx context.Context, callSID string) error {
		s, ok := agent.Session(callSID)
		if !ok {
			return nil
		}
		if err := s.Send(ctx, relay.Text{Token: "Please call us back.", Last: true}); err != nil {
			return err
		}
		return s.End(ctx, "")
	}
	_ = machine
}
