package dialogue

import (
	"slices"
	"strings"
)

// The words by which a person opts out of texts from a number, and in again,
// where the number has Twilio's default handling (webhook-mechanics.md, "Opt-out").
var (
	stopWords  = map[string]bool{"STOP": true, "STOPALL": true, "UNSUBSCRIBE": true, "CANCEL": true, "END": true, "QUIT": true, "REVOKE": true, "OPTOUT": true}
	startWords = map[string]bool{"START": true, "YES": true, "UNSTOP": true}
)

// thread is what a person and a number of the program text each other.
type thread struct{ person, number string }

// heed remembers that the person opts out or in: by a word, or by OptOutType
// of Advanced Opt-Out. Only numbers do; channels have rules of their own.
func (e *Engine) heed(m Text) {
	if !m.From.isNumber() {
		return
	}
	word := strings.ToUpper(strings.TrimSpace(m.Body))
	if kind := slices.Concat(m.Params, m.Before, m.After).Get("OptOutType"); kind != "" {
		word = kind
	}
	in := thread{m.From.Address, m.To.Address}
	switch {
	case stopWords[word]:
		if e.optedOut == nil {
			e.optedOut = map[thread]bool{}
		}
		e.optedOut[in] = true
	case startWords[word]:
		delete(e.optedOut, in)
	}
}

// refused returns why a message does not reach a person who has opted out.
func (e *Engine) refused(m Message) *Failure {
	if !e.optedOut[thread{m.To, m.From}] {
		return nil
	}
	f := failure(21610, "the person has opted out of texts from this number: Twilio answers STOP by itself, and delivers nothing more")
	if m.Node != nil {
		f.Line, f.Col = m.Node.Line, m.Node.Column
	}
	return f
}
