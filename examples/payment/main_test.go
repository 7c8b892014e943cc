package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

func newTwilio(t *testing.T) *webhooktest.Twilio {
	verifier, err := signature.New(signature.Config{
		BaseURL: webhooktest.BaseURL,
		Tokens:  signature.Tokens(webhooktest.AuthToken),
	})
	require.NoError(t, err)
	return webhooktest.New(t, routes(verifier), nil)
}

func TestPaid(t *testing.T) {
	call := newTwilio(t).Call("/voice")
	call.Hears("Your order costs").Pays(webhooktest.Payment{})
	call.Hears("Your order is on its way").Requests("/voice/paid").Ends()
}

func TestNotPaid(t *testing.T) {
	call := newTwilio(t).Call("/voice")
	call.Hears("Your order costs").Pays(webhooktest.Payment{Result: string(webhook.PayResultPaymentConnectorError)})
	call.Hears("did not work").Ends()
}
