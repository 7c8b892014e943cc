package drivertest_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/webhook"
)

// TestListenHearsOtherMachines writes at one machine and listens at another.
func TestListenHearsOtherMachines(t *testing.T) {
	for _, tt := range []struct {
		name string
		open func(t *testing.T) (here, there status.Store)
	}{
		{"PostgreSQL", func(t *testing.T) (status.Store, status.Store) {
			opts := sqlstore.Options{Prefix: prefixOf(t), Subscribe: subscribe(postgresURL(t))}
			db := postgresDB(t)
			here := postgresStore(t, db, opts)
			there, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, &opts)
			require.NoError(t, err)
			return here, there
		}},
		{"Redis", func(t *testing.T) (status.Store, status.Store) {
			client, opts := redisClient(t), redisstore.Options{Prefix: newRedisPrefix()}
			here, err := redisstore.New(client, &opts)
			require.NoError(t, err)
			there, err := redisstore.New(client, &opts)
			require.NoError(t, err)
			return here, there
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			here, there := tt.open(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			changes, err := there.(status.Notifier).Listen(ctx)
			require.NoError(t, err)

			// A state that outgrows a notification of PostgreSQL, one change at
			// a time, among others in the same call, and the same call again.
			long := webhook.SID("CA00000000000000000000000000000001")
			var want []status.Change
			for i := range 20 {
				obs := []status.Observation{
					{SID: long, Status: fmt.Sprintf("step-%02d", i), ErrorMessage: strings.Repeat("é\\'\"", 80), Sequence: i},
					{SID: messageSID(7, i), Status: "sent"},
				}
				made, err := here.Apply(ctx, obs...)
				require.NoError(t, err)
				require.Len(t, made, 2)
				want = append(want, made...)
				again, err := here.Apply(ctx, obs...)
				require.NoError(t, err)
				require.Empty(t, again)
			}
			got := map[webhook.SID][]status.Change{}
			for range want {
				select {
				case c, ok := <-changes:
					require.True(t, ok)
					got[c.SID()] = append(got[c.SID()], c)
				case <-time.After(10 * time.Second):
					t.Fatalf("heard only %d SIDs", len(got))
				}
			}
			for _, c := range want {
				require.NotEmpty(t, got[c.SID()])
				heard := got[c.SID()][0]
				got[c.SID()] = got[c.SID()][1:]
				assert.True(t, heard.After.Equal(c.After), "after: %+v", heard.After)
				assert.True(t, heard.Before.Equal(c.Before), "before: %+v", heard.Before)
			}
			cancel()
			for range changes {
				t.Error("heard more than was changed")
			}
		})
	}
}

// TestWatchAcrossMachines is the same through two trackers, as a page that
// shows deliveries sees it.
func TestWatchAcrossMachines(t *testing.T) {
	for _, tt := range []struct {
		name string
		open func(t *testing.T) func() status.Store
	}{
		{"PostgreSQL", func(t *testing.T) func() status.Store {
			opts := sqlstore.Options{Prefix: prefixOf(t), Subscribe: subscribe(postgresURL(t))}
			db := postgresDB(t)
			postgresStore(t, db, opts)
			return func() status.Store {
				s, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, &opts)
				require.NoError(t, err)
				return s
			}
		}},
		{"Redis", func(t *testing.T) func() status.Store {
			opts := redisstore.Options{Prefix: newRedisPrefix()}
			return func() status.Store {
				s, err := redisstore.New(redisClient(t), &opts)
				require.NoError(t, err)
				return s
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			open := tt.open(t)
			here, there := status.NewTracker(open(), nil), status.NewTracker(open(), nil)
			changes := there.Watch(t.Context())
			for _, word := range []string{"queued", "sent", "delivered"} {
				require.NoError(t, here.Observe(t.Context(), status.Observation{SID: messageSID(8, 1), Status: word}))
				select {
				case c := <-changes:
					assert.Equal(t, word, c.After.Status)
				case <-time.After(10 * time.Second):
					t.Fatal("nothing was heard")
				}
			}
		})
	}
}

// TestListenEndsWithItsConnection shows that a listener learns that it is deaf.
func TestListenEndsWithItsConnection(t *testing.T) {
	db := postgresDB(t)
	s := postgresStore(t, db, sqlstore.Options{Subscribe: subscribe(postgresURL(t))})
	changes, err := s.Listen(t.Context())
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = $1`, "LISTEN "+prefixOf(t)+"_changes")
	require.NoError(t, err)
	select {
	case _, open := <-changes:
		assert.False(t, open)
	case <-time.After(10 * time.Second):
		t.Fatal("the channel was not closed")
	}
}

// TestListenAtASilentServer ends the context of a listener whose server takes
// connections and says nothing.
func TestListenAtASilentServer(t *testing.T) {
	for _, tt := range []struct {
		name string
		open func(t *testing.T, through func(text string) string) status.Notifier
	}{
		{"PostgreSQL", func(t *testing.T, through func(string) string) status.Notifier {
			return postgresStore(t, postgresDB(t), sqlstore.Options{Subscribe: subscribe(through(postgresURL(t)))})
		}},
		{"Redis", func(t *testing.T, through func(string) string) status.Notifier {
			redisClient(t) // or skip
			s, err := redisstore.New(redisClientAt(t, through(os.Getenv("RINGBACK_TEST_REDIS"))), nil)
			require.NoError(t, err)
			return s
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var between *proxy
			store := tt.open(t, func(text string) string {
				u, err := url.Parse(text)
				require.NoError(t, err)
				between = newProxy(t, u.Host)
				u.Host = between.address()
				return u.String()
			})
			between.hush()
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				_, err := store.Listen(ctx)
				ended <- err
			}()
			time.AfterFunc(100*time.Millisecond, cancel)
			select {
			case err := <-ended:
				require.Error(t, err)
			case <-time.After(10 * time.Second):
				t.Fatal("Listen outlives its context")
			}
		})
	}
}
