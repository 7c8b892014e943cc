package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/hookctx"
	"github.com/ringback-go/ringback/signature"
)

// An exchange is one request and its answer. The user's function runs in its
// own goroutine, so that the answer is in time whatever the function does.
type exchange struct {
	rc        *Receiver
	request   *http.Request
	proof     *signature.Verified
	start     time.Time
	deadline  time.Time
	event     Event
	fallback  *answer // nil if there is none
	unread    error   // parts of the event that could not be read
	looksLike Kind    // actual kind of the request, if it came to the wrong URL
	result    result  // of the function, once it has returned
}

// handler returns a handler that verifies and decodes each request, and passes it
// to serve. kind is that of the requests; "" means any.
func (rc *Receiver) handler(kind Kind, decode func(*signature.Verified) (Event, error), serve func(http.ResponseWriter, *exchange)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		proof := rc.receive(w, r)
		if proof == nil {
			return
		}
		event, err := decode(proof)
		if err != nil {
			rc.refuseEvent(w, r, kind, lookalike(proof, kind), err)
			return
		}
		serve(w, &exchange{rc: rc, request: r, proof: proof, start: start, event: event, unread: unread(proof, event)})
	})
}

// A call calls the user's function with the event.
type call func(context.Context, Event) (Reply, error)

// A result is the outcome of a call of the user's function.
type result struct {
	reply   Reply
	answer  answer
	failure *Failure
	abort   bool // the function panicked with http.ErrAbortHandler
}

// serve calls the user's function and writes the answer: the function's or the
// fallback.
func (x *exchange) serve(w http.ResponseWriter, call call) {
	if x.rc.late.Load() >= x.rc.maxLate {
		x.fail(w, &Failure{Kind: x.event.Kind(), Cause: CauseBusy, Err: errBusy})
		return
	}
	ctx := context.WithValue(x.request.Context(), hookctx.ProofKey{}, x)
	ctx, cancel := context.WithDeadline(ctx, x.start.Add(x.rc.timeout))
	defer cancel()
	x.deadline, _ = ctx.Deadline()
	done := make(chan struct{})
	go x.run(ctx, call, done)
	select {
	case <-done:
		x.finish(ctx, w, done)
		return
	case <-ctx.Done():
	}
	if ctx.Err() != context.DeadlineExceeded {
		// The client is gone. The function may use the rest of its time.
		select {
		case <-done:
			x.finish(ctx, w, done)
			return
		case <-time.After(time.Until(x.deadline)):
		}
	}
	x.leave(ctx, done)
	x.fail(w, x.lateFailure())
}

// leave handles the result of a late function when it returns.
func (x *exchange) leave(ctx context.Context, done <-chan struct{}) {
	x.rc.late.Add(1)
	go func() {
		defer x.rc.late.Add(-1)
		<-done
		x.overdue(ctx)
	}()
}

// run calls the user's function, keeps its result and closes done.
func (x *exchange) run(ctx context.Context, call call, done chan<- struct{}) {
	defer close(done)
	returned := false
	defer func() {
		if !returned {
			x.result = x.panicked(recover())
		}
	}()
	x.result = x.call(ctx, call)
	returned = true
}

func (x *exchange) call(ctx context.Context, call call) (res result) {
	reply, err := call(ctx, x.event)
	if err != nil {
		return result{failure: x.failed(err)}
	}
	res.reply = reply
	switch {
	case reply == nil:
		res.answer = noContent
	case !fits(reply, x.event):
		res.failure = x.failure(CauseUnrendered, errWrongDocument)
	default:
		if res.answer, err = render(reply, x.request); err != nil {
			res.failure = x.failure(CauseUnrendered, err)
		} else if err = undelivered(reply); err != nil {
			res.failure = x.failure(CauseDropped, err)
		}
	}
	return res
}

// finish writes the answer of a call that ended in time.
func (x *exchange) finish(ctx context.Context, w http.ResponseWriter, done <-chan struct{}) {
	if x.result.abort {
		hookctx.Report(x.request.Context(), hookctx.Failed)
		panic(http.ErrAbortHandler)
	}
	failure, answer := x.result.failure, &x.result.answer
	if failure == nil && !time.Now().Before(x.deadline) {
		// The timer that ends the exchange may also have woken the function.
		// A result at the deadline is late.
		x.leave(ctx, done)
		failure = x.lateFailure()
	}
	switch {
	case failure == nil:
		hookctx.Report(x.request.Context(), hookctx.Answered)
		x.write(w, answer)
		x.rc.logAnswer(x, answer.status)
	case failure.Cause == CauseDropped && !errors.Is(failure.Err, errNothingLeft):
		// Some of the messages arrive, which is better than the fallback.
		hookctx.Report(x.request.Context(), hookctx.Answered)
		x.write(w, answer)
		x.rc.logFailure(x, failure, answer.status)
	default:
		x.fail(w, failure)
	}
}

// overdue handles the result of a function that ended after its deadline.
func (x *exchange) overdue(ctx context.Context) {
	switch res := &x.result; {
	case res.failure != nil && res.failure.Cause == CausePanicked:
		x.rc.logLate(x, "webhook: the function panicked after its time was up", res.failure)
	case x.rc.overdue != nil && !isNil(res.reply) && fits(res.reply, x.event):
		defer func() {
			if value := recover(); value != nil {
				x.rc.logLate(x, "webhook: Options.Late panicked", x.newPanic(value))
			}
		}()
		x.rc.overdue(context.WithoutCancel(ctx), x.event, res.reply)
	}
}

// isNil reports whether a reply is nil or a nil document.
func isNil(reply Reply) bool {
	if reply == nil {
		return true
	}
	v := reflect.ValueOf(reply)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

func (x *exchange) failure(cause Cause, err error) *Failure {
	return &Failure{Kind: x.event.Kind(), Cause: cause, Err: err}
}

func (x *exchange) lateFailure() *Failure { return x.failure(CauseLate, context.DeadlineExceeded) }

// failed returns the failure for the error of a function.
func (x *exchange) failed(err error) *Failure {
	switch {
	case !time.Now().Before(x.deadline):
		return x.failure(CauseLate, err) // the function returned because its context ended
	case x.request.Context().Err() != nil:
		return x.failure(CauseGone, err)
	}
	return x.failure(CauseFailed, err)
}

var (
	errGoexit = errors.New("webhook: the function ended its goroutine")
	errBusy   = errors.New("webhook: too many functions are still running after their time was up")
)

// panicked returns the result of a function that did not return.
func (x *exchange) panicked(value any) result {
	switch {
	case value == http.ErrAbortHandler: //nolint:errorlint // net/http compares it so
		return result{abort: true}
	case value == nil:
		return result{failure: x.failure(CausePanicked, errGoexit)}
	}
	return result{failure: x.newPanic(value)}
}

// newPanic must be called while the frames of the panic are still on the stack.
func (x *exchange) newPanic(value any) *Failure {
	err, ok := value.(error)
	if !ok {
		err = &panicError{value}
	}
	f := x.failure(CausePanicked, err)
	f.Stack = stack()
	return f
}

// A panicError is a panic with a value that is not an error.
type panicError struct{ value any }

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// stack describes the frames of a panic, from its origin to the call of the
// user's function in this file.
func stack() string {
	_, here, _, _ := runtime.Caller(0)
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	var b strings.Builder
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case strings.HasPrefix(f.Function, "runtime."):
		case f.File == here && b.Len() > 0:
			more = false
		case f.File != here:
			fmt.Fprintf(&b, "%s %s:%d\n", f.Function, f.File, f.Line)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// fail answers with the fallback, or with an empty body and the status for the
// failure.
func (x *exchange) fail(w http.ResponseWriter, f *Failure) {
	outcome := hookctx.Unclear
	switch f.Cause {
	case CauseFailed, CausePanicked, CauseBusy:
		outcome = hookctx.Failed
	}
	hookctx.Report(x.request.Context(), outcome)
	a := x.fallback
	if a == nil {
		a = &answer{status: http.StatusServiceUnavailable}
		if f.Cause == CauseUnrendered || f.Cause == CauseDropped {
			a.status = http.StatusInternalServerError
		}
	}
	x.write(w, a)
	x.rc.logFailure(x, f, a.status)
}

// write sends a complete answer with its length (T19).
func (x *exchange) write(w http.ResponseWriter, a *answer) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	if a.contentType != "" {
		h.Set("Content-Type", a.contentType)
	}
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if len(a.body) > 0 {
		_, _ = w.Write(a.body) // an error means that the client is gone
	}
}
