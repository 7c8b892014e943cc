package layout_test

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/status/statustest"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// The functions and methods of package status and its stores.
var (
	_ func(webhook.Event, time.Time) (status.Observation, bool)                            = status.Observe
	_ func(status.Observation) status.State                                                = status.Of
	_ func(status.State, status.State) status.State                                        = status.State.Merge
	_ func(status.Store, *status.Options) *status.Tracker                                  = status.NewTracker
	_ func(*status.Tracker, *webhook.Receiver) http.Handler                                = (*status.Tracker).Handler
	_ func(*status.Tracker, context.Context, ...status.Observation) error                  = (*status.Tracker).Observe
	_ func(*status.Tracker, context.Context, webhook.SID) (status.State, error)            = (*status.Tracker).Get
	_ func(*status.Tracker, context.Context, time.Duration) iter.Seq2[status.State, error] = (*status.Tracker).Overdue
	_ func(*status.Tracker, context.Context, ...webhook.SID) <-chan status.Change          = (*status.Tracker).Watch
	_ func(*testing.T, func(testing.TB) status.Store)                                      = statustest.TestStore
	_ func(*sql.DB, sqlstore.Dialect) *sqlstore.Store                                      = sqlstore.New
	_ func(*sqlstore.Store, context.Context) error                                         = (*sqlstore.Store).Migrate
	_ status.Store                                                                         = new(status.Memory)
	_ status.Store                                                                         = (*sqlstore.Store)(nil)
	_ status.Store                                                                         = outsider{}
	_ []sqlstore.Dialect                                                                   = []sqlstore.Dialect{sqlstore.SQLite, sqlstore.PostgreSQL}
	_ status.State                                                                         = status.State{SID: "SM1", Status: "sent", Final: false, ErrorCode: 0}
)

// An outsider is a Store that somebody else wrote.
type outsider struct{}

func (outsider) Apply(context.Context, ...status.Observation) ([]status.Change, error) {
	return nil, nil
}

func (outsider) Get(context.Context, webhook.SID) (status.State, error) {
	return status.State{}, status.ErrNotFound
}

func (outsider) Pending(context.Context, time.Time) iter.Seq2[status.State, error] {
	return func(func(status.State, error) bool) {}
}

const contractSID webhook.SID = "SM00000000000000000000000000000001"

// observations are what callbacks of one message tell.
func observations(t *testing.T, words ...webhook.MessageStatus) (all []status.Observation) {
	t.Helper()
	at := time.Date(2025, 11, 28, 12, 0, 0, 0, time.UTC)
	for i, word := range words {
		o, ok := status.Observe(webhook.MessageStatusCallback{MessageSID: contractSID, MessageStatus: word}, at.Add(time.Duration(i)*time.Second))
		require.True(t, ok)
		all = append(all, o)
	}
	return all
}

func TestContractObserve(t *testing.T) {
	_, ok := status.Observe(webhook.GatherAction{}, time.Now())
	assert.False(t, ok)
	s := status.Of(observations(t, webhook.MessageStatusDelivered)[0])
	assert.Equal(t, contractSID, s.SID)
	assert.Equal(t, "delivered", s.Status)
	assert.True(t, s.Final)
	assert.Zero(t, s.ErrorCode)
}

// Any order, any repetition, any grouping ends in the same state.
func TestContractT23MergeIsALattice(t *testing.T) {
	var states []status.State
	for _, o := range observations(t, "queued", "sent", "delivered", "read") {
		states = append(states, status.Of(o))
	}
	a, b, c, d := states[0], states[1], states[2], states[3]
	want := a.Merge(b).Merge(c).Merge(d)
	assert.Equal(t, "read", want.Status)
	assert.True(t, d.Merge(c).Merge(b).Merge(a).Equal(want), "commutative")
	assert.True(t, a.Merge(b.Merge(c.Merge(d))).Equal(want), "associative")
	assert.True(t, want.Merge(want).Merge(b).Merge(b).Equal(want), "idempotent")
}

func TestContractTracker(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tracker := status.NewTracker(new(status.Memory), nil)
	live := tracker.Watch(ctx, contractSID)
	_, err := tracker.Get(ctx, contractSID)
	assert.ErrorIs(t, err, status.ErrNotFound)

	obs := observations(t, "sent", "delivered")
	require.NoError(t, tracker.Observe(ctx, obs[0]))
	assert.Equal(t, "sent", (<-live).After.Status)
	var quiet []webhook.SID
	for s, err := range tracker.Overdue(ctx, 0) {
		require.NoError(t, err)
		quiet = append(quiet, s.SID)
	}
	assert.Equal(t, []webhook.SID{contractSID}, quiet)

	require.NoError(t, tracker.Observe(ctx, slices.Concat(obs, obs)...))
	assert.Equal(t, "delivered", (<-live).After.Status)
	for range tracker.Overdue(ctx, 0) {
		t.Error("a final state is not overdue")
	}
	cancel()
	_, open := <-live
	assert.False(t, open, "the channel ends with the context")
}

func TestContractT22HandlerAnswersAfterTheStore(t *testing.T) {
	hooks := contractHooks(t, webhook.Options{})
	told := webhook.MessageStatusCallback{MessageSID: contractSID, MessageStatus: "delivered"}
	store := new(status.Memory)
	w := serve(status.NewTracker(store, nil).Handler(hooks), webhooktest.NewRequest("/status", told))
	assert.Equal(t, http.StatusNoContent, w.Code)
	s, err := store.Get(t.Context(), contractSID)
	require.NoError(t, err)
	assert.Equal(t, "delivered", s.Status)

	w = serve(status.NewTracker(broken{}, nil).Handler(hooks), webhooktest.NewRequest("/status", told))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
}

type broken struct{ outsider }

func (broken) Apply(context.Context, ...status.Observation) ([]status.Change, error) {
	return nil, errors.New("the database is away")
}

// The suite for stores is run as their authors run it.
func TestContractTestStore(t *testing.T) {
	statustest.TestStore(t, func(testing.TB) status.Store { return new(status.Memory) })
}
