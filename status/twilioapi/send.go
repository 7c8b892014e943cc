package twilioapi

import (
	"context"
	"errors"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// ErrNoCallback says that nothing would tell what becomes of a message or call:
// its parameters name no StatusCallback. Set it to the URL at which
// [status.Tracker.Handler] is.
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

// Send sends a message and stores the first state of it, which no callback
// tells: from then on it is overdue when it goes quiet. The parameters must have a
// StatusCallback, or a MessagingServiceSid, whose own callback URL counts.
//
// Where the SID is not empty the message is sent, whatever the error: then
// the tracker could not store it, and the callbacks will. Otherwise the error is
// [ErrNoCallback], that of ctx or an *[Error]; Twilio may have sent the message if that one has
// no Status.
//
// Send does not try again by itself: Twilio would send twice.
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

// Call starts a call as [Send] sends a message. Unless the parameters name
// events, it asks for callbacks at all four (initiated, ringing, answered,
// completed); by itself Twilio reports the last only.
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
