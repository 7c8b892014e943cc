package status

import (
	"cmp"
	"iter"
	"strconv"

	"github.com/ringback-go/ringback/internal/errorcode"
)

// A Code is one of Twilio's error codes, as in [State.ErrorCode]:
//
//	code := status.Code(state.ErrorCode)
//	if code.Retryable() { ... }
//
// The zero Code means no error. Every code that Twilio lists has a name; those
// that concern messages, calls and webhooks also have a class and, where the
// name needs explaining, a meaning. A code that is not listed has none of them,
// and is neither Permanent nor Retryable. A lookup is a binary search and
// allocates nothing.
type Code int

func (c Code) entry() errorcode.Entry {
	e, _ := errorcode.Lookup(int(c))
	return e
}

// Known reports whether the code is listed.
func (c Code) Known() bool { return c.entry().Code != 0 }

// Name is Twilio's title of the code, or "".
func (c Code) Name() string { return c.entry().Name }

// Meaning says in a sentence what went wrong. It is the Name where there is
// nothing to add to it, and "" for a code that is not listed.
func (c Code) Meaning() string {
	e := c.entry()
	return cmp.Or(e.Meaning, e.Name)
}

// Class says what is at fault, or "" if the code has no class.
func (c Code) Class() Class { return Class(c.entry().Class) }

// Permanent reports whether the same request is certain to fail again: the
// number does not exist, the recipient opted out, the document is wrong.
func (c Code) Permanent() bool { return c.entry().Advice == errorcode.Permanent }

// Retryable reports whether the same request may succeed later: a handset was
// switched off, a queue was full, something inside Twilio failed. A code can be
// neither Permanent nor Retryable; then Twilio does not say.
func (c Code) Retryable() bool { return c.entry().Advice == errorcode.Transient }

// Warning reports whether Twilio logs the code as a warning rather than as an
// error.
func (c Code) Warning() bool { return c.entry().Warning }

// URL is the page of Twilio's documentation about the code.
func (c Code) URL() string { return "https://www.twilio.com/docs/api/errors/" + strconv.Itoa(int(c)) }

// String is the code and its name, such as "30005 Unknown destination handset".
func (c Code) String() string {
	if name := c.Name(); name != "" {
		return strconv.Itoa(int(c)) + " " + name
	}
	return strconv.Itoa(int(c))
}

// Codes yields every listed code in ascending order.
func Codes() iter.Seq[Code] {
	return func(yield func(Code) bool) {
		for e := range errorcode.All() {
			if !yield(Code(e.Code)) {
				return
			}
		}
	}
}
