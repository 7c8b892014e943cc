package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

func TestAnswersTextsAndCalls(t *testing.T) {
	verifier, err := signature.New(signature.Config{
		BaseURL: webhooktest.BaseURL,
		Tokens:  signature.Tokens(webhooktest.AuthToken),
	})
	require.NoError(t, err)
	twilio := webhooktest.New(t, routes(verifier), nil)
	twilio.Text("/sms", "a table for four").Replies("Thanks, we got: a table for four")
	twilio.Call("/voice").Hears("Please text us").Ends()
}
