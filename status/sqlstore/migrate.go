package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/rowstore"
)

// A migration brings the tables to the next version.
type migration struct {
	statements []string
	then       func(*Store, context.Context, queryer) error // nil: nothing
}

// migrations are those of each dialect, in order. A version that was released is
// never changed; the next one is appended.
var migrations = map[Dialect][]migration{
	SQLite: {
		{statements: []string{
			`CREATE TABLE {prefix}_state (
	sid TEXT NOT NULL PRIMARY KEY,
	state TEXT NOT NULL,
	final INTEGER NOT NULL,
	last INTEGER NOT NULL,
	stored INTEGER NOT NULL
) WITHOUT ROWID`,
			`CREATE INDEX {prefix}_state_pending ON {prefix}_state (last, sid) WHERE final = 0`,
			`CREATE INDEX {prefix}_state_old ON {prefix}_state (stored) WHERE final = 1`,
		}},
		{statements: []string{
			`CREATE TABLE {prefix}_seen (
	key TEXT NOT NULL PRIMARY KEY,
	value BLOB,
	owner TEXT NOT NULL,
	expires INTEGER NOT NULL
) WITHOUT ROWID`,
			`CREATE INDEX {prefix}_seen_expires ON {prefix}_seen (expires)`,
		}},
		{statements: []string{
			`ALTER TABLE {prefix}_state ADD COLUMN kind TEXT NOT NULL DEFAULT ''`,
			`ALTER TABLE {prefix}_state ADD COLUMN status TEXT NOT NULL DEFAULT ''`,
			`ALTER TABLE {prefix}_state ADD COLUMN error_code INTEGER NOT NULL DEFAULT 0`,
			`ALTER TABLE {prefix}_state ADD COLUMN rank TEXT NOT NULL DEFAULT ''`,
			`ALTER TABLE {prefix}_state ADD COLUMN first_seen TEXT`,
			`ALTER TABLE {prefix}_state ADD COLUMN last_seen TEXT`,
		}, then: (*Store).fillColumns},
	},
	PostgreSQL: {
		{statements: []string{
			`CREATE TABLE {prefix}_state (
	sid text COLLATE "C" NOT NULL PRIMARY KEY,
	state text NOT NULL,
	final boolean NOT NULL,
	last bigint NOT NULL,
	stored bigint NOT NULL
)`,
			`CREATE INDEX {prefix}_state_pending ON {prefix}_state (last, sid) WHERE NOT final`,
			`CREATE INDEX {prefix}_state_old ON {prefix}_state (stored) WHERE final`,
		}},
		{statements: []string{
			`CREATE TABLE {prefix}_seen (
	key text COLLATE "C" NOT NULL PRIMARY KEY,
	value bytea,
	owner text NOT NULL,
	expires bigint NOT NULL
)`,
			`CREATE INDEX {prefix}_seen_expires ON {prefix}_seen (expires)`,
		}},
		{statements: []string{`ALTER TABLE {prefix}_state
	ADD COLUMN kind text NOT NULL DEFAULT '',
	ADD COLUMN status text NOT NULL DEFAULT '',
	ADD COLUMN error_code integer NOT NULL DEFAULT 0,
	ADD COLUMN rank text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN first_seen timestamptz,
	ADD COLUMN last_seen timestamptz`,
		}, then: (*Store).fillColumns},
	},
}

// Migrate creates the tables or brings them to the version of this package, and
// reads the settings for durability. It changes nothing that is up to date, and
// any number of processes may call it at once. It needs the right to create and
// alter tables only if there is something to change, and may then read every
// row.
//
// Its error wraps [ErrSchema] if a newer version of the package made the
// tables, [ErrWeak], or is that of the driver.
func (s *Store) Migrate(ctx context.Context) error {
	if err := s.checkDurable(ctx); err != nil {
		return failure("migrate", err)
	}
	if version, err := s.version(ctx, s.db); err == nil && version == len(migrations[s.dialect]) {
		return nil
	}
	err := s.retry(ctx, func() error {
		if s.dialect == SQLite {
			return s.immediate(ctx, func(conn *sql.Conn) error { return s.migrate(ctx, conn) })
		}
		return s.migratePostgreSQL(ctx)
	})
	if err != nil {
		return failure("migrate", err)
	}
	return nil
}

// A queryer is a database, a connection or a transaction.
type queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// migratePostgreSQL holds a lock that only migrations take, so that processes
// that start together do not both create the tables.
func (s *Store) migratePostgreSQL(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtext($1))`, s.opts.Prefix+"_schema"); err != nil {
		return err
	}
	if err := s.migrate(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// migrate runs the missing migrations, inside a transaction.
func (s *Store) migrate(ctx context.Context, q queryer) error {
	create := `CREATE TABLE IF NOT EXISTS {prefix}_schema (version INTEGER NOT NULL)`
	if _, err := q.ExecContext(ctx, s.named(create)); err != nil {
		return err
	}
	version, err := s.version(ctx, q)
	if err != nil {
		return err
	}
	all := migrations[s.dialect]
	if version > len(all) {
		return fmt.Errorf("%w: they have version %d, but this package supports up to %d", ErrSchema, version, len(all))
	}
	for i := version; i < len(all); i++ {
		for _, statement := range all[i].statements {
			if _, err := q.ExecContext(ctx, s.named(statement)); err != nil {
				return fmt.Errorf("to version %d: %w", i+1, err)
			}
		}
		if all[i].then != nil {
			if err := all[i].then(s, ctx, q); err != nil {
				return fmt.Errorf("to version %d: %w", i+1, err)
			}
		}
		if _, err := q.ExecContext(ctx, s.named(fmt.Sprintf(`INSERT INTO {prefix}_schema (version) VALUES (%d)`, i+1))); err != nil {
			return err
		}
	}
	return nil
}

// version reads the version of the tables; 0 means none. Each version adds a
// row, so the table is also a history.
func (s *Store) version(ctx context.Context, q queryer) (n int, err error) {
	err = q.QueryRowContext(ctx, s.named(`SELECT coalesce(max(version), 0) FROM {prefix}_schema`)).Scan(&n)
	return n, err
}

func (s *Store) named(statement string) string {
	return strings.ReplaceAll(statement, "{prefix}", s.opts.Prefix)
}

// fillColumns sets the plain columns of rows that an older version wrote. A row
// that cannot be read stays as it is: Get reports it.
func (s *Store) fillColumns(ctx context.Context, q queryer) error {
	for after, more := "", true; more; {
		states, last, err := s.statesAfter(ctx, q, after)
		if err != nil {
			return err
		}
		for _, state := range states {
			args := append([]any{string(state.SID)}, columns(state)...)
			if _, err := q.ExecContext(ctx, s.sql[fillRow], args...); err != nil {
				return err
			}
		}
		after, more = last, last != ""
	}
	return nil
}

// statesAfter reads a page of rows in the order of their SIDs, and returns the
// last SID, or "" after the last page.
func (s *Store) statesAfter(ctx context.Context, q queryer, sid string) (states []status.State, last string, err error) {
	rows, err := q.QueryContext(ctx, s.sql[nextRows], sid, page)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&last, &text); err != nil {
			return nil, "", err
		}
		if state, err := rowstore.Read(text); err == nil {
			states = append(states, state)
		}
	}
	return states, last, rows.Err()
}
