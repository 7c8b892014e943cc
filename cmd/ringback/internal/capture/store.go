package capture

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/lock"
)

// ErrForeign is the error for a file that does not contain captures. The file
// is not changed.
var ErrForeign = errors.New("not a file of captures")

// ErrNewer is the error for a file of a later version of this command. The file
// is not changed.
var ErrNewer = errors.New("these captures were made by a newer version of ringback")

// ErrInUse is the error for a file that another console writes to.
var ErrInUse = errors.New("another console keeps its captures in this file")

// version is the version of the file's format.
const version = 1

// A Store keeps exchanges. It is safe for concurrent use.
type Store struct {
	limits Limits

	mu    sync.RWMutex
	path  string
	file  *os.File // nil: everything is kept in memory
	end   int64    // of the file
	live  int64    // bytes of the lines that count
	list  []*entry // by ID
	last  int64    // ID
	begun []Start
	bytes int64 // of requests and answers
	read  bool  // only read
}

// An entry is the part of an exchange that is kept in memory.
type entry struct {
	head Exchange // without bodies
	text string   // that a search looks through
	form string   // its parameters, for a search
	size int64
	at   int64 // of its line in the file
	line []byte
	n    int64 // length of the line
}

// A record is a line of the file. The first line has Format, each of the others
// one of the rest.
type record struct {
	Format   string    `json:"format,omitempty"` // "ringback captures"
	Version  int       `json:"version,omitempty"`
	Last     int64     `json:"last,omitempty"` // the ID before that of the next exchange
	Exchange *Exchange `json:"exchange,omitempty"`
	Pin      int64     `json:"pin,omitempty"`
	Unpin    int64     `json:"unpin,omitempty"`
	Clear    int64     `json:"clear,omitempty"` // drops everything that is not pinned up to this ID
	Drop     []int64   `json:"drop,omitempty"`  // drops these exchanges
	Start    *Start    `json:"start,omitempty"` // a console began to write
}

// A Start is when a console began to keep exchanges here.
type Start struct {
	After int64     `json:"after"` // the newest exchange before it
	At    time.Time `json:"at"`
}

const format = "ringback captures"

// Open opens the file called path, or creates it with mode 0600 (T38). An empty
// path keeps everything in memory. A line that a crash cut off is dropped. A
// file that is damaged elsewhere is renamed to aside, and its readable part is
// copied to a new file. The error is [ErrForeign] for a file of another
// program, [ErrNewer] for one of a later version, and [ErrInUse] for one that
// another console has open.
func Open(path string, limits Limits) (s *Store, aside string, err error) {
	s = &Store{path: path, limits: Limits{cmp.Or(limits.Count, 20_000), cmp.Or(limits.Bytes, 64<<20)}}
	if path == "" {
		return s, "", s.start()
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, "", fmt.Errorf("capture: %w", err)
	}
	if aside, err = s.begin(f); err != nil {
		s.file.Close()
		return nil, "", fmt.Errorf("capture: %s: %w", path, err)
	}
	return s, aside, s.start()
}

// start notes that a console begins to write.
func (s *Store) start() error {
	return s.write(record{Start: &Start{After: s.last, At: time.Now()}})
}

func (s *Store) begin(f *os.File) (aside string, err error) {
	s.file = f
	if err := lock.File(f); errors.Is(err, lock.ErrLocked) {
		return "", ErrInUse
	} else if err != nil {
		return "", err
	}
	damaged, err := s.load()
	if err != nil {
		return "", err
	}
	if err := f.Chmod(0o600); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return "", err
	}
	switch {
	case s.end == 0:
		return "", s.write(record{Format: format, Version: version})
	case damaged:
		aside = s.path + ".damaged-" + time.Now().UTC().Format("20060102-150405")
		if err := os.Rename(s.path, aside); err != nil {
			return "", err
		}
		return aside, s.compact()
	}
	return "", f.Truncate(s.end)
}

// Read opens a file of captures for [Store.Get] and [Store.List] and leaves it
// untouched. The error is [os.ErrNotExist] or one of those of [Open].
func Read(path string) (*Store, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	s := &Store{path: path, file: f, read: true, limits: Limits{1 << 30, 1 << 60}}
	if _, err := s.load(); err != nil {
		f.Close()
		return nil, fmt.Errorf("capture: %s: %w", path, err)
	}
	return s, nil
}

// load reads the file up to the end of its last whole line.
func (s *Store) load() (damaged bool, err error) {
	in := bufio.NewReaderSize(s.file, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			if s.end == 0 && len(line) > 0 {
				return false, ErrForeign
			}
			return damaged, nil
		}
		if err != nil {
			return false, err
		}
		var r record
		bad := json.Unmarshal(line, &r) != nil
		switch {
		case s.end > 0 && bad:
			damaged = true
		case s.end > 0:
			s.apply(r, line)
		case bad || r.Format != format:
			return false, ErrForeign
		case r.Version > version:
			return false, ErrNewer
		default:
			s.last, s.live = r.Last, int64(len(line))
		}
		s.end += int64(len(line))
	}
}

// apply executes a line, which begins at the current end of the file.
func (s *Store) apply(r record, line []byte) {
	switch {
	case r.Exchange != nil:
		s.put(*r.Exchange, line)
	case r.Pin != 0:
		if e := s.find(r.Pin); e != nil {
			e.head.Pinned = true
		}
	case r.Unpin != 0:
		if e := s.find(r.Unpin); e != nil {
			e.head.Pinned = false
		}
	case r.Clear != 0:
		s.drop(func(e *entry) bool { return !e.head.Pinned && e.head.ID <= r.Clear })
	case r.Drop != nil:
		s.drop(func(e *entry) bool {
			_, ok := slices.BinarySearch(r.Drop, e.head.ID)
			return ok
		})
	case r.Start != nil:
		s.begun = append(s.begun, *r.Start)
	}
}

// put adds an exchange to the index and drops what no longer fits.
func (s *Store) put(e Exchange, line []byte) {
	n := &entry{text: e.words(), form: e.parameters(), at: s.end, n: int64(len(line)), size: int64(len(line))}
	if s.file == nil {
		n.line = line
	}
	e.Request.Body, e.Response.Body = nil, nil
	n.head = e
	s.last = max(s.last, e.ID)
	s.list = append(s.list, n)
	s.bytes, s.live = s.bytes+n.size, s.live+n.n
	for len(s.list) > s.limits.Count || s.bytes > s.limits.Bytes {
		i := slices.IndexFunc(s.list, func(e *entry) bool { return !e.head.Pinned })
		if i < 0 {
			break
		}
		s.forget(s.list[i])
		s.list = slices.Delete(s.list, i, i+1)
	}
}

func (s *Store) forget(e *entry) { s.bytes, s.live = s.bytes-e.size, s.live-e.n }

func (s *Store) drop(which func(*entry) bool) {
	s.list = slices.DeleteFunc(s.list, func(e *entry) bool {
		if which(e) {
			s.forget(e)
			return true
		}
		return false
	})
}

func (s *Store) find(id int64) *entry {
	i, ok := slices.BinarySearchFunc(s.list, id, func(e *entry, id int64) int { return cmp.Compare(e.head.ID, id) })
	if !ok {
		return nil
	}
	return s.list[i]
}

func (r record) line() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		panic(err) // plain data always encodes
	}
	return b.Bytes()
}

// write appends a line to the file, if there is one, and applies it.
func (s *Store) write(r record) error {
	if s.read {
		return errors.New("capture: the file was opened to be read only")
	}
	line := r.line()
	if s.file != nil {
		if _, err := s.file.WriteAt(line, s.end); err != nil {
			return fmt.Errorf("capture: %w", err)
		}
	}
	s.apply(r, line)
	s.end += int64(len(line))
	if s.file != nil && s.end > 2*s.live+1<<20 {
		return s.compact()
	}
	return nil
}

// compact writes the lines that count to a new file, which takes the place of the
// old one.
func (s *Store) compact() error {
	f, err := os.CreateTemp(filepath.Dir(s.path), filepath.Base(s.path)+".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	defer os.Remove(f.Name()) // fails once the file has its name
	ends, err := s.copy(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	// Not every system renames a file that is open.
	s.file.Close()
	failed := os.Rename(f.Name(), s.path)
	if s.file, err = os.OpenFile(s.path, os.O_RDWR, 0); err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	if err := errors.Join(failed, lock.File(s.file)); err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	for i, e := range s.list {
		e.at, e.n = ends[i], ends[i+1]-ends[i]
	}
	s.end = ends[len(s.list)]
	s.live = s.end
	return nil
}

// copy writes a whole file. It returns where its lines end.
func (s *Store) copy(to io.Writer) (ends []int64, err error) {
	out := bufio.NewWriterSize(to, 1<<20)
	end := int64(0)
	write := func(r record) error {
		n, err := out.Write(r.line())
		end += int64(n)
		ends = append(ends, end)
		return err
	}
	if err := write(record{Format: format, Version: version, Last: s.last}); err != nil {
		return nil, err
	}
	s.begun = s.starts()
	for i := range s.begun {
		n, err := out.Write(record{Start: &s.begun[i]}.line())
		if err != nil {
			return nil, err
		}
		end += int64(n)
	}
	ends[0] = end
	for _, e := range s.list {
		whole, err := s.whole(e)
		if err != nil {
			return nil, err
		}
		if err := write(record{Exchange: &whole}); err != nil {
			return nil, err
		}
	}
	return ends, out.Flush()
}

// Close closes the store.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// Add keeps e and returns it with its ID. The oldest exchanges are dropped if
// there are too many.
func (s *Store) Add(e Exchange) (Exchange, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.ID = s.last + 1
	return e, s.write(record{Exchange: &e})
}

// Get returns one exchange, or [ErrNotFound].
func (s *Store) Get(id int64) (Exchange, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e := s.find(id)
	if e == nil {
		return Exchange{}, ErrNotFound
	}
	return s.whole(e)
}

// whole reads an exchange with its bodies.
func (s *Store) whole(e *entry) (Exchange, error) {
	line := e.line
	if s.file != nil {
		line = make([]byte, e.n)
		if _, err := s.file.ReadAt(line, e.at); err != nil {
			return Exchange{}, fmt.Errorf("capture: %w", err)
		}
	}
	var r record
	if err := json.Unmarshal(line, &r); err != nil || r.Exchange == nil {
		return Exchange{}, fmt.Errorf("capture: exchange %d cannot be read: %w", e.head.ID, err)
	}
	r.Exchange.Pinned = e.head.Pinned
	return *r.Exchange, nil
}

// List returns the exchanges that q chooses, newest first, without bodies.
func (s *Store) List(q Query) []Exchange {
	limit := min(cmp.Or(max(q.Limit, 0), 100), 2000)
	var out []Exchange
	s.mu.RLock()
	defer s.mu.RUnlock()
	for e := range s.chosen(q) {
		out = append(out, e.head)
		if len(out) == limit {
			break
		}
	}
	return out
}

// Count returns how many exchanges q chooses, whatever its limit.
func (s *Store) Count(q Query) (n int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for range s.chosen(q) {
		n++
	}
	return n
}

// chosen yields what q chooses, newest first. The lock is held.
func (s *Store) chosen(q Query) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		skip := q.Skip
		for _, e := range slices.Backward(s.list) {
			if e.head.ID <= q.After {
				return
			}
			if !q.matches(e) {
				continue
			}
			if skip--; skip < 0 && !yield(e) {
				return
			}
		}
	}
}

// Pin keeps an exchange from being dropped or cleared, or allows it again.
func (s *Store) Pin(id int64, pinned bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.find(id) == nil {
		return ErrNotFound
	}
	if pinned {
		return s.write(record{Pin: id})
	}
	return s.write(record{Unpin: id})
}

// Clear deletes what q chooses and is not pinned, and returns how many exchanges
// that were.
func (s *Store) Clear(q Query) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	drop := []int64{}
	for e := range s.chosen(q) {
		if !e.head.Pinned {
			drop = append(drop, e.head.ID)
		}
	}
	if len(drop) == 0 {
		return 0, nil
	}
	slices.Sort(drop)
	r := record{Drop: drop}
	if q.Everything() {
		r = record{Clear: s.last}
	}
	if err := s.write(r); err != nil || s.file == nil {
		return len(drop), err
	}
	return len(drop), s.compact() // remove cleared exchanges from the disk, too
}
