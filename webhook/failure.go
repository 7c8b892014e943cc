package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
)

// A Failure says why a request did not get its intended answer. [Options.Error]
// receives it, and it is logged.
//
// Err may be an error of the user's function, whose text may contain anything,
// such as a phone number or the text of a message. So the text of a Failure and
// the log contain the types of such an error and not its text. Log Err itself,
// or set [Options.LogErrors], if the texts are known to be harmless.
type Failure struct {
	Kind  Kind  // "" if the request was refused before its kind was known
	Cause Cause // one of a fixed set, suitable as a metric label
	Err   error // of the user's function, or a [*signature.Error], [*DecodeError] or [*twiml.RenderError]

	// Stack is the origin of a panic: a line for each function with its file,
	// innermost first, without the values of arguments.
	Stack string
}

// A Cause is a class of failures.
type Cause string

// The causes, and how the request is answered.
const (
	// CauseRefused: the verifier refused the request. The status is that of
	// the [signature.Error].
	CauseRefused Cause = "refused"

	// CauseMalformed: the request lacks a parameter that identifies it, such as
	// a SID. It is answered with 400. Check whether the URL is configured for
	// requests of another kind.
	CauseMalformed Cause = "malformed"

	// CauseFailed: the function returned an error. The answer is the fallback
	// or 503.
	CauseFailed Cause = "failed"

	// CausePanicked: the function panicked or ended its goroutine. The answer
	// is the fallback or 503.
	CausePanicked Cause = "panicked"

	// CauseLate: the function did not return in time. The answer is the
	// fallback or 503.
	CauseLate Cause = "late"

	// CauseBusy: the function was not called, because too many late functions
	// are still running ([Options.MaxLate]). The answer is the fallback or 503.
	// Look for a function that ignores its context.
	CauseBusy Cause = "busy"

	// CauseGone: the client closed the connection, and then the function
	// returned an error. There is no answer.
	CauseGone Cause = "gone"

	// CauseUnrendered: the reply is larger than Twilio reads, invalid, or a
	// document of the wrong type. The answer is the fallback or 500.
	CauseUnrendered Cause = "unrendered"

	// CauseDropped: the reply has messages that Twilio drops, because they have
	// no content or more than 1,600 characters. The reply is sent if any
	// message is left; otherwise the answer is the fallback or 500.
	CauseDropped Cause = "dropped"
)

// Error returns the kind, the cause, and the safe part of Err: the text of an
// error of this module, the types of any other.
func (f *Failure) Error() string {
	text := "webhook: "
	if f.Kind != "" {
		text += string(f.Kind) + ": "
	}
	return text + string(f.Cause) + ": " + describe(f.Err)
}

// Unwrap returns Err.
func (f *Failure) Unwrap() error { return f.Err }

// Format writes the text of Error for every verb, so that no verb shows more.
func (f Failure) Format(s fmt.State, verb rune) { formatText(s, verb, f.Error()) }

// LogValue is the text of Error.
func (f Failure) LogValue() slog.Value { return slog.StringValue(f.Error()) }

// MarshalText returns the text of Error.
func (f Failure) MarshalText() ([]byte, error) { return []byte(f.Error()), nil }

// formatText writes a text for any verb.
func formatText(s fmt.State, verb rune, text string) {
	if verb == 'q' {
		fmt.Fprintf(s, "%q", text)
		return
	}
	fmt.Fprint(s, text)
}

// describe returns the text of an error if it is known to contain nothing
// personal, and otherwise its type and the types of the errors that it wraps
// (T29).
func describe(err error) string {
	switch e := err.(type) {
	case nil:
		return ""
	case *DecodeError, *twiml.RenderError, *droppedError:
		return err.Error()
	case *panicError:
		return fmt.Sprintf("panic of %T", e.value)
	case *signature.Error:
		if e.Err == signature.ErrTokens { // which wraps an error of the program's own
			return e.Err.Error() + describeAll(": ", e.Unwrap()[1:])
		}
		return e.Error()
	}
	switch err {
	case errGoexit, errBusy, errNoCall, errAnswerTooLarge, errReplyFailed, errWrongDocument, context.DeadlineExceeded, context.Canceled:
		return err.Error()
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		if decoded, ok := allDecoded(joined.Unwrap()); ok {
			return decoded
		}
	}
	return typeNames(err)
}

func describeAll(separator string, errs []error) string {
	text := ""
	for _, err := range errs {
		text += separator + typeNames(err)
	}
	return text
}

// allDecoded returns the texts of errors that are all of type [*DecodeError].
func allDecoded(errs []error) (string, bool) {
	texts := make([]string, len(errs))
	for i, err := range errs {
		e, ok := err.(*DecodeError)
		if !ok {
			return "", false
		}
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; "), true
}

const maxTypeNames = 8

// typeNames names the type of an error and those of the errors it wraps.
func typeNames(err error) string {
	var names []string
	for err != nil && len(names) < maxTypeNames {
		names = append(names, fmt.Sprintf("%T", err))
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			err = nil
			if all := joined.Unwrap(); len(all) > 0 {
				err = all[0]
			}
			continue
		}
		err = errors.Unwrap(err)
	}
	return strings.Join(names, ": ")
}
