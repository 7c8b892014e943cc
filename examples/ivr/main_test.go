package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
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

func TestKeysLeadThroughTheTree(t *testing.T) {
	call := newTwilio(t).Call("/voice")
	call.Hears("For orders").Lints().Presses("1")
	call.Hears("For a new order").Presses("9")
	call.Hears("For orders").Presses("1").Hears("For a new order").Presses("1")
	call.Hears("sales team").Rings("+15550101").Answers().Talks().HangsUp().Ends()
}

func TestSpeechLeadsToSupport(t *testing.T) {
	call := newTwilio(t).Call("/voice")
	call.Hears("For orders").Speaks("Support.")
	call.Hears("support team").Rings("+15550102").Answers().HangsUp().Ends()
}

func TestWrongChoicesAreAskedAgain(t *testing.T) {
	call := newTwilio(t).Call("/voice")
	call.Hears("For orders").Presses("7").Hears("not in the menu", "For orders")
	call.HangsUp().Ends()
}
