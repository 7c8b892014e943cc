package rowstore

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

// ErrFull says that [Queue.Room] states are already waiting.
var ErrFull = errors.New("status: too many states wait for the store")

// A Queue collects states and writes them in groups: while some groups are
// being written, the states of further calls wait and form the next one.
// Reports of several calls about one SID become one row. A Queue is safe for
// concurrent use once its fields are set. Its goroutines, at most Flights,
// exist while there is something to write.
type Queue struct {
	Flights int           // how many groups are written at a time
	Size    int           // how many states a group has at most
	Room    int           // how many states may wait
	Timeout time.Duration // of one call, and of the write of one group

	// Write stores rows, which are sorted by SID, and calls [Row.Appended] on
	// each row that it changed and [Row.Fail] on each that it could not. If it
	// returns an error, all calls in the group return it.
	Write func(ctx context.Context, rows []*Row) error

	// Shorten replaces the beginning of rows that have become long; see
	// [Row.Long]. It runs after the callers have their answers, and a row
	// whose beginning is no longer the same must be left alone.
	Shorten func(ctx context.Context, rows []*Row)

	mu      sync.Mutex
	waiting []*call
	states  int // of the waiting calls
	flying  int // goroutines that write
}

// A call is one call of Apply.
type call struct {
	states  []status.State
	changes []status.Change
	err     error
	done    chan struct{} // closed when changes and err are set
}

// Apply stores obs, together with those of other callers, and returns when
// [Queue.Write] has stored them. More than Size states are written in several
// steps, and changes of the first steps are returned with the error of a later one.
//
// The error wraps [status.ErrInvalid] or is [ErrFull], that of ctx, of Write or of
// [Row.Fail].
func (q *Queue) Apply(ctx context.Context, obs ...status.Observation) ([]status.Change, error) {
	states, err := status.Fold(obs...)
	if err != nil || len(states) == 0 {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, q.Timeout)
	defer cancel()
	var changes []status.Change
	for some := range slices.Chunk(states, q.Size) {
		more, err := q.do(ctx, some)
		changes = append(changes, more...)
		if err != nil {
			return changes, err
		}
	}
	return changes, nil
}

func (q *Queue) do(ctx context.Context, states []status.State) ([]status.Change, error) {
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
	case <-c.done: // finished just in time
		return c.changes, c.err
	default:
		return nil, ctx.Err()
	}
}

// Waiting returns how many states wait for a group.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.states
}

// enter adds c to the queue, and starts a goroutine if Flights allows.
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

// leave removes c from the queue if it is still waiting. If its group is
// already being written, the write continues for the other callers, and this
// one does not know whether its states were stored (T25).
func (q *Queue) leave(c *call) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.waiting, c); i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
		q.states -= len(c.states)
	}
}

// take returns the calls of the next group, or nil if no call is waiting; the
// goroutine then ends.
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

// fly writes groups until no call is waiting. A group is written for several
// callers, so its timeout ends the write and not the context of one of them.
func (q *Queue) fly() {
	for {
		calls := q.take()
		if calls == nil {
			return
		}
		rows := rowsOf(calls)
		ctx, cancel := context.WithTimeout(context.Background(), q.Timeout)
		err := q.Write(ctx, rows)
		cancel()
		for _, c := range calls {
			if err != nil {
				c.changes, c.err = nil, err
			}
			close(c.done)
		}
		if err == nil {
			q.shorten(rows)
		}
	}
}

func (q *Queue) shorten(rows []*Row) {
	rows = slices.DeleteFunc(rows, func(r *Row) bool { return r.short == "" })
	if len(rows) == 0 || q.Shorten == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), q.Timeout)
	defer cancel()
	q.Shorten(ctx, rows)
}

// A part is the contribution of one call to a row.
type part struct {
	call  *call
	state status.State
}

// rowsOf merges the observations of calls by SID, in order.
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
	for _, r := range rows {
		r.Line = line(r.State)
	}
	return rows
}
