package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

const (
	florist  = "AC00000000000000000000000000000001"
	garage   = "AC00000000000000000000000000000002"
	stranger = "AC00000000000000000000000000000003"
)

func TestT10EachTenantHasItsToken(t *testing.T) {
	d := make(directory)
	require.NoError(t, d.add(florist, "The florist", "florist-secret"))
	require.NoError(t, d.add(garage, "The garage", "garage-secret"))
	h, err := d.routes(webhooktest.BaseURL)
	require.NoError(t, err)
	for _, tt := range []struct {
		name    string
		account webhook.SID
		secret  string
		reply   string // empty: refused
	}{
		{"the florist", florist, "florist-secret", "The florist says thanks."},
		{"the garage", garage, "garage-secret", "The garage says thanks."},
		{"the garage in the florist's name", florist, "garage-secret", ""},
		{"the florist in the garage's name", garage, "florist-secret", ""},
		{"a stranger", stranger, "florist-secret", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			twilio := webhooktest.New(t, h, &webhooktest.Options{AccountSID: tt.account, AuthToken: tt.secret})
			text := twilio.Text("/sms", "hello")
			if tt.reply != "" {
				text.RepliesExactly(tt.reply)
				return
			}
			text.StatusIs(403).Fails(11200)
			assert.Empty(t, text.Body)
		})
	}
}

func TestSettings(t *testing.T) {
	env := map[string]string{"BASE_URL": webhooktest.BaseURL, "TWILIO_ACCOUNT_SID": florist, "TWILIO_AUTH_TOKEN": webhooktest.AuthToken}
	getenv := func(name string) string { return env[name] }
	h, err := build(getenv)
	require.NoError(t, err)
	webhooktest.New(t, h, nil).Text("/sms", "hello").Replies("Our first customer says thanks.")

	for name, bad := range map[string]string{"BASE_URL": "hooks.example.com", "TWILIO_AUTH_TOKEN": " secret"} {
		good := env[name]
		env[name] = bad
		_, err := build(getenv)
		assert.Error(t, err, name)
		env[name] = good
	}
}
