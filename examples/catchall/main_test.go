package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

const (
	testBase  = "https://hooks.example.com"
	testToken = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
	account   = "AC0123456789abcdef0123456789abcdef"
	call      = "CA0123456789abcdef0123456789abcdef"
	message   = "SM0123456789abcdef0123456789abcdef"
)

func TestTellsKindsApart(t *testing.T) {
	verifier, err := signature.New(signature.Config{BaseURL: testBase, Tokens: signature.Tokens(testToken)})
	require.NoError(t, err)
	h := routes(verifier)
	for _, tt := range []struct {
		name   string
		params url.Values
		status int
		want   string
	}{
		{"text", webhook.Encode(webhook.IncomingMessage{
			MessageSID: message, SMSSID: message, SMSMessageSID: message, AccountSID: account, From: "+15550101", To: "+15550100",
			Body: "hello", NumSegments: 1, SMSStatus: webhook.MessageStatusReceived, APIVersion: "2010-04-01",
		}), 200, "<Message>Thanks, we got: hello</Message>"},
		{"call", webhook.Encode(webhook.IncomingCall{
			CallSID: call, AccountSID: account, From: "+15550101", To: "+15550100",
			CallStatus: webhook.CallStatusRinging, Direction: webhook.CallDirectionInbound, APIVersion: "2010-04-01",
		}), 200, `<Gather numDigits="4">`},
		{"keys", webhook.Encode(webhook.GatherAction{
			CallSID: call, AccountSID: account, From: "+15550101", To: "+15550100", Digits: "4711", Message: "Gather End",
			CallStatus: webhook.CallStatusInProgress, Direction: webhook.CallDirectionInbound, APIVersion: "2010-04-01",
		}), 200, "<Say>4711</Say>"},
		{"message status", webhook.Encode(webhook.MessageStatusCallback{
			MessageSID: message, SMSSID: message, AccountSID: account, From: "+15550100", To: "+15550101",
			MessageStatus: webhook.MessageStatusSent, SMSStatus: webhook.MessageStatusSent, APIVersion: "2010-04-01",
		}), 204, ""},
		{"call status", webhook.Encode(webhook.CallStatusCallback{
			CallSID: call, AccountSID: account, From: "+15550100", To: "+15550101", CallbackSource: "call-progress-events",
			CallStatus: webhook.CallStatusBusy, Direction: webhook.CallDirectionOutboundAPI, APIVersion: "2010-04-01",
		}), 204, ""},
		{"another kind", webhook.Encode(webhook.RecordTranscription{
			TranscriptionSID: "TR0123456789abcdef0123456789abcdef", RecordingSID: "RE0123456789abcdef0123456789abcdef", CallSID: call,
			AccountSID: account, TranscriptionStatus: webhook.TranscriptionStatusFailed, From: "+15550101", To: "+15550100",
			CallStatus: webhook.CallStatusCompleted, Direction: webhook.CallDirectionInbound, APIVersion: "2010-04-01",
		}), 204, ""},
		{"unknown", url.Values{"Tomorrow": {"yes"}, "AccountSid": {account}}, 204, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(tt.params.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Twilio-Signature", signature.Sign(testToken, testBase+"/", tt.params))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			assert.Equal(t, tt.status, w.Code)
			assert.Contains(t, w.Body.String(), tt.want)
		})
	}
}
