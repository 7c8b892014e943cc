// Package phone parses and performs what a person does in a call. The command
// line, scenarios and the page's API share it; webhooktest has methods of the
// same names.
package phone

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// A Verb is what a person does.
type Verb string

// The verbs, and the field of an Action that each needs.
const (
	Presses     Verb = "presses" // Text: keys
	Speaks      Verb = "speaks"  // Text: words
	Waits       Verb = "waits"   // For
	Records     Verb = "records" // For
	Pays        Verb = "pays"    // Text: digits, one group for each question; empty: a test card
	Skips       Verb = "skips"
	Answers     Verb = "answers"
	Busy        Verb = "busy"
	NoAnswer    Verb = "no answer"
	Unreachable Verb = "unreachable"
	HangsUp     Verb = "hangs up"
)

// An Action is one thing that a person does.
type Action struct {
	Verb   Verb
	Text   string
	For    time.Duration
	Callee bool   // the person that a Dial calls does it; answers, busy, no answer and unreachable are always theirs
	Who    string // address of the callee, where there are several; empty: the first
}

// Usage says how actions are written.
const Usage = `  presses 12#       press keys: 0-9, *, # (or just the keys: 12#)
  speaks WORDS      say something: to a menu, into a recording, or to a program
                    that talks
  waits 5s          do nothing for a while
  records 20s       talk for a while, as when leaving a message
  pays 4242424242424242 1230 123 10001
                    answer a <Pay>: card number, expiration date, security code
                    and postal code, as far as they are asked for; without
                    digits a test card pays. 4000000000000002 is declined
  skips             do not wait for the end of a prompt or a timeout
  answers           the person called by a Dial answers
  busy, no answer, unreachable
                    the person called by a Dial does not
  callee presses 1  the person called by a Dial presses keys; callee speaks,
                    callee pays and callee hangs up work, too
  callee +15550102 presses 1
                    the same, where several people are called
  hangs up          end the call`

// longest is the maximum duration of one action.
const longest = 10 * time.Minute

// ErrUnclear is the error of a text that is not an action.
var ErrUnclear = errors.New("unknown step")

// words are all words that begin an action.
var words = map[string]Verb{
	"presses": Presses, "press": Presses, "speaks": Speaks, "speak": Speaks, "says": Speaks, "say": Speaks,
	"waits": Waits, "wait": Waits, "records": Records, "record": Records,
	"pays": Pays, "pay": Pays, "skips": Skips, "skip": Skips,
	"answers": Answers, "answer": Answers, "busy": Busy, "no answer": NoAnswer, "unreachable": Unreachable,
	"hangs up": HangsUp, "hang up": HangsUp, "hangup": HangsUp,
}

// Verbs lists all verbs.
func Verbs() []Verb {
	return []Verb{Presses, Speaks, Waits, Records, Pays, Skips, Answers, Busy, NoAnswer, Unreachable, HangsUp}
}

// Known reports whether text begins with a word of an action.
func Known(text string) bool {
	text, callee := strings.CutPrefix(strings.ToLower(text), "callee ")
	if callee {
		_, text = cutAddress(text)
	}
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
	who := ""
	if callee {
		who, text = cutAddress(strings.TrimSpace(text[len(text)-len(rest):]))
	}
	word, rest, _ := strings.Cut(text, " ")
	verb, known := words[strings.ToLower(word)]
	if !known {
		verb, known = words[strings.ReplaceAll(strings.ToLower(text), "-", " ")]
		rest = ""
	}
	a := Action{Verb: verb, Text: strings.TrimSpace(rest), Callee: callee, Who: who}
	switch {
	case !known:
	case verb == Presses:
		if !isKeys(a.Text) {
			return Action{}, fmt.Errorf("%w %q: keys are 0-9, *, # and A-D, as in presses 12#", ErrUnclear, line)
		}
		return a, nil
	case verb == Pays:
		groups := strings.Fields(a.Text)
		if slices.ContainsFunc(groups, func(g string) bool { return len(g) > 20 || strings.Trim(g, "0123456789") != "" }) || len(groups) > 4 {
			// The digits are those of a card, which does not belong in an error.
			return Action{}, fmt.Errorf("%w: write the digits as in pays 4242424242424242 1230 123 10001", ErrUnclear)
		}
		a.Text = strings.Join(groups, " ")
		return a, nil
	case verb == Speaks && a.Text != "":
		a.Text = strings.Trim(a.Text, `"`)
		return a, nil
	case verb == Waits || verb == Records:
		d, err := Duration(a.Text)
		if err != nil {
			return Action{}, fmt.Errorf("%w %q: add how long, as in %s 5s", ErrUnclear, line, verb)
		}
		return Action{Verb: verb, For: d, Callee: callee, Who: who}, nil
	case verb != Speaks && a.Text == "":
		a.Callee = callee || verb.atRinging()
		return a, nil
	}
	return Action{}, fmt.Errorf("%w %q: use keys (12#), speaks WORDS, waits 5s, records 20s, pays DIGITS, skips, answers, busy, no answer, unreachable or hangs up", ErrUnclear, line)
}

// cutAddress takes the address of a callee off the front of an action, if it has one.
func cutAddress(text string) (address, rest string) {
	first, rest, _ := strings.Cut(text, " ")
	if strings.HasPrefix(first, "+") || strings.Contains(first, ":") {
		return first, strings.TrimSpace(rest)
	}
	return "", text
}

// atRinging reports whether v is done at a phone that rings.
func (v Verb) atRinging() bool {
	return v == Answers || v == Busy || v == NoAnswer || v == Unreachable
}

// maxKeys is the maximum number of keys in one action.
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

// Do performs a at once. It reports whether it had an effect.
func Do(leg *dialogue.Call, a Action) bool {
	if a.Verb.atRinging() {
		return ringing(leg, a)
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
	case Pays:
		if a.Text == "" {
			return leg.Pay(dialogue.Payment{})
		}
		return leg.Enter(strings.Fields(a.Text)...)
	case Skips:
		return leg.Skip()
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
		if s := child.Activity().State; s != dialogue.StateOver && s != dialogue.StateRinging && a.of(child) {
			return child
		}
	}
	return nil
}

// of reports whether a is done by the person whom a leg calls.
func (a Action) of(child *dialogue.Call) bool { return a.Who == "" || child.To().Address == a.Who }

// ringing does a at the phone that rings: one that leg dials, or leg itself.
func ringing(leg *dialogue.Call, a Action) bool {
	var r dialogue.Reaction
	switch a.Verb {
	case Busy:
		r.Status = webhook.CallStatusBusy
	case NoAnswer:
		r.Status = webhook.CallStatusNoAnswer
	case Unreachable:
		r.Status = webhook.CallStatusFailed
	}
	for _, child := range leg.Children() {
		if a.of(child) && child.React(r) {
			return true
		}
	}
	return a.Who == "" && leg.React(r)
}

// Play does all of script in virtual time, each at the first moment at which it
// can be done, and then hangs up unless the call has ended before. A program
// that talks by a WebSocket is let finish first, unless the action before was to
// wait. An error names the action for which nothing waited.
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
			return fmt.Errorf("step %d, %s: %s", i+1, a.secret(), why)
		}
		if m.before(e, leg); !Do(leg, a) {
			return fmt.Errorf("step %d, %s: it had no effect", i+1, a.secret())
		}
		m.after(e, a)
		e.Settle()
		switch {
		case a.Verb == Records:
			e.Advance(a.For)
		case a.Verb == Speaks && overheard(leg.Activity()):
			e.Advance(saying(a.Text))
		}
	}
	return nil
}

// secret returns a without the digits of a card.
func (a Action) secret() Action {
	if a.Verb == Pays {
		a.Text = ""
	}
	return a
}

// String returns a in the form that Parse reads.
func (a Action) String() string {
	text := string(a.Verb)
	switch a.Verb {
	case Presses, Speaks:
		text += " " + a.Text
	case Waits, Records:
		text += " " + a.For.String()
	case Pays:
		text = strings.TrimSpace(text + " " + a.Text)
	case Answers, Busy, NoAnswer, Unreachable:
		if a.Who == "" {
			return text
		}
	}
	switch {
	case a.Who != "":
		return "callee " + a.Who + " " + text
	case a.Callee:
		return "callee " + text
	}
	return text
}

// steps limits how long one action waits, in case a program never comes to
// rest.
const steps = 20000

// await lets time pass until verb can be done, and returns why that never
// happens.
func await(e *dialogue.Engine, leg *dialogue.Call, do Action) string {
	until := e.Now().Add(longest)
	for range steps {
		a := leg.Activity()
		if can(leg, do, e.Now()) {
			return ""
		}
		switch {
		case a.State == dialogue.StateOver:
			return "the call has ended (" + string(leg.Status()) + ")"
		case waits(a.State) && a.State != dialogue.StateDialing && a.State != dialogue.StateInSession && !a.Entered && !do.atCallee():
			return "the call waits for something else (" + string(a.State) + ")"
		case e.Now().After(until) || !e.Step():
			return "nothing more happens"
		}
	}
	return "nothing listens"
}

// atCallee reports whether a is done at a phone that has been answered: the call
// itself may wait for something else meanwhile.
func (a Action) atCallee() bool { return a.Callee && !a.Verb.atRinging() }

func can(leg *dialogue.Call, do Action, now time.Time) bool {
	if do.Verb.atRinging() {
		for _, child := range leg.Children() {
			if do.of(child) && child.Activity().State == dialogue.StateRinging {
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
		return a.Speech || open || overheard(a) && a.Until.Sub(now) >= saying(do.Text)
	case Records:
		return a.State == dialogue.StateRecording
	case Pays:
		return a.State == dialogue.StatePaying
	case Skips:
		return leg.Skippable()
	}
	return true
}

// waits reports whether a call does nothing by itself but wait for someone.
func waits(s dialogue.State) bool {
	switch s {
	case dialogue.StateListening, dialogue.StateRecording, dialogue.StateDialing, dialogue.StateTalking, dialogue.StateInConference,
		dialogue.StateInQueue, dialogue.StateInSession, dialogue.StatePaying:
		return true
	}
	return false
}
