package live

import (
	"sync/atomic"
	"time"
)

// A watch calls a function if something takes longer than the limit. Setting a
// timer for each write costs more than copying the message; this timer keeps
// running and checks, once per limit, whether a write has taken that long.
type watch struct {
	limit time.Duration
	late  func()
	born  time.Time
	since atomic.Int64 // when the operation began, in nanoseconds since born; zero: none is running
	armed atomic.Bool
	timer *time.Timer
}

func newWatch(limit time.Duration, late func()) *watch {
	w := &watch{limit: limit, late: late, born: time.Now().Add(-1)}
	w.timer = time.AfterFunc(limit, w.look)
	w.armed.Store(true)
	return w
}

func (w *watch) begin() {
	w.since.Store(int64(time.Since(w.born)))
	if w.armed.CompareAndSwap(false, true) {
		w.timer.Reset(w.limit)
	}
}

func (w *watch) end() { w.since.Store(0) }

func (w *watch) stop() { w.timer.Stop() }

func (w *watch) look() {
	since := w.since.Load()
	if since == 0 {
		w.armed.Store(false)
		if w.since.Load() == 0 || !w.armed.CompareAndSwap(false, true) {
			return // the next begin sets the timer
		}
		since = w.since.Load()
	}
	if since == 0 {
		w.timer.Reset(w.limit)
		return
	}
	if left := w.limit - (time.Since(w.born) - time.Duration(since)); left > 0 {
		w.timer.Reset(left)
		return
	}
	w.late()
}
