package redisstore_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
	"github.com/ringback-go/ringback/status/statustest"
	"github.com/ringback-go/ringback/webhook"
)

func newClient(tb testing.TB) *redis.Client {
	tb.Helper()
	url := os.Getenv("RINGBACK_TEST_REDIS")
	if url == "" {
		tb.Skip("RINGBACK_TEST_REDIS is unset: no Redis to test with")
	}
	opts, err := redis.ParseURL(url)
	require.NoError(tb, err)
	opts.ContextTimeoutEnabled = true
	opts.PoolSize = 32
	client := redis.NewClient(opts)
	tb.Cleanup(func() { client.Close() })
	return client
}

// newPrefix gives every test keys of its own, which are new in every run.
func newPrefix() string { return "test-" + rand.Text() }

func newStore(tb testing.TB, client redis.UniversalClient, opts redisstore.Options) *redisstore.Store {
	tb.Helper()
	if opts.Prefix == "" {
		opts.Prefix = newPrefix()
	}
	s, err := redisstore.New(client, &opts)
	require.NoError(tb, err)
	return s
}

// newUnhurriedStore is for tests that are not about speed: a server that pauses
// while it writes a new log may do so.
func newUnhurriedStore(t *testing.T) func(testing.TB) status.Store {
	opts := *newClient(t).Options()
	opts.ReadTimeout = time.Minute
	client := redis.NewClient(&opts)
	t.Cleanup(func() { client.Close() })
	return func(tb testing.TB) status.Store {
		return newStore(tb, client, redisstore.Options{Timeout: opts.ReadTimeout})
	}
}

func TestStoreContract(t *testing.T) { statustest.TestStore(t, newUnhurriedStore(t)) }

// TestHistoryOrder plays all orders of six events and 2,000 random histories;
// with RINGBACK_TEST_FULL=1 100,000 of them, which takes some minutes.
func TestHistoryOrder(t *testing.T) {
	histories := 2_000
	if os.Getenv("RINGBACK_TEST_FULL") != "" {
		histories = 100_000
	}
	statustest.TestHistoryOrder(t, newUnhurriedStore(t), histories)
}

// TestT28RowsStayShort tells a hundred SIDs the same thing again and again,
// also after the server has forgotten its scripts.
func TestT28RowsStayShort(t *testing.T) {
	client := newClient(t)
	prefix := newPrefix()
	s := newStore(t, client, redisstore.Options{Prefix: prefix})
	noon := time.Date(2024, time.May, 6, 12, 0, 0, 0, time.UTC)
	sid := func(i int) webhook.SID { return webhook.SID(fmt.Sprintf("CF%032x", i)) }
	for step := range 60 {
		if step == 30 {
			require.NoError(t, client.ScriptFlush(t.Context()).Err())
		}
		var obs []status.Observation
		for i := range 100 {
			obs = append(obs, status.Observation{SID: sid(i), Status: "init", Seen: noon.Add(time.Duration(step) * time.Second)})
		}
		_, err := s.Apply(t.Context(), obs...)
		require.NoError(t, err)
	}
	for i := range 100 {
		n, err := client.StrLen(t.Context(), "{"+prefix+"}:state:"+string(sid(i))).Result()
		require.NoError(t, err)
		assert.Less(t, n, int64(4000))
		state, err := s.Get(t.Context(), sid(i))
		require.NoError(t, err)
		assert.Len(t, state.Reports, 1)
		assert.True(t, state.Last.Equal(noon.Add(59*time.Second)))
	}
}

// TestOneUnreadableRow reports what concerns a row that cannot be read at the
// same time as much else, whose callers must not see the error.
func TestOneUnreadableRow(t *testing.T) {
	client := newClient(t)
	prefix := newPrefix()
	s := newStore(t, client, redisstore.Options{Prefix: prefix})
	require.NoError(t, client.Set(t.Context(), "{"+prefix+"}:state:CAbad", "x", 0).Err())
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			sid := webhook.SID(fmt.Sprint("CA", i))
			if i%4 == 0 {
				sid = "CAbad"
			}
			_, err := s.Apply(t.Context(), status.Observation{SID: sid, Status: "ringing", Sequence: i})
			assert.Equal(t, sid == "CAbad", err != nil, "%s: %v", sid, err)
		})
	}
	wg.Wait()
}
