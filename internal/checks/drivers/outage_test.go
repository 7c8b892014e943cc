package drivertest_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/checks/drivers/server"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
	"github.com/ringback-go/ringback/status/sqlstore"
)

// patience is what Twilio must not have to wait beyond (T26).
const patience = 2 * time.Second

// TestT26Outage takes the database away from a status endpoint in several
// ways and brings it back.
func TestT26Outage(t *testing.T) {
	for _, tt := range []struct {
		name  string
		start func() (*server.Server, error)
		open  func(t *testing.T, url string) status.Store
	}{
		{"PostgreSQL", server.Postgres, func(t *testing.T, url string) status.Store {
			s, err := sqlstore.Open(t.Context(), openDB(t, "pgx", url), sqlstore.PostgreSQL, nil)
			require.NoError(t, err)
			return s
		}},
		{"Redis", server.Redis, func(t *testing.T, url string) status.Store {
			s, err := redisstore.New(redisClientAt(t, url), nil)
			require.NoError(t, err)
			require.NoError(t, s.Check(t.Context()))
			return s
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := tt.start()
			if errors.Is(err, server.ErrMissing) {
				t.Skip(err)
			}
			require.NoError(t, err)
			t.Cleanup(func() { s.Close() })
			direct, err := url.Parse(s.URL())
			require.NoError(t, err)
			between := newProxy(t, direct.Host)
			through := *direct
			through.Host = between.address()

			start := func() { require.NoError(t, s.Start()) }
			t.Run("stopped", func(t *testing.T) { outage(t, tt.open(t, s.URL()), s.Stop, start) })
			t.Run("killed", func(t *testing.T) { outage(t, tt.open(t, s.URL()), s.Kill, start) })
			t.Run("silent", func(t *testing.T) {
				outage(t, tt.open(t, through.String()), between.hush, between.speak)
			})
		})
	}
}

// outage has the endpoint answer before, during and after an outage, from 16
// callers at once.
func outage(t *testing.T, store status.Store, down, up func()) {
	handler, err := newHandler(store)
	require.NoError(t, err)
	run := os.Getpid()<<16 + len(t.Name())
	var mu sync.Mutex
	var acknowledged []callback
	next := 0
	post := func(ctx context.Context) int {
		mu.Lock()
		next++
		c := callback{messageSID(run, next), "delivered"}
		mu.Unlock()
		code := c.serve(ctx, handler)
		if code == http.StatusNoContent {
			mu.Lock()
			acknowledged = append(acknowledged, c)
			mu.Unlock()
		}
		return code
	}
	wave := func(check func(code int, took time.Duration)) {
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range 3 {
					start := time.Now()
					code := post(t.Context())
					check(code, time.Since(start))
				}
			})
		}
		wg.Wait()
	}
	wave(func(code int, _ time.Duration) { assert.Equal(t, http.StatusNoContent, code, "before") })

	down()
	before := goroutines()
	for range 3 {
		wave(func(code int, took time.Duration) {
			assert.Equal(t, http.StatusServiceUnavailable, code, "while it is down")
			assert.Less(t, took, patience)
		})
	}
	// 144 refused requests must not leave a goroutine each; those that wait for
	// a dead connection are few.
	assert.Less(t, goroutines(), before+60)

	up()
	back := time.Now()
	for post(t.Context()) != http.StatusNoContent {
		if !assert.Less(t, time.Since(back), patience, "after it is back") {
			return
		}
	}
	took := time.Since(back)
	assert.Less(t, took, patience)
	wave(func(code int, _ time.Duration) { assert.Equal(t, http.StatusNoContent, code, "after") })
	t.Logf("first success %v after the return", took.Round(time.Millisecond))

	for _, c := range acknowledged {
		s, err := store.Get(t.Context(), c.sid)
		if assert.NoError(t, err, "an acknowledged callback is missing") {
			assert.Equal(t, c.status, s.Status)
		}
	}
}

// goroutines counts those that are not the proxy's.
func goroutines() (n int) {
	buf := make([]byte, 8<<20)
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if !strings.Contains(stack, "(*proxy)") {
			n++
		}
	}
	return n
}
