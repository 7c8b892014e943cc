package webhooktest

import (
	"net/http"

	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest/fixture"
)

// NewRequest returns the request that Twilio would send for e to path, signed
// for [BaseURL] with [AuthToken], ready for ServeHTTP. It is a POST, with the
// query of path if that has one. What Twilio always sends to identify things
// and e leaves empty is filled in: SIDs, account, addresses. What the event
// says, such as its status, is for the test to say. It panics if path does not
// start with a slash.
//
// Equal arguments make equal requests, the I-Twilio-Idempotency-Token
// included, so the second of two is a retry of the first: the way to test
// [webhook.Deduplicate].
//
// It executes nothing. [Twilio.Send] does what Twilio does with the answer.
func NewRequest(path string, e webhook.Event) *http.Request {
	e = complete(e, AccountSID, string(Person), string(Number), func(prefix string) string { return fixture.SID(prefix, path, string(e.Kind())) })
	contentType, body := webhook.EncodeBody(e)
	return fixture.NewRequest(http.MethodPost, path, contentType, body)
}
