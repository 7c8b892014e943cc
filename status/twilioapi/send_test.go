package twilioapi_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/statustest"
	"github.com/ringback-go/ringback/status/twilioapi"
	"github.com/ringback-go/ringback/webhook"
)

func toSend(to string) *openapi.CreateMessageParams {
	params := new(openapi.CreateMessageParams)
	params.SetTo(to)
	params.SetFrom("+15550100")
	params.SetBody("Your table is ready.")
	params.SetStatusCallback("https://hooks.example.com/status")
	return params
}

func TestSendTracksFromTheFirstMoment(t *testing.T) {
	api, rest := newAPI(t)
	tracker := status.NewTracker(new(status.Memory), nil)
	sid, err := twilioapi.Send(t.Context(), rest.Api, tracker, toSend("+15550101"))
	require.NoError(t, err)
	assert.Equal(t, webhook.SID(message), sid)
	s := state(t, tracker, sid)
	assert.Equal(t, "queued", s.Status)
	assert.Equal(t, webhook.SID(account), s.AccountSID)
	assert.False(t, s.Last.IsZero())
	assert.Equal(t, "https://hooks.example.com/status", api.forms[0].Get("StatusCallback"))
}

func TestSendNeedsACallback(t *testing.T) {
	api, rest := newAPI(t)
	tracker := status.NewTracker(new(status.Memory), nil)
	params := toSend("+15550101")
	params.StatusCallback = nil
	_, err := twilioapi.Send(t.Context(), rest.Api, tracker, params)
	require.ErrorIs(t, err, twilioapi.ErrNoCallback)
	_, err = twilioapi.Send(t.Context(), rest.Api, tracker, nil)
	require.ErrorIs(t, err, twilioapi.ErrNoCallback)
	_, err = twilioapi.Call(t.Context(), rest.Api, tracker, new(openapi.CreateCallParams))
	require.ErrorIs(t, err, twilioapi.ErrNoCallback)
	assert.Empty(t, api.seen(), "nothing was sent")
	params.SetMessagingServiceSid("MG00000000000000000000000000000001")
	_, err = twilioapi.Send(t.Context(), rest.Api, tracker, params)
	require.NoError(t, err, "the service has a callback URL of its own")
}

func TestT29SendErrorsHoldNoNumber(t *testing.T) {
	_, rest := newAPI(t)
	tracker := status.NewTracker(new(status.Memory), nil)
	sid, err := twilioapi.Send(t.Context(), rest.Api, tracker, toSend("+15550199"))
	assert.Empty(t, sid)
	require.EqualError(t, err, "twilioapi: create message: status 400, code 21211")
	whole, ok := errors.AsType[*client.TwilioRestError](err)
	require.True(t, ok)
	assert.Contains(t, whole.Message, "+15550199")
}

func TestSendSaysWhatWasSentThoughTheStoreFails(t *testing.T) {
	_, rest := newAPI(t)
	tracker := status.NewTracker(statustest.Faulty(new(status.Memory), statustest.Faults{Error: 1}), nil)
	sid, err := twilioapi.Send(t.Context(), rest.Api, tracker, toSend("+15550101"))
	require.ErrorIs(t, err, statustest.ErrInjected)
	assert.Equal(t, webhook.SID(message), sid)
}

func TestSendWithAnEndedContextSendsNothing(t *testing.T) {
	api, rest := newAPI(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := twilioapi.Send(ctx, rest.Api, status.NewTracker(new(status.Memory), nil), toSend("+15550101"))
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, api.seen())
}

func TestCallAsksForAllEvents(t *testing.T) {
	api, rest := newAPI(t)
	tracker := status.NewTracker(new(status.Memory), nil)
	params := new(openapi.CreateCallParams)
	params.SetTo("+15550101")
	params.SetFrom("+15550100")
	params.SetUrl("https://hooks.example.com/voice")
	params.SetStatusCallback("https://hooks.example.com/status")
	sid, err := twilioapi.Call(t.Context(), rest.Api, tracker, params)
	require.NoError(t, err)
	assert.Equal(t, webhook.SID(call), sid)
	assert.Equal(t, "queued", state(t, tracker, sid).Status)
	assert.Equal(t, []string{"initiated", "ringing", "answered", "completed"}, api.forms[0]["StatusCallbackEvent"])
	assert.Nil(t, params.StatusCallbackEvent, "the caller's parameters are not changed")
}

func ExampleSend() {
	// In a program: twilio.NewRestClientWithParams(...).Api.
	api := fakeTwilio{}
	tracker := status.NewTracker(new(status.Memory), nil)
	ctx := context.Background()

	params := new(openapi.CreateMessageParams)
	params.SetTo("+15550101")
	params.SetFrom("+15550100")
	params.SetBody("Your table is ready.")
	params.SetStatusCallback("https://hooks.example.com/status")
	sid, err := twilioapi.Send(ctx, api, tracker, params)
	if err != nil {
		fmt.Println(err)
		return
	}
	state, err := tracker.Get(ctx, sid)
	fmt.Println(state.SID, state.Status, err)
	// Output: SM00000000000000000000000000000001 queued <nil>
}

func ExamplePoller_Round() {
	api := fakeTwilio{} // says that every message was delivered
	tracker := status.NewTracker(new(status.Memory), nil)
	ctx := context.Background()
	err := tracker.Observe(ctx, status.Observation{SID: message, Status: "sent", Seen: longAgo})
	if err != nil {
		fmt.Println(err)
		return
	}
	round, err := twilioapi.NewPoller(api, tracker, nil).Round(ctx)
	fmt.Printf("%+v %v\n", round, err)
	state, err := tracker.Get(ctx, message)
	fmt.Println(state.Status, err)
	// Output:
	// {Asked:1 Ended:1 Gone:0} <nil>
	// delivered <nil>
}
