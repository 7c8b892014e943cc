package webhooktest

import (
	"iter"
	"net/http"

	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest/fixture"
)

// Fixture returns a real request as an event, as [fixture.Event] does:
// "sms_in_basic", "gather-digit-numdigits". It panics, with the names that come
// near, if there is none of that name.
func Fixture(name string) webhook.Event { return fixture.Event(name) }

// FixtureRequest returns a real request as it came, signed for [BaseURL] with
// [AuthToken] and sent to path, as [fixture.Request] does.
func FixtureRequest(path, name string) *http.Request { return fixture.Request(path, name) }

// Fixtures yields all real requests by name: messages, calls, and what is
// reported of them.
func Fixtures() iter.Seq2[string, webhook.Event] { return fixture.All() }
