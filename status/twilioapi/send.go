package twilioapi

import (
	"context"
	"errors"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// ErrNoCallback says that the parameters have no StatusCallback, so the status of the
// message or call would not be reported. Set it to the URL of
// [status.Tracker.Handler].
var ErrNoCallback = errors.New("twilioapi: the parameters have no StatusCallback")

// A MessageCreator is the part of Twilio's API that [Send] needs. The Api field
// of a twilio.RestClient is one.
type MessageCreator interface {
	CreateMessage(params *openapi.CreateMessageParams) (*openapi.ApiV2010Message, error)
}

// A CallCreator is the part of Twilio's API that [Call] needs. The Api field of
// a twilio.RestClient is one.
type CallCreator interface {
	CreateCall(params *openapi.CreateCallParams) (*openapi.ApiV2010Call, error)
}

// Send sends a message and stores its first state, which no callback reports, so
// that [status.Tracker.Overdue] finds it if no callback arrives. The parameters must
// have a StatusCallback, or a MessagingServiceSid that has a callback URL.
//
// If the SID is not empty, the message was sent, and an error is that of the
// tracker; the callbacks will be stored. Otherwise the error is [ErrNoCallback],
// that of ctx or an *[Error]; if the *Error has no Status, Twilio may have sent the
// message.
//
// Send does not try again, because Twilio could send twice.
func Send(ctx context.Context, api MessageCreator, tracker *status.Tracker, params *openapi.CreateMessageParams) (webhook.SID, error) {
	if params == nil || value(params.StatusCallback) == "" && value(params.MessagingServiceSid) == "" {
		return "", ErrNoCallback
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	m, err := api.CreateMessage(params)
	if err != nil {
		return "", refusal("create message", err)
	}
	o := OfMessage(m)
	return o.SID, tracker.Observe(ctx, o)
}

// Call starts a call as [Send] sends a message. Unless the parameters name events, it
// requests callbacks for all four (initiated, ringing, answered, completed); by
// default Twilio reports only the last.
func Call(ctx context.Context, api CallCreator, tracker *status.Tracker, params *openapi.CreateCallParams) (webhook.SID, error) {
	if params == nil || value(params.StatusCallback) == "" {
		return "", ErrNoCallback
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	p := *params
	if p.StatusCallbackEvent == nil {
		p.StatusCallbackEvent = &[]string{"initiated", "ringing", "answered", "completed"}
	}
	c, err := api.CreateCall(&p)
	if err != nil {
		return "", refusal("create call", err)
	}
	o := OfCall(c)
	return o.SID, tracker.Observe(ctx, o)
}
