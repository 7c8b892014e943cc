package sim_test

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"database/sql"

	_ "modernc.org/sqlite"

	"github.com/ringback-go/ringback/examples/tracker/sim"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/status/twilioapi"
	"github.com/ringback-go/ringback/webhook"
	"net/http/httptest"
)

const (
	token = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
	url   = "https://hooks.example.com/status"
)

func sqlite(t *testing.T) status.Store {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "t.db")+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(1000)")
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	store, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
	require.NoError(t, err)
	return store
}

// Whatever is lost, repeated and late: every message ends where it did end, in
// the time of the bubble that testing/synctest makes.
func TestEveryMessageEndsInTruth(t *testing.T) {
	stores := map[string]func(*testing.T) status.Store{
		"memory": func(*testing.T) status.Store { return new(status.Memory) },
		"sqlite": sqlite,
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { playAndCompare(t, open(t)) })
		})
	}
}

func playAndCompare(t *testing.T, store status.Store) {
	const messages = 300
	ctx := t.Context()
	pretended := sim.New(7, messages, 1)
	tracker := status.NewTracker(store, nil)
	verifier, err := signature.New(signature.Config{BaseURL: "https://hooks.example.com", Tokens: signature.Tokens(token)})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("POST /status", tracker.Handler(webhook.NewReceiver(verifier, nil)))

	start := time.Now()
	err = pretended.Play(ctx, func(ctx context.Context) {
		_, err := twilioapi.Send(ctx, pretended, tracker, new(openapi.CreateMessageParams).SetStatusCallback(url))
		assert.NoError(t, err)
	}, func(ctx context.Context, c webhook.MessageStatusCallback) {
		r, err := sim.Request(ctx, token, url, c)
		if !assert.NoError(t, err) {
			return
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		assert.Equal(t, http.StatusNoContent, w.Code)
	})
	require.NoError(t, err)
	assert.InDelta(t, 50, time.Since(start).Seconds(), 15, "about a minute")

	time.Sleep(sim.Life + sim.Late + time.Second)
	var overdue int
	for _, err := range tracker.Overdue(ctx, sim.Life+sim.Late) {
		require.NoError(t, err)
		overdue++
	}
	assert.Greater(t, overdue, messages/20, "the play loses ends")
	round, err := twilioapi.NewPoller(pretended, tracker, &twilioapi.Options{Age: sim.Life + sim.Late}).Round(ctx)
	require.NoError(t, err)
	assert.Equal(t, twilioapi.Round{Asked: overdue, Ended: overdue}, round)

	ends := pretended.Ends()
	require.Len(t, ends, messages)
	for sid, want := range ends {
		got, err := tracker.Get(ctx, sid)
		require.NoError(t, err)
		assert.Equal(t, want, sim.End{Status: got.Status, Code: got.ErrorCode}, sid)
		assert.True(t, got.Final)
	}
	counters := tracker.Counters()
	assert.Greater(t, counters.Observed-counters.Changed, int64(messages/10), "the play repeats itself")
	assert.Greater(t, counters.Changed, counters.Moved, "the play brings reports in the wrong order")
	assert.Positive(t, counters.Conflicts)
}

func TestSeedDecides(t *testing.T) {
	assert.Equal(t, sim.New(1, 50, 1).Ends(), sim.New(1, 50, 9).Ends())
	assert.NotEqual(t, sim.New(1, 50, 1).Ends(), sim.New(2, 50, 1).Ends())
}

func TestPlayStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		pretended := sim.New(1, 100, 1)
		err := pretended.Play(ctx, func(context.Context) { pretended.CreateMessage(nil) },
			func(context.Context, webhook.MessageStatusCallback) {})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// The API does not have messages that were not sent, and takes no more than it
// was made for.
func TestAPI(t *testing.T) {
	pretended := sim.New(1, 1, 1)
	for sid := range pretended.Ends() {
		_, err := twilioapi.Fetch(pretended, sid, "")
		var refused *twilioapi.Error
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, 404, refused.Status)
	}
	m, err := pretended.CreateMessage(nil)
	require.NoError(t, err)
	o, err := twilioapi.Fetch(pretended, webhook.SID(*m.Sid), "")
	require.NoError(t, err)
	assert.Equal(t, "queued", o.Status)
	_, err = pretended.CreateMessage(nil)
	assert.Error(t, err)
	_, err = twilioapi.Fetch(pretended, "CA00000000000000000000000000000001", "")
	assert.Error(t, err)
}
