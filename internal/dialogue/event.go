package dialogue

import (
	"errors"
	"time"

	"github.com/ringback-go/ringback/internal/errorcode"
	"github.com/ringback-go/ringback/twiml"
)

// EventType says what happened.
type EventType string

// What can happen. The comment says which fields of the [Event] are filled
// besides At, Call and Text.
const (
	EventCallStarted       EventType = "call-started"       // a leg was created
	EventRinging           EventType = "ringing"            // the phone at the far end rings
	EventAnswered          EventType = "answered"           // the call was answered; by Twilio, for incoming calls
	EventEnded             EventType = "ended"              // the leg is over; Text is the final status
	EventFetched           EventType = "fetched"            // a request was made; Exchange
	EventSaid              EventType = "said"               // Node, Text, Duration
	EventPlayed            EventType = "played"             // Node, Text is the URL, Duration
	EventDigitsSent        EventType = "digits-sent"        // Twilio sent tones; Text
	EventPaused            EventType = "paused"             // Node, Duration
	EventCutShort          EventType = "cut-short"          // what was said, played or paused last ended early; Duration was heard
	EventGathering         EventType = "gathering"          // Gather begins; Node
	EventListening         EventType = "listening"          // the prompts are over; Duration is the timeout
	EventGathered          EventType = "gathered"           // Node, Text is what was collected, empty for nothing
	EventRecordingStarted  EventType = "recording-started"  // Node
	EventRecordingEnded    EventType = "recording-ended"    // Node, Duration, Recording, Text is why
	EventDialing           EventType = "dialing"            // Node, Text is who
	EventDialEnded         EventType = "dial-ended"         // Node, Text is DialCallStatus
	EventBridged           EventType = "bridged"            // two people hear each other; Other
	EventJoined            EventType = "joined"             // Text is the conference
	EventLeft              EventType = "left"               // Text is the conference
	EventConferenceStarted EventType = "conference-started" // Text is the conference
	EventConferenceEnded   EventType = "conference-ended"   // Text is the conference
	EventMuted             EventType = "muted"              // Text is true or false
	EventHeld              EventType = "held"               // Text is true or false
	EventEnqueued          EventType = "enqueued"           // Text is the queue
	EventDequeued          EventType = "dequeued"           // Text is QueueResult
	EventRedirected        EventType = "redirected"         // Text is the URL
	EventRejected          EventType = "rejected"           // Text is the reason
	EventReferred          EventType = "referred"           // Text is the target
	EventPaying            EventType = "paying"             // Pay asks for something; Node, Text names it, Duration is the patience
	EventEntered           EventType = "entered"            // a person answered a Pay; Node, Text is what, without secrets
	EventPaid              EventType = "paid"               // Text is Result
	EventSessionStarted    EventType = "session-started"    // Stream, Siprec, Transcription, ConversationRelay...; Text names it
	EventSessionEnded      EventType = "session-ended"      // Text names it
	EventWordHeard         EventType = "word-heard"         // a word of a ConversationRelay was heard; Text, with its blank
	EventPieceHeard        EventType = "piece-heard"        // a clause of a ConversationRelay was heard; Text, Duration
	EventCutOff            EventType = "cut-off"            // a clause was cut; Text is the part that was heard
	EventMarked            EventType = "marked"             // a mark of a Stream was sent back; Text is its name, and how
	EventMessageSent       EventType = "message-sent"       // Message
	EventPressed           EventType = "pressed"            // a person pressed Text
	EventPressedInVain     EventType = "pressed-in-vain"    // a person pressed Text while nothing listened
	EventSpoke             EventType = "spoke"              // a person said Text
	EventHeard             EventType = "heard"              // another person's words were heard; Other
	EventHungUp            EventType = "hung-up"            // a person hung up
	EventWarned            EventType = "warned"             // Failure that Twilio logs as a warning; Exchange of a callback
	EventFailed            EventType = "failed"             // Failure that Twilio logs as an error, or a handler panicked
)

// Event is something that happened. Config.Observe receives it.
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
	Foreign  bool // what was played is on another host and was not fetched

	Recording string // SID
}

func (c *Call) emit(ev Event) {
	c.carry(ev)
	if c.e.cfg.Observe == nil {
		return
	}
	ev.Call = c
	c.e.emit(ev)
	if c.isApp && c.parent != nil && (ev.Type == EventSaid || ev.Type == EventPlayed) {
		c.parent.emit(Event{Type: EventHeard, Other: c, Text: ev.Text, Duration: ev.Duration, Node: ev.Node})
	}
}

// warn reports something that Twilio would log as a warning.
func (c *Call) warn(f *Failure) {
	c.emit(Event{Type: f.level(), Failure: f, Text: f.Error()})
}

// level is the type of event for a failure that does not end the call: a
// failure if Twilio logs an error or a handler panicked, otherwise a warning.
func (f *Failure) level() EventType {
	var panicked *HandlerPanic
	if errors.As(f, &panicked) {
		return EventFailed
	}
	if entry, ok := errorcode.Lookup(f.Code); ok && !entry.Warning && !f.mild {
		return EventFailed
	}
	return EventWarned
}

// carry puts the audio of an event on the tracks of running streams.
func (c *Call) carry(ev Event) {
	if len(c.sessions) == 0 || ev.Duration <= 0 || ev.Duration > maxBuffered {
		return
	}
	switch ev.Type {
	case EventSaid, EventPlayed, EventHeard:
		c.outbound = c.e.keep(behind(c.outbound, c.e.now, hum(ev.Duration)))
	case EventSpoke:
		if ev.Text != "" {
			c.makeSound(hum(ev.Duration))
		}
	}
}
