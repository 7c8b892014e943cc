package status

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
)

// A Code is an error code of Twilio, as in [State.ErrorCode], with what is
// known about it:
//
//	code := status.Code(state.ErrorCode)
//	if code.Retryable() { ... }
//
// The zero Code means no error. A code that is not in the catalogue has no name
// and no class, and is neither Permanent nor Retryable. Looking a code up costs
// a binary search and no memory.
type Code int

// A Class groups codes by what is at fault.
type Class string

type advice uint8

const (
	unsure advice = iota
	permanent
	transient
)

type codeEntry struct {
	code    Code
	name    string
	meaning string
	class   Class
	advice  advice
	warning bool
}

func (c Code) entry() codeEntry {
	i, ok := slices.BinarySearchFunc(codes[:], c, func(e codeEntry, c Code) int { return cmp.Compare(e.code, c) })
	if !ok {
		return codeEntry{}
	}
	return codes[i]
}

// Known reports whether the catalogue has the code.
func (c Code) Known() bool { return c.entry().code != 0 }

// Name is Twilio's title of the code, or "".
func (c Code) Name() string { return c.entry().name }

// Meaning says in a sentence what went wrong. It is the Name where there is
// nothing to add to it, and "" for a code that is not known.
func (c Code) Meaning() string {
	e := c.entry()
	return cmp.Or(e.meaning, e.name)
}

// Class says what is at fault, or "".
func (c Code) Class() Class { return c.entry().class }

// Permanent reports whether the same request is bound to fail again: the
// number does not exist, the person has opted out, the document is wrong.
func (c Code) Permanent() bool { return c.entry().advice == permanent }

// Retryable reports whether the same request may succeed later: a handset
// switched off, a full queue, a failure inside Twilio. A code can be neither
// Permanent nor Retryable; then nobody says.
func (c Code) Retryable() bool { return c.entry().advice == transient }

// Warning reports whether Twilio logs the code as a warning rather than as an
// error.
func (c Code) Warning() bool { return c.entry().warning }

// URL is the page of Twilio's documentation about the code.
func (c Code) URL() string { return "https://www.twilio.com/docs/api/errors/" + strconv.Itoa(int(c)) }

// String is the code and its name, such as "30005 Unknown destination handset".
func (c Code) String() string {
	if name := c.Name(); name != "" {
		return strconv.Itoa(int(c)) + " " + name
	}
	return strconv.Itoa(int(c))
}

// Codes yields every known code in ascending order.
func Codes() iter.Seq[Code] {
	return func(yield func(Code) bool) {
		for i := range codes {
			if !yield(codes[i].code) {
				return
			}
		}
	}
}
