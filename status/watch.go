package status

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// Watch sends the changes of the given SIDs, or of all, from now on: those made
// through this Tracker, and those made by other processes if the store is a
// [Notifier]. To wait for a state, call Watch first and then [Tracker.Get].
//
// The channel is closed when ctx ends. Up to Options.Buffer changes wait in it. A
// consumer that is too slow loses the oldest of them (see Counters.Missed) and
// does not delay others. For each SID, the changes are in an order in which each
// After includes the previous one, and each Before equals it.
//
// If the store is a Notifier, Watch returns when it listens, or after a second. It
// connects again when a connection is lost; changes of other processes in the
// meantime are not sent.
func (t *Tracker) Watch(ctx context.Context, sids ...webhook.SID) <-chan Change {
	return t.watch(ctx, sids).ch
}

func (t *Tracker) watch(ctx context.Context, sids []webhook.SID) *watcher {
	w := &watcher{ch: make(chan Change, t.opts.Buffer)}
	if len(sids) > 0 {
		w.sids = make(map[webhook.SID]bool, len(sids))
		for _, sid := range sids {
			w.sids[sid] = true
		}
	}
	listening := t.hub.add(w)
	context.AfterFunc(ctx, func() { t.hub.remove(w) })
	if listening == nil {
		return w
	}
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-listening:
	case <-ctx.Done():
	case <-timer.C:
	}
	return w
}

// A watcher is one consumer. Its channel is used under the lock of the hub.
type watcher struct {
	sids   map[webhook.SID]bool // nil: all
	ch     chan Change
	missed atomic.Int64
}

func (w *watcher) send(c Change, missed *atomic.Int64) {
	if w.sids != nil && !w.sids[c.After.SID] {
		return
	}
	for {
		select {
		case w.ch <- c:
			return
		default:
		}
		select {
		case <-w.ch:
			w.missed.Add(1)
			missed.Add(1)
		default:
		}
	}
}

// recentSIDs is the number of SIDs whose last published state a hub remembers at
// least; it may be up to twice as many.
const recentSIDs = 2048

// A hub sends changes to watchers. While there are any, it remembers the states
// that it published last. A change that arrives twice, from this process and from
// the database's notification, is therefore sent once, and a change that a newer
// one has overtaken is dropped.
type hub struct {
	notifier Notifier // nil if the store is not one
	missed   *atomic.Int64

	watched  atomic.Int64 // len(watchers), to be read without the lock
	mu       sync.Mutex
	watchers map[*watcher]struct{}
	recent   map[webhook.SID]State // states published last
	older    map[webhook.SID]State // and those before them
	stop     context.CancelFunc    // ends listening; nil without watchers
	ready    chan struct{}         // closed once the notifier listens
}

func (h *hub) size() int64 { return h.watched.Load() }

// add returns a channel that is closed when the notifier listens, or nil
// without a notifier.
func (h *hub) add(w *watcher) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers == nil {
		h.watchers = make(map[*watcher]struct{})
	}
	h.watchers[w] = struct{}{}
	h.watched.Store(int64(len(h.watchers)))
	if h.notifier == nil {
		return nil
	}
	if h.stop == nil {
		ctx, cancel := context.WithCancel(context.Background())
		h.stop, h.ready = cancel, make(chan struct{})
		go h.listen(ctx, h.ready)
	}
	return h.ready
}

// remove ends w and, with the last one, the listening.
func (h *hub) remove(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watchers, w)
	close(w.ch)
	h.watched.Store(int64(len(h.watchers)))
	if len(h.watchers) > 0 {
		return
	}
	h.recent, h.older = nil, nil
	if h.stop != nil {
		h.stop()
		h.stop = nil
	}
}

// listen publishes what the store sends, until ctx ends. It listens again, with
// growing pauses, when the connection is lost.
func (h *hub) listen(ctx context.Context, ready chan struct{}) {
	const first, longest = 100 * time.Millisecond, 5 * time.Second
	wait := first
	for {
		changes, err := h.notifier.Listen(ctx)
		if err == nil {
			if ready != nil {
				close(ready)
				ready = nil
			}
			wait = first
			for c := range changes {
				h.publish(c)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		wait = min(2*wait, longest)
	}
}

func (h *hub) publish(c Change) {
	if h.watched.Load() == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	c, fresh := h.remember(c)
	if !fresh {
		return
	}
	for w := range h.watchers {
		w.send(c, h.missed)
	}
}

// remember merges c into what was published of its SID and reports whether that
// changes anything.
func (h *hub) remember(c Change) (Change, bool) {
	sid := c.After.SID
	last, known := h.recent[sid]
	if !known {
		last, known = h.older[sid]
	}
	if known {
		var fresh bool
		if c, fresh = Diff(last, last.Merge(c.After)); !fresh {
			return Change{}, false
		}
	}
	if len(h.recent) >= recentSIDs {
		h.recent, h.older = nil, h.recent
	}
	if h.recent == nil {
		h.recent = make(map[webhook.SID]State)
	}
	h.recent[sid] = c.After
	return c, true
}
