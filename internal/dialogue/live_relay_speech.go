package dialogue

import (
	"strings"
	"time"
	"unicode/utf8"
)

// mode is a value of interruptible or reportInputDuringAgentSpeech.
type mode string

func (m mode) allows(kind string) bool {
	return m == "any" || m == "true" || string(m) == kind
}

// utterance is something in the queue of a relay.
type utterance struct {
	text          string // what has not been spoken
	whole         bool   // it is spoken in one piece
	closed        bool   // no more tokens come
	play          string
	loops         int
	digits        string
	interruptible mode
	preemptible   bool
	at            time.Time // when its sound may begin
}

// modeOf is what can cut an utterance that says so itself.
func (r *relay) modeOf(interruptible *bool) mode {
	switch {
	case interruptible == nil:
		return r.interruptible
	case *interruptible:
		return "any"
	}
	return "none"
}

func (r *relay) text(m *relayMessage) {
	if n := len(r.queue); n > 0 && !r.queue[n-1].closed {
		u := r.queue[n-1]
		if r.room() {
			u.text += *m.Token
		}
		u.closed = m.Last
		r.c.e.wake(r.speaker)
		return
	}
	if *m.Token == "" {
		return
	}
	r.add(&utterance{text: *m.Token, closed: m.Last, interruptible: r.modeOf(m.Interruptible), preemptible: m.Preemptible})
}

// add queues something to play. It cuts what is being played if that says that
// it may be cut.
func (r *relay) add(u *utterance) {
	u.at = r.c.e.now.Add(soundDelay)
	if r.sounding && len(r.queue) > 0 && r.queue[0].preemptible {
		if r.piece != "" {
			r.hearBegun()
			r.played(strings.TrimSpace(r.heard))
			r.cutOff()
		}
		r.queue = nil
		r.cuts++
	}
	if r.room() {
		r.queue = append(r.queue, u)
	}
	r.c.e.wake(r.speaker)
}

// room reports whether more may wait to be played. The first time that it may
// not is a warning.
func (r *relay) room() bool {
	size := 0
	for _, u := range r.queue {
		size += len(u.text) + len(u.play) + len(u.digits)
	}
	if len(r.queue) < maxQueued && size <= maxUnspoken {
		return true
	}
	if !r.flooded {
		r.flooded = true
		r.c.warn(failure(0, "the program sends more than can be played, and the rest is dropped"))
	}
	return false
}

// cutOff notes that the caller hears no more of the piece being spoken.
func (r *relay) cutOff() {
	r.s.watched(LiveEvent{Type: LiveCut})
	r.c.emit(Event{Type: EventCutOff, Node: r.s.v, Text: strings.TrimSpace(r.heard), Duration: r.c.e.now.Sub(r.began)})
	r.piece, r.heard = "", ""
}

// speak plays the queue.
func (r *relay) speak(p *proc) {
	for !r.over {
		if len(r.queue) == 0 {
			r.silence()
			p.park(time.Time{})
			continue
		}
		if u := r.queue[0]; r.perform(p, u) && len(r.queue) > 0 && r.queue[0] == u {
			r.queue = r.queue[1:]
		}
	}
}

// perform plays a piece of u. It reports whether u is over.
func (r *relay) perform(p *proc, u *utterance) bool {
	switch {
	case u.digits != "":
		r.silence()
		if !r.rest(p, digitsTime) {
			return false
		}
		r.played(u.digits)
		r.c.emit(Event{Type: EventDigitsSent, Node: r.s.v, Text: u.digits})
		return true
	case u.play != "":
		if !r.sound(p, u) {
			return false
		}
		r.began = p.e.now
		length := mediaLength * time.Duration(u.loops)
		r.c.emit(Event{Type: EventPlayed, Node: r.s.v, Text: u.play, Duration: length})
		return r.rest(p, length)
	}
	piece := u.text
	if !u.whole {
		piece = clause(u.text, u.closed)
	}
	if piece == "" {
		if u.closed {
			return true
		}
		p.park(time.Time{})
		return false
	}
	if !r.sound(p, u) {
		return false
	}
	u.text = u.text[len(piece):]
	r.piece, r.heard, r.began = piece, "", p.e.now
	r.s.watched(LiveEvent{Type: LiveSpeaking, Text: piece})
	for _, word := range words(piece) {
		r.word, r.wordBegan = word, p.e.now
		if !r.rest(p, time.Duration(utf8.RuneCountInString(word))*charTime) {
			return false
		}
		r.hear()
	}
	r.played(piece)
	r.c.emit(Event{Type: EventPieceHeard, Node: r.s.v, Text: strings.TrimSpace(piece), Duration: p.e.now.Sub(r.began)})
	r.c.transcribe("outbound_track", strings.TrimSpace(piece))
	r.piece, r.heard = "", ""
	return u.closed && u.text == ""
}

// hear notes that the caller has heard the word being spoken.
func (r *relay) hear() {
	r.heard += r.word
	r.c.emit(Event{Type: EventWordHeard, Node: r.s.v, Text: r.word})
	r.word = ""
}

// hearBegun is hear for a word that is cut.
func (r *relay) hearBegun() {
	if r.piece != "" && r.word != "" && r.c.e.now.Sub(r.wordBegan) >= begunTime {
		r.hear()
	}
}

// rest lets d pass. It reports false when the queue was cut meanwhile.
func (r *relay) rest(p *proc, d time.Duration) bool {
	end, cuts := p.e.now.Add(d), r.cuts
	for p.e.now.Before(end) {
		p.park(end)
		if r.cuts != cuts {
			return false
		}
	}
	return true
}

// sound waits until the sound of u begins.
func (r *relay) sound(p *proc, u *utterance) bool {
	if r.sounding {
		return true
	}
	if !r.rest(p, u.at.Sub(p.e.now)) {
		return false
	}
	r.sounding = true
	r.speakerEvent("agentSpeaking", "on")
	return true
}

func (r *relay) silence() {
	if r.sounding {
		r.sounding = false
		r.speakerEvent("agentSpeaking", "off")
	}
}

// clause returns the first piece of text that is spoken in one go.
func clause(text string, closed bool) string {
	if i := strings.IndexAny(text, ".,:;!?"); i >= 0 {
		return text[:i+1]
	}
	if closed {
		return text
	}
	return ""
}

// words splits text before its blanks, so that the words joined are text.
func words(text string) (out []string) {
	start := 0
	for i := 1; i < len(text); i++ {
		if text[i] == ' ' && text[i-1] != ' ' {
			out = append(out, text[start:i])
			start = i
		}
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// cuttable reports whether an input of the kind cuts what is being played.
func (r *relay) cuttable(kind string) bool {
	return r.sounding && len(r.queue) > 0 && r.queue[0].interruptible.allows(kind)
}

// cut drops the whole queue and reports how far it was heard.
func (r *relay) cut() {
	r.hearBegun()
	fragment, took := strings.TrimSpace(r.heard), r.c.e.now.Sub(r.began)
	if r.piece != "" {
		r.played(fragment)
		r.cutOff()
	}
	r.send(struct {
		Type      string `json:"type"`
		Utterance string `json:"utteranceUntilInterrupt"`
		Duration  int64  `json:"durationUntilInterruptMs"`
	}{"interrupt", fragment, took.Milliseconds()})
	r.queue = nil
	r.cuts++
	r.c.e.wake(r.speaker)
}
