package dialogue

import (
	"container/heap"
	"context"
	"time"
)

// Clock is real time, for [Engine.Run]. [SystemClock] is the usual one.
type Clock interface {
	// Now returns the current time.
	Now() time.Time
	// After returns a channel that receives a value when d has passed, and a
	// function that stops the timer.
	After(d time.Duration) (<-chan time.Time, func())
}

// SystemClock is the clock of the machine.
type SystemClock struct{}

// Now returns time.Now.
func (SystemClock) Now() time.Time { return time.Now() }

// After starts a timer.
func (SystemClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// Now returns the engine's time.
func (e *Engine) Now() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.now
}

// Settle does everything that is due, while no time passes.
func (e *Engine) Settle() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.settle()
	e.breathe()
}

// Advance lets d of virtual time pass and does, in order, what becomes due.
// With a real clock it does nothing.
func (e *Engine) Advance(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cfg.Clock != nil {
		return
	}
	e.catchUp()
	e.advance(e.now.Add(d))
}

// advance lets virtual time pass until end.
func (e *Engine) advance(end time.Time) {
	for e.settle(); !e.closed; e.settle() {
		at, ok := e.next()
		last := !ok || at.After(end)
		if last {
			at = end
		}
		if e.moveTo(at) && last {
			e.breathe()
			break
		}
	}
}

// Next returns the time of the next event, if there is one.
func (e *Engine) Next() (time.Time, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.ready) > 0 {
		return e.now, true
	}
	return e.soon()
}

// Idle reports whether nothing will happen by itself: no timer is set and no
// request is running.
func (e *Engine) Idle() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, waits := e.next()
	return !waits && len(e.ready) == 0 && e.pending == 0
}

// Step moves virtual time to the next event and executes it. It reports whether
// there was one.
func (e *Engine) Step() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cfg.Clock != nil {
		return false
	}
	if len(e.ready) > 0 {
		e.settle()
		return true
	}
	at, ok := e.soon()
	if !ok {
		return false
	}
	e.moveTo(at)
	e.settle()
	return true
}

// late is how long after the end of a call its last callback comes: that of a
// transcription.
const late = time.Minute

// Finish lets virtual time pass until c waits for a person, so that keys, words
// or a recording take effect. Then the person hangs up, and late callbacks are
// made.
func (e *Engine) Finish(c *Call) {
	for range e.limits.Verbs {
		if c.Activity().Waits() || !e.Step() {
			break
		}
	}
	c.HangUp()
	e.Advance(late)
}

// Run plays in real time until ctx is done. Fetches do not delay other calls.
// It needs Config.Clock.
func (e *Engine) Run(ctx context.Context) error {
	clock := e.cfg.Clock
	if clock == nil {
		panic("dialogue: Run needs Config.Clock")
	}
	for {
		e.mu.Lock()
		e.now = laterOf(e.now, clock.Now().UTC())
		e.settle()
		at, ok := e.next()
		wait := time.Hour
		if ok {
			wait = at.Sub(e.now)
		}
		closed := e.closed
		e.mu.Unlock()
		if closed {
			return nil
		}
		fired, stop := clock.After(wait)
		select {
		case <-ctx.Done():
			stop()
			return context.Cause(ctx)
		case <-e.kick:
			stop()
		case <-fired:
		}
	}
}

func (e *Engine) wakeRunner() {
	select {
	case e.kick <- struct{}{}:
	default:
	}
}

// act begins an action of a person or the program. It locks the engine, updates
// its time if real, and returns the unlock function.
func (e *Engine) act() (unlock func()) {
	e.mu.Lock()
	e.catchUp()
	return e.mu.Unlock
}

// touched makes a person's action take effect: at once in virtual time, by the
// runner in real time.
func (e *Engine) touched() {
	if e.cfg.Clock == nil {
		e.settle()
		return
	}
	e.wakeRunner()
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// settle runs coroutines until none can continue at the current time.
func (e *Engine) settle() {
	for !e.closed {
		for len(e.timers) > 0 && !e.timers[0].at.After(e.now) {
			t := heap.Pop(&e.timers).(timer)
			if t.p.generation == t.generation {
				e.wake(t.p)
			}
		}
		if len(e.ready) == 0 {
			return
		}
		p := e.ready[0]
		e.ready[0] = nil
		e.ready = e.ready[1:]
		p.resume()
	}
}

// next returns when the first live timer fires.
func (e *Engine) next() (time.Time, bool) {
	for len(e.timers) > 0 {
		if t := e.timers[0]; t.p.generation == t.generation {
			return t.at, true
		}
		heap.Pop(&e.timers)
	}
	return time.Time{}, false
}

type timer struct {
	at         time.Time
	seq        uint64 // first set, first to fire
	p          *proc
	generation uint64
}

type timers []timer

func (t timers) Len() int { return len(t) }
func (t timers) Less(i, j int) bool {
	if !t[i].at.Equal(t[j].at) {
		return t[i].at.Before(t[j].at)
	}
	return t[i].seq < t[j].seq
}
func (t timers) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *timers) Push(x any)   { *t = append(*t, x.(timer)) }
func (t *timers) Pop() any {
	last := len(*t) - 1
	x := (*t)[last]
	(*t)[last] = timer{}
	*t = (*t)[:last]
	return x
}
