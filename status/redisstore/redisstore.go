// Package redisstore keeps delivery states in Redis, through
// github.com/redis/go-redis. It is a module of its own, so that only programs
// that use it depend on that client.
//
//	client := redis.NewClient(&redis.Options{Addr: "localhost:6379", ContextTimeoutEnabled: true})
//	store, err := redisstore.Open(ctx, client, nil)
//	...
//	tracker := status.NewTracker(store, nil)
//
// When Apply returns nil, the write is in the log of Redis, on disk. The store
// checks the settings and refuses, with [ErrWeak], those that can lose
// acknowledged callbacks, unless [Options.AcceptLoss] is set:
//
//   - appendonly must be yes, appendfsync must be always, and
//     no-appendfsync-on-rewrite must be no.
//   - With maxmemory set, maxmemory-policy must be noeviction.
//
// Replication is asynchronous with any settings, so a failover can lose the last
// writes. Where that is not acceptable, use sqlstore on PostgreSQL.
//
// A final state expires after [Options.Keep]. Other states never expire: a program
// that gives up on one stores an observation with a final status.
//
// Any number of machines can use the same Redis. Calls that arrive while others
// are under way are written together. [Store.Claims] remembers requests for all
// machines, so that a retry gets its answer once. All keys of one prefix have the
// same hash tag, so a Redis Cluster keeps them on one node.
package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/rowstore"
	"github.com/ringback-go/ringback/webhook"
)

// A Store keeps states in Redis. It implements [status.Store] and
// [status.Notifier], and is safe for concurrent use, also by several processes.
// It need not be closed; close the client after the last call.
type Store struct {
	client  redis.UniversalClient
	opts    Options
	prefix  string // of all keys of states, with the hash tag
	queue   rowstore.Queue
	durable atomic.Bool // the settings of the server have been checked
}

// Options are the settings of a [Store]. A nil *Options means all defaults.
type Options struct {
	// Prefix starts all keys. Zero: "ringback". 1 to 40 letters, digits,
	// underscores, hyphens and colons.
	Prefix string

	// Timeout is how long one call may take, including waiting; the deadline of
	// the caller also applies. Zero: 1.5 s, so that Twilio gets 503 within 2 s.
	Timeout time.Duration

	// Queue bounds the states that wait for a script; a call that finds it full
	// fails at once with [ErrFull]. Zero: 10,000.
	Queue int

	// Keep is how long a final state is kept after its last report. Zero: 90
	// days. Less than a minute is refused. A report that comes after its state
	// has expired begins a new one.
	Keep time.Duration

	// AcceptLoss allows settings with which a crash loses acknowledged writes, and
	// a server whose settings cannot be read.
	AcceptLoss bool
}

var (
	// ErrWeak says that Redis acknowledges writes before it has synced them, may
	// evict states, or does not allow its settings to be read. Change the setting
	// that the error names, or set [Options.AcceptLoss].
	ErrWeak = errors.New("redisstore: acknowledged writes could be lost")

	// ErrFull says that [Options.Queue] states are already waiting: Redis is
	// down or cannot keep up. Try again later.
	ErrFull = rowstore.ErrFull

	// ErrOptions says that an option is invalid.
	ErrOptions = errors.New("redisstore: bad options")
)

// perScript is how many SIDs one script takes. Redis does nothing else while it
// runs.
const perScript = 200

// Open returns a Store with the given options, after [Store.Check]. Its error wraps
// [ErrOptions] or [ErrWeak], or is that of the client.
func Open(ctx context.Context, client redis.UniversalClient, opts *Options) (*Store, error) {
	s, err := New(client, opts)
	if err != nil {
		return nil, err
	}
	if err := s.Check(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// New returns a Store without a call to Redis: the settings are checked before the
// first write. Its error wraps [ErrOptions]. The client must have
// ContextTimeoutEnabled, or a call could take longer than its deadline.
func New(client redis.UniversalClient, opts *Options) (*Store, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	var errs []error
	switch c := client.(type) {
	case nil:
		errs = append(errs, fmt.Errorf("%w: no client", ErrOptions))
	case *redis.Client:
		if !c.Options().ContextTimeoutEnabled {
			errs = append(errs, errContext)
		}
	case *redis.ClusterClient:
		if !c.Options().ContextTimeoutEnabled {
			errs = append(errs, errContext)
		}
	}
	if o.Prefix == "" {
		o.Prefix = "ringback"
	}
	if !validPrefix(o.Prefix) {
		errs = append(errs, fmt.Errorf("%w: prefix %q", ErrOptions, o.Prefix))
	}
	if o.Timeout < 0 || o.Queue < 0 || o.Keep < 0 || o.Keep > 0 && o.Keep < time.Minute {
		errs = append(errs, fmt.Errorf("%w: a limit is negative or a time too short", ErrOptions))
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
	if o.Keep == 0 {
		o.Keep = 90 * 24 * time.Hour
	}
	s := &Store{client: client, opts: o, prefix: "{" + o.Prefix + "}:"}
	s.queue = rowstore.Queue{
		Flights: flights, Size: perScript, Room: o.Queue, Timeout: o.Timeout,
		Write: s.write, Shorten: s.shorten,
	}
	return s, nil
}

var errContext = fmt.Errorf("%w: the client needs ContextTimeoutEnabled", ErrOptions)

func validPrefix(s string) bool {
	if s == "" || len(s) > 40 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != ':' {
			return false
		}
	}
	return true
}

func (s *Store) row(sid webhook.SID) string { return s.prefix + "state:" + string(sid) }
func (s *Store) pending() string            { return s.prefix + "pending" }
func (s *Store) channel() string            { return s.prefix + "changes" }
func (s *Store) listening() string          { return s.prefix + "listening" }

// Apply implements [status.Store]. Beyond [status.ErrInvalid] its error wraps
// [ErrWeak], [ErrFull], the error of the context or that of the client. The SIDs
// of a script change together; a call of more than 200 takes several scripts.
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
	text, err := s.client.Get(ctx, s.row(sid)).Result()
	if errors.Is(err, redis.Nil) {
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

// The script cannot read JSON, so each line ends with what the script needs: a
// space, whether the row is final, and its place among the pending rows.
const (
	digits = 18         // of a place
	behind = digits + 2 // bytes after the JSON of a line
)

// ended reports whether a row is marked as final.
func ended(text string) bool { return len(text) >= behind && text[len(text)-digits-1] == '1' }

// place writes a time so that text sorts as times do: the microseconds since
// the year 1, in 18 digits. States have no time outside the years 1 to 9999.
func place(t time.Time) string {
	const last = 999_999_999_999_999_999
	n := strconv.FormatInt(min(t.UnixMicro()-time.Time{}.UnixMicro(), last), 10)
	return strings.Repeat("0", max(digits-len(n), 0)) + n
}

func final(s status.State) string {
	if s.Final {
		return "1"
	}
	return "0"
}

func notFound(sid webhook.SID) error {
	return fmt.Errorf("redisstore: %w: %.*q", status.ErrNotFound, status.MaxSID, string(sid))
}

func failure(what string, err error) error {
	if errors.Is(err, status.ErrInvalid) || errors.Is(err, ErrFull) || errors.Is(err, ErrWeak) {
		return err // already explains itself
	}
	return fmt.Errorf("redisstore: %s: %w", what, err)
}
