package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"syscall"
	"time"
)

// retry runs do again after an error which means that nothing was done and that
// another try may soon succeed. Other errors are returned at once, so that
// Twilio gets its answer in time.
func (s *Store) retry(ctx context.Context, do func() error) error {
	for pause, lost := 2*time.Millisecond, 0; ; pause = min(2*pause, 100*time.Millisecond) {
		err := do()
		if err == nil {
			return nil
		}
		switch {
		case s.contended(err):
		case unsent(err) && lost < 3:
			lost++
		default:
			return err
		}
		s.stats.retries.Add(1)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// contended reports whether another process interfered: SQLite's lock, or
// PostgreSQL's serialization failure and deadlock, after which the transaction is rolled back.
func (s *Store) contended(err error) bool {
	if s.dialect == SQLite {
		return busySQLite(err)
	}
	code := stateOf(err)
	return code == "40001" || code == "40P01"
}

// unsent reports whether a connection was dead before the statement was sent. A
// pool may hold several of those after a restart of the server.
func unsent(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, syscall.ECONNREFUSED) {
		return true
	}
	// The server is being stopped, has crashed, or is starting.
	switch stateOf(err) {
	case "57P01", "57P02", "57P03":
		return true
	}
	return false
}
