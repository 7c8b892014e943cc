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
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// A memoryOf is what one machine of a fleet has to remember requests with.
type memoryOf struct {
	answers webhook.AnswerStore
	replays signature.ReplayStore
}

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
			return memoryOf{s.Answers(), s.Replays()}
		}
		return open(), open()
	}},
	{"PostgreSQL", func(tb testing.TB) (memoryOf, memoryOf) {
		db := postgresDB(tb)
		postgresStore(tb, db, sqlstore.Options{})
		open := func() memoryOf {
			s, err := sqlstore.Open(tb.Context(), db, sqlstore.PostgreSQL, &sqlstore.Options{Prefix: prefixOf(tb)})
			require.NoError(tb, err)
			return memoryOf{s.Answers(), s.Replays()}
		}
		return open(), open()
	}},
	{"Redis", func(tb testing.TB) (memoryOf, memoryOf) {
		client, prefix := redisClient(tb), newRedisPrefix()
		open := func() memoryOf {
			s, err := redisstore.New(client, &redisstore.Options{Prefix: prefix})
			require.NoError(tb, err)
			return memoryOf{s.Answers(), s.Replays()}
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

func TestT09ReplaysAreSharedByAFleet(t *testing.T) {
	const key = "00ff00ff"
	eachFleet(t, func(t *testing.T, a, b memoryOf) {
		ctx := t.Context()
		claim := func(m memoryOf, key string, ttl time.Duration) bool {
			got, err := m.replays.Claim(ctx, key, ttl)
			require.NoError(t, err)
			return got
		}
		assert.True(t, claim(a, key, time.Hour))
		assert.False(t, claim(a, key, time.Hour))
		assert.False(t, claim(b, key, time.Hour), "the other machine knows")
		assert.True(t, claim(b, "another", time.Hour))
		require.NoError(t, b.replays.Release(ctx, key))
		require.NoError(t, b.replays.Release(ctx, "never seen"))
		assert.True(t, claim(a, key, time.Hour), "released")

		assert.True(t, claim(a, "short", time.Millisecond))
		assert.Eventually(t, func() bool { return claim(b, "short", time.Millisecond) }, 5*time.Second, 5*time.Millisecond, "forgotten in time")

		var granted atomic.Int64
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				m := a
				if i%2 == 0 {
					m = b
				}
				if got, err := m.replays.Claim(ctx, "together", time.Hour); assert.NoError(t, err) && got {
					granted.Add(1)
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, granted.Load())

		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, err := a.replays.Claim(ended, "late", time.Hour)
		require.ErrorIs(t, err, context.Canceled)
	})
}

// TestT25ReplayClaimIsUncertain loses the answer to a claim that was made. A
// client that claims once more by itself must not take itself for somebody
// else; and if the caller hears of it, Twilio's retry must not be refused.
func TestT25ReplayClaimIsUncertain(t *testing.T) {
	for _, tt := range []struct {
		name     string
		err      error
		retried  bool
		attempts int // of the caller, until it is granted
	}{
		{"the client tries again", driver.ErrBadConn, true, 1},
		{"the caller hears of it", context.DeadlineExceeded, false, 2},
	} {
		claim := func(t *testing.T, r signature.ReplayStore) {
			for range tt.attempts - 1 {
				_, err := r.Claim(t.Context(), "aa", time.Hour)
				require.ErrorIs(t, err, tt.err)
			}
			for _, want := range []bool{true, false} {
				got, err := r.Claim(t.Context(), "aa", time.Hour)
				require.NoError(t, err)
				assert.Equal(t, want, got)
			}
		}
		t.Run("SQLite/"+tt.name, func(t *testing.T) {
			late := &lateDriver{dsn: sqliteDSN(filepath.Join(t.TempDir(), "ringback.db")), err: tt.err}
			db := sql.OpenDB(late)
			t.Cleanup(func() { db.Close() })
			s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
			require.NoError(t, err)
			late.late.Store(new("COMMIT"))
			claim(t, s.Replays())
			assert.Nil(t, late.late.Load(), "nothing went wrong: the test shows nothing")
		})
		t.Run("Redis/"+tt.name, func(t *testing.T) {
			client := redisClient(t)
			lost := &answerLost{err: tt.err, retried: tt.retried}
			lost.left.Store(1)
			s, err := redisstore.New(client, &redisstore.Options{Prefix: newRedisPrefix()})
			require.NoError(t, err)
			_, err = s.Replays().Claim(t.Context(), "bb", time.Hour) // loads the script
			require.NoError(t, err)
			client.AddHook(lost)
			claim(t, s.Replays())
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

func TestAnswersAreSharedByAFleet(t *testing.T) {
	eachFleet(t, func(t *testing.T, a, b memoryOf) {
		ctx := t.Context()
		key := func(i byte) (k webhook.AnswerKey) { k[0] = i; return k }
		claim := func(m memoryOf, k webhook.AnswerKey, owner string, lease time.Duration) webhook.Claim {
			c, err := m.answers.Claim(ctx, k, owner, lease)
			require.NoError(t, err)
			return c
		}
		answer := &webhook.Answer{
			Status: 200,
			Header: http.Header{"Content-Type": {"text/xml; charset=utf-8"}, "X-Odd": {"\xff\x00 two", ""}},
			Body:   []byte("<Response/>\x00\xff"),
		}

		assert.Equal(t, webhook.Claim{Owner: "one"}, claim(a, key(1), "one", time.Minute))
		assert.Equal(t, webhook.Claim{Owner: "one"}, claim(b, key(1), "two", time.Minute), "it is at work")
		require.NoError(t, b.answers.Finish(ctx, key(1), "two", answer, time.Hour))
		require.NoError(t, b.answers.Finish(ctx, key(1), "two", nil, time.Hour))
		assert.Equal(t, webhook.Claim{Owner: "one"}, claim(b, key(1), "two", time.Minute), "nobody ends another's claim")
		require.NoError(t, a.answers.Finish(ctx, key(1), "one", answer, time.Hour))
		assert.Equal(t, webhook.Claim{Answer: answer}, claim(b, key(1), "two", time.Minute), "byte for byte")
		require.NoError(t, a.answers.Finish(ctx, key(1), "one", nil, time.Hour))
		assert.Equal(t, webhook.Claim{Answer: answer}, claim(b, key(1), "two", time.Minute), "an answer stays")

		claim(a, key(2), "one", time.Minute)
		require.NoError(t, a.answers.Finish(ctx, key(2), "one", nil, time.Hour))
		assert.Equal(t, webhook.Claim{Owner: "two"}, claim(b, key(2), "two", time.Minute), "freed")

		claim(a, key(3), "one", time.Millisecond)
		assert.Eventually(t, func() bool { return claim(b, key(3), "two", time.Minute).Owner == "two" }, 5*time.Second, 5*time.Millisecond,
			"a lease ends by itself")
		require.NoError(t, a.answers.Finish(ctx, key(3), "one", answer, time.Hour))
		assert.Equal(t, webhook.Claim{Owner: "two"}, claim(a, key(3), "three", time.Minute), "who was late has no say")

		claim(a, key(4), "one", time.Minute)
		require.NoError(t, a.answers.Finish(ctx, key(4), "one", answer, time.Millisecond))
		assert.Eventually(t, func() bool { return claim(b, key(4), "two", time.Minute).Owner == "two" }, 5*time.Second, 5*time.Millisecond,
			"an answer is kept for its time")
	})
}

func TestAnswersWait(t *testing.T) {
	eachFleet(t, func(t *testing.T, a, b memoryOf) {
		ctx := t.Context()
		var k webhook.AnswerKey
		require.NoError(t, b.answers.Wait(ctx, k, "one"), "nobody is at work")
		_, err := a.answers.Claim(ctx, k, "one", time.Minute)
		require.NoError(t, err)
		require.NoError(t, b.answers.Wait(ctx, k, "other"), "that one is not at work")

		short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, b.answers.Wait(short, k, "one"), context.DeadlineExceeded)

		waited := make(chan error, 1)
		go func() { waited <- b.answers.Wait(ctx, k, "one") }()
		require.NoError(t, a.answers.Finish(ctx, k, "one", &webhook.Answer{Status: 204}, time.Minute))
		require.NoError(t, <-waited)
	})
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
			return webhook.Deduplicate(rc, m.answers, webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
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
