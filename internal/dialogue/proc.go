package dialogue

import (
	"container/heap"
	"iter"
	"time"
)

// proc is a coroutine of the engine. It runs until it parks; someone else
// runs then. It is resumed by a timer or by wake.
type proc struct {
	e          *Engine
	next       func() (struct{}, bool)
	halt       func()
	yield      func(struct{}) bool
	generation uint64 // counts resumptions: a timer of an older one is void
	queued     bool
	running    bool
	done       bool
}

// stopped unwinds a coroutine of a closed engine.
type stopped struct{}

// spawn starts f as a coroutine. It runs at the next settle.
func (e *Engine) spawn(f func(*proc)) *proc {
	p := &proc{e: e}
	p.next, p.halt = iter.Pull(func(yield func(struct{}) bool) {
		p.yield = yield
		defer func() {
			p.done = true
			delete(e.procs, p)
			if r := recover(); r != nil {
				if _, ok := r.(stopped); !ok {
					panic(r)
				}
			}
		}()
		f(p)
	})
	e.procs[p] = struct{}{}
	e.wake(p)
	return p
}

// wake schedules p to be resumed.
func (e *Engine) wake(p *proc) {
	if p == nil || p.queued || p.done || p.running {
		return
	}
	p.queued = true
	e.ready = append(e.ready, p)
}

func (p *proc) resume() {
	p.queued = false
	if p.done {
		return
	}
	p.generation++
	p.running = true
	p.next()
	p.running = false
}

// park waits until wake or, unless until is zero, until then. It may return
// early, so callers must check their condition again.
func (p *proc) park(until time.Time) {
	if !until.IsZero() {
		p.e.seq++
		heap.Push(&p.e.timers, timer{until, p.e.seq, p, p.generation})
	}
	if !p.yield(struct{}{}) {
		panic(stopped{})
	}
}

// stop unwinds p wherever it is parked.
func (p *proc) stop() {
	if !p.running && !p.done {
		p.generation++
		p.halt()
		p.done = true
		delete(p.e.procs, p)
	}
}

// sleep parks p for d.
func (p *proc) sleep(d time.Duration) {
	end := p.e.now.Add(d)
	for p.e.now.Before(end) {
		p.park(end)
	}
}

// await runs f, which may block. In real time, other coroutines run meanwhile;
// in virtual time, nothing else happens.
func (p *proc) await(f func()) {
	if p.e.cfg.Clock == nil && !p.e.inStep() {
		f()
		return
	}
	finished := false
	p.e.pending++
	go func() {
		defer func() {
			p.e.mu.Lock()
			defer p.e.mu.Unlock()
			finished = true
			p.e.pending--
			p.e.wake(p)
			p.e.wakeRunner()
		}()
		f()
	}()
	for !finished {
		p.park(time.Time{})
	}
}
