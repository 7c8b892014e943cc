package webhooktest_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// TestMessagesToOthers counts as a reply only what reaches the person who wrote.
func TestMessagesToOthers(t *testing.T) {
	h := scenes{"/sms": `<Message to="+15550155">They wrote hi<Media>https://media.example.com/a.png</Media></Message>`, "/both": `<Message to="+15550155">They wrote hi</Message><Message>Thanks</Message>`}
	tw := webhooktest.New(t, h, nil)
	tw.Text("/sms", "hi").RepliesNothing().RepliesExactly().SendsTo("+15550155", "they wrote", "hi")
	tw.Text("/both", "hi").Replies("Thanks").RepliesExactly("Thanks").SendsTo("+15550155", "hi")
	tw.As("+15550155").Text("/both", "hi").Replies("They wrote", "Thanks")
	tw.WhatsApp("/both", "hi").RepliesExactly("Thanks")
	for want, do := range map[string]func(*webhooktest.Twilio){
		"there is no reply: the answer sends messages to +15550155":                func(tw *webhooktest.Twilio) { tw.Text("/sms", "hi").Replies("They wrote") },
		"there is no message to +15550199: the answer sends messages to +15550155": func(tw *webhooktest.Twilio) { tw.Text("/sms", "hi").SendsTo("+15550199") },
		`no message to +15550155 contains "Thanks": got "They wrote hi"`:           func(tw *webhooktest.Twilio) { tw.Text("/both", "hi").SendsTo("+15550155", "Thanks") },
		`no reply contains "They wrote": got "Thanks"`:                             func(tw *webhooktest.Twilio) { tw.Text("/both", "hi").Replies("They wrote") },
		"no reply has https://media.example.com/a.png":                             func(tw *webhooktest.Twilio) { tw.Text("/sms", "hi").RepliesMedia("https://media.example.com/a.png") },
	} {
		assert.Contains(t, failing(h, nil, do), want)
	}
}

func TestMessages(t *testing.T) {
	twilio := webhooktest.New(t, new(supportLine).handler(), nil)
	x := twilio.Text("/sms", "hello").Replies("thanks", "we got: hello").RepliesExactly("Thanks, we got: hello").StatusIs(200)
	assert.Equal(t, webhooktest.Person, x.Messages[0].To)
	x.Document(`<Response><Message>Thanks, we got: hello</Message></Response>`)
	x.Golden("testdata/reply.xml", *update)
	twilio.MMS("/sms", "look", webhook.Media{URL: "https://media.example.com/a", ContentType: "image/png"}).Replies("picture of type image/png")
	twilio.WhatsApp("/sms", "hi").Replies("we got: hi")
	twilio.WhatsAppReply("/sms", "yes", x.Messages[0].SID).Replies("we got: yes")
	twilio.Button("/sms", "Confirm", "confirm-42", x.Messages[0].SID).Replies("You chose confirm-42")
	twilio.Location("/sms", 51.513, -0.2198, "The Club").Replies("51.51 -0.22 The Club")
	twilio.Location("/sms", 51.513, -0.2198, "").Replies("51.51 -0.22")
	twilio.OptOut("/sms", "STOP").RepliesNothing()
	twilio.As("+15550177").Send("/sms", webhook.IncomingMessage{Message: webhook.Message{Body: "typed"}}).Replies("we got: typed")
	assert.Contains(t, twilio.Transcript(), "message to +15550177")
	assert.Equal(t, "POST /sms 200", twilio.Requests()[0])
}

func TestDeliver(t *testing.T) {
	line := new(supportLine)
	twilio := webhooktest.New(t, line.handler(), nil)
	const sid = webhook.SID("SM00000000000000000000000000000001")
	twilio.Deliver("/status", sid, "sent", "delivered", "read")
	assert.Equal(t, []string{"sent", "delivered", "read"}, line.statuses)
	twilio.DeliverError("/status", sid, "undelivered", 30034)
	line.statuses = nil
	twilio.Shuffled(1, "/status", sid, "queued", "sent", "delivered", "read")
	first := line.statuses
	assert.Subset(t, first, []string{"queued", "sent", "delivered", "read"})
	line.statuses = nil
	twilio.Shuffled(1, "/status", sid, "queued", "sent", "delivered", "read")
	assert.Equal(t, first, line.statuses, "the same seed, the same history")
}

// TestSendAcceptsEverything sends every real request through verification.
func TestSendAcceptsEverything(t *testing.T) {
	var seen atomic.Int32
	h := verifier().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		w.Header().Set("Content-Type", "text/xml")
		_, _ = w.Write([]byte("<Response/>"))
	}))
	twilio := webhooktest.New(t, h, nil)
	n := int32(0)
	for name, e := range webhooktest.Fixtures() {
		n++
		x := twilio.Send("/hook?a=1", e)
		assert.Equal(t, 200, x.Status, name)
	}
	assert.Equal(t, n, seen.Load())
	assert.Greater(t, n, int32(150))
}

func TestSendTyped(t *testing.T) {
	line := new(supportLine)
	twilio := webhooktest.New(t, line.handler(), nil)
	twilio.Send("/voice/menu", webhook.GatherAction{Digits: "2"}).Attribute("Record", "maxLength", "60")
	twilio.Send("/voice", webhook.IncomingCall{}).Attribute("Gather", "numDigits", "1")
	twilio.Send("/status", webhook.MessageStatusCallback{MessageStatus: "sent"}).StatusIs(204)
	twilio.Send("/events", webhook.ConferenceCallback{Event: webhook.ConferenceEventStart, ConferenceSID: "CF00000000000000000000000000000001", FriendlyName: "Room"})
	assert.Len(t, line.events, 1)
	twilio.Send(webhooktest.BaseURL+"/status#rc=3&rp=5xx", webhook.MessageStatusCallback{MessageStatus: "sent"}).StatusIs(204)
	twilio.Send("/nowhere", webhook.IncomingCall{}).Fails(11200)
}

// failingTransport is a program that cannot be reached.
type failingTransport struct{}

func (failingTransport) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no")
}

// TestSendRefusals: a hook of Conversations refuses by 403, which is an answer
// and not a failure; a hook that breaks is one.
func TestSendRefusals(t *testing.T) {
	hook := func(answer func() (*webhook.ConversationsReply, error)) http.Handler {
		hooks := webhook.NewReceiver(verifier(), &webhook.Options{Logger: slog.New(slog.DiscardHandler)})
		return webhook.Handle(hooks, func(context.Context, webhook.ConversationsPreEvent) (*webhook.ConversationsReply, error) {
			return answer()
		})
	}
	e := webhook.ConversationsPreEvent{Conversation: webhook.Conversation{EventType: webhook.ConversationsEventOnMessageAdd, Body: "spam"}}
	told := failing(hook(func() (*webhook.ConversationsReply, error) { return webhook.ConversationsRefuse(), nil }), nil, func(twilio *webhooktest.Twilio) {
		assert.Equal(t, http.StatusForbidden, twilio.Send("/pre", e).Status)
	})
	assert.Empty(t, told)
	told = failing(hook(func() (*webhook.ConversationsReply, error) { return nil, errors.New("broken") }), nil, func(twilio *webhooktest.Twilio) {
		twilio.Send("/pre", e)
	})
	assert.Contains(t, told, "503")
}

func TestTransport(t *testing.T) {
	twilio := webhooktest.New(t, nil, &webhooktest.Options{Transport: failingTransport{}})
	twilio.Text("/sms", "hi").Fails(11200)
}
