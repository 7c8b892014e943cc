package main

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// boardLimit is the number of states that a board shows.
const boardLimit = 1000

// A board holds what the page shows: the states that were not final when the
// program started, and all that have changed since. It may be lost, because the
// store has everything.
type board struct {
	mu     sync.Mutex
	states map[webhook.SID]status.State
}

// follow fills the board until ctx ends. It listens before it reads, so that no
// change is missed. A repeated state merges with itself.
func (b *board) follow(ctx context.Context, tracker *status.Tracker) error {
	changes := tracker.Watch(ctx)
	for state, err := range tracker.Overdue(ctx, 0) {
		if err != nil {
			return err
		}
		b.put(state)
	}
	for change := range changes {
		b.put(change.After)
	}
	return nil
}

func (b *board) put(s status.State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.states == nil {
		b.states = make(map[webhook.SID]status.State)
	}
	b.states[s.SID] = b.states[s.SID].Merge(s)
	if len(b.states) > boardLimit {
		delete(b.states, b.sorted()[boardLimit].SID)
	}
}

// list returns the states, the newest first.
func (b *board) list() []status.State {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sorted()
}

func (b *board) sorted() []status.State {
	states := make([]status.State, 0, len(b.states))
	for _, s := range b.states {
		states = append(states, s)
	}
	slices.SortFunc(states, func(s, t status.State) int {
		return cmp.Or(t.First.Compare(s.First), cmp.Compare(s.SID, t.SID))
	})
	return states
}
