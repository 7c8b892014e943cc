package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
)

// sqliteRows compare, with every commit synced, a transaction for each row, as
// a program writes it that has nothing but a *sql.DB, with the store.
func sqliteRows() []row {
	const peer = "one row a transaction"
	alone := contender{name: peer, run: func(b *testing.B) {
		db := openSQLite(b, "&_txlock=immediate")
		db.SetMaxOpenConns(1)
		openStore(b, db, sqlstore.SQLite, "ringback")
		callers(b, func(ctx context.Context, i int64) error {
			return readModifyWrite(ctx, db, "ringback", "", observation(i))
		})
	}}
	store := func(call func(status.Store) func(context.Context, int64) error) func(*testing.B) {
		return func(b *testing.B) {
			callers(b, call(openStore(b, openSQLite(b, ""), sqlstore.SQLite, "ringback")))
		}
	}
	return []row{
		{
			name:       "store/sqlite-16-callers",
			contenders: []contender{{name: "ringback", run: store(single)}, alone},
			ratios:     []ratio{{peer: peer, atLeast: 4}, {peer: peer, atLeast: 4, metric: p99}},
		},
		{
			name:       "store/sqlite-batches",
			contenders: []contender{{name: "ringback", run: store(batch), each: storeBatch}, alone},
			ratios:     []ratio{{peer: peer, atLeast: 10}},
		},
	}
}

// openSQLite makes a database with a log of which every commit is synced.
func openSQLite(b *testing.B, settings string) *sql.DB {
	file := filepath.Join(b.TempDir(), "ringback.db")
	return openSQL(b, "sqlite", "file:"+file+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(1000)"+settings)
}

func openSQL(b *testing.B, driver, dsn string) *sql.DB {
	db, err := sql.Open(driver, dsn)
	check(b, err)
	b.Cleanup(func() { db.Close() })
	return db
}

// openStore makes the tables, which the peers use as well.
func openStore(b *testing.B, db *sql.DB, d sqlstore.Dialect, prefix string) *sqlstore.Store {
	s, err := sqlstore.Open(b.Context(), db, d, &sqlstore.Options{Prefix: prefix})
	check(b, err)
	return s
}

// readModifyWrite is what a program does without the single statement: read the
// state, merge it, write it, in one transaction.
func readModifyWrite(ctx context.Context, db *sql.DB, prefix, lock string, o status.Observation) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	state := status.Of(o)
	var text string
	err = tx.QueryRowContext(ctx, `SELECT state FROM `+prefix+`_state WHERE sid = $1 `+lock, string(o.SID)).Scan(&text)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	default:
		old, err := stateOf(text)
		if err != nil {
			return err
		}
		state = old.Merge(state)
	}
	data, err := json.Marshal(state)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO `+prefix+`_state (sid, state, final, last, stored) VALUES ($1, $2, $3, $4, 0)
ON CONFLICT (sid) DO UPDATE SET state = excluded.state, final = excluded.final, last = excluded.last`,
		string(o.SID), string(data), state.Final, state.Last.UnixMicro())
	if err != nil {
		return err
	}
	return tx.Commit()
}

func stateOf(text string) (status.State, error) {
	var s status.State
	err := s.UnmarshalJSON([]byte(text))
	return s, err
}
