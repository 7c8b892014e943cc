// Package phone is what a person does in a call, written in words. The command
// line, scenarios and the page's API share them; webhooktest has methods of the
// same names.
package phone

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// A Verb is what a person does.
type Verb string

// The verbs, and what else of an Action they need.
const (
	Presses  Verb = "presses" // Text: keys
	Speaks   Verb = "speaks"  // Text: words
	Waits    Verb = "waits"   // For
	Records  Verb = "records" // For
	Answers  Verb = "answers"
	Busy     Verb = "busy"
	NoAnswer Verb = "no answer"
	HangsUp  Verb = "hangs up"
)

// An Action is one thing that a person does.
type Action struct {
	Verb   Verb
	Text   string
	For    time.Duration
	Callee bool // the person that a Dial calls does it; answers, busy and no answer are always theirs
}

// Usage says how actions are written.
const Usage = `  presses 12#       press keys: 0-9, *, # (or just the keys: 12#)
  speaks WORDS      say something: to a menu, into a recording, or to a program
                    that talks
  waits 5s          do nothing for a while
  records 20s       talk for a while, as when leaving a message
  answers           the person called by a Dial answers
  busy, no answer   the person called by a Dial does not
  callee presses 1  the person called by a Dial presses keys; callee speaks and
                    callee hangs up work, too
  hangs up          end the call`

// longest bounds what one action may take.
const longest = 10 * time.Minute

// ErrUnclear is the error of a text that is not an action.
var ErrUnclear = errors.New("unknown step")

// words are all words that begin an action.
var words = map[string]Verb{
	"presses": Presses, "press": Presses, "speaks": Speaks, "speak": Speaks, "says": Speaks, "say": Speaks,
	"waits": Waits, "wait": Waits, "records": Records, "record": Records,
	"answers": Answers, "answer": Answers, "busy": Busy, "no answer": NoAnswer,
	"hangs up": HangsUp, "hang up": HangsUp, "hangup": HangsUp,
}

// Verbs lists all verbs.
func Verbs() []Verb {
	return []Verb{Presses, Speaks, Waits, Records, Answers, Busy, NoAnswer, HangsUp}
}

// Known reports whether text begins with a word of an action.
func Known(text string) bool {
	text = strings.TrimPrefix(strings.ToLower(text), "callee ")
	word, _, _ := strings.Cut(text, " ")
	_, first := words[word]
	_, all := words[text]
	return first || all
}

// Parse reads an action, such as "presses 12#".
func Parse(line string) (Action, error) {
	text := strings.TrimSpace(line)
	if isKeys(text) {
		return Action{Verb: Presses, Text: text}, nil
	}
	rest, callee := strings.CutPrefix(strings.ToLower(text), "callee ")
	if callee {
		text = strings.TrimSpace(text[len(text)-len(rest):])
	}
	word, rest, _ := strings.Cut(text, " ")
	verb, known := words[strings.ToLower(word)]
	if !known {
		verb, known = words[strings.ReplaceAll(strings.ToLower(text), "-", " ")]
		rest = ""
	}
	a := Action{Verb: verb, Text: strings.TrimSpace(rest), Callee: callee}
	switch {
	case !known:
	case verb == Presses:
		if !isKeys(a.Text) {
			return Action{}, fmt.Errorf("%w %q: keys are 0-9, *, # and A-D, as in presses 12#", ErrUnclear, line)
		}
		return a, nil
	case verb == Speaks && a.Text != "":
		a.Text = strings.Trim(a.Text, `"`)
		return a, nil
	case verb == Waits || verb == Records:
		d, err := Duration(a.Text)
		if err != nil {
			return Action{}, fmt.Errorf("%w %q: add how long, as in %s 5s", ErrUnclear, line, verb)
		}
		return Action{Verb: verb, For: d, Callee: callee}, nil
	case verb != Speaks && a.Text == "":
		a.Callee = callee || verb == Answers || verb == Busy || verb == NoAnswer
		return a, nil
	}
	return Action{}, fmt.Errorf("%w %q: use keys (12#), speaks WORDS, waits 5s, records 20s, answers, busy, no answer or hangs up", ErrUnclear, line)
}

// maxKeys bounds the keys that are pressed at once.
const maxKeys = 64

func isKeys(text string) bool {
	return text != "" && len(text) <= maxKeys && strings.Trim(text, "0123456789*#ABCDw") == ""
}

// Duration reads "5s", "1m30s", and "5" as seconds.
func Duration(text string) (time.Duration, error) {
	if text != "" && strings.Trim(text, "0123456789.") == "" {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > longest {
		return 0, errors.New("not a duration of at most 10m")
	}
	return d, nil
}

// Do does a at once. It reports whether it had an effect.
func Do(leg *dialogue.Call, a Action) bool {
	switch a.Verb {
	case Answers:
		return ringing(leg, (*dialogue.Call).Answer)
	case Busy:
		return ringing(leg, func(c *dialogue.Call) bool { return c.Decline(webhook.CallStatusBusy) })
	case NoAnswer:
		return ringing(leg, func(c *dialogue.Call) bool { return c.Decline(webhook.CallStatusNoAnswer) })
	}
	if leg = phoneOf(leg, a); leg == nil {
		return false
	}
	switch a.Verb {
	case Presses:
		return leg.Press(a.Text) > 0
	case Speaks:
		return leg.Speak(a.Text)
	case Records:
		return leg.Talk(a.For, "")
	case HangsUp:
		leg.HangUp()
	}
	return true
}

// phoneOf returns the phone at which a is done, nil if there is none.
func phoneOf(leg *dialogue.Call, a Action) *dialogue.Call {
	if !a.Callee {
		return leg
	}
	for _, child := range leg.Children() {
		if s := child.Activity().State; s != dialogue.StateOver && s != dialogue.StateRinging {
			return child
		}
	}
	return nil
}

// ringing does what at the phone that rings: leg itself, or one that it dials.
func ringing(leg *dialogue.Call, what func(*dialogue.Call) bool) bool {
	for _, child := range leg.Children() {
		if what(child) {
			return true
		}
	}
	return what(leg)
}

// Play does all of script in virtual time, each at the first moment at which
// it can be done, and then hangs up unless the call has ended before. A program
// that talks by a WebSocket is let finish first, unless the action before was to
// wait. An error says which action nobody waited for.
func Play(e *dialogue.Engine, leg *dialogue.Call, script []Action) (err error) {
	defer e.Finish(leg)
	var m manners
	defer func() {
		if err == nil {
			m.before(e, leg)
		}
	}()
	for i, a := range script {
		if a.Verb == Waits {
			e.Advance(a.For)
			m.after(e, a)
			continue
		}
		if a.Verb == HangsUp && !a.Callee {
			leg.HangUp()
			return nil
		}
		if why := await(e, leg, a); why != "" {
			return fmt.Errorf("step %d, %s: %s", i+1, a, why)
		}
		if m.before(e, leg); !Do(leg, a) {
			return fmt.Errorf("step %d, %s: it had no effect", i+1, a)
		}
		m.after(e, a)
		e.Settle()
		if a.Verb == Records {
			e.Advance(a.For)
		}
	}
	return nil
}

// String writes a as it is read.
func (a Action) String() string {
	text := string(a.Verb)
	switch a.Verb {
	case Presses, Speaks:
		text += " " + a.Text
	case Waits, Records:
		text += " " + a.For.String()
	case Answers, Busy, NoAnswer:
		return text
	}
	if a.Callee {
		return "callee " + text
	}
	return text
}

// steps bounds what one action waits for, should a program never come to rest.
const steps = 20000

// await lets time pass until verb can be done, and returns why that never
// happens.
func await(e *dialogue.Engine, leg *dialogue.Call, do Action) string {
	until := e.Now().Add(longest)
	for range steps {
		a := leg.Activity()
		if can(leg, do) {
			return ""
		}
		switch {
		case a.State == dialogue.StateOver:
			return "the call has ended (" + string(leg.Status()) + ")"
		case waits(a.State) && a.State != dialogue.StateDialing && a.State != dialogue.StateInSession && !a.Entered && !do.atCallee():
			return "the call waits for something else (" + string(a.State) + ")"
		case e.Now().After(until) || !e.Step():
			return "nothing happens any more"
		}
	}
	return "nothing listens"
}

// atCallee reports whether a is done at a phone that has been answered: the call
// itself may wait for something else meanwhile.
func (a Action) atCallee() bool {
	return a.Callee && a.Verb != Answers && a.Verb != Busy && a.Verb != NoAnswer
}

func can(leg *dialogue.Call, do Action) bool {
	switch do.Verb {
	case Answers, Busy, NoAnswer:
		for _, child := range leg.Children() {
			if child.Activity().State == dialogue.StateRinging {
				return true
			}
		}
		return false
	}
	if leg = phoneOf(leg, do); leg == nil {
		return false
	}
	a := leg.Activity()
	open := a.State == dialogue.StateRecording || a.State == dialogue.StateTalking || a.State == dialogue.StateInConference
	switch do.Verb {
	case Presses:
		return a.Keys || open
	case Speaks:
		return a.Speech || open
	case Records:
		return a.State == dialogue.StateRecording
	}
	return true
}

// waits reports whether a call does nothing by itself but wait for somebody.
func waits(s dialogue.State) bool {
	switch s {
	case dialogue.StateListening, dialogue.StateRecording, dialogue.StateDialing, dialogue.StateTalking, dialogue.StateInConference,
		dialogue.StateInQueue, dialogue.StateInSession, dialogue.StatePaying:
		return true
	}
	return false
}
