package relay

import (
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// Who a [Line] is by.
const (
	Caller = "caller"
	Agent  = "agent"
	Action = "action" // something that was done; see [Turn.Keep]
)

// A Line is one entry of a conversation's history. It is plain data that
// encoding/json writes and reads, so another process can go on with it.
type Line struct {
	Who    string `json:"who"`              // Caller, Agent or Action
	Text   string `json:"text,omitempty"`   // what was said, or sent to be said
	Keys   string `json:"keys,omitempty"`   // what the caller pressed
	Heard  string `json:"heard,omitempty"`  // of an agent's line: the part of Text that the caller heard
	Exact  bool   `json:"exact,omitempty"`  // whether Heard is what Twilio reported, and not an estimate
	Filler bool   `json:"filler,omitempty"` // said to bridge a pause; see [Turn.Filler]
}

// Said returns what belongs in the prompt of a language model: for an agent
// what was heard, else the text, or the keys.
func (l Line) Said() string {
	switch {
	case l.Who == Agent:
		return l.Heard
	case l.Text == "":
		return l.Keys
	}
	return l.Text
}

// LogValue shows sizes alone.
func (l Line) LogValue() slog.Value {
	return slog.GroupValue(slog.String("who", l.Who), slog.Int("bytes", len(l.Text)), slog.Int("heard", len(l.Heard)))
}

// Format prints what LogValue shows, for every verb.
func (l Line) Format(f fmt.State, _ rune) { format(f, l) }

// record is a line as long as it can change.
type record struct {
	line    Line
	text    []byte // of an agent's line, instead of line.Text
	heard   int    // bytes of text
	tag     uint64 // the turn
	began   time.Time
	sound   time.Time // when it began to be heard
	guessed bool      // heard is an estimate
	foreign bool      // not sent by us: the greeting of the TwiML
	pending int       // items that are still in the queue
}

func (r *record) snapshot() Line {
	l := r.line
	if l.Who == Agent {
		l.Text = string(r.text)
		l.Heard = l.Text[:r.heard]
		l.Exact = !r.guessed && r.pending == 0
	}
	return l
}

// History returns the conversation so far: what the caller said and what the
// caller heard, the greeting included if the TwiML switches tokens-played
// events on. The last lines can still change while the agent speaks.
func (s *Session) History() []Line {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := make([]Line, len(s.history))
	for i, r := range s.history {
		lines[i] = r.snapshot()
	}
	return lines
}

func (s *Session) addLine(l Line) {
	s.history = append(s.history, &record{line: l, began: time.Now()})
}

// newRecord begins an agent's line.
func (s *Session) newRecord(tag uint64, filler bool, now time.Time) *record {
	r := &record{line: Line{Who: Agent, Filler: filler}, tag: tag, began: now}
	s.history = append(s.history, r)
	return r
}

// addForeign adds words that were played and not sent by us, and which began to
// be played at the given time: the greeting. They come before what was said or
// sent since.
func (s *Session) addForeign(text string, began time.Time) {
	at := len(s.history)
	for at > 0 && (s.history[at-1].began.After(began) && !began.IsZero() || s.history[at-1].pending > 0 && s.history[at-1].heard == 0) {
		at--
	}
	if at > 0 && s.history[at-1].foreign && s.history[at-1].began.Equal(began) {
		r := s.history[at-1]
		r.text = append(r.text, text...)
		r.heard = len(r.text)
		return
	}
	r := &record{line: Line{Who: Agent}, text: []byte(text), heard: len(text), foreign: true, began: began}
	s.history = slices.Insert(s.history, at, r)
}
