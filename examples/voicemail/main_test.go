package main

import (
	"testing"
	"time"

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

func TestNobodyAnswers(t *testing.T) {
	call := newTwilio(t).Call("/voice")
	call.Rings("+15550101").NoAnswer()
	call.Hears("Nobody can answer now").Lints().Records(20 * time.Second).Presses("#")
	call.Requests("/voice/recorded").Hears("Thank you").Ends()
}

func TestSomebodyAnswers(t *testing.T) {
	call := newTwilio(t).Call("/voice")
	call.Rings("+15550101").Answers().Talks().HangsUp().Ends()
}
