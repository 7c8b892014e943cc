// Package phone is a phone without a screen: what a person does in a call,
// written as lines of text, and done at the right moment.
package phone

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// Verb is what a person does.
type Verb string

// The verbs, and what else of an Action they need.
const (
	Press    Verb = "press"     // Text: keys
	Say      Verb = "say"       // Text: words
	Wait     Verb = "wait"      // For
	Record   Verb = "record"    // For
	Answer   Verb = "answer"    // the phone that a Dial lets ring
	Busy     Verb = "busy"      // likewise
	NoAnswer Verb = "no answer" // likewise
	HangUp   Verb = "hang up"
)

// An Action is one thing that a person does.
type Action struct {
	Verb Verb
	Text string
	For  time.Duration
}

// Usage says how actions are written.
const Usage = `  12#            press keys: 0-9, *, #
  say WORDS      say something, to a menu that listens or into a recording
  wait 5s        do nothing for a while
  record 20s     talk for a while, as one who leaves a message does
  answer         take the call at the phone that rings because of a Dial
  busy           refuse it; no answer: let it ring
  hang up        put the receiver down`

// longest bounds what one action may take.
const longest = 10 * time.Minute

// ErrUnclear is the error of a line that is no action.
var ErrUnclear = errors.New("that is nothing that a caller can do")

// Parse reads an action.
func Parse(line string) (Action, error) {
	line = strings.TrimSpace(line)
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch word = strings.ToLower(word); {
	case line != "" && strings.Trim(line, "0123456789*#ABCDw") == "":
		return Action{Verb: Press, Text: line}, nil
	case word == "press" && rest != "" && strings.Trim(rest, "0123456789*#ABCDw") == "":
		return Action{Verb: Press, Text: rest}, nil
	case word == "say" && rest != "":
		return Action{Verb: Say, Text: strings.Trim(rest, `"`)}, nil
	case word == "wait", word == "record":
		d, err := duration(rest)
		if err != nil {
			return Action{}, fmt.Errorf("%q: say how long: %s 5s", line, word)
		}
		return Action{Verb: Verb(word), For: d}, nil
	}
	switch v := Verb(strings.ReplaceAll(strings.ToLower(line), "-", " ")); v {
	case Answer, Busy, NoAnswer, HangUp:
		return Action{Verb: v}, nil
	case "hangup":
		return Action{Verb: HangUp}, nil
	}
	return Action{}, fmt.Errorf("%w: %q; write keys (12#), say WORDS, wait 5s, record 20s, answer, busy, no answer or hang up", ErrUnclear, line)
}

// duration reads "5s", "1m30s", and "5" as seconds.
func duration(text string) (time.Duration, error) {
	if text != "" && strings.Trim(text, "0123456789.") == "" {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > longest {
		return 0, errors.New("no duration")
	}
	return d, nil
}

// Do does a at once. It reports whether somebody or something took notice.
func Do(leg *dialogue.Call, a Action) bool {
	switch a.Verb {
	case Press:
		return leg.Press(a.Text) > 0
	case Say:
		return leg.Speak(a.Text)
	case Record:
		return leg.Talk(a.For, "")
	case HangUp:
		leg.HangUp()
		return true
	case Answer:
		return ringing(leg, (*dialogue.Call).Answer)
	case Busy:
		return ringing(leg, func(c *dialogue.Call) bool { return c.Decline(dialogue.Busy) })
	case NoAnswer:
		return ringing(leg, func(c *dialogue.Call) bool { return c.Decline(dialogue.NoAnswer) })
	}
	return true
}

func ringing(leg *dialogue.Call, what func(*dialogue.Call) bool) bool {
	for _, child := range leg.Children() {
		if what(child) {
			return true
		}
	}
	return false
}

// Play does all of script in virtual time, each at the first moment at which
// it can be done, and then hangs up unless the call has ended before. An error
// says which action nobody waited for.
func Play(e *dialogue.Engine, leg *dialogue.Call, script []Action) error {
	defer finish(e, leg)
	for i, a := range script {
		if a.Verb == Wait {
			e.Advance(a.For)
			continue
		}
		if a.Verb == HangUp {
			leg.HangUp()
			e.Settle()
			return nil
		}
		if why := await(e, leg, a.Verb); why != "" {
			return fmt.Errorf("step %d, %s: %s", i+1, a, why)
		}
		if !Do(leg, a) {
			return fmt.Errorf("step %d, %s: nothing takes notice", i+1, a)
		}
		e.Settle()
		if a.Verb == Record {
			e.Advance(a.For)
		}
	}
	return nil
}

// String writes a as it is read.
func (a Action) String() string {
	switch a.Verb {
	case Press, Say:
		return string(a.Verb) + " " + a.Text
	case Wait, Record:
		return string(a.Verb) + " " + a.For.String()
	}
	return string(a.Verb)
}

// steps bounds what one action waits for, should a program never come to rest.
const steps = 20000

// await lets time pass until verb can be done, and returns why that never
// happens.
func await(e *dialogue.Engine, leg *dialogue.Call, verb Verb) string {
	until := e.Now().Add(longest)
	for range steps {
		a := leg.Activity()
		if can(leg, a, verb) {
			return ""
		}
		switch {
		case a.State == dialogue.Over:
			return "the call has ended (" + leg.Status() + ")"
		case waits(a.State) && a.State != dialogue.DialingOut && !a.Entered:
			return "the call waits for something else (" + string(a.State) + ")"
		case e.Now().After(until) || !e.Step():
			return "nothing happens any more"
		}
	}
	return "nothing listens"
}

func can(leg *dialogue.Call, a dialogue.Activity, verb Verb) bool {
	switch verb {
	case Press:
		return a.Keys || a.State == dialogue.Recording || a.State == dialogue.Talking || a.State == dialogue.InConference
	case Say:
		return a.Speech || a.State == dialogue.Recording || a.State == dialogue.Talking || a.State == dialogue.InConference
	case Record:
		return a.State == dialogue.Recording
	case Answer, Busy, NoAnswer:
		for _, child := range leg.Children() {
			if child.Activity().State == dialogue.RingingOut {
				return true
			}
		}
		return false
	}
	return true
}

// waits reports whether a call does nothing by itself but wait for somebody.
func waits(s dialogue.State) bool {
	switch s {
	case dialogue.WaitingInput, dialogue.Recording, dialogue.DialingOut, dialogue.Talking, dialogue.InConference,
		dialogue.InQueue, dialogue.InSession, dialogue.Paying:
		return true
	}
	return false
}

// finish listens to what is still said and hangs up.
func finish(e *dialogue.Engine, leg *dialogue.Call) {
	for range steps {
		if s := leg.Activity().State; s == dialogue.Over || waits(s) || !e.Step() {
			break
		}
	}
	leg.HangUp()
	e.Settle()
}
