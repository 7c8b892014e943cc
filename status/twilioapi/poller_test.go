package twilioapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/twilioapi"
	"github.com/ringback-go/ringback/webhook"
)

// quick are options for a poller on a real server: pauses of a moment.
func quick() *twilioapi.Options {
	return &twilioapi.Options{Age: time.Hour, Interval: time.Microsecond, Backoff: time.Microsecond}
}

// quiet stores a state without a recent report.
func quiet(t *testing.T, tracker *status.Tracker, sid webhook.SID, word string, acct webhook.SID) {
	t.Helper()
	require.NoError(t, tracker.Observe(t.Context(), status.Observation{
		SID: sid, Status: word, AccountSID: acct, Seen: time.Now().Add(-24 * time.Hour),
	}))
}

func state(t *testing.T, tracker *status.Tracker, sid webhook.SID) status.State {
	t.Helper()
	s, err := tracker.Get(t.Context(), sid)
	require.NoError(t, err)
	return s
}

func TestRoundAsksForWhatIsQuiet(t *testing.T) {
	api, rest := newAPI(t)
	tracker := status.NewTracker(new(status.Memory), nil)
	quiet(t, tracker, message, "sent", account)
	quiet(t, tracker, call, "in-progress", subaccount)
	quiet(t, tracker, other, "delivered", account)
	quiet(t, tracker, "RE00000000000000000000000000000001", "processing", account)
	require.NoError(t, tracker.Observe(t.Context(), status.Observation{SID: "SM00000000000000000000000000000003", Status: "sent"}))
	api.has(account, message, map[string]any{"status": "undelivered", "error_code": 30003, "error_message": "Unreachable destination handset"})
	api.has(subaccount, call, map[string]any{
		"status": "completed", "duration": "42", "end_time": "Mon, 06 May 2024 12:00:42 +0000", "parent_call_sid": "CA00000000000000000000000000000009",
	})

	round, err := twilioapi.NewPoller(rest.Api, tracker, quick()).Round(t.Context())
	require.NoError(t, err)
	assert.Equal(t, twilioapi.Round{Asked: 2, Ended: 2}, round)
	assert.ElementsMatch(t, []string{
		"GET /2010-04-01/Accounts/" + account + "/Messages/" + message + ".json",
		"GET /2010-04-01/Accounts/" + subaccount + "/Calls/" + call + ".json",
	}, api.seen(), "finals, fresh states and other kinds are not asked for")

	m := state(t, tracker, message)
	assert.Equal(t, "undelivered", m.Status)
	assert.True(t, m.Final)
	assert.Equal(t, 30003, m.ErrorCode)
	c := state(t, tracker, call)
	assert.Equal(t, "completed", c.Status)
	assert.Equal(t, 42*time.Second, c.Duration)
	assert.Equal(t, webhook.SID("CA00000000000000000000000000000009"), c.ParentSID)
	assert.True(t, c.Since().Equal(time.Date(2024, time.May, 6, 12, 0, 42, 0, time.UTC)))
}

func TestRoundLeavesAloneWhatTwilioSaysIsOnTheWay(t *testing.T) {
	api, rest := newAPI(t)
	tracker := status.NewTracker(new(status.Memory), nil)
	quiet(t, tracker, message, "sent", "")
	api.has(account, message, map[string]any{"status": "sent"})
	poller := twilioapi.NewPoller(rest.Api, tracker, quick())
	round, err := poller.Round(t.Context())
	require.NoError(t, err)
	assert.Equal(t, twilioapi.Round{Asked: 1}, round)
	round, err = poller.Round(t.Context())
	require.NoError(t, err)
	assert.Equal(t, twilioapi.Round{}, round, "it has a recent report")
}

func TestRoundAndWhatIsGone(t *testing.T) {
	api, rest := newAPI(t)
	tracker := status.NewTracker(new(status.Memory), nil)
	quiet(t, tracker, message, "sent", account)
	before := state(t, tracker, message)
	opts := quick()
	var gone []webhook.SID
	opts.Gone = func(_ context.Context, s status.State) { gone = append(gone, s.SID) }
	poller := twilioapi.NewPoller(rest.Api, tracker, opts)
	round, err := poller.Round(t.Context())
	require.NoError(t, err)
	assert.Equal(t, twilioapi.Round{Asked: 1, Gone: 1}, round)
	assert.Equal(t, []webhook.SID{message}, gone)
	after := state(t, tracker, message)
	_, changed := status.Diff(before, after)
	assert.False(t, changed, "only the time of the last report")
	_, err = poller.Round(t.Context())
	require.NoError(t, err)
	assert.Len(t, api.seen(), 1, "not asked for again before it is quiet again")
}

func TestRoundTriesAgain(t *testing.T) {
	for _, tt := range []struct {
		name     string
		failures []int
		requests int
		status   int // of the error; zero: none
	}{
		{"too many requests", []int{429, 429}, 3, 0},
		{"Twilio in trouble", []int{503, 500, 502}, 4, 0},
		{"tries used up", []int{429, 503, 503, 503}, 4, 503},
		{"credentials refused", []int{401}, 1, 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			api, rest := newAPI(t)
			tracker := status.NewTracker(new(status.Memory), nil)
			quiet(t, tracker, message, "sent", "")
			api.has(account, message, map[string]any{"status": "delivered"})
			api.fail(tt.failures...)
			_, err := twilioapi.NewPoller(rest.Api, tracker, quick()).Round(t.Context())
			assert.Len(t, api.seen(), tt.requests)
			if tt.status == 0 {
				require.NoError(t, err)
				assert.Equal(t, "delivered", state(t, tracker, message).Status)
				return
			}
			refused, ok := errors.AsType[*twilioapi.Error](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.status, refused.Status)
			assert.Equal(t, "sent", state(t, tracker, message).Status)
		})
	}
}

// A slowAPI notes when it is asked, by the clock of the test.
type slowAPI struct {
	at  []time.Duration
	all time.Time
	err error
}

func (a *slowAPI) FetchMessage(sid string, _ *openapi.FetchMessageParams) (*openapi.ApiV2010Message, error) {
	a.at = append(a.at, time.Since(a.all))
	if a.err != nil {
		return nil, a.err
	}
	return &openapi.ApiV2010Message{Sid: &sid, Status: new("delivered")}, nil
}

func (a *slowAPI) FetchCall(string, *openapi.FetchCallParams) (*openapi.ApiV2010Call, error) {
	return nil, errors.New("no calls here")
}

// TestRoundGoesOnBehindARefusal has Twilio refuse what was quiet for longest, say
// of a subaccount that is closed: the rest must not wait behind it forever.
func TestRoundGoesOnBehindARefusal(t *testing.T) {
	api, rest := newAPI(t)
	tracker := status.NewTracker(new(status.Memory), nil)
	quiet(t, tracker, message, "sent", "")
	quiet(t, tracker, other, "sent", "")
	api.has(account, other, map[string]any{"status": "delivered"})
	api.fail(403)
	poller := twilioapi.NewPoller(rest.Api, tracker, quick())
	round, err := poller.Round(t.Context())
	refused, ok := errors.AsType[*twilioapi.Error](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, 403, refused.Status)
	assert.Equal(t, twilioapi.Round{Asked: 2, Ended: 1}, round)
	assert.Equal(t, "delivered", state(t, tracker, other).Status)

	round, err = poller.Round(t.Context())
	require.NoError(t, err)
	assert.Zero(t, round, "what was refused is put off while Twilio answers others")
	assert.Equal(t, "sent", state(t, tracker, message).Status)
}

func TestRoundGivesUpWhenNothingIsAnswered(t *testing.T) {
	api, rest := newAPI(t)
	tracker := status.NewTracker(new(status.Memory), nil)
	for i := range 9 {
		quiet(t, tracker, webhook.SID(fmt.Sprintf("SM%032x", i)), "sent", "")
	}
	api.fail(slices.Repeat([]int{401}, 18)...)
	poller := twilioapi.NewPoller(rest.Api, tracker, quick())
	for range 2 {
		round, err := poller.Round(t.Context())
		require.Error(t, err)
		assert.Less(t, round.Asked, 9)
	}
}

func TestRoundKeepsItsRateAndLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker := status.NewTracker(new(status.Memory), nil)
		for _, sid := range []webhook.SID{message, other, "SM00000000000000000000000000000003"} {
			quiet(t, tracker, sid, "sent", "")
		}
		api := &slowAPI{all: time.Now()}
		poller := twilioapi.NewPoller(api, tracker, &twilioapi.Options{Interval: time.Second, Limit: 2})
		round, err := poller.Round(t.Context())
		require.NoError(t, err)
		assert.Equal(t, twilioapi.Round{Asked: 2, Ended: 2}, round)
		assert.Equal(t, []time.Duration{0, time.Second}, api.at)
	})
}

func TestBackOffGrowsAndEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker := status.NewTracker(new(status.Memory), nil)
		quiet(t, tracker, message, "sent", "")
		api := &slowAPI{all: time.Now(), err: &client.TwilioRestError{Status: 429, Code: 20429}}
		_, err := twilioapi.NewPoller(api, tracker, &twilioapi.Options{Tries: 8}).Round(t.Context())
		require.Error(t, err)
		require.Len(t, api.at, 8)
		want := time.Second
		for i := 1; i < len(api.at); i++ {
			pause := api.at[i] - api.at[i-1]
			assert.GreaterOrEqual(t, pause, want, "pause %d", i)
			assert.LessOrEqual(t, pause, want+want/2, "pause %d", i)
			want = min(2*want, 30*time.Second)
		}

		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		start := time.Now()
		_, err = twilioapi.NewPoller(api, tracker, &twilioapi.Options{Tries: 1000}).Round(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 90*time.Second, time.Since(start))
	})
}

func TestRunGoesOnUntilItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker := status.NewTracker(new(status.Memory), nil)
		quiet(t, tracker, message, "sent", "")
		api := &slowAPI{all: time.Now(), err: &client.TwilioRestError{Status: 401, Code: 20003, Message: "secret"}}
		var log bytes.Buffer
		poller := twilioapi.NewPoller(api, tracker, &twilioapi.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second)
		defer cancel()
		require.ErrorIs(t, poller.Run(ctx), context.DeadlineExceeded)
		assert.Equal(t, []time.Duration{0, time.Minute, 2 * time.Minute}, api.at)
		assert.Contains(t, log.String(), "status 401, code 20003")
		assert.NotContains(t, log.String(), "secret")
	})
}

// brokenStore fails with an error that quotes a number.
type brokenStore struct{ *status.Memory }

func (brokenStore) Pending(context.Context, time.Time) iter.Seq2[status.State, error] {
	return func(yield func(status.State, error) bool) {
		yield(status.State{}, errors.New("no row for +15550101"))
	}
}

func TestT29RunLogsNoTextOfTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		tracker := status.NewTracker(brokenStore{new(status.Memory)}, nil)
		poller := twilioapi.NewPoller(new(slowAPI), tracker, &twilioapi.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, poller.Run(ctx), context.DeadlineExceeded)
		assert.Contains(t, log.String(), "errorString")
		assert.NotContains(t, log.String(), "5550101")
	})
}

func TestFetchRefusesWhatIsNotTheirs(t *testing.T) {
	_, err := twilioapi.Fetch(new(slowAPI), "RE00000000000000000000000000000001", "")
	require.ErrorContains(t, err, "neither a message nor a call")
	_, err = twilioapi.Fetch(new(slowAPI), "SM/../../Accounts", "")
	require.ErrorContains(t, err, "neither a message nor a call")
	_, err = twilioapi.Fetch(new(wrongAPI), message, "")
	require.Error(t, err)
}

// wrongAPI answers about another message.
type wrongAPI struct{ slowAPI }

func (*wrongAPI) FetchMessage(string, *openapi.FetchMessageParams) (*openapi.ApiV2010Message, error) {
	return &openapi.ApiV2010Message{Sid: new(other), Status: new("delivered")}, nil
}

func TestNewPollerNeedsBoth(t *testing.T) {
	assert.Panics(t, func() { twilioapi.NewPoller(nil, status.NewTracker(new(status.Memory), nil), nil) })
	assert.Panics(t, func() { twilioapi.NewPoller(new(slowAPI), nil, nil) })
}
