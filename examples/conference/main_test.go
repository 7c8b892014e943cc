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

func TestGuestsNeedTheCode(t *testing.T) {
	call := newTwilio(t).As("+15550123").Call("/voice")
	call.Hears("code of the meeting").Lints().Presses("4711")
	call.Joins("daily").HangsUp().Ends()
}

func TestAWrongCodeEndsTheCall(t *testing.T) {
	call := newTwilio(t).As("+15550123").Call("/voice")
	call.Hears("code of the meeting").Presses("0815").Hears("not the code").Ends()
}

func TestTheHostNeedsNoCode(t *testing.T) {
	newTwilio(t).As(host).Call("/voice").Joins("daily").HangsUp().Ends()
}
