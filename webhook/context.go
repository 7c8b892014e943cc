package webhook

import (
	"context"
	"sync"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// A callContext is the context of a user's function: that of the request, with
// a deadline and the proof. It is part of the call it belongs to, and a
// cancelable context is made only when somebody asks for it, since most
// functions that answer a text never do; that saves six allocations a request.
type callContext struct {
	parent   context.Context
	deadline time.Time // not later than the parent's
	proof    *signature.Verified
	proofKey any

	mu     sync.Mutex
	inner  context.Context // nil until Done is called
	cancel context.CancelFunc
	err    error // why it is over
}

// Deadline implements [context.Context].
func (c *callContext) Deadline() (time.Time, bool) { return c.deadline, true }

// Done implements [context.Context].
func (c *callContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner == nil {
		c.inner, c.cancel = context.WithDeadline(c.parent, c.deadline)
		if c.err != nil && c.err != context.DeadlineExceeded {
			c.cancel()
		}
	}
	return c.inner.Done()
}

// Err implements [context.Context].
func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
		return c.err
	case c.inner != nil:
		return c.inner.Err()
	}
	return c.parent.Err()
}

// Value implements [context.Context]. The inner context answers for the key by
// which package context finds its own kind, so that contexts made from this one
// need no goroutine to follow it.
func (c *callContext) Value(key any) any {
	if key == c.proofKey {
		return c.proof
	}
	c.mu.Lock()
	ctx := c.inner
	c.mu.Unlock()
	if ctx == nil {
		ctx = c.parent
	}
	return ctx.Value(key)
}

// end ends the context; the first reason stays.
func (c *callContext) end(reason error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.err = reason
	if c.inner == nil {
		return
	}
	if err := c.inner.Err(); err != nil {
		c.err = err
	}
	// At the deadline the inner context ends by itself, at this very moment, and
	// tells its children why; to cancel it would give them another reason.
	if reason != context.DeadlineExceeded {
		c.cancel()
	}
}
