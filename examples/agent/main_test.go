package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
	"github.com/ringback-go/ringback/examples/internal/openai"
	"github.com/ringback-go/ringback/internal/live/livetest"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/relay"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// socket is where Twilio opens the WebSocket.
const socket = "wss://webhooktest.example.com/agent"

// ask sends an event and returns the answer.
func ask(t *testing.T, h http.Handler, path string, e webhook.Event) *twiml.Node {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, webhooktest.NewRequest(path, e))
	require.Equal(t, http.StatusOK, w.Code)
	doc, err := twiml.Parse(w.Body.Bytes())
	require.NoError(t, err)
	return doc
}

func attributes(n *twiml.Node) map[string]string {
	m := map[string]string{}
	for _, a := range n.Attrs {
		m[a.Name] = a.Value
	}
	return m
}

// call plays a call until talk returns, and returns the answer to the action
// request.
func call(t *testing.T, m model, talk func(*livetest.Relay)) (answer *twiml.Node) {
	synctest.Test(t, func(t *testing.T) {
		if m, ok := m.(*openai.Model); ok {
			llm := livetest.NewServer(http.HandlerFunc(fake))
			defer llm.Close()
			m.HTTP = llm.Client()
		}
		h := routes(exampletest.Verifier(t), socket, m)
		incoming := webhook.IncomingCall{}
		incoming.CallSID = "CA143945848e23732b55678577b38cdcc4"
		element := ask(t, h, "/voice", incoming).Children[0].Children[0]
		relayed, parameter := attributes(element), attributes(element.Children[0])
		server := livetest.NewServer(h)
		defer server.Close()
		c, err := server.Relay(t.Context(), livetest.RelayConfig{
			URL: relayed["url"], Secret: webhooktest.AuthToken, Greeting: relayed["welcomeGreeting"],
			Setup: relay.Setup{
				CallSID: string(incoming.CallSID), AccountSID: "ACe9befa5ddf22dfdc0075c08cf16815aa",
				CustomParameters: map[string]string{parameter["name"]: parameter["value"]},
			},
		})
		require.NoError(t, err)
		time.Sleep(5 * time.Second) // of greeting
		talk(c)
		status, handoff := c.Outcome()
		t.Logf("the caller heard: %s", strings.TrimPrefix(c.Heard(), relayed["welcomeGreeting"]))
		action := webhook.ConversationRelayAction{SessionStatus: webhook.SessionStatus(status), HandoffData: webhook.JSON(handoff)}
		action.CallSID, action.SessionID = incoming.CallSID, "VX63b26185e93f081d9fd4e7e1e12547d5"
		if status == "failed" {
			action.ErrorCode = int(relay.CodeWebSocketEnded)
		}
		answer = ask(t, h, "/ended", action)
		time.Sleep(time.Minute) // until all connections are closed
	})
	return answer
}

func TestInterruption(t *testing.T) {
	answer := call(t, shop, func(c *livetest.Relay) {
		t.Log("the caller says: What are your hours?")
		c.Speaks("What are your hours?")
		time.Sleep(4 * time.Second)
		t.Log("the caller interrupts: And where are you?")
		c.Speaks("And where are you?")
		require.NoError(t, c.Quiet(time.Minute))
		assert.Contains(t, c.Heard(), "We are open from nine to five, Monday to Friday. On –You find us")
		assert.NotContains(t, c.Heard(), "Saturdays")
		c.Speaks("Bye.")
	})
	assert.Equal(t, "Hangup", answer.Children[0].Name)
}

// TestInterruptionInWords is the same in the text of a call.
func TestInterruptionInWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		twilio := webhooktest.New(t, routes(exampletest.Verifier(t), socket, shop), nil)
		call := twilio.Call("/voice")
		call.Hears("How can I help?").Speaks("What are your hours?").Hears("from nine to five, Monday")
		call.Interrupts("And where are you?").Hears("right behind the station").DoesNotHear("Saturdays")
		call.Listens().Speaks("Bye.").Hears("Goodbye!").Ends()
		t.Log("\n" + call.Transcript())
	})
}

func TestPersonIsCalledWhenTheSentenceWasHeard(t *testing.T) {
	answer := call(t, shop, func(c *livetest.Relay) {
		c.Speaks("A person, please.")
		<-c.Closed()
		assert.Contains(t, c.Heard(), "I connect you with a colleague.")
	})
	assert.Equal(t, "Dial", answer.Children[0].Name)
}

func TestSilentCaller(t *testing.T) {
	answer := call(t, shop, func(c *livetest.Relay) {
		<-c.Closed()
		assert.Contains(t, c.Heard(), "Are you still there?Goodbye!")
	})
	assert.Equal(t, "Hangup", answer.Children[0].Name)
}

// fake is an OpenAI-compatible API that thinks for a second and answers slowly.
func fake(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Messages []struct{ Role, Content string }
	}
	_ = json.NewDecoder(r.Body).Decode(&request)
	if r.Header.Get("Authorization") != "Bearer key" || r.URL.Path != "/v1/chat/completions" {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	time.Sleep(time.Second)
	last := request.Messages[len(request.Messages)-1]
	answer := fmt.Sprintf("You said %s, and this is message %d of a long conversation.", last.Content, len(request.Messages))
	for _, token := range strings.SplitAfter(answer, " ") {
		time.Sleep(50 * time.Millisecond)
		content, _ := json.Marshal(map[string]any{"choices": []any{map[string]any{"delta": map[string]any{"content": token}}}})
		if _, err := fmt.Fprintf(w, "data: %s\n\n", content); err != nil {
			return
		}
		w.(http.Flusher).Flush()
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

func TestLanguageModel(t *testing.T) {
	for name, tt := range map[string]struct{ key, want string }{
		"answers": {"key", "You said two, and this is message"},
		"refuses": {"wrong", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := &openai.Model{URL: "http://llm.example.com/v1", Key: tt.key, Name: "small", System: "You are a shop."}
			answer := call(t, m, func(c *livetest.Relay) {
				c.Speaks("one")
				time.Sleep(2500 * time.Millisecond)
				c.Speaks("two")
				time.Sleep(3 * time.Second)
				if name == "answers" {
					require.NoError(t, c.Quiet(time.Minute))
					assert.Contains(t, c.Heard(), tt.want)
					assert.Contains(t, c.Heard(), " –You said two", "the first answer was cut")
					c.HangsUp()
				}
			})
			if name == "refuses" {
				assert.Equal(t, "Say", answer.Children[0].Name)
			}
		})
	}
}
