package drivertest_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status/redisstore"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/status/statustest"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// A memoryOf is what one machine of a fleet remembers requests with.
type memoryOf = signature.ClaimStore

// fleets open two stores on each database, as two machines would.
var fleets = []struct {
	name string
	open func(tb testing.TB) (a, b memoryOf)
}{
	{"SQLite", func(tb testing.TB) (memoryOf, memoryOf) {
		db := sqliteDB(tb)
		open := func() memoryOf {
			s, err := sqlstore.Open(tb.Context(), db, sqlstore.SQLite, nil)
			require.NoError(tb, err)
			return s.Claims()
		}
		return open(), open()
	}},
	{"PostgreSQL", func(tb testing.TB) (memoryOf, memoryOf) {
		db := postgresDB(tb)
		postgresStore(tb, db, sqlstore.Options{})
		open := func() memoryOf {
			s, err := sqlstore.Open(tb.Context(), db, sqlstore.PostgreSQL, &sqlstore.Options{Prefix: prefixOf(tb)})
			require.NoError(tb, err)
			return s.Claims()
		}
		return open(), open()
	}},
	{"Redis", func(tb testing.TB) (memoryOf, memoryOf) {
		client, prefix := redisClient(tb), newRedisPrefix()
		open := func() memoryOf {
			s, err := redisstore.New(client, &redisstore.Options{Prefix: prefix})
			require.NoError(tb, err)
			return s.Claims()
		}
		return open(), open()
	}},
}

func eachFleet(t *testing.T, test func(t *testing.T, a, b memoryOf)) {
	for _, f := range fleets {
		t.Run(f.name, func(t *testing.T) {
			a, b := f.open(t)
			test(t, a, b)
		})
	}
}

// TestT25ReplayClaimIsUncertain loses the answer to a claim that was made. A
// client that claims once more by itself must not mistake itself for another
// owner; and if the caller gets the error, releasing the claim must free the
// key, so that Twilio's retry is not refused.
func TestT25ReplayClaimIsUncertain(t *testing.T) {
	for _, tt := range []struct {
		name     string
		err      error
		retried  bool
		attempts int // of the caller, until it is granted
	}{
		{"the client tries again", driver.ErrBadConn, true, 1},
		{"the caller gets the error", context.DeadlineExceeded, false, 2},
	} {
		claim := func(t *testing.T, r signature.ClaimStore) {
			for range tt.attempts - 1 {
				_, err := r.Claim(t.Context(), "aa", "lost", time.Hour)
				require.ErrorIs(t, err, tt.err)
				require.NoError(t, r.Release(t.Context(), "aa", "lost"))
			}
			for range 2 {
				got, err := r.Claim(t.Context(), "aa", "first", time.Hour)
				require.NoError(t, err)
				assert.Equal(t, signature.Claim{Owner: "first"}, got)
			}
			got, err := r.Claim(t.Context(), "aa", "second", time.Hour)
			require.NoError(t, err)
			assert.Equal(t, signature.Claim{Owner: "first"}, got)
		}
		t.Run("SQLite/"+tt.name, func(t *testing.T) {
			late := &lateDriver{dsn: sqliteDSN(filepath.Join(t.TempDir(), "ringback.db")), err: tt.err}
			db := sql.OpenDB(late)
			t.Cleanup(func() { db.Close() })
			s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
			require.NoError(t, err)
			late.late.Store(new("COMMIT"))
			claim(t, s.Claims())
			assert.Nil(t, late.late.Load(), "nothing went wrong: the test shows nothing")
		})
		t.Run("Redis/"+tt.name, func(t *testing.T) {
			client := redisClient(t)
			lost := &answerLost{err: tt.err, retried: tt.retried}
			lost.left.Store(1)
			s, err := redisstore.New(client, &redisstore.Options{Prefix: newRedisPrefix()})
			require.NoError(t, err)
			_, err = s.Claims().Claim(t.Context(), "bb", "one", time.Hour) // loads the script
			require.NoError(t, err)
			client.AddHook(lost)
			claim(t, s.Claims())
			assert.Zero(t, lost.left.Load(), "nothing went wrong: the test shows nothing")
		})
	}
}

// An answerLost loses the answer to a script that was run, once.
type answerLost struct {
	err     error // what is said instead
	retried bool  // the client tries again
	left    atomic.Int64
}

func (l *answerLost) DialHook(next redis.DialHook) redis.DialHook { return next }

func (l *answerLost) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (l *answerLost) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() != "evalsha" || !l.left.CompareAndSwap(1, 0) {
			return next(ctx, cmd)
		}
		if err := next(ctx, cmd); err != nil {
			return err
		}
		if l.retried {
			return next(ctx, cmd)
		}
		cmd.SetErr(l.err)
		return l.err
	}
}

func TestT09ClaimsAreSharedByAFleet(t *testing.T) {
	for _, f := range fleets {
		t.Run(f.name, func(t *testing.T) { statustest.TestClaims(t, f.open) })
	}
}

// TestDeduplicateAcrossMachines sends the same request to two machines at once,
// as Twilio's retries arrive behind a load balancer.
func TestDeduplicateAcrossMachines(t *testing.T) {
	eachFleet(t, func(t *testing.T, a, b memoryOf) {
		v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(token)})
		require.NoError(t, err)
		var calls atomic.Int64
		machine := func(m memoryOf) http.Handler {
			rc := webhook.NewReceiver(v, nil)
			return webhook.Deduplicate(rc, m, webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
				return twiml.Reply(fmt.Sprintf("answer %d", calls.Add(1))), nil
			}))
		}
		machines := []http.Handler{machine(a), machine(b)}
		var wg sync.WaitGroup
		answers := make([]string, 8)
		for i := range answers {
			wg.Go(func() {
				form := callback{messageSID(9, 1), "received"}.form()
				form.Set("Body", "hello")
				form.Set("NumMedia", "0")
				form.Set("NumSegments", "1")
				r := signedForm(form, "/sms")
				r.Header.Set("I-Twilio-Idempotency-Token", "7b0f2c3e-0001-4f6e-9d0a-000000000001")
				w := httptest.NewRecorder()
				machines[i%2].ServeHTTP(w, r)
				answers[i] = fmt.Sprint(w.Code, " ", w.Body)
			})
		}
		wg.Wait()
		for _, got := range answers {
			assert.Equal(t, answers[0], got)
		}
		assert.Contains(t, answers[0], "200 ")
		assert.Contains(t, answers[0], "answer 1")
		assert.EqualValues(t, 1, calls.Load())
	})
}
