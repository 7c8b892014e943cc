package webhooktest

import (
	"iter"
	"net/http"

	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest/fixture"
)

// Fixture returns a real request as an event, such as "sms_in_basic" or
// "gather-digit-numdigits"; see [fixture.Event]. It panics, and suggests
// similar names, if there is no request of that name.
func Fixture(name string) webhook.Event { return fixture.Event(name) }

// FixtureRequest returns a real request to path, signed for [BaseURL] with
// [AuthToken]; see [fixture.Request].
func FixtureRequest(path, name string) *http.Request { return fixture.Request(path, name) }

// Fixtures yields all real requests by name: messages, calls, and status
// reports.
func Fixtures() iter.Seq2[string, webhook.Event] { return fixture.All() }
