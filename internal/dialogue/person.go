package dialogue

import (
	"strings"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// Press presses keys one after the other: 0-9, *, #, A-D; w waits half a second
// of virtual time. Each key takes full effect before the next, as if pressed
// slowly. It reports how many keys the call was listening for.
func (c *Call) Press(keys string) (heard int) {
	defer c.e.act()()
	c.finishSpeaking()
	for _, key := range strings.ToUpper(keys) {
		if !strings.ContainsRune("0123456789*#ABCD", key) || c.over() {
			continue
		}
		if c.press(string(key)) {
			heard++
		}
		c.e.touched()
	}
	return heard
}

func (c *Call) press(key string) bool {
	star := key == "*" && c.starEnds()
	if app := c.voice(); !star && app != c {
		return app.press(key)
	}
	if !star && (c.listening == nil || !c.listening.keys) {
		c.emit(Event{Type: EventPressedInVain, Text: key})
		return false
	}
	if c.paying == nil || key == "*" { // the digits of a card are secret
		c.emit(Event{Type: EventPressed, Text: key})
	}
	c.inbox = append(c.inbox, input{key: key})
	c.e.wake(c.p)
	return true
}

// starEnds reports whether a star ends the dialed call: hangupOnStar applies
// only while people are connected.
func (c *Call) starEnds() bool {
	return c.dial != nil && c.dial.hangupOnStar && (c.activity.State == StateTalking || c.activity.State == StateInConference)
}

// Speak says words into the phone: to a Gather, a recording, or whoever is on
// the line. Speaking takes as long as it takes to say the words. It reports
// whether a Gather, a recording, a person, or a stream or a transcription of
// Start heard.
func (c *Call) Speak(words string) bool { return c.SpeakClearly(words, 0.9) }

// SpeakClearly is Speak with the confidence, 0 to 1, that speech recognition
// will have.
func (c *Call) SpeakClearly(words string, confidence float64) bool {
	defer c.e.act()()
	c = c.voice()
	if c.over() {
		return false
	}
	length := speakingTime(words)
	heard := c.utter(words, length)
	if c.listening != nil && c.listening.speech {
		c.inbox = append(c.inbox, input{speech: words, confidence: confidence, length: length})
		c.e.wake(c.p)
		heard = true
	}
	c.e.touched()
	return heard
}

// Talk speaks for d, like someone leaving a message.
func (c *Call) Talk(d time.Duration, words string) bool {
	defer c.e.act()()
	c = c.voice()
	if c.over() {
		return false
	}
	heard := c.utter(words, d)
	c.e.touched()
	return heard
}

// utter makes the person's voice heard for d.
func (c *Call) utter(words string, d time.Duration) (heard bool) {
	if c.activity.State == StateRecording {
		c.sounding = laterOf(c.sounding, c.e.now).Add(d) // after what was said before
	} else {
		c.sounding = laterOf(c.sounding, c.e.now.Add(d))
	}
	c.emit(Event{Type: EventSpoke, Text: words, Duration: d})
	if words != "" {
		c.spoken = append(c.spoken, words)
		heard = c.overheard()
	}
	for _, other := range c.company() {
		other.emit(Event{Type: EventHeard, Text: words, Other: c, Duration: d})
		heard = true
	}
	if c.activity.State == StateRecording {
		heard = true
		c.e.wake(c.p)
	}
	c.transcribe("inbound_track", words)
	if c.seat != nil {
		c.room.speech(c.seat, d)
	}
	return heard
}

// finishSpeaking lets virtual time pass until the person has said into a
// recording what they began to say.
func (c *Call) finishSpeaking() {
	if c.e.cfg.Clock == nil && c.voice().activity.State == StateRecording {
		c.e.advance(c.voice().sounding)
	}
}

// Skip ends at once what the call would wait for until Activity.Until: what is said
// or played, the timeout of a Gather, a recording or a Pay, or the ringing of a
// phone. In virtual time that time passes. It reports whether there was such a wait.
func (c *Call) Skip() bool {
	defer c.e.act()()
	c = c.voice()
	if !c.skippable() {
		return false
	}
	if c.e.cfg.Clock == nil {
		c.e.advance(c.waitsUntil)
		return true
	}
	c.ahead += c.waitsUntil.Sub(c.e.now)
	c.skipped = true
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// Skippable reports whether [Call.Skip] would have an effect.
func (c *Call) Skippable() bool {
	defer c.e.act()()
	return c.voice().skippable()
}

func (c *Call) skippable() bool {
	if c.over() || c.waitsUntil.IsZero() {
		return false
	}
	switch c.activity.State {
	case StateRinging, StateSpeaking, StatePrompting, StateListening, StateRecording, StatePaying:
		return true
	}
	return false
}

// HangUp hangs up, after what was said into a recording.
func (c *Call) HangUp() {
	defer c.e.act()()
	c.finishSpeaking()
	if c.over() || c.gone {
		return
	}
	c.emit(Event{Type: EventHungUp})
	c.gone = true
	c.e.wake(c.p)
	c.e.touched()
}

// Answer answers a ringing call: one that was dialed, or that the program
// makes.
func (c *Call) Answer() bool { return c.React(Reaction{}) }

// Decline ends a ringing call: busy, no-answer, failed or canceled.
func (c *Call) Decline(status webhook.CallStatus) bool { return c.React(Reaction{Status: status}) }

// React performs r at once. It reports false if the phone is not ringing.
func (c *Call) React(r Reaction) bool {
	defer c.e.act()()
	if c.activity.State != StateRinging || c.reaction != nil {
		return false
	}
	c.reaction = &r
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// company returns who hears the person.
func (c *Call) company() []*Call {
	if c.peer != nil {
		return []*Call{c.peer}
	}
	if c.seat == nil || c.seat.muted || c.seat.held || !c.room.started {
		return nil
	}
	var out []*Call
	for _, s := range c.room.seats {
		if s != c.seat && !s.held {
			out = append(out, s.call)
		}
	}
	return out
}

// speakingTime is how long words take to say: 15 characters a second, and a
// breath.
func speakingTime(words string) time.Duration {
	if words == "" {
		return 0
	}
	return 300*time.Millisecond + time.Duration(len([]rune(words)))*time.Second/15
}
