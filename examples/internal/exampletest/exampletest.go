// Package exampletest is shared by the tests of the example programs.
package exampletest

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// New returns a simulated Twilio for routes, which get a verifier for its URL
// and token. opts may be nil.
func New(t *testing.T, routes func(*signature.Verifier) http.Handler, opts *webhooktest.Options) *webhooktest.Twilio {
	t.Helper()
	return webhooktest.New(t, routes(Verifier(t)), opts)
}

// Verifier returns a verifier that accepts the simulated Twilio.
func Verifier(t *testing.T) *signature.Verifier {
	t.Helper()
	verifier, err := signature.New(signature.Config{
		BaseURL: webhooktest.BaseURL,
		Tokens:  signature.Tokens(webhooktest.AuthToken),
	})
	require.NoError(t, err)
	return verifier
}
