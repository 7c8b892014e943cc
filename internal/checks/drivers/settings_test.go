package drivertest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
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

func TestT24SQLiteSettings(t *testing.T) {
	for _, tt := range []struct {
		name, pragmas string
		weak          bool
	}{
		{"log, full", "_pragma=journal_mode(wal)&_pragma=synchronous(full)", false},
		{"log, extra", "_pragma=journal_mode(wal)&_pragma=synchronous(extra)", false},
		{"rollback journal, full", "_pragma=journal_mode(delete)&_pragma=synchronous(full)", false},
		{"log, normal", "_pragma=journal_mode(wal)&_pragma=synchronous(normal)", true},
		{"off", "_pragma=journal_mode(wal)&_pragma=synchronous(off)", true},
		{"journal in memory", "_pragma=journal_mode(memory)&_pragma=synchronous(full)", true},
		{"no journal", "_pragma=journal_mode(off)&_pragma=synchronous(full)", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := openDB(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+"?"+tt.pragmas)
			s := sqlstore.New(db, sqlstore.SQLite)
			_, apply := s.Apply(t.Context(), status.Observation{SID: "SM1", Status: "sent"})
			err := s.Migrate(t.Context())
			if !tt.weak {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, sqlstore.ErrWeak)
			require.ErrorIs(t, apply, sqlstore.ErrWeak, "also where nobody calls Migrate")
			_, err = sqlstore.Open(t.Context(), db, sqlstore.SQLite, &sqlstore.Options{AcceptLoss: true})
			require.NoError(t, err, "told otherwise")
		})
	}
}

// TestT24SQLiteSettingsOfLaterConnections lets a pool open a connection that is
// set otherwise than the one that was looked at first.
func TestT24SQLiteSettingsOfLaterConnections(t *testing.T) {
	db := sqliteDB(t)
	db.SetMaxOpenConns(1)
	s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
	require.NoError(t, err)
	_, err = s.Apply(t.Context(), status.Observation{SID: "SM1", Status: "sent"})
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "PRAGMA synchronous = NORMAL")
	require.NoError(t, err)
	_, err = s.Apply(t.Context(), status.Observation{SID: "SM2", Status: "sent"})
	require.ErrorIs(t, err, sqlstore.ErrWeak)
	_, err = s.Claims().Claim(t.Context(), "00", "one", time.Minute)
	require.ErrorIs(t, err, sqlstore.ErrWeak)
	_, err = s.Get(t.Context(), "SM2")
	require.ErrorIs(t, err, status.ErrNotFound)
}

// TestT24SQLiteJournalOfLaterConnections does so with the journal, which is a
// setting of the connection unless it is the log.
func TestT24SQLiteJournalOfLaterConnections(t *testing.T) {
	db := openDB(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+"?_pragma=journal_mode(delete)&_pragma=synchronous(full)")
	db.SetMaxOpenConns(1)
	s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
	require.NoError(t, err)
	_, err = s.Apply(t.Context(), status.Observation{SID: "SM1", Status: "sent"})
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "PRAGMA journal_mode = MEMORY")
	require.NoError(t, err)
	_, err = s.Apply(t.Context(), status.Observation{SID: "SM2", Status: "sent"})
	require.ErrorIs(t, err, sqlstore.ErrWeak)
}

func TestT24PostgreSQLSettings(t *testing.T) {
	url := postgresURL(t)
	for _, tt := range []struct {
		value string
		weak  bool
	}{{"on", false}, {"local", false}, {"off", true}} {
		t.Run(tt.value, func(t *testing.T) {
			db := openDB(t, "pgx", url+"&synchronous_commit="+tt.value)
			prefix := prefixOf(t)
			dropTables(t, db, prefix)
			_, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, &sqlstore.Options{Prefix: prefix})
			t.Cleanup(func() { dropTables(t, db, prefix) })
			if !tt.weak {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, sqlstore.ErrWeak)
			assert.ErrorContains(t, err, "synchronous_commit")
			_, err = sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, &sqlstore.Options{Prefix: prefix, AcceptLoss: true})
			require.NoError(t, err)
		})
	}
}

// TestT14PostgreSQLLatin1 stores text that the encoding of the database does
// not have, in one group with other states.
func TestT14PostgreSQLLatin1(t *testing.T) {
	admin, name := postgresDB(t), prefixOf(t)
	_, err := admin.ExecContext(t.Context(), "DROP DATABASE IF EXISTS "+name)
	require.NoError(t, err)
	_, err = admin.ExecContext(t.Context(), "CREATE DATABASE "+name+" ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
	require.NoError(t, err)
	u, err := url.Parse(postgresURL(t))
	require.NoError(t, err)
	u.Path = "/" + name
	u.RawQuery += "&client_encoding=UTF8" // as other drivers have it; pgx leaves it to the server
	db, err := sql.Open("pgx", u.String())
	require.NoError(t, err)
	t.Cleanup(func() {
		db.Close()
		_, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name)
		assert.NoError(t, err)
	})
	s, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, nil)
	require.NoError(t, err)
	for i, word := range []string{"sent", "envoyé", "отправлено", "送信済み", "💥 sent", "\u2028\U0010ffff"} {
		o := status.Observation{SID: messageSID(14, i), Status: word, ErrorMessage: word}
		_, err = s.Apply(t.Context(), o, status.Observation{SID: "SM1", Status: "sent", Sequence: i})
		require.NoError(t, err, word)
		state, err := s.Get(t.Context(), o.SID)
		require.NoError(t, err)
		assert.True(t, state.Equal(status.Of(o)), "%+v", state)
	}
}

// TestT24RedisSettings changes the settings of a server of its own.
func TestT24RedisSettings(t *testing.T) {
	s, err := server.Redis()
	if errors.Is(err, server.ErrMissing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		s.Kill() // it refuses to stop while it writes a new log
		s.Close()
	})
	client := redisClientAt(t, s.URL())
	good := map[string]string{"appendonly": "yes", "appendfsync": "always", "no-appendfsync-on-rewrite": "no", "maxmemory": "0", "maxmemory-policy": "noeviction"}
	for _, tt := range []struct {
		name string
		set  map[string]string
		weak bool
	}{
		{"appends and syncs", nil, false},
		{"bounded, refuses when full", map[string]string{"maxmemory": "100mb"}, false},
		{"syncs every second", map[string]string{"appendfsync": "everysec"}, true},
		{"does not append", map[string]string{"appendonly": "no"}, true},
		{"does not sync while it writes a new log", map[string]string{"no-appendfsync-on-rewrite": "yes"}, true},
		{"throws out when full", map[string]string{"maxmemory": "100mb", "maxmemory-policy": "allkeys-lru"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, settings := range []map[string]string{good, tt.set} {
				for name, value := range settings {
					require.NoError(t, client.ConfigSet(t.Context(), name, value).Err())
				}
			}
			store, err := redisstore.New(client, nil)
			require.NoError(t, err)
			_, err = store.Apply(t.Context(), status.Observation{SID: "SM1", Status: "sent"})
			if !tt.weak {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, redisstore.ErrWeak)
			store, err = redisstore.New(client, &redisstore.Options{AcceptLoss: true})
			require.NoError(t, err)
			_, err = store.Apply(t.Context(), status.Observation{SID: "SM1", Status: "sent"})
			require.NoError(t, err)
		})
	}
}

// eachSQL runs a test on both SQL databases. The tables of PostgreSQL have the
// prefix of the test and do not exist yet.
func eachSQL(t *testing.T, test func(t *testing.T, db *sql.DB, d sqlstore.Dialect, opts *sqlstore.Options)) {
	t.Run("SQLite", func(t *testing.T) {
		test(t, sqliteDB(t), sqlstore.SQLite, &sqlstore.Options{Prefix: prefixOf(t)})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		db, prefix := postgresDB(t), prefixOf(t)
		dropTables(t, db, prefix)
		t.Cleanup(func() { dropTables(t, db, prefix) })
		test(t, db, sqlstore.PostgreSQL, &sqlstore.Options{Prefix: prefix})
	})
}

func TestMigrate(t *testing.T) {
	eachSQL(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect, opts *sqlstore.Options) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := sqlstore.Open(t.Context(), db, d, opts)
				assert.NoError(t, err, "processes that start together")
			})
		}
		wg.Wait()
		s, err := sqlstore.Open(t.Context(), db, d, opts)
		require.NoError(t, err)
		_, err = s.Apply(t.Context(), status.Observation{SID: "SM1", Status: "sent"})
		require.NoError(t, err)
		require.NoError(t, s.Migrate(t.Context()), "nothing to do")

		_, err = db.ExecContext(t.Context(), fmt.Sprintf("INSERT INTO %s_schema (version) VALUES (99)", opts.Prefix))
		require.NoError(t, err)
		_, err = sqlstore.Open(t.Context(), db, d, opts)
		require.ErrorIs(t, err, sqlstore.ErrSchema, "the tables of a future version")
	})
}

func TestNoTables(t *testing.T) {
	eachSQL(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect, opts *sqlstore.Options) {
		s, err := sqlstore.Open(t.Context(), db, d, opts)
		require.NoError(t, err)
		for _, table := range []string{"state", "seen"} {
			_, err = db.ExecContext(t.Context(), fmt.Sprintf("DROP TABLE %s_%s", opts.Prefix, table))
			require.NoError(t, err)
		}
		_, err = s.Apply(t.Context(), status.Observation{SID: "SM1", Status: "sent"})
		require.ErrorIs(t, err, sqlstore.ErrSchema)
		_, err = s.Get(t.Context(), "SM1")
		require.ErrorIs(t, err, sqlstore.ErrSchema)
		for _, err := range s.Pending(t.Context(), time.Now()) {
			require.ErrorIs(t, err, sqlstore.ErrSchema)
		}
		_, err = s.Prune(t.Context(), time.Hour)
		require.ErrorIs(t, err, sqlstore.ErrSchema)
		_, err = s.Claims().Claim(t.Context(), "02", "one", time.Minute)
		require.ErrorIs(t, err, sqlstore.ErrSchema)
		_, err = s.Claims().Claim(t.Context(), "00", "one", time.Minute)
		require.ErrorIs(t, err, sqlstore.ErrSchema)
	})
}

func TestPrune(t *testing.T) {
	eachSQL(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect, opts *sqlstore.Options) {
		ctx := t.Context()
		s, err := sqlstore.Open(ctx, db, d, opts)
		require.NoError(t, err)
		var obs []status.Observation
		for i := range 2500 {
			obs = append(obs, status.Observation{SID: messageSID(1, i), Status: "delivered"})
		}
		obs = append(obs, status.Observation{SID: "SMquiet", Status: "sent"})
		_, err = s.Apply(ctx, obs...)
		require.NoError(t, err)
		_, err = db.ExecContext(ctx, fmt.Sprintf("UPDATE %s_state SET stored = stored - 7200", opts.Prefix))
		require.NoError(t, err)
		_, err = s.Apply(ctx, status.Observation{SID: "SMfresh", Status: "delivered"})
		require.NoError(t, err)
		_, err = s.Claims().Claim(ctx, "00", "one", time.Hour)
		require.NoError(t, err)
		_, err = s.Claims().Claim(ctx, "01", "one", time.Hour)
		require.NoError(t, err)
		_, err = db.ExecContext(ctx, fmt.Sprintf("UPDATE %s_seen SET expires = 1 WHERE key = '00'", opts.Prefix))
		require.NoError(t, err)

		n, err := s.Prune(ctx, 3*time.Hour)
		require.NoError(t, err)
		assert.Zero(t, n)
		n, err = s.Prune(ctx, time.Hour)
		require.NoError(t, err)
		assert.EqualValues(t, 2500, n)
		_, err = s.Get(ctx, messageSID(1, 1))
		require.ErrorIs(t, err, status.ErrNotFound)
		for _, kept := range []status.Observation{{SID: "SMquiet"}, {SID: "SMfresh"}} {
			_, err = s.Get(ctx, kept.SID)
			assert.NoError(t, err)
		}
		var left int
		require.NoError(t, db.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) FROM %s_seen", opts.Prefix)).Scan(&left))
		assert.Equal(t, 1, left, "what has expired goes too")
		_, err = s.Prune(ctx, time.Second)
		require.ErrorIs(t, err, sqlstore.ErrOptions)
	})
}

// TestPendingUsesAnIndex asks the databases how they would find what is quiet.
func TestPendingUsesAnIndex(t *testing.T) {
	eachSQL(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect, opts *sqlstore.Options) {
		_, err := sqlstore.Open(t.Context(), db, d, opts)
		require.NoError(t, err)
		explain, final := "EXPLAIN QUERY PLAN ", "final = 0"
		var settings []string
		if d == sqlstore.PostgreSQL {
			// An empty table is read as it comes and sorted, if that is allowed.
			settings = []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off"}
			explain, final = "EXPLAIN ", "NOT final"
		}
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer tx.Rollback()
		for _, setting := range settings {
			_, err = tx.ExecContext(t.Context(), setting)
			require.NoError(t, err)
		}
		rows, err := tx.QueryContext(t.Context(), explain+`SELECT sid, last, state FROM `+opts.Prefix+`_state
WHERE `+final+` AND last < 5 AND (last, sid) > (3, 'SM') ORDER BY last, sid LIMIT 200`)
		require.NoError(t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		require.NoError(t, err)
		var plan strings.Builder
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(any)
			}
			require.NoError(t, rows.Scan(cells...))
			fmt.Fprintln(&plan, *cells[len(cells)-1].(*any))
		}
		require.NoError(t, rows.Err())
		assert.Contains(t, plan.String(), opts.Prefix+"_state_pending")
		assert.NotContains(t, strings.ToUpper(plan.String()), "SORT")
		assert.NotContains(t, plan.String(), "TEMP B-TREE")
	})
}

// TestT28RowsStayShort tells one SID the same thing a thousand times.
func TestT28RowsStayShort(t *testing.T) {
	eachSQL(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect, opts *sqlstore.Options) {
		s, err := sqlstore.Open(t.Context(), db, d, opts)
		require.NoError(t, err)
		noon := time.Date(2024, time.May, 6, 12, 0, 0, 0, time.UTC)
		longest := 0
		for i := range 300 {
			_, err := s.Apply(t.Context(), status.Observation{SID: "SM1", Status: "sent", Seen: noon.Add(time.Duration(i) * time.Second)})
			require.NoError(t, err)
			var n int
			require.NoError(t, db.QueryRowContext(t.Context(), "SELECT length(state) FROM "+opts.Prefix+"_state").Scan(&n))
			longest = max(longest, n)
		}
		assert.Less(t, longest, 4000)
		assert.Positive(t, s.Stats().Shortened)
		state, err := s.Get(t.Context(), "SM1")
		require.NoError(t, err)
		assert.Len(t, state.Reports, 1)
		assert.True(t, state.First.Equal(noon))
		assert.True(t, state.Last.Equal(noon.Add(299*time.Second)))
	})
}

// TestSQLiteProcesses has two pools write to one file, as two processes do,
// without a busy timeout of the driver's.
func TestSQLiteProcesses(t *testing.T) {
	file := "file:" + filepath.Join(t.TempDir(), "x.db") + "?_pragma=journal_mode(wal)&_pragma=synchronous(full)"
	var wg sync.WaitGroup
	var stores []*sqlstore.Store
	for range 2 {
		s, err := sqlstore.Open(t.Context(), openDB(t, "sqlite", file), sqlstore.SQLite, &sqlstore.Options{Timeout: 30 * time.Second})
		require.NoError(t, err)
		stores = append(stores, s)
	}
	for w := range 4 {
		wg.Go(func() {
			for i := range 50 {
				for _, word := range []string{"sent", "delivered"} {
					_, err := stores[w%2].Apply(context.Background(), status.Observation{SID: messageSID(2, i), Status: word})
					assert.NoError(t, err)
				}
			}
		})
	}
	wg.Wait()
	for i := range 50 {
		s, err := stores[0].Get(t.Context(), messageSID(2, i))
		require.NoError(t, err)
		assert.Equal(t, "delivered", s.Status)
		assert.Len(t, s.Reports, 2)
	}
}
