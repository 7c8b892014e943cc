package capture

import (
	"cmp"
	"slices"
)

// A Session is the time between two starts of a console.
type Session struct {
	Start
	Until int64 // no exchange after this one belongs to it; zero: it is the current one
	Count int   // exchanges
}

// Sessions returns the sessions that have exchanges, and the current one, newest
// first. Exchanges older than the first known start form a session without a time.
func (s *Store) Sessions() []Session {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Session
	until, high := int64(0), len(s.list)
	for i, start := range slices.Backward(s.begun) {
		low, _ := slices.BinarySearchFunc(s.list, start.After+1, func(e *entry, id int64) int { return cmp.Compare(e.head.ID, id) })
		if low < high || i == len(s.begun)-1 {
			out = append(out, Session{Start: start, Until: until, Count: high - low})
		}
		until, high = start.After, low
	}
	if high > 0 {
		out = append(out, Session{Until: until, Count: high})
	}
	return out
}

// starts returns the starts of sessions that have exchanges, and the latest.
func (s *Store) starts() (out []Start) {
	for i, start := range s.begun {
		at, _ := slices.BinarySearchFunc(s.list, start.After+1, func(e *entry, id int64) int { return cmp.Compare(e.head.ID, id) })
		if i == len(s.begun)-1 || at < len(s.list) && s.list[at].head.ID <= s.begun[i+1].After {
			out = append(out, start)
		}
	}
	return out
}
