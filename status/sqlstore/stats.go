package sqlstore

import "sync/atomic"

// Stats counts the work of a [Store] since it was made.
type Stats struct {
	Groups    int64 // commits; every one of them was synced
	States    int64 // rows written by them
	Shortened int64 // rows merged into one line
	Retries   int64 // statements run again because of a lock, a deadlock or a dead connection
	Waiting   int   // states waiting for a commit now
}

type counters struct {
	groups, states, shortened, retries atomic.Int64
}

// Stats returns the counts. States divided by Groups shows how many are
// committed together.
func (s *Store) Stats() Stats {
	return Stats{
		Groups:    s.stats.groups.Load(),
		States:    s.stats.states.Load(),
		Shortened: s.stats.shortened.Load(),
		Retries:   s.stats.retries.Load(),
		Waiting:   s.queue.Waiting(),
	}
}
