package drivertest_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/webhook"
)

// benchCallers is how many callers there are in the rows of the budget.
const benchCallers = 16

// message makes the callbacks of messages: three for each, as Twilio sends
// them.
func message(i int64) status.Observation {
	words := [...]string{"queued", "sent", "delivered"}
	return status.Observation{
		SID:        webhook.SID(fmt.Sprintf("SM%032x", i/3)),
		AccountSID: "AC00000000000000000000000000000001",
		Status:     words[i%3],
		Seen:       time.Date(2024, time.May, 6, 12, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Millisecond),
	}
}

// callers runs b.N calls from n goroutines and reports the latency that 99 of
// 100 stay below.
func callers(b *testing.B, n, each int, call func(ctx context.Context, i int64) error) {
	b.Helper()
	b.ReportAllocs()
	var next atomic.Int64
	took := make([][]time.Duration, n)
	b.ResetTimer()
	var wg sync.WaitGroup
	for w := range n {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(b.N) {
					return
				}
				start := time.Now()
				if err := call(b.Context(), i); err != nil {
					b.Error(err)
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(b.N*each)/b.Elapsed().Seconds(), "obs/s")
}

func apply(s status.Store) func(context.Context, int64) error {
	return func(ctx context.Context, i int64) error {
		_, err := s.Apply(ctx, message(i))
		return err
	}
}

// applyBatch applies a hundred observations of different SIDs in one call.
func applyBatch(s status.Store) func(context.Context, int64) error {
	return func(ctx context.Context, i int64) error {
		_, err := s.Apply(ctx, hundred(i)...)
		return err
	}
}

func hundred(i int64) []status.Observation {
	obs := make([]status.Observation, 100)
	for j := range obs {
		obs[j] = message((i/3*100+int64(j))*3 + i%3)
	}
	return obs
}

// BenchmarkSQLite compares, with every commit synced, a transaction for each
// row, as a program writes it that has nothing but a *sql.DB, with the store.
func BenchmarkSQLite(b *testing.B) {
	b.Run("row-a-transaction", func(b *testing.B) {
		db := openDB(b, "sqlite", sqliteDSN(filepath.Join(b.TempDir(), "ringback.db"))+"&_txlock=immediate")
		db.SetMaxOpenConns(1)
		store, err := sqlstore.Open(b.Context(), db, sqlstore.SQLite, nil)
		require.NoError(b, err)
		_ = store
		callers(b, benchCallers, 1, func(ctx context.Context, i int64) error { return readModifyWrite(ctx, db, message(i), "") })
	})
	b.Run("store-without-groups", func(b *testing.B) {
		callers(b, benchCallers, 1, apply(sqliteStore(b, &sqlstore.Options{Group: 1})))
	})
	b.Run("store", func(b *testing.B) {
		callers(b, benchCallers, 1, apply(sqliteStore(b, nil)))
	})
	b.Run("store-batch-100", func(b *testing.B) {
		callers(b, benchCallers, 100, applyBatch(sqliteStore(b, nil)))
	})
}

// readModifyWrite is what a program does without a single statement: read the
// state, merge it, write it, in one transaction.
func readModifyWrite(ctx context.Context, db *sql.DB, o status.Observation, lock string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	state := status.Of(o)
	var text string
	err = tx.QueryRowContext(ctx, `SELECT state FROM ringback_state WHERE sid = $1 `+lock, string(o.SID)).Scan(&text)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	default:
		var old status.State
		if err := json.Unmarshal([]byte(text), &old); err != nil {
			return err
		}
		state = old.Merge(state)
	}
	data, err := json.Marshal(state)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO ringback_state (sid, state, final, last, stored) VALUES ($1, $2, $3, $4, 0)
ON CONFLICT (sid) DO UPDATE SET state = excluded.state, final = excluded.final, last = excluded.last`,
		string(o.SID), string(data), state.Final, state.Last.UnixMicro())
	if err != nil {
		return err
	}
	return tx.Commit()
}

// BenchmarkPostgreSQL compares a transaction that reads, merges and writes with
// the single statement of the store, with its groups, and with its batches.
func BenchmarkPostgreSQL(b *testing.B) {
	url := postgresURL(b)
	open := func(b *testing.B, opts sqlstore.Options) (*sqlstore.Store, *sql.DB) {
		db := postgresDB(b)
		opts.Prefix = "ringback"
		return postgresStore(b, db, opts), db
	}
	b.Run("read-modify-write", func(b *testing.B) {
		_, db := open(b, sqlstore.Options{})
		callers(b, benchCallers, 1, func(ctx context.Context, i int64) error {
			return readModifyWrite(ctx, db, message(i), "FOR UPDATE")
		})
	})
	b.Run("single-statement", func(b *testing.B) {
		_, db := open(b, sqlstore.Options{})
		// Each caller has a store of its own, so that none waits for another.
		var stores sync.Pool
		stores.New = func() any { return sqlstore.New(db, sqlstore.PostgreSQL) }
		callers(b, benchCallers, 1, func(ctx context.Context, i int64) error {
			s := stores.Get().(*sqlstore.Store)
			defer stores.Put(s)
			return apply(s)(ctx, i)
		})
	})
	b.Run("store", func(b *testing.B) {
		s, _ := open(b, sqlstore.Options{})
		callers(b, benchCallers, 1, apply(s))
	})
	b.Run("pipelined-100", func(b *testing.B) {
		open(b, sqlstore.Options{})
		pool, err := pgxpool.New(b.Context(), url)
		require.NoError(b, err)
		b.Cleanup(pool.Close)
		callers(b, benchCallers, 100, func(ctx context.Context, i int64) error { return pipelined(ctx, pool, hundred(i)) })
	})
	b.Run("store-batch-100", func(b *testing.B) {
		s, _ := open(b, sqlstore.Options{})
		callers(b, benchCallers, 100, applyBatch(s))
	})
}

// pipelined sends the store's single statement once for each observation
// without waiting in between, in one implicit transaction, and merges what comes back.
func pipelined(ctx context.Context, pool *pgxpool.Pool, obs []status.Observation) error {
	var batch pgx.Batch
	for _, o := range obs {
		folded, err := status.Fold(o)
		if err != nil {
			return err
		}
		s := folded[0]
		data, err := json.Marshal(s)
		if err != nil {
			return err
		}
		batch.Queue(`INSERT INTO ringback_state AS s (sid, state, final, last, stored) VALUES ($1, $2, $3, $4, extract(epoch FROM clock_timestamp())::bigint)
ON CONFLICT (sid) DO UPDATE SET state = s.state || E'\n' || excluded.state, final = s.final OR excluded.final, last = greatest(s.last, excluded.last)
WHERE strpos(E'\n' || s.state || E'\n', E'\n' || excluded.state || E'\n') = 0 RETURNING s.state`,
			string(o.SID), string(data), s.Final, s.Last.UnixMicro()).QueryRow(func(row pgx.Row) error {
			var text string
			if err := row.Scan(&text); err != nil {
				return err
			}
			var merged status.State
			for line := range lines(text) {
				var part status.State
				if err := part.UnmarshalJSON([]byte(line)); err != nil {
					return err
				}
				merged = merged.Merge(part)
			}
			return nil
		})
	}
	return pool.SendBatch(ctx, &batch).Close()
}

func lines(text string) iter.Seq[string] { return strings.SplitSeq(text, "\n") }
