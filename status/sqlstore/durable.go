package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
)

// checkOnce checks the settings before the first write, for programs that do not
// call Migrate at their start.
func (s *Store) checkOnce(ctx context.Context) error {
	if s.durable.Load() {
		return nil
	}
	return s.checkDurable(ctx)
}

// checkDurable checks that the database syncs before it acknowledges a commit
// (T24).
func (s *Store) checkDurable(ctx context.Context) error {
	if s.opts.AcceptLoss {
		s.durable.Store(true)
		return nil
	}
	check := s.checkPostgreSQL
	if s.dialect == SQLite {
		check = s.checkSQLite
	}
	if err := s.retry(ctx, func() error { return check(ctx) }); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	s.durable.Store(true)
	return nil
}

func (s *Store) checkSQLite(ctx context.Context) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return s.checkConn(ctx, conn)
}

func (s *Store) checkPostgreSQL(ctx context.Context) error {
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		value, err := setting(ctx, s.db, name)
		if err != nil {
			return err
		}
		if value == "off" {
			return fmt.Errorf("%w: %s is off, it must be on", ErrWeak, name)
		}
	}
	return nil
}

// setting reads one setting as a new transaction of this role would have it.
func setting(ctx context.Context, db *sql.DB, name string) (value string, err error) {
	err = db.QueryRowContext(ctx, `SELECT current_setting($1)`, name).Scan(&value)
	return value, err
}
