package dialogue

import (
	"time"

	"github.com/ringback-go/ringback/twiml"
)

// State is what a leg is doing.
type State string

// The states of a leg.
const (
	StateStarting     State = "starting"      // not yet fetched or answered
	StateRinging      State = "ringing"       // a dialed phone rings
	StateSpeaking     State = "speaking"      // Twilio says, plays or pauses
	StatePrompting    State = "prompting"     // the same within a Gather: the person may act
	StateListening    State = "listening"     // a Gather waits for the person
	StateRecording    State = "recording"     // the person's voice is recorded
	StateDialing      State = "dialing"       // other phones are ringing
	StateTalking      State = "talking"       // bridged to a person
	StateInConference State = "in-conference" // in a conference, or waiting for one to start
	StateInQueue      State = "in-queue"      // in a queue
	StateInSession    State = "in-session"    // connected to a stream, relay or agent
	StatePaying       State = "paying"        // a Pay waits for the person
	StateOver         State = "over"          // the leg has ended
)

// Activity is what a leg is doing, to decide what the person does next.
type Activity struct {
	State State
	// Keys and Speech report what the leg is listening for.
	Keys, Speech bool
	// Entered reports whether the person has started to enter something, which
	// time will complete.
	Entered bool
	// Gather is the element that listens, if one does.
	Gather *twiml.Node
	// NumDigits is how many keys complete the input; zero: no limit.
	NumDigits   int
	FinishOnKey string
	Hints       []string
	// Pay is what a Pay asks for, if one does.
	Pay *PayStep
	// Until is when it goes on by itself, if that is known.
	Until time.Time
	// Live reports whether the call is connected to a WebSocket of the program,
	// or about to be, and Sounding whether the program is heard.
	Live, Sounding bool
	// Pausing reports whether a Pause lasts until Until, and Overheard whether a
	// stream or a transcription of Start receives what the person says.
	Pausing, Overheard bool
	// Room and Queue name the conference or the queue that the leg is in. Muted and
	// Held are about the conference.
	Room, Queue string
	Muted, Held bool
	// Document is the URL of the current document.
	Document string
}

// Activity returns what the leg is doing.
func (c *Call) Activity() Activity {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c = c.voice()
	a := c.activity
	if c.base != nil {
		a.Document = c.base.String()
	}
	if c.over() {
		return Activity{State: StateOver, Document: a.Document}
	}
	if a.State == "" {
		a.State = StateStarting
	}
	a.Until = c.waitsUntil
	if s := c.seat; s != nil {
		a.Room, a.Muted, a.Held = s.room.name, s.muted, s.held
	}
	if t := c.ticket; t != nil {
		a.Queue = t.q.name
	}
	a.Keys, a.Speech = false, false
	a.Live, a.Overheard = a.Live || c.link != nil, c.overheard()
	if c.link != nil {
		a.Sounding = c.link.speaking()
	}
	if l := c.listening; l != nil {
		a.Keys, a.Speech, a.Entered = l.keys, l.speech, l.entered
	}
	if c.starEnds() {
		a.Keys = true
	}
	return a
}

// Waits reports whether the leg waits for a person or a timeout.
func (a Activity) Waits() bool {
	switch a.State {
	case StateListening, StateRecording, StatePaying:
		return !a.Entered
	case StateDialing, StateRinging, StateTalking, StateInConference, StateInQueue, StateInSession, StateOver:
		return true
	}
	return false
}

// voice returns the leg whose documents the person hears: the call itself, or
// that of a dialed TwiML App.
func (c *Call) voice() *Call {
	for c.dial != nil && c.dial.winner != nil && c.dial.winner.isApp && !c.dial.winner.finished {
		c = c.dial.winner
	}
	return c
}

// busy sets what the leg is doing and returns a function that undoes it.
func (c *Call) busy(a Activity) func() {
	before := c.activity
	c.activity = a
	return func() { c.activity = before }
}

// input is one input of a person.
type input struct {
	key        string
	speech     string
	confidence float64
	length     time.Duration
}

// listener is what a verb listens for.
type listener struct{ keys, speech, entered bool }

// listen makes the leg take input and returns a function that ends it.
func (c *Call) listen(l *listener) func() {
	before := c.listening
	c.listening = l
	c.inbox = nil
	return func() {
		c.listening = before
		c.inbox = nil
	}
}

// take returns the next input.
func (c *Call) take() (input, bool) {
	if len(c.inbox) == 0 {
		return input{}, false
	}
	in := c.inbox[0]
	c.inbox = c.inbox[1:]
	return in, true
}
