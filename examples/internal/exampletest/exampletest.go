// Package exampletest is what the tests of the example programs share.
package exampletest

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// New returns a Twilio that speaks to routes, which get the verifier of its
// address and token. opts may be nil.
func New(t *testing.T, routes func(*signature.Verifier) http.Handler, opts *webhooktest.Options) *webhooktest.Twilio {
	t.Helper()
	return webhooktest.New(t, routes(Verifier(t)), opts)
}

// Verifier returns a verifier that believes the Twilio of tests.
func Verifier(t *testing.T) *signature.Verifier {
	t.Helper()
	verifier, err := signature.New(signature.Config{
		BaseURL: webhooktest.BaseURL,
		Tokens:  signature.Tokens(webhooktest.AuthToken),
	})
	require.NoError(t, err)
	return verifier
}
