package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// sqliteNow is the millisecond of the database's clock.
const sqliteNow = `CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)`

var sqliteStatements = statements{
	putOne: `INSERT INTO {state} AS s (sid, state, final, last, kind, status, error_code, rank, first_seen, last_seen, stored)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, ''), nullif(?10, ''), unixepoch())
ON CONFLICT (sid) DO UPDATE SET
	state = s.state || char(10) || excluded.state,
	final = max(s.final, excluded.final),
	last = max(s.last, excluded.last),
	stored = excluded.stored,
	status = CASE WHEN excluded.rank > s.rank THEN excluded.status ELSE s.status END,` + mergedCode + `,
	rank = max(s.rank, excluded.rank),
	first_seen = min(coalesce(s.first_seen, excluded.first_seen), coalesce(excluded.first_seen, s.first_seen)),
	last_seen = max(coalesce(s.last_seen, excluded.last_seen), coalesce(excluded.last_seen, s.last_seen))
WHERE instr(char(10) || s.state || char(10), char(10) || excluded.state || char(10)) = 0
RETURNING state`,
	getRow: `SELECT state FROM {state} WHERE sid = ?1`,
	pendingRows: `SELECT sid, last, state FROM {state}
WHERE final = 0 AND last < ?1 AND (last, sid) > (?2, ?3)
ORDER BY last, sid LIMIT ?4`,
	nextRows: `SELECT sid, state FROM {state} WHERE sid > ?1 ORDER BY sid LIMIT ?2`,
	shortenRow: `UPDATE {state} SET state = ?3 || substr(state, length(?2) + 1)
WHERE sid = ?1 AND substr(state, 1, length(?2)) = ?2`,
	pruneRows: `DELETE FROM {state} WHERE sid IN (
	SELECT sid FROM {state} WHERE final = 1 AND stored < unixepoch() - ?1 ORDER BY stored LIMIT ?2)`,
	fillRow: `UPDATE {state} SET final = ?2, last = ?3, kind = ?4, status = ?5, error_code = ?6, rank = ?7,
	first_seen = nullif(?8, ''), last_seen = nullif(?9, '')
WHERE sid = ?1`,
	claimKey: `INSERT INTO {seen} AS s (key, owner, expires) VALUES (?1, ?2, ` + sqliteNow + ` + ?3)
ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, value = NULL, expires = excluded.expires
WHERE s.expires <= ` + sqliteNow + `
RETURNING owner`,
	readKey: `SELECT owner, value FROM {seen} WHERE key = ?1 AND expires > ` + sqliteNow,
	finishKey: `UPDATE {seen} SET owner = '', value = ?3, expires = ` + sqliteNow + ` + ?4
WHERE key = ?1 AND owner = ?2 AND value IS NULL`,
	freeKey: `DELETE FROM {seen} WHERE key = ?1 AND owner = ?2 AND value IS NULL`,
	expireKeys: `DELETE FROM {seen} WHERE key IN (
	SELECT key FROM {seen} WHERE expires <= ` + sqliteNow + ` - ?1 ORDER BY expires LIMIT ?2)`,
}

// writeSQLite stores a group in one transaction. It takes the lock for writing
// first, so that two processes cannot each hold one for reading and wait for the
// other.
func (s *Store) writeSQLite(ctx context.Context, g []row) error {
	return s.immediate(ctx, func(conn *sql.Conn) error {
		if err := s.checkConn(ctx, conn); err != nil {
			return err
		}
		upsert, err := conn.PrepareContext(ctx, s.sql[putOne])
		if err != nil {
			return err
		}
		defer upsert.Close()
		for i := range g {
			err := upsert.QueryRowContext(ctx, g[i].values()...).Scan(&g[i].stored)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		return nil
	})
}

// immediate runs do in a transaction that may write from its start, for which
// database/sql has no option. The writers of this process take turns here,
// because SQLite's own lock can only be polled.
func (s *Store) immediate(ctx context.Context, do func(*sql.Conn) error) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	if err != nil && busySQLite(err) {
		return err // no transaction has begun
	}
	if err == nil {
		err = do(conn)
	}
	if err == nil {
		if _, err = conn.ExecContext(ctx, "COMMIT"); err == nil {
			return nil
		}
	}
	// The rollback must happen even if the context has ended, and also after a
	// BEGIN that failed, because a driver may check the context after the
	// statement. A connection that may still be inside the transaction is closed.
	if _, rollback := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); rollback != nil {
		conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	return err
}

// checkConn checks the settings of the connection that is about to write.
func (s *Store) checkConn(ctx context.Context, conn *sql.Conn) error {
	if s.opts.AcceptLoss {
		return nil
	}
	var journal string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal); err != nil {
		return err
	}
	switch journal {
	case "wal", "delete", "truncate", "persist":
	default:
		return fmt.Errorf("%w: PRAGMA journal_mode is %q, it must be wal, delete, truncate or persist on every connection", ErrWeak, journal)
	}
	var level int
	if err := conn.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&level); err != nil {
		return err
	}
	if level < 2 {
		return fmt.Errorf("%w: PRAGMA synchronous is %d, it must be 2 (FULL) or 3 (EXTRA) on every connection", ErrWeak, level)
	}
	return nil
}

// busySQLite reports whether another connection holds the lock. Drivers have
// different types for this error, but all of them include SQLite's text or name.
func busySQLite(err error) bool {
	text := err.Error()
	return strings.Contains(text, "database is locked") || strings.Contains(text, "database table is locked") ||
		strings.Contains(text, "SQLITE_BUSY") || strings.Contains(text, "SQLITE_LOCKED")
}
