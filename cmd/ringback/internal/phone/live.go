package phone

import (
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// Times of a person who talks with a program, in Twilio's time.
const (
	polite  = 1500 * time.Millisecond // of silence, after which the program has finished
	greeted = 3 * time.Second         // until a program has begun a greeting
	answers = 15 * time.Second        // until it has begun an answer

	recognized = 500 * time.Millisecond // until the program knows what was said, after the words
)

// inSession reports whether the call is connected to a program that talks.
func inSession(leg *dialogue.Call) bool { return leg.Activity().State == dialogue.StateInSession }

// listen waits until the program has finished speaking after the given time. It
// gives up if nothing is heard for patience.
func listen(e *dialogue.Engine, leg *dialogue.Call, from time.Time, patience time.Duration) {
	begin := e.Now()
	last, heard := begin, false
	for range steps {
		a := leg.Activity()
		now := e.Now()
		switch {
		case a.State != dialogue.StateInSession:
			return
		case a.Sounding && !now.Before(from):
			last, heard = now, true
		case heard && now.Sub(last) >= polite, !heard && now.Sub(begin) >= patience, now.Sub(begin) >= longest:
			return
		}
		if !e.Step() {
			return
		}
	}
}

// manners makes a scripted person polite: a step waits until the program has
// finished, unless the previous step waited for a time.
type manners struct {
	waited bool      // the step before was to wait
	spoke  bool      // the person has said something to which no answer was heard
	until  time.Time // which took until then
}

// before lets the program finish before a step.
func (m *manners) before(e *dialogue.Engine, leg *dialogue.Call) {
	if m.waited || !inSession(leg) {
		return
	}
	patience := greeted
	if m.spoke {
		patience = answers
	}
	listen(e, leg, m.until, patience)
	m.spoke = false
}

// after records what was done.
func (m *manners) after(e *dialogue.Engine, a Action) {
	m.waited = a.Verb == Waits
	if m.spoke = a.Verb == Speaks || a.Verb == Presses; m.spoke {
		m.until = e.Now().Add(recognized + saying(a.Text))
	}
}

// saying is about how long it takes to say words.
func saying(words string) time.Duration { return time.Duration(len(words)) * time.Second / 15 }

// overheard reports whether the call is in a Pause in which a program hears the
// caller by a stream of Start.
func overheard(a dialogue.Activity) bool { return a.Pausing && a.Overheard }
