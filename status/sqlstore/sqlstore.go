// Package sqlstore keeps delivery states in SQLite or PostgreSQL, through
// database/sql. The program brings the driver.
//
//	db, err := sql.Open("sqlite", "file:ringback.db?_pragma=journal_mode(wal)&_pragma=synchronous(full)")
//	...
//	store := sqlstore.New(db, sqlstore.SQLite)
//	if err := store.Migrate(ctx); err != nil {
//		return err
//	}
//	tracker := status.NewTracker(store, nil)
//
// That is the name and the spelling of modernc.org/sqlite. mattn/go-sqlite3 is
// called "sqlite3" and wants
// "file:ringback.db?_journal_mode=WAL&_synchronous=FULL"; its default is too
// weak. A database in memory, for a test, needs [Options.AcceptLoss], and
// SetMaxOpenConns(1) where every connection has a memory of its own.
//
// The same tables remember requests, so that a fleet behind a load balancer
// answers a retry once: see [Store.Answers] and [Store.Replays].
//
// # What is promised
//
// When Apply returns nil the database has committed and synced. [Store.Migrate]
// and the first Apply read the settings that decide this and refuse weaker ones
// with [ErrWeak], unless [Options.AcceptLoss] is set:
//
//   - SQLite: synchronous FULL or EXTRA, with a journal on disk (WAL, DELETE,
//     TRUNCATE or PERSIST). These are settings of a connection, so they are
//     read in every transaction.
//   - PostgreSQL: fsync on, full_page_writes on, synchronous_commit not off.
//
// An error says nothing was lost that had been acknowledged; whether the
// observations of the call itself are stored is open, and applying them again
// is harmless.
//
// # Queries
//
// Beside the state itself, the row of a SID has plain columns: sid, kind (such as
// 'message' or 'call'), status, error_code (0: none), final, first_seen and
// last_seen. Undelivered messages of today, by error code:
//
//	SELECT error_code, count(*) FROM ringback_state
//	WHERE kind = 'message' AND status IN ('undelivered', 'failed') AND last_seen >= CURRENT_DATE
//	GROUP BY error_code ORDER BY count(*) DESC;
//
// Other columns are internal. Read a state with [Store.Get], and add an index of
// your own where a query runs often.
//
// # Many machines
//
// PostgreSQL is shared by any number of machines; nothing lives in the memory
// of one. [status.Tracker.Watch] sees the changes of all when
// [Options.Subscribe] is set. SQLite serves the processes of one machine and is not to
// be put on a network file system.
//
// The package opens no connections itself, creates no database, and does not
// delete anything unless [Store.Prune] is called.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/rowstore"
	"github.com/ringback-go/ringback/webhook"
)

// A Store keeps states in a database. It implements [status.Store] and
// [status.Notifier], and is safe for concurrent use. It needs no closing; close
// the database when nobody calls any more.
type Store struct {
	db      *sql.DB
	dialect Dialect
	sql     statements
	opts    Options
	queue   rowstore.Queue
	turn    chan struct{} // held by the writer to SQLite
	claims  atomic.Int64  // so that now and then one sweeps
	durable atomic.Bool   // the settings of the database were read and are good
	stats   counters
}

// Options are the settings of a [Store]. A nil *Options means all defaults.
type Options struct {
	// Prefix starts the names of the tables, such as "ringback_state". Zero:
	// "ringback". A lower case letter, then up to 39 letters, digits and
	// underscores.
	Prefix string

	// Timeout is how long one call may take, waiting included; the deadline of
	// the caller counts as well. Zero: 1.5 s, so that Twilio hears of an outage
	// within 2 s.
	Timeout time.Duration

	// Queue bounds the states that wait for a commit; a call that finds it full
	// fails at once with [ErrFull]. Zero: 10,000.
	Queue int

	// Group bounds the states that are committed together. Zero: 500.
	Group int

	// AcceptLoss allows settings under which the database acknowledges what a
	// power cut takes back. For tests, and for databases in memory.
	AcceptLoss bool

	// Subscribe opens a connection that hears the notifications of a channel.
	// PostgreSQL only; database/sql has no means for it. With it, every process
	// announces its changes and [Store.Listen] hears those of all; a process
	// without it changes in silence. Nil: Listen hears only what this Store
	// changes.
	Subscribe func(ctx context.Context, channel string) (Subscription, error)
}

var (
	// ErrWeak says that the database is set to acknowledge what it has not
	// synced. Change the setting that the error names, or accept the loss with
	// [Options.AcceptLoss].
	ErrWeak = errors.New("sqlstore: acknowledged writes could be lost")

	// ErrFull says that [Options.Queue] states wait already: the database is
	// down or cannot keep up. Try again later.
	ErrFull = rowstore.ErrFull

	// ErrSchema says that the tables are those of a newer version of this
	// package, or were not created; see [Store.Migrate].
	ErrSchema = errors.New("sqlstore: the tables do not fit this version")

	// ErrOptions says that a setting makes no sense.
	ErrOptions = errors.New("sqlstore: bad options")
)

// New returns a Store with default options. It does not touch the database:
// call [Store.Migrate] before use, once for each database or at every start.
//
// It panics for a nil db or an unknown dialect.
func New(db *sql.DB, d Dialect) *Store {
	s, err := newStore(db, d, nil)
	if err != nil {
		panic(err)
	}
	return s
}

// Open returns a Store with the given options, after [Store.Migrate]. Its error
// wraps [ErrOptions], [ErrWeak], [ErrSchema] or that of the driver.
func Open(ctx context.Context, db *sql.DB, d Dialect, opts *Options) (*Store, error) {
	s, err := newStore(db, d, opts)
	if err != nil {
		return nil, err
	}
	if err := s.Migrate(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func newStore(db *sql.DB, d Dialect, opts *Options) (*Store, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	var errs []error
	if db == nil {
		errs = append(errs, fmt.Errorf("%w: no database", ErrOptions))
	}
	if d != SQLite && d != PostgreSQL {
		errs = append(errs, fmt.Errorf("%w: dialect %d", ErrOptions, d))
	}
	if o.Prefix == "" {
		o.Prefix = "ringback"
	}
	if !validPrefix(o.Prefix) {
		errs = append(errs, fmt.Errorf("%w: prefix %q", ErrOptions, o.Prefix))
	}
	if o.Timeout < 0 || o.Queue < 0 || o.Group < 0 {
		errs = append(errs, fmt.Errorf("%w: a limit is negative", ErrOptions))
	}
	if o.Subscribe != nil && d != PostgreSQL {
		errs = append(errs, fmt.Errorf("%w: Subscribe is for PostgreSQL", ErrOptions))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if o.Timeout == 0 {
		o.Timeout = 1500 * time.Millisecond
	}
	if o.Queue == 0 {
		o.Queue = 10_000
	}
	if o.Group == 0 {
		o.Group = 500
	}
	s := &Store{db: db, dialect: d, opts: o, sql: statementsOf(d, o.Prefix, o.Subscribe != nil)}
	s.turn = make(chan struct{}, 1)
	s.queue = rowstore.Queue{
		Flights: d.flights(), Size: o.Group, Room: o.Queue, Timeout: o.Timeout,
		Write: s.write, Shorten: s.shorten,
	}
	return s, nil
}

// validPrefix keeps everything out of the texts of statements that is not
// plainly part of a name (T28).
func validPrefix(s string) bool {
	if len(s) > 40 || s == "" || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// Apply implements [status.Store]. Beyond [status.ErrInvalid] its error wraps
// [ErrFull], [ErrWeak], [ErrSchema], the error of the context or that of the
// driver.
//
// A call of more than [Options.Group] SIDs is committed in several steps.
func (s *Store) Apply(ctx context.Context, obs ...status.Observation) ([]status.Change, error) {
	changes, err := s.queue.Apply(ctx, obs...)
	if err != nil {
		return changes, failure("apply", err)
	}
	return changes, nil
}

// Get implements [status.Store].
func (s *Store) Get(ctx context.Context, sid webhook.SID) (status.State, error) {
	if !status.ValidKey(sid) {
		return status.State{}, notFound(sid)
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	var text string
	err := s.retry(ctx, func() error {
		return s.db.QueryRowContext(ctx, s.sql[getRow], string(sid)).Scan(&text)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return status.State{}, notFound(sid)
	}
	if err != nil {
		return status.State{}, failure("get", err)
	}
	state, err := rowstore.Read(text)
	if err != nil {
		return status.State{}, failure("get", err)
	}
	return state, nil
}

func notFound(sid webhook.SID) error {
	return fmt.Errorf("sqlstore: %w: %.*q", status.ErrNotFound, status.MaxSID, string(sid))
}

// failure wraps an error of the driver. Drivers name tables, columns and
// constraints in their texts, not the values that were bound.
func failure(what string, err error) error {
	if errors.Is(err, status.ErrInvalid) || errors.Is(err, ErrFull) || errors.Is(err, ErrWeak) {
		return err // says it all
	}
	if noTable(err) {
		return fmt.Errorf("%w: %s: %w", ErrSchema, what, err)
	}
	return fmt.Errorf("sqlstore: %s: %w", what, err)
}

// noTable reports whether a table does not exist.
func noTable(err error) bool {
	return stateOf(err) == "42P01" || strings.Contains(err.Error(), "no such table")
}

// exec runs a statement that writes: for SQLite in a transaction of its own,
// for PostgreSQL as one.
func (s *Store) exec(ctx context.Context, do func(queryer) error) error {
	if s.dialect == SQLite {
		return s.together(ctx, do)
	}
	return s.retry(ctx, func() error { return do(s.db) })
}

// together runs statements that write in one transaction.
func (s *Store) together(ctx context.Context, do func(queryer) error) error {
	return s.retry(ctx, func() error {
		if s.dialect == PostgreSQL {
			tx, err := s.db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			defer tx.Rollback()
			if err := do(tx); err != nil {
				return err
			}
			return tx.Commit()
		}
		return s.immediate(ctx, func(conn *sql.Conn) error {
			if err := s.checkConn(ctx, conn); err != nil {
				return err
			}
			return do(conn)
		})
	})
}
