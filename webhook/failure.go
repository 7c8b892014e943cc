package webhook

import (
	"fmt"
	"runtime"
	"strings"
)

// A Failure is why a request did not get the answer it was meant to get. It is
// what [Options.Error] is told and what the log shows, except that the log
// shows Err only after everything that the request held has been blacked out of
// its text.
type Failure struct {
	Kind  Kind  // "" where the request was refused before it had one
	Cause Cause // one of a fixed set, fit for the label of a metric
	Err   error // of the user's function, or a [*signature.Error], [*DecodeError] or [*twiml.RenderError]

	// Stack is where a panic began: a line for each function with its file,
	// the innermost first, and without the values of arguments.
	Stack string
}

// A Cause sorts the failures.
type Cause string

// The causes, and what is answered.
const (
	// Refused: the verifier did not believe the request. The status is that of
	// the [signature.Error].
	Refused Cause = "refused"

	// Malformed: the request lacks what its kind always has, 400. Twilio sends
	// no such request: look whether the route is for another kind.
	Malformed Cause = "malformed"

	// Failed: the function returned an error. Fallback or 503.
	Failed Cause = "failed"

	// Panicked: the function panicked or ended its goroutine. Fallback or 503.
	Panicked Cause = "panicked"

	// Late: the function was not done in time. Fallback or 503.
	Late Cause = "late"

	// Busy: the function was not called, since too many that were late are
	// still at work ([Options.MaxLate]). Fallback or 503. Look for what does not
	// heed its context.
	Busy Cause = "busy"

	// Gone: the client closed the connection, and then the function returned
	// an error. Nobody reads the answer.
	Gone Cause = "gone"

	// Unrendered: the reply is larger than Twilio reads, or not valid.
	// Fallback or 500.
	Unrendered Cause = "unrendered"
)

// Error returns the kind, the cause and the text of Err, which may hold what
// the user's function has put into it.
func (f *Failure) Error() string {
	text := "webhook: "
	if f.Kind != "" {
		text += string(f.Kind) + ": "
	}
	return text + string(f.Cause) + ": " + errorText(f.Err)
}

// Unwrap returns Err.
func (f *Failure) Unwrap() error { return f.Err }

// newPanic makes the failure of a panic. It is called by a deferred function,
// so the frames of the panic are still there.
func newPanic(kind Kind, value any) *Failure {
	err, ok := value.(error)
	if !ok {
		err = fmt.Errorf("panic: %v", value)
	}
	return &Failure{Kind: kind, Cause: Panicked, Err: err, Stack: stack()}
}

// stack describes the frames of a panic from where it began to where we called
// the user's function.
func stack() string {
	pcs := make([]uintptr, 64)
	pcs = pcs[:runtime.Callers(1, pcs)]
	frames := runtime.CallersFrames(pcs)
	var b strings.Builder
	begun := false
	for {
		f, more := frames.Next()
		switch {
		case strings.HasPrefix(f.Function, "runtime.") && !begun:
			// What comes before is how the panic was caught.
			b.Reset()
		case strings.HasPrefix(f.Function, "runtime."):
		case strings.HasSuffix(f.Function, "webhook.(*call).work"):
			return strings.TrimSuffix(b.String(), "\n")
		default:
			fmt.Fprintf(&b, "%s %s:%d\n", f.Function, f.File, f.Line)
		}
		begun = begun || f.Function == "runtime.gopanic" || strings.HasPrefix(f.Function, "runtime.panic")
		if !more {
			return strings.TrimSuffix(b.String(), "\n")
		}
	}
}
