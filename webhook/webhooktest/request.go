package webhooktest

import (
	"net/http"

	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest/fixture"
)

// NewRequest returns the request that Twilio would send for e to path, signed
// for [BaseURL] with [AuthToken], ready for ServeHTTP. It is a POST, with the
// query of path if there is one. Identifiers that Twilio always sends and e
// leaves empty are filled in: SIDs, the account, addresses. Other values, such
// as the status, are up to the test. NewRequest panics if path does not start
// with a slash.
//
// Equal arguments make equal requests, including the
// I-Twilio-Idempotency-Token, so the second is a retry of the first. Use this
// to test [webhook.Deduplicate].
//
// NewRequest sends nothing. [Twilio.Send] sends a request and executes the
// answer.
func NewRequest(path string, e webhook.Event) *http.Request {
	e = complete(e, AccountSID, string(Person), string(Number), func(prefix string) string { return fixture.SID(prefix, path, string(e.Kind())) })
	contentType, body := webhook.EncodeBody(e)
	return fixture.NewRequest(http.MethodPost, path, contentType, body)
}
