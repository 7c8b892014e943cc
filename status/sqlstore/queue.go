package sqlstore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// A queue brings calls together that arrive while the database is busy. Its
// goroutines, at most flights, live as long as there is something to commit.
type queue struct {
	mu      sync.Mutex
	waiting []*call
	states  int // of the waiting calls
	flying  int // goroutines that commit
	flights int // their limit
}

// A call is what one caller wants stored: states of different SIDs.
type call struct {
	states  []status.State
	changes []status.Change
	err     error
	done    chan struct{} // closed when changes and err are set
}

// commit stores states of different SIDs, together with those of other callers,
// and returns when they are durable.
func (s *Store) commit(ctx context.Context, states []status.State) ([]status.Change, error) {
	if err := ctx.Err(); err != nil {
		return nil, failure("apply", err)
	}
	c := &call{states: states, done: make(chan struct{})}
	q := &s.queue
	q.mu.Lock()
	if len(q.waiting) > 0 && q.states+len(states) > s.opts.Queue {
		q.mu.Unlock()
		return nil, ErrFull
	}
	q.waiting = append(q.waiting, c)
	q.states += len(states)
	if q.flying < q.flights {
		q.flying++
		go s.fly()
	}
	q.mu.Unlock()

	select {
	case <-c.done:
		return c.changes, c.err
	case <-ctx.Done():
	}
	q.leave(c)
	select {
	case <-c.done: // it was just in time
		return c.changes, c.err
	default:
		return nil, failure("apply", ctx.Err())
	}
}

// leave takes c out of the queue if it still waits there. If its commit runs
// already it runs on, for the sake of the others; the caller does not know
// then whether it was stored (T25).
func (q *queue) leave(c *call) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.waiting, c); i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
		q.states -= len(c.states)
	}
}

// take returns the calls that are to be committed next, at most limit states
// unless one call has more, or nil when nobody waits: then the goroutine ends.
func (q *queue) take(limit int) []*call {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, states := 0, 0
	for n < len(q.waiting) && (n == 0 || states+len(q.waiting[n].states) <= limit) {
		states += len(q.waiting[n].states)
		n++
	}
	if n == 0 {
		q.flying--
		q.waiting = nil
		return nil
	}
	taken := slices.Clone(q.waiting[:n])
	q.waiting = slices.Delete(q.waiting, 0, n)
	q.states -= states
	return taken
}

// fly commits groups until nobody waits. The callers' contexts do not end a
// group, since it has several callers; the timeout of the store does. Long rows
// are merged when the callers have their answers.
func (s *Store) fly() {
	for {
		calls := s.queue.take(s.opts.Group)
		if calls == nil {
			return
		}
		g := newGroup(calls)
		ctx, cancel := context.WithTimeout(context.Background(), s.opts.Timeout)
		err := s.write(ctx, g)
		cancel()
		if err == nil {
			s.stats.groups.Add(1)
			s.stats.states.Add(int64(len(g)))
		}
		for _, c := range calls {
			if err != nil {
				c.err = err
			}
			close(c.done)
		}
		if err == nil {
			s.shorten(g)
		}
	}
}

// A row is the part of a group that concerns one SID.
type row struct {
	sid    webhook.SID
	state  status.State // the merge of all parts
	parts  []part       // in the order of the calls
	line   string       // state, encoded
	stored string       // the row after the write; empty if the line was there before
	short  string       // what is to replace stored; empty: nothing
}

// A part is what one call brings to a row.
type part struct {
	call  *call
	state status.State
}

// newGroup sorts what calls bring by SID. All writers lock rows in that order.
func newGroup(calls []*call) []*row {
	var rows []*row
	at := map[webhook.SID]*row{}
	for _, c := range calls {
		for _, state := range c.states {
			r := at[state.SID]
			if r == nil {
				r = &row{sid: state.SID, state: state}
				at[state.SID] = r
				rows = append(rows, r)
			} else {
				r.state = r.state.Merge(state)
			}
			r.parts = append(r.parts, part{c, state})
		}
	}
	slices.SortFunc(rows, func(a, b *row) int { return strings.Compare(string(a.sid), string(b.sid)) })
	return rows
}

// write stores a group and tells each call what it changed.
func (s *Store) write(ctx context.Context, g []*row) error {
	for _, r := range g {
		var err error
		if r.line, err = line(r.state); err != nil {
			return failure("apply", err)
		}
	}
	err := s.retry(ctx, func() error {
		for _, r := range g {
			r.stored = ""
		}
		if s.dialect == SQLite {
			return s.writeSQLite(ctx, g)
		}
		return s.writePostgreSQL(ctx, g)
	})
	if err != nil {
		if errors.Is(err, ErrWeak) {
			return err
		}
		return failure("apply", err)
	}
	for _, r := range g {
		s.finish(r)
	}
	return nil
}

// finish works out, in the order of the calls, what each of them changed. A row
// that cannot be read is an error of those calls alone that concern it.
func (s *Store) finish(r *row) {
	if r.stored == "" {
		return
	}
	state, err := before(r.stored)
	if err != nil {
		for _, p := range r.parts {
			p.call.err = failure("apply", err)
		}
		return
	}
	for _, p := range r.parts {
		next := p.state
		if state.SID != "" {
			next = state.Merge(p.state)
		}
		if change, ok := status.Diff(state, next); ok {
			p.call.changes = append(p.call.changes, change)
			s.local.publish(change)
		}
		state = next
	}
	if long(r.stored) {
		r.short, _ = line(state)
	}
}

// shorten replaces the lines of long rows by one each, in one transaction. What
// others appended meanwhile stays. An error concerns nobody: the next one who
// finds a row long tries again.
func (s *Store) shorten(g []*row) {
	g = slices.DeleteFunc(g, func(r *row) bool { return r.short == "" })
	if len(g) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.opts.Timeout)
	defer cancel()
	err := s.together(ctx, func(q queryer) error {
		for _, r := range g {
			if _, err := q.ExecContext(ctx, s.sql.shorten, string(r.sid), r.stored, r.short); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.stats.shortened.Add(int64(len(g)))
	}
}
