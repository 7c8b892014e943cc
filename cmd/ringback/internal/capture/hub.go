package capture

import (
	"context"
	"sync"
)

// watched is how many exchanges a slow watcher may be behind before it misses
// some; it learns that it did from a gap in their IDs.
const watched = 256

// A hub tells watchers what is new.
type hub struct {
	mu       sync.Mutex
	watchers map[chan Exchange]struct{}
	closed   bool
}

// Watch returns a channel of all exchanges added from now on, without bodies.
// An exchange of ID zero says that the list was cleared. The channel is closed
// when ctx ends or the store is closed. A watcher that does not keep up misses
// exchanges; it never holds up those who add them.
func (s *Store) Watch(ctx context.Context) <-chan Exchange {
	c := make(chan Exchange, watched)
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(c)
		return c
	}
	if h.watchers == nil {
		h.watchers = make(map[chan Exchange]struct{})
	}
	h.watchers[c] = struct{}{}
	context.AfterFunc(ctx, func() { h.leave(c) })
	return c
}

func (h *hub) leave(c chan Exchange) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.watchers[c]; ok {
		delete(h.watchers, c)
		close(c)
	}
}

func (h *hub) tell(e Exchange) {
	e.Request.Body, e.Response.Body = nil, nil
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.watchers {
		select {
		case c <- e:
		default:
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for c := range h.watchers {
		delete(h.watchers, c)
		close(c)
	}
}
