package main

import (
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

func TestTellsKindsApart(t *testing.T) {
	h := routes(exampletest.Verifier(t))
	for _, tt := range []struct {
		name   string
		event  webhook.Event
		status int
		want   string
	}{
		{"text", webhook.IncomingMessage{Message: webhook.Message{Body: "hello"}}, 200, "<Message>Thanks, we got: hello</Message>"},
		{"call", webhook.IncomingCall{}, 200, `<Gather numDigits="4">`},
		{"keys", webhook.GatherAction{Digits: "4711"}, 200, "<Say>4711</Say>"},
		{"message status", webhook.MessageStatusCallback{MessageStatus: webhook.MessageStatusSent}, 204, ""},
		{"call status", webhook.CallStatusCallback{Call: webhook.Call{CallStatus: webhook.CallStatusBusy}}, 204, ""},
		{"another kind", webhook.RecordTranscription{TranscriptionStatus: webhook.TranscriptionStatusFailed}, 204, ""},
		{"unknown", &webhook.Unknown{Extra: url.Values{"Tomorrow": {"yes"}}}, 204, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, webhooktest.NewRequest("/", tt.event))
			assert.Equal(t, tt.status, w.Code)
			assert.Contains(t, w.Body.String(), tt.want)
		})
	}
}

func TestOneAddressForACall(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/")
	call.Hears("What is your customer number?").Presses("4711")
	call.Hears("You have pressed", "4711").Ends()
}
