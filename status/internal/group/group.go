// Package group brings calls of a store together: while some are on their way to
// a database, others wait, and travel together when there is room. What several
// calls report of one SID becomes one row. Packages sqlstore and redisstore are
// built on it.
package group

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// ErrFull says that [Queue.Room] states wait already.
var ErrFull = errors.New("group: too many states wait")

// A Queue is safe for concurrent use once its fields are set. Its goroutines, at
// most Flights, live as long as there is something to write.
type Queue struct {
	Flights int           // how many groups are on their way at a time
	Size    int           // how many states a group has at most, unless one call has more
	Room    int           // how many states may wait; a call that finds none waiting always may
	Timeout time.Duration // of one group

	// Write stores rows, which are sorted by SID, and tells each with [Row.Finish]
	// or [Row.Fail] what became of it. After, if it is not nil, runs when the
	// callers have their answers. An error is that of all callers.
	Write func(ctx context.Context, rows []*Row) (after func(), err error)

	mu      sync.Mutex
	waiting []*call
	states  int // of the waiting calls
	flying  int // goroutines that write
}

// A call is what one caller wants stored.
type call struct {
	states  []status.State
	changes []status.Change
	err     error
	done    chan struct{} // closed when changes and err are set
}

// Do stores states of different SIDs, together with those of other callers, and
// returns when [Queue.Write] has. Its error is [ErrFull], that of ctx, that of
// Write, or one given to [Row.Fail]; only with the last come changes.
func (q *Queue) Do(ctx context.Context, states []status.State) ([]status.Change, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := &call{states: states, done: make(chan struct{})}
	if !q.enter(c) {
		return nil, ErrFull
	}
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
		return nil, ctx.Err()
	}
}

// Waiting returns how many states wait to be taken along.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.states
}

// enter lets c wait, and starts a goroutine if there may be one more.
func (q *Queue) enter(c *call) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) > 0 && q.states+len(c.states) > q.Room {
		return false
	}
	q.waiting = append(q.waiting, c)
	q.states += len(c.states)
	if q.flying < q.Flights {
		q.flying++
		go q.fly()
	}
	return true
}

// leave takes c out of the queue if it still waits there. If its group is on its
// way already it goes on, for the sake of the others; the caller does not know
// then whether it was stored (T25).
func (q *Queue) leave(c *call) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.waiting, c); i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
		q.states -= len(c.states)
	}
}

// take returns the calls that travel next, or nil when nobody waits: then the
// goroutine ends.
func (q *Queue) take() []*call {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, states := 0, 0
	for n < len(q.waiting) && (n == 0 || states+len(q.waiting[n].states) <= q.Size) {
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

// fly writes groups until nobody waits. The callers' contexts do not end a group,
// since it has several callers; the timeout does.
func (q *Queue) fly() {
	for {
		calls := q.take()
		if calls == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), q.Timeout)
		after, err := q.Write(ctx, rowsOf(calls))
		cancel()
		for _, c := range calls {
			if err != nil {
				c.changes, c.err = nil, err
			}
			close(c.done)
		}
		if after != nil {
			after()
		}
	}
}

// A Row is the part of a group that concerns one SID.
type Row struct {
	State status.State // the merge of what all calls report
	parts []part       // in the order of the calls
}

// A part is what one call reports.
type part struct {
	call  *call
	state status.State
}

// rowsOf sorts by SID what calls report.
func rowsOf(calls []*call) []*Row {
	var rows []*Row
	at := map[webhook.SID]*Row{}
	for _, c := range calls {
		for _, state := range c.states {
			r := at[state.SID]
			if r == nil {
				r = &Row{State: state}
				at[state.SID] = r
				rows = append(rows, r)
			} else {
				r.State = r.State.Merge(state)
			}
			r.parts = append(r.parts, part{c, state})
		}
	}
	slices.SortFunc(rows, func(a, b *Row) int { return strings.Compare(string(a.State.SID), string(b.State.SID)) })
	return rows
}

// Finish works out, in the order of the calls, what each of them has changed, if
// the row was before when it was written. Before is the zero State for a new
// row. It returns the state that is stored now, and all changes.
func (r *Row) Finish(before status.State) (after status.State, changes []status.Change) {
	for _, p := range r.parts {
		after = p.state
		if before.SID != "" {
			after = before.Merge(p.state)
		}
		if change, ok := status.Diff(before, after); ok {
			p.call.changes = append(p.call.changes, change)
			changes = append(changes, change)
		}
		before = after
	}
	return before, changes
}

// Fail gives err to those calls alone that concern the row.
func (r *Row) Fail(err error) {
	for _, p := range r.parts {
		p.call.err = err
	}
}
