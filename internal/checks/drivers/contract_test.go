package drivertest_test

import (
	"testing"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/status/statustest"
)

const unhurried = time.Minute

// TestStoreContract holds the SQL stores to the contract of all stores. The
// stores of one database share its tables, as processes do. They have a minute
// for a call: the contract is not about speed, and other tests may have the disk.
func TestStoreContract(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		statustest.TestStore(t, func(tb testing.TB) status.Store { return sqliteStore(tb, &sqlstore.Options{Timeout: unhurried}) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		db := postgresDB(t)
		opts := sqlstore.Options{Prefix: prefixOf(t), Timeout: unhurried}
		postgresStore(t, db, opts)
		statustest.TestStore(t, func(tb testing.TB) status.Store {
			s, err := sqlstore.Open(tb.Context(), db, sqlstore.PostgreSQL, &opts)
			if err != nil {
				tb.Fatal(err)
			}
			return s
		})
	})
	t.Run("PostgreSQLAnnounced", func(t *testing.T) {
		db := postgresDB(t)
		opts := sqlstore.Options{Prefix: prefixOf(t), Subscribe: subscribe(postgresURL(t)), Timeout: unhurried}
		statustest.TestStore(t, func(tb testing.TB) status.Store { return postgresStore(tb, db, opts) })
	})
}

// TestHistoryOrder plays all orders of six events and 2,000 random histories;
// with RINGBACK_TEST_FULL=1 100,000 of them, which takes some minutes. Nobody
// waits for an answer here, so a disk that is busy with other things may pause.
func TestHistoryOrder(t *testing.T) {
	histories := 2_000
	if full {
		histories = 100_000
	}
	t.Run("SQLite", func(t *testing.T) {
		statustest.TestHistoryOrder(t, func(tb testing.TB) status.Store {
			return sqliteStore(tb, &sqlstore.Options{Timeout: unhurried})
		}, histories)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		db := postgresDB(t)
		statustest.TestHistoryOrder(t, func(tb testing.TB) status.Store {
			return postgresStore(tb, db, sqlstore.Options{Timeout: unhurried})
		}, histories)
	})
}
