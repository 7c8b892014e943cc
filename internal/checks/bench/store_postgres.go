package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
)

const (
	postgresVariable = "RINGBACK_TEST_POSTGRES"
	redisVariable    = "RINGBACK_TEST_REDIS"
)

// skipWithout says why rows are skipped that need what variable points to.
func skipWithout(variable string) string {
	if os.Getenv(variable) == "" {
		return variable + " is unset"
	}
	return ""
}

// postgresRows compare a transaction that reads, merges and writes with the
// single statement of the store, that with its groups, and the statement sent
// again and again without waiting with its batches.
func postgresRows() []row {
	skip := skipWithout(postgresVariable)
	alone := contender{name: "read-modify-write", run: func(b *testing.B) {
		db, prefix := openPostgres(b)
		openStore(b, db, sqlstore.PostgreSQL, prefix)
		callers(b, func(ctx context.Context, i int64) error {
			return readModifyWrite(ctx, db, prefix, "FOR UPDATE", observation(i))
		})
	}}
	statement := contender{name: "single statement", run: singleStatement}
	return []row{
		{
			name:       "store/postgres-statement",
			contenders: []contender{statement, alone},
			ratios:     []ratio{{peer: alone.name, atLeast: 1.5}},
			skip:       skip,
		},
		{
			name: "store/postgres-16-callers",
			contenders: []contender{{name: "ringback", run: func(b *testing.B) {
				db, prefix := openPostgres(b)
				callers(b, single(openStore(b, db, sqlstore.PostgreSQL, prefix)))
			}}, statement, alone},
			ratios: []ratio{{peer: statement.name, atLeast: 1.3}},
			skip:   skip,
		},
		{
			name: "store/postgres-batches",
			contenders: []contender{
				{name: "ringback", each: storeBatch, run: func(b *testing.B) {
					db, prefix := openPostgres(b)
					callers(b, batch(openStore(b, db, sqlstore.PostgreSQL, prefix)))
				}},
				{name: "pipelined statements", each: storeBatch, run: pipelinedStatements},
			},
			ratios: []ratio{{peer: "pipelined statements", atLeast: 1.4}},
			skip:   skip,
		},
	}
}

// openPostgres gives every measurement tables of its own.
func openPostgres(b *testing.B) (db *sql.DB, prefix string) {
	db = openSQL(b, "pgx", os.Getenv(postgresVariable))
	db.SetMaxOpenConns(2 * storeCallers)
	db.SetMaxIdleConns(2 * storeCallers)
	prefix = "bench_" + strings.ToLower(rand.Text())
	b.Cleanup(func() {
		for _, table := range []string{"state", "seen", "schema"} {
			if _, err := db.Exec("DROP TABLE IF EXISTS " + prefix + "_" + table); err != nil {
				b.Error(err)
			}
		}
	})
	return db, prefix
}

// singleStatement gives each caller a store of its own, so that nobody waits
// for a group.
func singleStatement(b *testing.B) {
	db, prefix := openPostgres(b)
	stores := make(chan *sqlstore.Store, storeCallers)
	for range storeCallers {
		stores <- openStore(b, db, sqlstore.PostgreSQL, prefix)
	}
	callers(b, func(ctx context.Context, i int64) error {
		s := <-stores
		defer func() { stores <- s }()
		return single(s)(ctx, i)
	})
}

func pipelinedStatements(b *testing.B) {
	db, prefix := openPostgres(b)
	openStore(b, db, sqlstore.PostgreSQL, prefix)
	pool, err := pgxpool.New(b.Context(), os.Getenv(postgresVariable))
	check(b, err)
	b.Cleanup(pool.Close)
	callers(b, func(ctx context.Context, i int64) error {
		return pipeline(ctx, pool, prefix, observations(i))
	})
}

// pipeline sends the store's statement once for each observation without
// waiting in between, in one implicit transaction, and merges what comes back.
func pipeline(ctx context.Context, pool *pgxpool.Pool, prefix string, obs []status.Observation) error {
	var sent pgx.Batch
	for _, o := range obs {
		s := status.Of(o)
		data, err := json.Marshal(s)
		if err != nil {
			return err
		}
		sent.Queue(`INSERT INTO `+prefix+`_state AS s (sid, state, final, last, stored) VALUES ($1, $2, $3, $4, extract(epoch FROM clock_timestamp())::bigint)
ON CONFLICT (sid) DO UPDATE SET state = s.state || E'\n' || excluded.state, final = s.final OR excluded.final, last = greatest(s.last, excluded.last)
WHERE strpos(E'\n' || s.state || E'\n', E'\n' || excluded.state || E'\n') = 0 RETURNING s.state`,
			string(o.SID), string(data), s.Final, s.Last.UnixMicro()).QueryRow(func(row pgx.Row) error {
			var rows string
			if err := row.Scan(&rows); err != nil {
				return err
			}
			_, err := fold(s, rows)
			return err
		})
	}
	return pool.SendBatch(ctx, &sent).Close()
}
