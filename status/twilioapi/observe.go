package twilioapi

import (
	"strconv"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// OfMessage returns an answer of the API about a message as an observation. It has no
// SID or no status if the answer has none, or is nil. Times are left out: those of a
// message are when it was sent and when its record changed, not when its status did.
func OfMessage(m *openapi.ApiV2010Message) status.Observation {
	if m == nil {
		return status.Observation{}
	}
	return status.Observation{
		SID:          webhook.SID(value(m.Sid)),
		Status:       value(m.Status),
		ErrorCode:    value(m.ErrorCode),
		ErrorMessage: value(m.ErrorMessage),
		AccountSID:   webhook.SID(value(m.AccountSid)),
	}
}

// OfCall returns an answer of the API about a call as an observation: with duration
// and time of the end if it has ended. It has no SID or no status if the answer has
// none, or is nil.
func OfCall(c *openapi.ApiV2010Call) status.Observation {
	if c == nil {
		return status.Observation{}
	}
	o := status.Observation{
		SID:        webhook.SID(value(c.Sid)),
		Status:     value(c.Status),
		AccountSID: webhook.SID(value(c.AccountSid)),
		ParentSID:  webhook.SID(value(c.ParentCallSid)),
	}
	if n, err := strconv.ParseUint(value(c.Duration), 10, 31); err == nil {
		o.Duration = time.Duration(n) * time.Second
	}
	if t, err := time.Parse(time.RFC1123Z, value(c.EndTime)); err == nil {
		o.Time = t
	}
	return o
}

// value is what p points to, or the zero value.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
