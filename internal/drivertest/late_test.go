package drivertest_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
)

// A lateDriver is SQLite whose connections can do a statement and say all the
// same that the context had ended, as drivers do that look at it last.
type lateDriver struct {
	dsn  string
	late atomic.Pointer[string] // the statement; once
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
	if late := c.d.late.Load(); err == nil && late != nil && *late == query && c.d.late.CompareAndSwap(late, nil) {
		return nil, context.DeadlineExceeded
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
