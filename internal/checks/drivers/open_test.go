package drivertest_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/ringback-go/ringback/status/sqlstore"
)

// full asks for the figures of a release.
var full = os.Getenv("RINGBACK_TEST_FULL") != ""

// sqliteDSN are the settings a program should use: a log, every commit synced.
func sqliteDSN(file string) string {
	return "file:" + file + "?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(1000)"
}

func openDB(tb testing.TB, driver, dsn string) *sql.DB {
	tb.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(tb, err)
	tb.Cleanup(func() { db.Close() })
	return db
}

func sqliteDB(tb testing.TB) *sql.DB {
	tb.Helper()
	return openDB(tb, "sqlite", sqliteDSN(filepath.Join(tb.TempDir(), "ringback.db")))
}

func sqliteStore(tb testing.TB, opts *sqlstore.Options) *sqlstore.Store {
	tb.Helper()
	s, err := sqlstore.Open(tb.Context(), sqliteDB(tb), sqlstore.SQLite, opts)
	require.NoError(tb, err)
	return s
}

func postgresURL(tb testing.TB) string {
	tb.Helper()
	url := os.Getenv("RINGBACK_TEST_POSTGRES")
	if url == "" {
		tb.Skip("RINGBACK_TEST_POSTGRES is unset: no PostgreSQL to test with")
	}
	return url
}

func postgresDB(tb testing.TB) *sql.DB {
	tb.Helper()
	db := openDB(tb, "pgx", postgresURL(tb))
	db.SetMaxOpenConns(32)
	db.SetMaxIdleConns(32)
	return db
}

// newRedisPrefix gives every test keys of its own, which are new in every run.
func newRedisPrefix() string { return "test-" + rand.Text() }

// prefixOf gives every test tables of its own in the shared database.
func prefixOf(tb testing.TB) string {
	var b strings.Builder
	b.WriteByte('t')
	for _, c := range strings.ToLower(tb.Name()) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
		}
	}
	name := b.String()
	if len(name) > 32 {
		name = name[:12] + name[len(name)-20:]
	}
	return name
}

func postgresStore(tb testing.TB, db *sql.DB, opts sqlstore.Options) *sqlstore.Store {
	tb.Helper()
	if opts.Prefix == "" {
		opts.Prefix = prefixOf(tb)
	}
	dropTables(tb, db, opts.Prefix)
	s, err := sqlstore.Open(tb.Context(), db, sqlstore.PostgreSQL, &opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { dropTables(tb, db, opts.Prefix) })
	return s
}

func dropTables(tb testing.TB, db *sql.DB, prefix string) {
	tb.Helper()
	for _, table := range []string{"state", "seen", "schema"} {
		_, err := db.ExecContext(context.Background(), fmt.Sprintf("DROP TABLE IF EXISTS %s_%s", prefix, table))
		require.NoError(tb, err)
	}
}

// A subscription is what a program with pgx gives to sqlstore.
type subscription struct{ *pgx.Conn }

func (s subscription) Next(ctx context.Context) (string, error) {
	n, err := s.WaitForNotification(ctx)
	if err != nil {
		return "", err
	}
	return n.Payload, nil
}

func (s subscription) Close() error { return s.Conn.Close(context.Background()) }

func subscribe(url string) func(context.Context, string) (sqlstore.Subscription, error) {
	return func(ctx context.Context, channel string) (sqlstore.Subscription, error) {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return nil, err
		}
		if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
			conn.Close(ctx)
			return nil, err
		}
		return subscription{conn}, nil
	}
}
