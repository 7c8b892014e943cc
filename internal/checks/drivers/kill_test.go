package drivertest_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
	"github.com/ringback-go/ringback/status/sqlstore"
)

// TestT24Kill9 kills a process that takes callbacks over HTTP, again and again
// and in the middle of its work. What it answered with 204 must be there
// afterwards, once. 3 kills and 600 acknowledged callbacks for each database;
// with RINGBACK_TEST_FULL=1 50 and 20,000.
func TestT24Kill9(t *testing.T) {
	kills, acknowledged := 3, 600
	if full {
		kills, acknowledged = 50, 20_000
	}
	t.Run("SQLite", func(t *testing.T) {
		dsn := sqliteDSN(filepath.Join(t.TempDir(), "ringback.db"))
		killed(t, "sqlite", dsn, "", kills, acknowledged, func() status.Store {
			s, err := sqlstore.Open(t.Context(), openDB(t, "sqlite", dsn), sqlstore.SQLite, nil)
			require.NoError(t, err)
			return s
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		url, prefix := postgresURL(t), prefixOf(t)
		db := postgresDB(t)
		s := postgresStore(t, db, sqlstore.Options{Prefix: prefix})
		killed(t, "postgres", url, prefix, kills, acknowledged, func() status.Store { return s })
	})
	t.Run("Redis", func(t *testing.T) {
		client, prefix := redisClient(t), newRedisPrefix()
		killed(t, "redis", os.Getenv("RINGBACK_TEST_REDIS"), prefix, kills, acknowledged, func() status.Store {
			s, err := redisstore.New(client, &redisstore.Options{Prefix: prefix})
			require.NoError(t, err)
			return s
		})
	})
}

func killed(t *testing.T, kind, dsn, prefix string, kills, acknowledged int, open func() status.Store) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	var (
		mu    sync.Mutex
		acks  = map[callback]bool{} // answered with 204
		sent  = map[callback]bool{}
		total atomic.Int64
		other atomic.Int64 // answers that are neither 204 nor a broken connection
	)
	for run := range kills {
		p := startChild(t, kind, dsn, prefix)
		ctx, cancel := context.WithCancel(t.Context())
		share := int64(acknowledged) * int64(run+1) / int64(kills)
		enough := make(chan struct{})
		var once sync.Once
		var wg sync.WaitGroup
		for worker := range 8 {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(uint64(run), uint64(worker)))
				for i := 0; ctx.Err() == nil; i++ {
					sid := messageSID(run*8+worker, i)
					words := []string{"queued", "sent", "delivered", "sent", "delivered"}
					random.Shuffle(len(words), func(a, b int) { words[a], words[b] = words[b], words[a] })
					for _, word := range words {
						c := callback{sid, word}
						mu.Lock()
						sent[c] = true
						mu.Unlock()
						switch code := c.post(ctx, client, p.address); code {
						case http.StatusNoContent:
							mu.Lock()
							acks[c] = true
							mu.Unlock()
							if total.Add(1) >= share {
								once.Do(func() { close(enough) })
							}
						case 0:
							return
						default:
							other.Add(1)
						}
					}
				}
			})
		}
		select {
		case <-enough:
		case <-time.After(2 * time.Minute):
			t.Errorf("only %d of %d callbacks were acknowledged in two minutes", total.Load(), share)
		}
		p.kill() // while eight callbacks are under way
		cancel()
		wg.Wait()
		client.CloseIdleConnections()
		if t.Failed() {
			return
		}
	}
	store := open()
	lost, doubled := 0, 0
	states := map[string]status.State{}
	for c := range acks {
		s, known := states[string(c.sid)]
		if !known {
			var err error
			s, err = store.Get(t.Context(), c.sid)
			if err != nil {
				require.ErrorIs(t, err, status.ErrNotFound)
				lost++
				continue
			}
			states[string(c.sid)] = s
		}
		n := 0
		for _, r := range s.Reports {
			if r.Status == c.status {
				n++
			}
		}
		switch {
		case n == 0:
			lost++
		case n > 1:
			doubled++
		}
	}
	for _, s := range states {
		for _, r := range s.Reports {
			assert.True(t, sent[callback{s.SID, r.Status}], "%s of %s was never sent", r.Status, s.SID)
		}
	}
	assert.Zero(t, lost, "acknowledged and lost")
	assert.Zero(t, doubled, "stored twice")
	assert.Zero(t, other.Load(), "other answers than 204")
	assert.GreaterOrEqual(t, total.Load(), int64(acknowledged))
	t.Logf("%d kills, %d acknowledged (%d different), lost %d, doubled %d", kills, total.Load(), len(acks), lost, doubled)
}

func redisClient(tb testing.TB) *redis.Client {
	tb.Helper()
	url := os.Getenv("RINGBACK_TEST_REDIS")
	if url == "" {
		tb.Skip("RINGBACK_TEST_REDIS is unset: no Redis to test with")
	}
	return redisClientAt(tb, url)
}

func redisClientAt(tb testing.TB, url string) *redis.Client {
	tb.Helper()
	opts, err := redis.ParseURL(url)
	require.NoError(tb, err)
	opts.ContextTimeoutEnabled = true
	opts.PoolSize = 32
	client := redis.NewClient(opts)
	tb.Cleanup(func() { client.Close() })
	return client
}
