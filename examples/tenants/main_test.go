package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

const (
	testBase = "https://hooks.example.com"
	florist  = "AC00000000000000000000000000000001"
	garage   = "AC00000000000000000000000000000002"
	stranger = "AC00000000000000000000000000000003"
	sid      = "SM0123456789abcdef0123456789abcdef"
)

func send(h http.Handler, account webhook.SID, secret string) *httptest.ResponseRecorder {
	params := webhook.Encode(webhook.IncomingMessage{
		MessageSID: sid, SMSSID: sid, SMSMessageSID: sid, AccountSID: account, From: "+15550101", To: "+15550100",
		Body: "hello", NumSegments: 1, SMSStatus: webhook.MessageStatusReceived, APIVersion: "2010-04-01",
	})
	r := httptest.NewRequest(http.MethodPost, "/sms", strings.NewReader(params.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature.Sign(secret, testBase+"/sms", params))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestT10EachTenantHasItsToken(t *testing.T) {
	d := make(directory)
	require.NoError(t, d.add(florist, "The florist", "florist-secret"))
	require.NoError(t, d.add(garage, "The garage", "garage-secret"))
	h, err := d.routes(testBase)
	require.NoError(t, err)
	for _, tt := range []struct {
		name    string
		account webhook.SID
		secret  string
		status  int
		reply   string
	}{
		{"the florist", florist, "florist-secret", 200, "<Message>The florist says thanks.</Message>"},
		{"the garage", garage, "garage-secret", 200, "<Message>The garage says thanks.</Message>"},
		{"the garage in the florist's name", florist, "garage-secret", 403, ""},
		{"the florist in the garage's name", garage, "florist-secret", 403, ""},
		{"a stranger", stranger, "florist-secret", 403, ""},
		{"nobody", "", "florist-secret", 403, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := send(h, tt.account, tt.secret)
			assert.Equal(t, tt.status, w.Code)
			assert.Contains(t, w.Body.String(), tt.reply)
			assert.Equal(t, tt.status == 200, w.Body.Len() > 0)
		})
	}
}

func TestTokensAreChecked(t *testing.T) {
	d := make(directory)
	assert.Error(t, d.add(florist, "The florist", ""))
	assert.Error(t, d.add(florist, "The florist", " secret"))
	_, err := d.routes("hooks.example.com")
	assert.Error(t, err)
}
