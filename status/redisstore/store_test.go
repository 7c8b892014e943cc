package redisstore_test

import (
	"crypto/rand"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
	"github.com/ringback-go/ringback/status/statustest"
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

func TestStoreContract(t *testing.T) {
	client := newClient(t)
	statustest.TestStore(t, func(tb testing.TB) status.Store { return newStore(tb, client, redisstore.Options{}) })
}

// TestHistoryOrder plays all orders of six events and 2,000 random histories;
// with RINGBACK_TEST_FULL=1 100,000 of them, which takes some minutes. Nobody
// waits for an answer here, so a server that pauses while it writes a new log may.
func TestHistoryOrder(t *testing.T) {
	histories := 2_000
	if os.Getenv("RINGBACK_TEST_FULL") != "" {
		histories = 100_000
	}
	const patience = time.Minute
	opts := *newClient(t).Options()
	opts.ReadTimeout = patience
	client := redis.NewClient(&opts)
	t.Cleanup(func() { client.Close() })
	statustest.TestHistoryOrder(t, func(tb testing.TB) status.Store {
		return newStore(tb, client, redisstore.Options{Timeout: patience})
	}, histories)
}
