package redisstore

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// flights is how many scripts are under way at a time. One would leave Redis
// idle while the answer travels; many would be small.
const flights = 2

// A queue brings calls together that arrive while scripts are under way. Its
// goroutines, at most flights, live as long as there is something to store.
type queue struct {
	mu      sync.Mutex
	waiting []*call
	states  int // of the waiting calls
	flying  int // goroutines that run scripts
}

// A call is what one caller wants stored: states of different SIDs.
type call struct {
	states  []status.State
	changes []status.Change
	err     error
	done    chan struct{} // closed when changes and err are set
}

// commit stores states of different SIDs, together with those of other callers,
// and returns when Redis has acknowledged them.
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
	if q.flying < flights {
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

// leave takes c out of the queue if it still waits there. If its script runs
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

// take returns the calls that are to be stored next, at most perScript states,
// or nil when nobody waits: then the goroutine ends.
func (q *queue) take() []*call {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, states := 0, 0
	for n < len(q.waiting) && (n == 0 || states+len(q.waiting[n].states) <= perScript) {
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

// fly stores groups until nobody waits. The callers' contexts do not end a
// group, since it has several callers; the timeout of the store does. Long rows
// are merged when the callers have their answers.
func (s *Store) fly() {
	for {
		calls := s.queue.take()
		if calls == nil {
			return
		}
		g := newGroup(calls)
		ctx, cancel := context.WithTimeout(context.Background(), s.opts.Timeout)
		err := s.write(ctx, g)
		cancel()
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
	state status.State // the merge of all parts
	parts []part       // in the order of the calls
	old   string       // what the row was, if it is to be replaced
	short string       // by this; empty: nothing is
}

// A part is what one call brings to a row.
type part struct {
	call  *call
	state status.State
}

// newGroup sorts what calls bring by SID.
func newGroup(calls []*call) []*row {
	var rows []*row
	at := map[webhook.SID]*row{}
	for _, c := range calls {
		for _, state := range c.states {
			r := at[state.SID]
			if r == nil {
				r = &row{state: state}
				at[state.SID] = r
				rows = append(rows, r)
			} else {
				r.state = r.state.Merge(state)
			}
			r.parts = append(r.parts, part{c, state})
		}
	}
	return rows
}

// write runs the script for a group and tells each call what it changed.
func (s *Store) write(ctx context.Context, g []*row) error {
	keys := make([]string, 0, len(g)+2)
	args := make([]any, 0, 4*len(g)+2)
	keys = append(keys, s.pending(), s.listening())
	args = append(args, s.opts.Keep.Milliseconds(), s.channel())
	for _, r := range g {
		text, err := line(r.state)
		if err != nil {
			return failure("apply", err)
		}
		keys = append(keys, s.row(r.state.SID))
		args = append(args, string(r.state.SID), text, final(r.state), place(r.state.Last))
	}
	olds, err := appendLines.Run(ctx, s.client, keys, args...).Slice()
	if err != nil {
		return failure("apply", err)
	}
	if len(olds) != len(g) {
		return failure("apply", errors.New("the script returned another number of rows"))
	}
	for i, r := range g {
		if old, ok := olds[i].(string); ok { // else the line was there already
			r.finish(old)
		}
	}
	return nil
}

// finish works out, in the order of the calls, what each of them changed. A row
// that cannot be read is an error of those calls alone that concern it.
func (r *row) finish(old string) {
	var before status.State
	if old != "" {
		var err error
		if before, err = merged(old); err != nil {
			for _, p := range r.parts {
				p.call.err = failure("apply", err)
			}
			return
		}
	}
	if long(old) {
		r.old = old
		r.short, _ = line(before)
	}
	for _, p := range r.parts {
		after := p.state
		if before.SID != "" {
			after = before.Merge(p.state)
		}
		if change, ok := status.Diff(before, after); ok {
			p.call.changes = append(p.call.changes, change)
		}
		before = after
	}
}

// shorten replaces the lines that long rows had by one each. What was appended
// since stays. An error concerns nobody: the next one who finds a row long tries
// again.
func (s *Store) shorten(g []*row) {
	g = slices.DeleteFunc(g, func(r *row) bool { return r.short == "" })
	if len(g) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.opts.Timeout)
	defer cancel()
	run := func(how func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd) error {
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, r := range g {
				how(ctx, p, []string{s.row(r.state.SID)}, r.old, r.short)
			}
			return nil
		})
		return err
	}
	if err := run(replaceLines.EvalSha); redis.HasErrorPrefix(err, "NOSCRIPT") {
		_ = run(replaceLines.Eval)
	}
}
