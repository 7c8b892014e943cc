package webhook

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// A call is one run of a user's function. The function runs in a goroutine of
// its own, so that the answer is in time whatever it does; whoever comes first,
// the function or the clock, settles the call, and the other one's result goes
// nowhere. It is one allocation together with its context and the event.
type call struct {
	callContext
	rc       *Receiver
	request  *http.Request
	task     task
	kind     Kind
	fallback *answer // nil: there is none
	start    time.Time
	soft     error // what of the event could not be read

	begun atomic.Bool
	state atomic.Uint32
	done  sync.WaitGroup

	// Written by the function's goroutine, read once it has settled the call.
	answer   answer
	failure  *Failure
	buffer   *[]byte
	returned bool
	abort    bool

	contentType, contentLength [1]string
}

// The states of a call.
const (
	running  uint32 = iota
	finished        // the function returned or panicked in time
	late            // it did not
)

// A task is what a call runs. The type of the event and that of the reply are
// its business alone.
type task interface {
	run()           // calls the function and hands over what it returns
	subject() Event // for the log
}

// open fills in what every call needs.
func (c *call) open(rc *Receiver, r *http.Request, p *signature.Verified, start time.Time) {
	c.rc = rc
	c.request = r
	c.start = start
	c.parent = r.Context()
	c.deadline = start.Add(rc.timeout)
	if d, ok := c.parent.Deadline(); ok && d.Before(c.deadline) {
		c.deadline = d
	}
	c.proof = p
	c.proofKey = rc.proofKey
}

// serve runs t and writes the answer: the function's or the fallback.
func (c *call) serve(w http.ResponseWriter, t task) {
	c.task = t
	if c.rc.late.Load() >= c.rc.maxLate {
		c.fail(w, &Failure{Kind: c.kind, Cause: Busy, Err: errBusy})
		return
	}
	c.done.Add(1)
	turn := c.turn // one function for both, since each costs an allocation
	go turn()
	timer := time.AfterFunc(time.Until(c.deadline), turn)
	c.done.Wait()
	timer.Stop()
	c.end(context.Canceled)

	if c.state.Load() == late {
		c.fail(w, c.lateFailure())
		return
	}
	if c.abort {
		c.release()
		panic(http.ErrAbortHandler)
	}
	if c.failure != nil {
		c.fail(w, c.failure)
	} else {
		c.write(w, &c.answer)
		c.rc.logAnswer(c)
	}
	c.release()
}

// turn is called twice at most: to do the work and when the time is up. In the
// rare case that the clock's goroutine is first it does the work, and the other
// one, which comes after the deadline then, ends the call.
func (c *call) turn() {
	if c.begun.CompareAndSwap(false, true) {
		c.work()
		return
	}
	c.expire()
}

// expire settles the call when its time is up.
func (c *call) expire() {
	if c.state.CompareAndSwap(running, late) {
		c.rc.late.Add(1)
		c.end(context.DeadlineExceeded)
		c.done.Done()
	}
}

// work is the goroutine of the user's function.
func (c *call) work() {
	defer c.settle()
	c.task.run()
	c.returned = true
	// The function may be called back by the same clock that ends the call, and
	// win. What is done at the deadline is late all the same.
	if c.failure == nil && !time.Now().Before(c.deadline) {
		c.failure = c.lateFailure()
	}
}

func (c *call) lateFailure() *Failure {
	return &Failure{Kind: c.kind, Cause: Late, Err: context.DeadlineExceeded}
}

// settle hands over what the function has left behind. After the deadline
// nobody waits for it any more, and only a panic is worth a word.
func (c *call) settle() {
	if !c.returned {
		c.panicked(recover())
	}
	if c.state.CompareAndSwap(running, finished) {
		c.done.Done()
		return
	}
	c.rc.late.Add(-1)
	if c.failure != nil && c.failure.Cause == Panicked {
		c.rc.logLatePanic(c)
	}
	c.release()
}

// panicked notes how a function ended that did not return.
func (c *call) panicked(value any) {
	switch {
	case value == http.ErrAbortHandler: //nolint:errorlint // net/http compares it so
		c.abort = true
	case value == nil:
		c.failure = &Failure{Kind: c.kind, Cause: Panicked, Err: errGoexit}
	default:
		c.failure = newPanic(c.kind, value)
	}
}

var (
	errGoexit = errors.New("webhook: the function ended its goroutine")
	errBusy   = errors.New("webhook: too many functions are at work after their time was up")
)

// failed notes the error of a function.
func (c *call) failed(err error) {
	cause := Failed
	switch {
	case !time.Now().Before(c.deadline):
		cause = Late // it was the context that made the function return
	case c.parent.Err() != nil:
		cause = Gone
	}
	c.failure = &Failure{Kind: c.kind, Cause: cause, Err: err}
}

// replied renders the reply of a function.
func (c *call) replied(reply Reply) {
	c.buffer = c.rc.buffers.Get().(*[]byte)
	var err error
	c.answer, err = render((*c.buffer)[:0], reply, c.request)
	if err != nil {
		c.failure = &Failure{Kind: c.kind, Cause: Unrendered, Err: err}
	}
}

// release gives the buffer back once nobody reads it any more.
func (c *call) release() {
	if c.buffer == nil {
		return
	}
	if body := c.answer.body; cap(body) > cap(*c.buffer) {
		*c.buffer = body[:0]
	}
	c.rc.buffers.Put(c.buffer)
	c.buffer = nil
}

// fail answers with the fallback, or with an empty body and the status that
// fits the failure.
func (c *call) fail(w http.ResponseWriter, f *Failure) {
	forget(c.request.Context())
	a := c.fallback
	if a == nil {
		a = &answer{status: http.StatusServiceUnavailable}
		if f.Cause == Unrendered {
			a.status = http.StatusInternalServerError
		}
	}
	c.write(w, a)
	c.rc.logFailure(c, f, a)
}

// write sends an answer, complete and with its length (T19).
func (c *call) write(w http.ResponseWriter, a *answer) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	if a.contentType != "" {
		c.contentType[0] = a.contentType
		h["Content-Type"] = c.contentType[:]
	}
	if a.status != http.StatusNoContent {
		c.contentLength[0] = strconv.Itoa(len(a.body))
		h["Content-Length"] = c.contentLength[:]
	}
	w.WriteHeader(a.status)
	if len(a.body) > 0 && c.request.Method != http.MethodHead {
		_, _ = w.Write(a.body) // the client has gone: there is nobody to tell
	}
}
