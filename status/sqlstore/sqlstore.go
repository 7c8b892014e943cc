// Package sqlstore keeps delivery states in SQLite or PostgreSQL, through
// database/sql. The program brings the driver.
//
//	db, err := sql.Open("sqlite", "file:ringback.db?_pragma=journal_mode(wal)&_pragma=synchronous(full)")
//	...
//	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
//	...
//	tracker := status.NewTracker(store, nil)
//
// This is how modernc.org/sqlite is set up. For mattn/go-sqlite3, the name is
// "sqlite3" and the settings are "?_journal_mode=WAL&_synchronous=FULL".
//
// When Apply returns nil, the database has committed and synced. Weaker settings
// are refused with [ErrWeak] unless [Options.AcceptLoss] is set: SQLite needs
// synchronous FULL or EXTRA and a journal on disk, PostgreSQL needs fsync and
// full_page_writes on and synchronous_commit not off.
//
// Beside the state itself, the row of a SID has plain columns for queries: sid,
// kind (such as 'message' or 'call'), status, error_code (0: none), final,
// first_seen and last_seen. Messages that failed today, by error code:
//
//	SELECT error_code, count(*) FROM ringback_state
//	WHERE kind = 'message' AND status IN ('undelivered', 'failed') AND last_seen >= CURRENT_DATE
//	GROUP BY error_code ORDER BY count(*) DESC;
//
// Other columns are internal. Add an index of your own where a query runs often.
//
// Any number of processes can write at once, on PostgreSQL from any number of
// machines. Calls that arrive while the database is busy are committed together.
// [Store.Claims] remembers requests for all of them, so that a retry gets its
// answer once. SQLite serves the processes of one machine, and its file must not
// be on a network file system.
//
// The package opens no connections, creates no database, and deletes nothing
// unless [Store.Prune] is called.
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
// [status.Notifier], and is safe for concurrent use. It need not be closed;
// close the database after the last call.
type Store struct {
	db      *sql.DB
	dialect Dialect
	sql     statements
	opts    Options
	queue   rowstore.Queue
	turn    chan struct{} // held by the writer to SQLite
	claims  atomic.Int64  // counted, because every 200th also deletes expired keys
	durable atomic.Bool   // the settings of the database have been checked
	stats   counters
}

// Options are the settings of a [Store]. A nil *Options means all defaults.
type Options struct {
	// Prefix starts the names of the tables, such as "ringback_state". Zero:
	// "ringback". A lower case letter, then up to 39 letters, digits and
	// underscores.
	Prefix string

	// Timeout is how long one call may take, including waiting; the deadline of
	// the caller also applies. Zero: 1.5 s, so that Twilio gets 503 within 2 s.
	Timeout time.Duration

	// Queue bounds the states that wait for a commit; a call that finds it full
	// fails at once with [ErrFull]. Zero: 10,000.
	Queue int

	// Group bounds the states that are committed together. Zero: 500.
	Group int

	// AcceptLoss allows settings with which a power cut loses acknowledged writes.
	// It is for tests and for databases in memory.
	AcceptLoss bool

	// Subscribe opens a connection that receives the notifications of a channel,
	// which database/sql cannot; PostgreSQL only. With it, this Store announces
	// its changes, and [Store.Listen] receives those of all processes that do.
	// PostgreSQL commits transactions that notify one after another, so leave it
	// out if nothing watches. Nil: Listen sends nothing.
	Subscribe func(ctx context.Context, channel string) (Subscription, error)
}

var (
	// ErrWeak says that the database acknowledges writes before it has synced
	// them. Change the setting that the error names, or set
	// [Options.AcceptLoss].
	ErrWeak = errors.New("sqlstore: acknowledged writes could be lost")

	// ErrFull says that [Options.Queue] states are already waiting: the
	// database is down or cannot keep up. Try again later.
	ErrFull = rowstore.ErrFull

	// ErrSchema says that the tables are those of a newer version of this
	// package, or were not created; see [Store.Migrate].
	ErrSchema = errors.New("sqlstore: the tables do not fit this version")

	// ErrOptions says that an option is invalid.
	ErrOptions = errors.New("sqlstore: bad options")
)

// New returns a Store with default options, without a call to the database: call
// [Store.Migrate] before use, once for each database or at every start. It panics
// for a nil db or an unknown dialect. Most programs use [Open].
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

// validPrefix accepts only what can be part of a name without quotes, because
// the prefix becomes part of statements (T28).
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
		return err // already explains itself
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
