// Package save turns what a console has captured into tests and files: a scenario
// for "ringback run", a Go test with webhooktest, a Jest test, a pytest test, and
// a HAR file. Whatever was captured may be hostile, so it appears as quoted text
// only, and never in the name of a file (T38).
package save

import (
	"errors"
	"time"
)

// ErrNothing is the error for exchanges of which no test can be made.
var ErrNothing = errors.New("save: there is no message and no call among these exchanges")

// ErrOutbound is the error for a scenario of a call that the program makes.
var ErrOutbound = errors.New("save: a scenario cannot begin with a call that the program makes; save it as a Go test, a Jest test or a pytest test")

// Config says how the program was reached.
type Config struct {
	App     string // where it listens
	BaseURL string // what requests are signed for
	Number  string
	SMS     string // path of incoming messages
	Voice   string // path of incoming calls
}

// A Story is what one person did with the program, and what they got.
type Story struct {
	Name  string
	As    string // the person's address
	Steps []Step
}

// What is done or expected in a step, with the fields that it has.
const (
	Text     = "text"  // Texts[0], Path, Media
	Replies  = "reply" // Texts; none: the program replies nothing
	Call     = "call"  // Path
	Outbound = "outbound"
	Hears    = "hears"   // Texts
	Presses  = "presses" // Texts[0]
	Speaks   = "speaks"  // Texts[0]
	Records  = "records" // For
	Rings    = "rings"   // Texts[0]
	Answers  = "answers"
	Busy     = "busy"
	NoAnswer = "no answer"
	HangsUp  = "hangs up"
	Waits    = "waits" // For
	Ends     = "ends"  // Texts[0]
	Fails    = "fails" // Code
)

// A Step is one thing that is done or expected.
type Step struct {
	Do       string
	Texts    []string
	Path     string // empty: the one of [Config]
	Media    []string
	For      time.Duration
	Code     int
	Callee   bool // at the phone that was dialed
	WhatsApp bool // of a text
}

// A Result is a file of one of the forms.
type Result struct {
	Name  string   `json:"name"` // of the file
	Media string   `json:"media"`
	Text  string   `json:"text"`
	Notes []string `json:"notes"` // what could not be saved
}
