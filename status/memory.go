package status

import (
	"cmp"
	"container/list"
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// DefaultMemoryLimit is the number of states that a [Memory] keeps by default.
// A state takes about one kilobyte.
const DefaultMemoryLimit = 100_000

// Memory is a [Store] in the memory of one process: for tests, and for programs
// that may forget when they restart. The zero value is ready for use. It is safe
// for concurrent use and must not be copied.
//
// At most Limit states are kept. Beyond that, the final state that Apply
// changed or repeated longest ago is dropped, or the oldest unfinished one if
// none is final. A callback for a dropped SID begins a new state.
type Memory struct {
	// Limit is the number of states to keep; zero: [DefaultMemoryLimit]. It
	// must not change once the Memory is in use.
	Limit int

	mu          sync.Mutex
	states      map[webhook.SID]*list.Element // of open or of ended
	open, ended list.List                     // of State, not final and final, applied longest ago first
}

var _ Store = (*Memory)(nil)

// Apply implements [Store]. It fails only for an invalid observation or a
// context that has already ended, and then stores nothing.
func (m *Memory) Apply(ctx context.Context, obs ...Observation) ([]Change, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	states, err := Fold(obs...)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var changes []Change
	for _, s := range states {
		before := m.take(s.SID)
		after := before.Merge(s)
		m.put(after)
		if c, ok := Diff(before, after); ok {
			changes = append(changes, c)
		}
	}
	return changes, nil
}

// take removes and returns the state of sid: the zero State if there is none.
func (m *Memory) take(sid webhook.SID) State {
	e, ok := m.states[sid]
	if !ok {
		return State{}
	}
	delete(m.states, sid)
	s := e.Value.(State)
	m.list(s).Remove(e)
	return s
}

// put stores a new state, and drops another one if there are too many.
func (m *Memory) put(s State) {
	if len(m.states) >= cmp.Or(max(m.Limit, 0), DefaultMemoryLimit) {
		oldest := m.ended.Front()
		if oldest == nil {
			oldest = m.open.Front()
		}
		m.take(oldest.Value.(State).SID)
	}
	if m.states == nil {
		m.states = map[webhook.SID]*list.Element{}
	}
	m.states[s.SID] = m.list(s).PushBack(s)
}

// list is the list that s belongs in.
func (m *Memory) list(s State) *list.List {
	if s.Final {
		return &m.ended
	}
	return &m.open
}

// Get implements [Store].
func (m *Memory) Get(ctx context.Context, sid webhook.SID) (State, error) {
	if err := ctx.Err(); err != nil {
		return State{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.states[sid]; ok {
		return e.Value.(State), nil
	}
	return State{}, fmt.Errorf("%w: %q", ErrNotFound, clean(string(sid), MaxSID))
}

// Pending implements [Store]. It collects the SIDs when it begins, and yields
// the current state of each that is still pending.
func (m *Memory) Pending(ctx context.Context, before time.Time) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		for _, s := range m.pending(before) {
			if err := ctx.Err(); err != nil {
				yield(State{}, err)
				return
			}
			now, err := m.Get(ctx, s.SID)
			if err != nil || now.Final || !now.Last.Before(before) {
				continue
			}
			if !yield(now, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(State{}, err)
		}
	}
}

func (m *Memory) pending(before time.Time) []State {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []State
	for e := m.open.Front(); e != nil; e = e.Next() {
		if s := e.Value.(State); s.Last.Before(before) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b State) int {
		return cmp.Or(a.Last.Compare(b.Last), cmp.Compare(a.SID, b.SID))
	})
	return all
}

// Len is the number of states kept.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.states)
}
