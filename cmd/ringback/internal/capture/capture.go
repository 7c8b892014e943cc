// Package capture keeps what passed between Twilio's side and the program under
// development: every exchange, byte for byte, in SQLite, bounded in number and
// size, and told to whoever watches.
package capture

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // SQLite without cgo, so that the command stays one static binary
)

// An Exchange is one request with its answer.
type Exchange struct {
	ID       int64         `json:"id"`
	At       time.Time     `json:"at"`
	Source   Source        `json:"source"`
	Kind     string        `json:"kind"`             // of webhook.Kind; empty when it is no webhook
	SID      string        `json:"sid"`              // of the message or call it is about
	Thread   string        `json:"thread"`           // the SID of the conversation or call it belongs to
	Summary  string        `json:"summary"`          // a line for people
	Verdict  string        `json:"verdict"`          // what the signature was worth: "valid", or why not
	Lint     int           `json:"lint"`             // problems found in the answer
	Fault    string        `json:"fault,omitempty"`  // what was done to it on purpose
	Parent   int64         `json:"parent,omitempty"` // the exchange that this one repeats
	Pinned   bool          `json:"pinned"`
	Error    string        `json:"error,omitempty"` // why there is no answer
	Code     int           `json:"code,omitempty"`  // Twilio's number for what went wrong
	Took     time.Duration `json:"took"`            // nanoseconds
	Request  Request       `json:"request"`
	Response Response      `json:"response"`
}

// Source says on whose behalf a request was made.
type Source string

// The sources of an exchange.
const (
	Phone    Source = "phone"    // the page's phone
	Delivery Source = "delivery" // a lifecycle that was played
	Replay   Source = "replay"   // a repetition
	Tunnel   Source = "tunnel"   // the capturing endpoint
	REST     Source = "rest"     // the program's own call of Twilio's API
	Command  Source = "command"  // a one-shot command
)

// A Request is what was sent, unchanged.
type Request struct {
	Method string      `json:"method"`
	URL    string      `json:"url"` // as signed
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
}

// A Response is what came back, unchanged but for its end when it was too long.
type Response struct {
	Status    int         `json:"status"` // zero when nothing came
	Header    http.Header `json:"header"`
	Body      []byte      `json:"body"`
	Truncated bool        `json:"truncated,omitempty"`
}

// Limits bound what is kept (T36). The oldest exchanges go first, those that
// are pinned stay.
type Limits struct {
	Count int   // exchanges; zero: 20,000
	Bytes int64 // of requests and answers together; zero: 256 MiB
}

// ErrNotFound is what [Store.Get] and others return for an exchange that is not
// there, or not any more.
var ErrNotFound = errors.New("capture: no such exchange")

// A Store keeps exchanges. It is safe for concurrent use.
type Store struct {
	db     *sql.DB
	limits Limits
	hub    hub

	mu    sync.Mutex // writes, and what is counted of them
	count int
	bytes int64
}

// failed is what an exchange went wrong by, as an index knows it.
const failed = "(status < 200 OR status > 299 OR verdict <> 'valid')"

const schema = `
CREATE TABLE IF NOT EXISTS exchange (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	at INTEGER NOT NULL,
	source TEXT NOT NULL,
	kind TEXT NOT NULL,
	sid TEXT NOT NULL,
	thread TEXT NOT NULL,
	status INTEGER NOT NULL,
	verdict TEXT NOT NULL,
	pinned INTEGER NOT NULL DEFAULT 0,
	size INTEGER NOT NULL,
	head TEXT NOT NULL,
	request BLOB NOT NULL,
	response BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS exchange_thread ON exchange(thread, id);
CREATE INDEX IF NOT EXISTS exchange_sid ON exchange(sid, id);
CREATE INDEX IF NOT EXISTS exchange_oldest ON exchange(pinned, id);
CREATE INDEX IF NOT EXISTS exchange_failed ON exchange(id) WHERE ` + failed + `;
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, content='', contentless_delete=1, tokenize='trigram');
`

// Open opens the file called path, or makes it with mode 0600 (T38). An empty
// path keeps everything in memory. A file that is damaged is moved aside, never
// deleted: aside is then its new name. A file of another program is refused with
// [ErrForeign] and stays as it is, one of a later version with [ErrNewer].
func Open(ctx context.Context, path string, limits Limits) (s *Store, aside string, err error) {
	limits.Count = cmp.Or(limits.Count, 20_000)
	limits.Bytes = cmp.Or(limits.Bytes, 256<<20)
	if path == "" {
		s, err = open(ctx, ":memory:", limits)
		return s, "", err
	}
	if err := touch(path); err != nil {
		return nil, "", fmt.Errorf("capture: %w", err)
	}
	if s, err = open(ctx, path, limits); err == nil || !damaged(err) {
		return s, "", err
	}
	aside = path + ".damaged-" + time.Now().UTC().Format("20060102-150405")
	if err := os.Rename(path, aside); err != nil {
		return nil, "", fmt.Errorf("capture: %w", err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		os.Rename(path+suffix, aside+suffix)
	}
	if err := touch(path); err != nil {
		return nil, "", fmt.Errorf("capture: %w", err)
	}
	s, err = open(ctx, path, limits)
	return s, aside, err
}

// touch makes the file before SQLite does, which would let others read it.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func damaged(err error) bool {
	text := err.Error()
	return strings.Contains(text, "not a database") || strings.Contains(text, "malformed")
}

func open(ctx context.Context, path string, limits Limits) (*Store, error) {
	name := path
	if path != ":memory:" {
		var err error
		if name, err = address(path, "rw"); err != nil {
			return nil, fmt.Errorf("capture: %w", err)
		}
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	// One connection: a database in memory is private to it, and a writer never
	// finds another in its way.
	db.SetMaxOpenConns(1)
	s := &Store{db: db, limits: limits}
	if err := s.prepare(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("capture: %w", err)
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	if _, err := s.ours(ctx); err != nil {
		return err
	}
	for _, stmt := range []string{"PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA busy_timeout = 5000", schema, fmt.Sprint("PRAGMA user_version = ", version)} {
		if _, err := s.db.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	var check string
	if err := s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&check); err != nil {
		return err
	}
	if check != "ok" {
		return fmt.Errorf("malformed: %s", check)
	}
	return s.db.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(size), 0) FROM exchange").Scan(&s.count, &s.bytes)
}

// Close closes the store and ends every watch.
func (s *Store) Close() error {
	s.hub.close()
	return s.db.Close()
}

// Add keeps e and returns it with its ID. What no longer fits goes.
func (s *Store) Add(ctx context.Context, e Exchange) (Exchange, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return e, fmt.Errorf("capture: %w", err)
	}
	defer tx.Rollback()
	head, size := string(e.head()), e.size()
	res, err := tx.ExecContext(ctx, `INSERT INTO exchange (at, source, kind, sid, thread, status, verdict, pinned, size, head, request, response)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.At.UnixNano(), string(e.Source), e.Kind, e.SID, e.Thread, e.Response.Status, e.Verdict, e.Pinned, size, head, blob(e.Request.Body), blob(e.Response.Body))
	if err != nil {
		return e, fmt.Errorf("capture: %w", err)
	}
	if e.ID, err = res.LastInsertId(); err != nil {
		return e, fmt.Errorf("capture: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO words (rowid, text) VALUES (?, ?)", e.ID, e.words()); err != nil {
		return e, fmt.Errorf("capture: %w", err)
	}
	count, bytes, err := s.trim(ctx, tx, s.count+1, s.bytes+size)
	if err != nil {
		return e, fmt.Errorf("capture: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return e, fmt.Errorf("capture: %w", err)
	}
	s.count, s.bytes = count, bytes
	s.hub.tell(e)
	return e, nil
}

// blob is b for a column that holds no NULL: what has no body, such as an answer
// that never came, has one without bytes.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// trim deletes the oldest that are not pinned until the rest is within limits.
func (s *Store) trim(ctx context.Context, tx *sql.Tx, count int, bytes int64) (int, int64, error) {
	for count > s.limits.Count || bytes > s.limits.Bytes {
		var id, size int64
		err := tx.QueryRowContext(ctx, "SELECT id, size FROM exchange WHERE pinned = 0 ORDER BY id LIMIT 1").Scan(&id, &size)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			return 0, 0, err
		}
		if err := forget(ctx, tx, "id = ?", id); err != nil {
			return 0, 0, err
		}
		count, bytes = count-1, bytes-size
	}
	return count, bytes, nil
}

func forget(ctx context.Context, tx *sql.Tx, where string, args ...any) error {
	for _, stmt := range []string{
		"DELETE FROM words WHERE rowid IN (SELECT id FROM exchange WHERE " + where + ")",
		"DELETE FROM exchange WHERE " + where,
	} {
		if _, err := tx.ExecContext(ctx, stmt, args...); err != nil {
			return err
		}
	}
	return nil
}

// Get returns one exchange, or [ErrNotFound].
func (s *Store) Get(ctx context.Context, id int64) (Exchange, error) {
	row := s.db.QueryRowContext(ctx, "SELECT id, pinned, head, request, response FROM exchange WHERE id = ?", id)
	var e Exchange
	var pinned bool
	var head, request, response []byte
	switch err := row.Scan(&id, &pinned, &head, &request, &response); {
	case errors.Is(err, sql.ErrNoRows):
		return Exchange{}, ErrNotFound
	case err != nil:
		return Exchange{}, fmt.Errorf("capture: %w", err)
	}
	if err := json.Unmarshal(head, &e); err != nil {
		return Exchange{}, fmt.Errorf("capture: exchange %d: %w", id, err)
	}
	e.ID, e.Pinned, e.Request.Body, e.Response.Body = id, pinned, request, response
	return e, nil
}

// Pin keeps an exchange from being dropped or cleared, or lets it go again.
func (s *Store) Pin(ctx context.Context, id int64, pinned bool) error {
	res, err := s.db.ExecContext(ctx, "UPDATE exchange SET pinned = ? WHERE id = ?", pinned, id)
	if err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	if n, err := res.RowsAffected(); err == nil && n == 0 {
		return ErrNotFound
	}
	return nil
}

// Clear deletes all that is not pinned.
func (s *Store) Clear(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	defer tx.Rollback()
	if err := forget(ctx, tx, "pinned = 0"); err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	var count int
	var bytes int64
	if err := tx.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(size), 0) FROM exchange").Scan(&count, &bytes); err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	s.count, s.bytes = count, bytes
	s.hub.tell(Exchange{})
	return nil
}

// head is all of e but the bodies, which have columns of their own.
func (e Exchange) head() []byte {
	e.ID, e.Request.Body, e.Response.Body = 0, nil, nil
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // plain data always encodes
	}
	return text
}

func (e Exchange) size() int64 {
	return int64(len(e.Request.Body) + len(e.Response.Body) + len(e.head()))
}

// searched bounds how much of a body can be found by its words.
const searched = 16 << 10

// words is what a search looks through.
func (e Exchange) words() string {
	return strings.ToValidUTF8(strings.Join([]string{
		e.Summary, e.Kind, e.SID, e.Thread, e.Request.Method, e.Request.URL, e.Error, e.Verdict,
		Readable(e.Request, searched), string(clip(e.Response.Body, searched)),
	}, "\n"), "�")
}

func clip(b []byte, n int) []byte { return b[:min(len(b), n)] }
