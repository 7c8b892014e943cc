package dialogue

import (
	"errors"
	"time"

	"github.com/ringback-go/ringback/twiml"
)

// EventType says what happened.
type EventType string

// What can happen. The comment says which fields of the [Event] are filled
// besides At, Call and Text.
const (
	CallStarted       EventType = "call-started"       // a leg came to be
	Ringing           EventType = "ringing"            // the phone at the far end rings
	Answered          EventType = "answered"           // someone took the call; Twilio, for incoming calls
	Ended             EventType = "ended"              // the leg is over; Text is the final status
	Fetched           EventType = "fetched"            // a request was made; Exchange
	Said              EventType = "said"               // Node, Text, Duration
	Played            EventType = "played"             // Node, Text is the URL, Duration
	DigitsSent        EventType = "digits-sent"        // Twilio sent tones; Text
	Paused            EventType = "paused"             // Node, Duration
	Gathering         EventType = "gathering"          // Gather begins; Node
	Listening         EventType = "listening"          // the prompts are over; Duration is the patience
	Gathered          EventType = "gathered"           // Node, Text is what was collected, empty for nothing
	RecordingStarted  EventType = "recording-started"  // Node
	RecordingEnded    EventType = "recording-ended"    // Node, Duration, Text is why
	Dialing           EventType = "dialing"            // Node, Text is who
	DialEnded         EventType = "dial-ended"         // Node, Text is DialCallStatus
	Bridged           EventType = "bridged"            // two people hear each other; Other
	Joined            EventType = "joined"             // Text is the conference
	Left              EventType = "left"               // Text is the conference
	ConferenceStarted EventType = "conference-started" // Text is the conference
	ConferenceEnded   EventType = "conference-ended"   // Text is the conference
	Muted             EventType = "muted"              // Text is true or false
	Held              EventType = "held"               // Text is true or false
	Enqueued          EventType = "enqueued"           // Text is the queue
	Dequeued          EventType = "dequeued"           // Text is QueueResult
	Redirected        EventType = "redirected"         // Text is the URL
	Rejected          EventType = "rejected"           // Text is the reason
	Referred          EventType = "referred"           // Text is the target
	Paid              EventType = "paid"               // Text is Result
	SessionStarted    EventType = "session-started"    // Stream, Siprec, Transcription, ConversationRelay...; Text names it
	SessionEnded      EventType = "session-ended"      // Text names it
	MessageSent       EventType = "message-sent"       // Message
	Pressed           EventType = "pressed"            // a person pressed Text
	PressedInVain     EventType = "pressed-in-vain"    // a person pressed Text while nothing listened
	Spoke             EventType = "spoke"              // a person said Text
	Heard             EventType = "heard"              // another person's words were heard; Other
	HungUp            EventType = "hung-up"            // a person put the receiver down
	Warned            EventType = "warned"             // Failure; things go on; Exchange of a callback
	Failed            EventType = "failed"             // Failure; a document cannot go on, or a handler panicked
)

// Event is something that happened, told to Config.Observe as it happens.
type Event struct {
	Type     EventType
	At       time.Time
	Call     *Call  // the leg it happened to; nil for messages
	Other    *Call  // the other leg, where there is one
	Text     string // in words
	Node     *twiml.Node
	Duration time.Duration
	Exchange *Exchange
	Failure  *Failure
	Message  *Message
}

func (c *Call) emit(ev Event) {
	if c.e.cfg.Observe == nil {
		return
	}
	ev.Call = c
	c.e.emit(ev)
	if c.isApplication && c.parent != nil && (ev.Type == Said || ev.Type == Played) {
		c.parent.emit(Event{Type: Heard, Other: c, Text: ev.Text, Duration: ev.Duration, Node: ev.Node})
	}
}

// warn reports something that Twilio would put into the debugger.
func (c *Call) warn(f *Failure) {
	c.emit(Event{Type: f.warning(), Failure: f, Text: f.Error()})
}

// warning is the type of event for a failure that things go on after. Twilio
// overlooks what a panic does to a callback or a file; a test must not.
func (f *Failure) warning() EventType {
	var panicked *HandlerPanic
	if errors.As(f, &panicked) {
		return Failed
	}
	return Warned
}
