package status

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// DefaultMemoryLimit is the number of states that a [Memory] keeps by default.
// A state takes about one kilobyte.
const DefaultMemoryLimit = 100_000

// memoryShards is a power of two. More of them than processors keeps two
// callers from meeting often.
const memoryShards = 32

// Memory is a [Store] in the memory of one process: for tests, for the
// console, and for programs that may forget when they restart. The zero value
// is ready for use. It is safe for concurrent use and must not be copied.
//
// At most Limit states are kept. When there is one too many, the final state that
// was touched longest ago goes; if none is final, the unfinished one that was
// touched longest ago. Touched is what Apply did last, so that no clock
// takes part. A late callback for a forgotten SID begins a new state.
type Memory struct {
	// Limit is the number of states to keep; zero: [DefaultMemoryLimit]. It
	// must not change once the Memory is in use.
	Limit int

	shards [memoryShards]memoryShard
	count  atomic.Int64  // of states in all shards
	stamp  atomic.Uint64 // of the last touch
}

type memoryShard struct {
	mu      sync.Mutex
	entries map[webhook.SID]*memoryEntry
	open    memoryList // not final, touched longest ago first
	ended   memoryList // final, likewise
	_       [64]byte   // so that two shards do not share a cache line
}

type memoryEntry struct {
	state      State
	stamp      uint64
	prev, next *memoryEntry
}

var _ Store = (*Memory)(nil)

// Apply implements [Store]. It fails for an invalid observation and for a
// context that is done before it begins, and then has stored nothing.
func (m *Memory) Apply(ctx context.Context, obs ...Observation) ([]Change, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch len(obs) {
	case 0:
		return nil, nil
	case 1:
		if err := obs[0].Validate(); err != nil {
			return nil, err
		}
		s := Of(obs[0])
		return m.apply(nil, &s), nil
	}
	states, err := Fold(obs...)
	if err != nil {
		return nil, err
	}
	var changes []Change
	for i := range states {
		changes = m.apply(changes, &states[i])
	}
	return changes, nil
}

func (m *Memory) apply(changes []Change, s *State) []Change {
	shard := m.shard(s.SID)
	shard.mu.Lock()
	e, found := shard.entries[s.SID]
	if !found {
		e = &memoryEntry{state: *s, stamp: m.stamp.Add(1)}
		if shard.entries == nil {
			shard.entries = make(map[webhook.SID]*memoryEntry)
		}
		shard.entries[s.SID] = e
		shard.list(e).push(e)
		shard.mu.Unlock()
		if m.count.Add(1) > int64(m.limit()) {
			m.evict(s.SID)
		}
		return append(changes, Change{After: *s})
	}
	shard.list(e).remove(e)
	before := e.state
	if e.state.absorb(s) {
		if c, ok := Diff(before, e.state); ok {
			changes = append(changes, c)
		}
	}
	e.stamp = m.stamp.Add(1)
	shard.list(e).push(e)
	shard.mu.Unlock()
	return changes
}

// Get implements [Store].
func (m *Memory) Get(ctx context.Context, sid webhook.SID) (State, error) {
	if err := ctx.Err(); err != nil {
		return State{}, err
	}
	shard := m.shard(sid)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if e, ok := shard.entries[sid]; ok {
		return e.state, nil
	}
	return State{}, fmt.Errorf("%w: %q", ErrNotFound, clean(string(sid), MaxSID))
}

// Pending implements [Store]. It first collects the SIDs, then reads each
// state when its turn comes, and leaves out what is no longer pending then.
func (m *Memory) Pending(ctx context.Context, before time.Time) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		for _, p := range m.pending(before) {
			if err := ctx.Err(); err != nil {
				yield(State{}, err)
				return
			}
			s, err := m.Get(ctx, p.sid)
			if err != nil || s.Final || !s.Last.Before(before) {
				continue
			}
			if !yield(s, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(State{}, err)
		}
	}
}

type pendingSID struct {
	last time.Time
	sid  webhook.SID
}

func (m *Memory) pending(before time.Time) []pendingSID {
	var all []pendingSID
	for i := range m.shards {
		shard := &m.shards[i]
		shard.mu.Lock()
		for e := shard.open.first; e != nil; e = e.next {
			if e.state.Last.Before(before) {
				all = append(all, pendingSID{e.state.Last, e.state.SID})
			}
		}
		shard.mu.Unlock()
	}
	slices.SortFunc(all, func(a, b pendingSID) int {
		if c := a.last.Compare(b.last); c != 0 {
			return c
		}
		return strings.Compare(string(a.sid), string(b.sid))
	})
	return all
}

// Len is the number of states kept.
func (m *Memory) Len() int { return int(m.count.Load()) }

func (m *Memory) limit() int {
	if m.Limit <= 0 {
		return DefaultMemoryLimit
	}
	return m.Limit
}

// shard picks by the end of the SID, which is random in Twilio's.
func (m *Memory) shard(sid webhook.SID) *memoryShard {
	h := uint32(2166136261)
	for i := max(0, len(sid)-8); i < len(sid); i++ {
		h = (h ^ uint32(sid[i])) * 16777619
	}
	return &m.shards[(h^h>>16)%memoryShards]
}

// evict removes the state that is to go first, but not the one of keep, which
// was just stored.
func (m *Memory) evict(keep webhook.SID) {
	for _, final := range []bool{true, false} {
		for {
			victim := m.oldest(final, keep)
			if victim == nil {
				break
			}
			if victim.drop(m, final, keep) {
				return
			}
		}
	}
}

// oldest finds the shard whose first entry was touched longest ago; nil if
// there is none.
func (m *Memory) oldest(final bool, keep webhook.SID) *memoryShard {
	var found *memoryShard
	stamp := uint64(math.MaxUint64)
	for i := range m.shards {
		shard := &m.shards[i]
		shard.mu.Lock()
		if e := shard.victim(final, keep); e != nil && e.stamp < stamp {
			stamp, found = e.stamp, shard
		}
		shard.mu.Unlock()
	}
	return found
}

// drop removes the first entry, unless another goroutine was faster.
func (s *memoryShard) drop(m *Memory, final bool, keep webhook.SID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.victim(final, keep)
	if e == nil {
		return false
	}
	s.list(e).remove(e)
	delete(s.entries, e.state.SID)
	m.count.Add(-1)
	return true
}

func (s *memoryShard) victim(final bool, keep webhook.SID) *memoryEntry {
	e := s.open.first
	if final {
		e = s.ended.first
	}
	if e != nil && e.state.SID == keep {
		e = e.next
	}
	return e
}

func (s *memoryShard) list(e *memoryEntry) *memoryList {
	if e.state.Final {
		return &s.ended
	}
	return &s.open
}

// A memoryList is a doubly linked list of entries that links the entries
// themselves, so that moving one costs nothing.
type memoryList struct{ first, last *memoryEntry }

func (l *memoryList) push(e *memoryEntry) {
	e.prev, e.next = l.last, nil
	if l.last == nil {
		l.first = e
	} else {
		l.last.next = e
	}
	l.last = e
}

func (l *memoryList) remove(e *memoryEntry) {
	if e.prev == nil {
		l.first = e.next
	} else {
		e.prev.next = e.next
	}
	if e.next == nil {
		l.last = e.prev
	} else {
		e.next.prev = e.prev
	}
	e.prev, e.next = nil, nil
}
