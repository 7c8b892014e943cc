package dialogue

import "slices"

// forget drops the oldest of what is over, beyond Limits.Kept of each kind. It runs
// with each new call.
func (e *Engine) forget() {
	kept := e.limits.Kept
	if kept <= 0 {
		return
	}
	e.calls = newest(e.calls, kept, func(c *Call) bool { return c.finished })
	e.conferences = newest(e.conferences, kept, func(r *room) bool { return e.rooms[r.name] != r })
	e.recordings = newest(e.recordings, kept, func(r Recording) bool { return r.Status != "in-progress" })
	excess := len(e.queues) - kept
	for name, q := range e.queues {
		if excess > 0 && len(q.tickets) == 0 && len(e.queueWaits) == 0 {
			delete(e.queues, name)
			excess--
		}
	}
	for name := range e.reserved {
		if len(e.reserved) <= kept {
			break
		}
		delete(e.reserved, name)
	}
}

// newest returns list without the oldest elements beyond kept. One that is not over
// stays.
func newest[T any](list []T, kept int, over func(T) bool) []T {
	excess := len(list) - kept
	return slices.DeleteFunc(list, func(v T) bool {
		if excess <= 0 || !over(v) {
			return false
		}
		excess--
		return true
	})
}
