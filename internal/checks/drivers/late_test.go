package drivertest_test

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/webhook"
)

// A lateDriver is SQLite whose connections can do a statement and fail all the
// same: because the context has ended, as drivers do that look at it last.
type lateDriver struct {
	dsn  string
	late atomic.Pointer[string] // the statement; once
	err  error                  // nil: context.DeadlineExceeded

	commits atomic.Int64
}

func (d *lateDriver) Connect(context.Context) (driver.Conn, error) {
	c, err := d.Driver().Open(d.dsn)
	return lateConn{c, d}, err
}

func (d *lateDriver) Driver() driver.Driver { return new(sqlite.Driver) }

type lateConn struct {
	driver.Conn
	d *lateDriver
}

func (c lateConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
	if query == "COMMIT" {
		c.d.commits.Add(1)
	}
	if late := c.d.late.Load(); err == nil && late != nil && *late == query && c.d.late.CompareAndSwap(late, nil) {
		return nil, cmp.Or(c.d.err, context.DeadlineExceeded)
	}
	return result, err
}

func (c lateConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

// TestT25SQLiteStatementDoneLate ends the context of a write at each of its
// edges. No lock may stay behind, for this process or another.
func TestT25SQLiteStatementDoneLate(t *testing.T) {
	for _, statement := range []string{"BEGIN IMMEDIATE", "COMMIT"} {
		t.Run(statement, func(t *testing.T) {
			dsn := sqliteDSN(filepath.Join(t.TempDir(), "ringback.db"))
			late := &lateDriver{dsn: dsn}
			db := sql.OpenDB(late)
			t.Cleanup(func() { db.Close() })
			here, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
			require.NoError(t, err)
			there, err := sqlstore.Open(t.Context(), openDB(t, "sqlite", dsn), sqlstore.SQLite, nil)
			require.NoError(t, err)

			late.late.Store(&statement)
			_, err = here.Apply(t.Context(), status.Observation{SID: "SM1", Status: "sent"})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			for name, s := range map[string]*sqlstore.Store{"another process": there, "this process": here} {
				_, err = s.Apply(t.Context(), status.Observation{SID: "SM1", Status: "delivered"})
				assert.NoError(t, err, name)
			}
		})
	}
}

// TestRowsAreShortenedTogether reports 100 conferences side by side until all
// their rows have become long: that must not cost a sync for each.
func TestRowsAreShortenedTogether(t *testing.T) {
	d := &lateDriver{dsn: sqliteDSN(filepath.Join(t.TempDir(), "ringback.db"))}
	db := sql.OpenDB(d)
	t.Cleanup(func() { db.Close() })
	s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
	require.NoError(t, err)
	before := d.commits.Load()
	const calls = 20
	for step := range calls {
		var obs []status.Observation
		for i := range 100 {
			obs = append(obs, status.Observation{SID: messageSID(5, i), Status: "step", Sequence: step})
		}
		_, err := s.Apply(t.Context(), obs...)
		require.NoError(t, err)
	}
	assert.Eventually(t, func() bool { return s.Stats().Shortened >= 100 }, 5*time.Second, 5*time.Millisecond)
	assert.LessOrEqual(t, d.commits.Load()-before, int64(2*calls))
}

// TestOneUnreadableRow commits what concerns a row that cannot be read
// together with another one, whose caller must not see the error.
func TestOneUnreadableRow(t *testing.T) {
	db := openDB(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, &sqlstore.Options{Timeout: 30 * time.Second})
	require.NoError(t, err)
	apply := func(sid webhook.SID, ended chan<- error) {
		_, err := s.Apply(context.Background(), status.Observation{SID: sid, Status: "sent"})
		ended <- err
	}
	bad, good := make(chan error, 1), make(chan error, 2)
	_, err = s.Apply(t.Context(), status.Observation{SID: "SMbad", Status: "queued"})
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE ringback_state SET state = 'x'")
	require.NoError(t, err)

	// While someone else writes, one call tries and the others wait together.
	lock, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer lock.Close()
	_, err = lock.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	go apply("SM1", good)
	require.Eventually(t, func() bool { return s.Stats().Retries > 0 }, 5*time.Second, time.Millisecond)
	go apply("SMbad", bad)
	go apply("SM2", good)
	require.Eventually(t, func() bool { return s.Stats().Waiting == 2 }, 5*time.Second, time.Millisecond)
	_, err = lock.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	assert.NoError(t, <-good)
	assert.NoError(t, <-good)
	assert.Error(t, <-bad)
}
