package statustest

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// ErrInjected is the error of a [FaultyStore] that fails on purpose.
var ErrInjected = errors.New("statustest: injected fault")

// Faults says how often each method of a [FaultyStore] fails, from 0 for never
// to 1 for always. Each kind of fault is decided independently.
type Faults struct {
	Seed uint64 // of the decisions; equal seeds give equal decisions

	Error       float64 // fails with ErrInjected and does nothing
	AfterCommit float64 // succeeds, but returns ErrInjected
	Delay       float64 // waits up to MaxDelay first, or until the context ends
	Cancel      float64 // works with a context that ends before or while it works

	MaxDelay time.Duration // zero: 1 ms
}

// A FaultyStore is a [status.Store] that sometimes fails. It is safe for
// concurrent use.
type FaultyStore struct {
	store  status.Store
	faults Faults

	mu       sync.Mutex
	random   *rand.Rand
	injected int
}

var _ status.Store = (*FaultyStore)(nil)

// Faulty returns s with faults. Use it to test your program:
//
//	store := statustest.Faulty(real, statustest.Faults{Error: 0.3, AfterCommit: 0.3})
//
// A call that returns an error must be repeated until it succeeds. In the end,
// the states are the same as without faults.
func Faulty(s status.Store, faults Faults) *FaultyStore {
	if faults.MaxDelay <= 0 {
		faults.MaxDelay = time.Millisecond
	}
	return &FaultyStore{store: s, faults: faults, random: rand.New(rand.NewPCG(faults.Seed, 28))}
}

// Injected is the number of faults so far, delays not counted.
func (f *FaultyStore) Injected() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.injected
}

// A fate holds the decisions for one call.
type fate struct {
	fail, failAfter bool
	cancel          bool
	delay           time.Duration // before it begins
	life            time.Duration // of the context, if cancel is set
}

func (f *FaultyStore) decide() fate {
	f.mu.Lock()
	defer f.mu.Unlock()
	happens := func(rate float64) bool { return f.random.Float64() < rate }
	d := fate{fail: happens(f.faults.Error), failAfter: happens(f.faults.AfterCommit), cancel: happens(f.faults.Cancel)}
	if happens(f.faults.Delay) {
		d.delay = time.Duration(f.random.Int64N(int64(f.faults.MaxDelay)) + 1)
	}
	if d.cancel && f.random.IntN(2) == 0 {
		d.life = time.Duration(f.random.Int64N(int64(f.faults.MaxDelay)) + 1)
	}
	if d.fail || d.failAfter || d.cancel {
		f.injected++
	}
	return d
}

// begin waits and fails as decided, and returns the context to work with.
func (d fate) begin(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if d.delay > 0 {
		timer := time.NewTimer(d.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	if d.fail {
		return nil, nil, ErrInjected
	}
	ctx, cancel := context.WithCancel(ctx)
	if d.cancel {
		if d.life == 0 {
			cancel()
		} else {
			timer := time.AfterFunc(d.life, cancel)
			stop := cancel
			cancel = func() { timer.Stop(); stop() }
		}
	}
	return ctx, cancel, nil
}

// Apply implements [status.Store].
func (f *FaultyStore) Apply(ctx context.Context, obs ...status.Observation) ([]status.Change, error) {
	d := f.decide()
	ctx, cancel, err := d.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	changes, err := f.store.Apply(ctx, obs...)
	if err == nil && d.failAfter {
		return nil, ErrInjected
	}
	return changes, err
}

// Get implements [status.Store].
func (f *FaultyStore) Get(ctx context.Context, sid webhook.SID) (status.State, error) {
	d := f.decide()
	ctx, cancel, err := d.begin(ctx)
	if err != nil {
		return status.State{}, err
	}
	defer cancel()
	s, err := f.store.Get(ctx, sid)
	if err == nil && d.failAfter {
		return status.State{}, ErrInjected
	}
	return s, err
}

// Pending implements [status.Store]. Here AfterCommit means that the sequence
// ends with an error after its first states.
func (f *FaultyStore) Pending(ctx context.Context, before time.Time) iter.Seq2[status.State, error] {
	return func(yield func(status.State, error) bool) {
		d := f.decide()
		ctx, cancel, err := d.begin(ctx)
		if err != nil {
			yield(status.State{}, err)
			return
		}
		defer cancel()
		n := 0
		for s, err := range f.store.Pending(ctx, before) {
			if !yield(s, err) || err != nil {
				return
			}
			if n++; d.failAfter && n == 2 {
				yield(status.State{}, ErrInjected)
				return
			}
		}
	}
}
