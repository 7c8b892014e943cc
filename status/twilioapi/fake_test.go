package twilioapi_test

import (
	"errors"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

var longAgo = time.Date(2024, time.May, 6, 12, 0, 0, 0, time.UTC)

// fakeTwilio replaces Twilio in examples: it queues and delivers.
type fakeTwilio struct{}

func (fakeTwilio) CreateMessage(*openapi.CreateMessageParams) (*openapi.ApiV2010Message, error) {
	return &openapi.ApiV2010Message{Sid: new(message), Status: new("queued")}, nil
}

func (fakeTwilio) FetchMessage(sid string, _ *openapi.FetchMessageParams) (*openapi.ApiV2010Message, error) {
	return &openapi.ApiV2010Message{Sid: &sid, Status: new("delivered")}, nil
}

func (fakeTwilio) FetchCall(string, *openapi.FetchCallParams) (*openapi.ApiV2010Call, error) {
	return nil, errors.New("no calls in this example")
}
