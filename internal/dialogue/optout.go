package dialogue

import (
	"cmp"
	"slices"

	"github.com/ringback-go/ringback/internal/optout"
)

// OptOutType returns the meaning of a text that is exactly one of Twilio's
// words: "STOP", "START" or "HELP"; "" for any other text.
func OptOutType(text string) string { return optout.Type(text) }

// thread is a conversation between a person and a number.
type thread struct{ person, number string }

// heed remembers that the person opts out or in: by a word, or by OptOutType
// of Advanced Opt-Out. Only numbers do; channels have rules of their own.
func (e *Engine) heed(m Text) {
	if !m.From.isNumber() {
		return
	}
	kind := cmp.Or(slices.Concat(m.Params, m.Before, m.After).Get("OptOutType"), OptOutType(m.Body))
	in := thread{m.From.Address, m.To.Address}
	switch kind {
	case "STOP":
		if e.optedOut == nil {
			e.optedOut = map[thread]bool{}
		}
		e.optedOut[in] = true
	case "START":
		delete(e.optedOut, in)
	}
}

// refused returns why a message does not reach a person who has opted out.
func (e *Engine) refused(m Message) *Failure {
	if !e.optedOut[thread{m.To, m.From}] {
		return nil
	}
	f := failure(21610, "the person has opted out of texts from this number: Twilio answers STOP itself and delivers nothing more")
	f.mild = true // the message fails, not the answer
	if m.Node != nil {
		f.Line, f.Col = m.Node.Line, m.Node.Column
	}
	return f
}
