package dialogue

import (
	"errors"
	"time"

	"github.com/coder/websocket"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// LiveType says what happened on a WebSocket to the program.
type LiveType string

// What can happen. The comment says which fields of the [LiveEvent] are filled
// besides At, Call, SID and Node.
const (
	LiveConnecting LiveType = "connecting" // the handshake begins; Text is the URL
	LiveOpen       LiveType = "open"       // the handshake was accepted
	LiveRefused    LiveType = "refused"    // it was not; Status of the answer, zero without one; Err
	LiveSent       LiveType = "sent"       // a message to the program; Data
	LiveReceived   LiveType = "received"   // a message of the program; Data
	LiveSpeaking   LiveType = "speaking"   // a clause of a ConversationRelay begins to be heard; Text
	LivePlaying    LiveType = "playing"    // sound of a Stream begins to be heard; Data is μ-law at 8 kHz
	LiveCut        LiveType = "cut"        // what was being heard was cut
	LiveClosed     LiveType = "closed"     // Status is the close code, -1 if there was none; Text is the reason; Ours
)

// LiveEvent is something that happened on a WebSocket to the program, passed to
// Config.Live as it happens.
type LiveEvent struct {
	Type   LiveType
	At     time.Time
	Call   *Call
	SID    string      // of the session or the stream
	Node   *twiml.Node // ConversationRelay or Stream
	Data   []byte      // must not be changed
	Text   string
	Status int
	Ours   bool // Twilio's side closed first
	Beside bool // a Stream of Start, which runs beside the document
	Err    error
}

// watched passes on what happens on the WebSocket of a session.
func (s *session) watched(ev LiveEvent) {
	if s.call.e.cfg.Live == nil {
		return
	}
	if ev.At.IsZero() {
		ev.At = s.call.e.now
	}
	ev.Call, ev.SID, ev.Node, ev.Beside = s.call, s.sid, s.v, s.beside
	s.call.e.cfg.Live(ev)
}

// ended passes on the end of a WebSocket, once.
func (k *socket) ended(code websocket.StatusCode, reason string, ours bool) {
	if !k.told {
		k.told = true
		k.s.watched(LiveEvent{Type: LiveClosed, Status: int(code), Text: reason, Ours: ours})
	}
}

// endedBy is ended for an error of reading.
func (k *socket) endedBy(err error) {
	var end websocket.CloseError
	if errors.As(err, &end) {
		k.ended(end.Code, end.Reason, false)
		return
	}
	k.ended(-1, "", false)
}

// Jitter of sound that comes from a microphone.
const (
	liveDelay = 60 * time.Millisecond // from the first piece to its place on the line
	liveAhead = time.Second           // of sound that may wait
)

// SpeakLive lets a piece of live sound be heard from the person's phone: μ-law at
// 8 kHz, as a microphone delivers it piece by piece. Pieces that come a little
// early or late leave no gap. It reports false after the call, and for a piece
// that is dropped because too much waits.
func (c *Call) SpeakLive(sound []byte) bool {
	defer c.e.act()()
	if c.over() {
		return false
	}
	end := c.e.now
	if n := len(c.inbound); n > 0 {
		end = c.inbound[n-1].end()
	}
	if end.Sub(c.e.now) > liveAhead {
		return false
	}
	at := end
	if !end.After(c.e.now) {
		at = c.e.now.Add(liveDelay)
	}
	c.inbound = c.e.keep(behind(c.inbound, at, sound))
	return true
}

// end is when a sound is over.
func (s Sounding) end() time.Time { return s.At.Add(audio.MuLaw8k.Duration(len(s.Sound))) }

// keep drops the oldest of sounds, where they are limited.
func (e *Engine) keep(sounds []Sounding) []Sounding {
	limit := e.limits.Sound
	if limit <= 0 || len(sounds) == 0 {
		return sounds
	}
	n := 0
	for n < len(sounds)-1 && e.now.Sub(sounds[n].end()) > limit {
		n++
	}
	if n == 0 || n < len(sounds)/2 { // not for every piece
		return sounds
	}
	return append([]Sounding(nil), sounds[n:]...)
}

// Type lets the person say words to a ConversationRelay as they come: text is
// all of it so far, and each call makes a partial prompt if the TwiML asks for
// them. The first one cuts what is being played, if that may be cut. last ends
// it: the program gets the prompt, or none if text is empty. It reports false if
// nothing listens, or if the program cannot be interrupted now; it may listen
// when it has finished.
func (c *Call) Type(text string, last bool) bool {
	defer c.e.act()()
	c = c.voice()
	r, ok := c.link.(*relay)
	if !ok || c.over() || r.over {
		return false
	}
	heard := r.typed(text, last)
	if heard && last && text != "" {
		c.emit(Event{Type: EventSpoke, Text: text, Duration: speakingTime(text)})
		c.spoken = append(c.spoken, text)
		c.transcribe("inbound_track", text)
	}
	c.e.touched()
	return heard
}

// typed is [Call.Type] for a session.
func (r *relay) typed(text string, last bool) bool {
	if !r.typing {
		if text == "" {
			return true
		}
		cut := r.cuttable("speech")
		if r.sounding && !cut && !r.report.allows("speech") {
			return false
		}
		r.typing = true
		r.speakerEvent("clientSpeaking", "on")
		if cut {
			r.cut()
			r.silence()
		}
	}
	if last {
		r.typing = false
		r.speakerEvent("clientSpeaking", "off")
		if text != "" {
			r.prompt(text, true)
		}
	} else if r.partials && text != "" {
		r.prompt(text, false)
	}
	return true
}
