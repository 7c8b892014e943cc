package relay

import (
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// Limits of a history.
const (
	maxHistory = 2 << 20  // bytes, counting lineSize for each line
	maxLine    = 64 << 10 // bytes of a line that Twilio said it played
	lineSize   = 256
)

// The authors of a [Line].
const (
	Caller = "caller"
	Agent  = "agent"
	Action = "action" // an action; see [Turn.Keep]
)

// A Line is one entry of a conversation's history. It is plain data that
// encoding/json can encode and decode, so another process can continue the
// conversation.
type Line struct {
	Who    string `json:"who"`              // Caller, Agent or Action
	Text   string `json:"text,omitempty"`   // what was said, or sent to be said
	Keys   string `json:"keys,omitempty"`   // what the caller pressed
	Heard  string `json:"heard,omitempty"`  // for the agent: the part of Text that the caller heard
	Exact  bool   `json:"exact,omitempty"`  // Heard was reported by Twilio, not estimated
	Filler bool   `json:"filler,omitempty"` // said to bridge a pause; see [Turn.Filler]
}

// Said returns what belongs in the prompt of a language model: what was heard
// for an agent, otherwise the text or the keys.
func (l Line) Said() string {
	switch {
	case l.Who == Agent:
		return l.Heard
	case l.Text == "":
		return l.Keys
	}
	return l.Text
}

// LogValue shows sizes only.
func (l Line) LogValue() slog.Value {
	return slog.GroupValue(slog.String("who", l.Who), slog.Int("bytes", len(l.Text)), slog.Int("heard", len(l.Heard)))
}

// Format prints what LogValue shows, for every verb.
func (l Line) Format(f fmt.State, _ rune) { format(f, l) }

// record is a line that can still change.
type record struct {
	line    Line
	text    []byte // for the agent, replaces line.Text
	heard   int    // bytes of text
	tag     uint64 // the turn
	began   time.Time
	sound   time.Time // when playback started
	guessed bool      // heard is an estimate
	foreign bool      // not sent by us: the greeting of the TwiML
	pending int       // number of items still in the queue
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
// caller heard, including the greeting if the TwiML turns on tokens-played
// events. The last lines can still change while the agent speaks.
//
// A session keeps at most about 2 MiB of it, counting 256 bytes for each line
// besides its text. The oldest lines are dropped first.
func (s *Session) History() []Line {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := make([]Line, len(s.history))
	for i, r := range s.history {
		lines[i] = r.snapshot()
	}
	return lines
}

// insert adds a line to the history.
func (s *Session) insert(at int, r *record) {
	s.history = slices.Insert(s.history, at, r)
	s.grow(lineSize + r.size())
}

func (r *record) size() int { return len(r.line.Text) + len(r.line.Keys) + len(r.text) }

// grow counts n bytes that are new in the history. When the limit is reached, it
// drops the oldest quarter, so that this is rarely necessary.
func (s *Session) grow(n int) {
	if s.recorded += n; s.recorded <= maxHistory {
		return
	}
	kept := 0
	for i := len(s.history) - 1; i >= 0; i-- {
		if n := lineSize + s.history[i].size(); kept+n <= maxHistory*3/4 || i == len(s.history)-1 {
			kept += n
			continue
		}
		s.history = slices.Delete(s.history, 0, i+1)
		break
	}
	s.recorded = kept
}

func (s *Session) addLine(l Line) {
	s.insert(len(s.history), &record{line: l, began: time.Now()})
}

// newRecord starts an agent's line.
func (s *Session) newRecord(tag uint64, filler bool, now time.Time) *record {
	r := &record{line: Line{Who: Agent, Filler: filler}, tag: tag, began: now}
	s.insert(len(s.history), r)
	return r
}

// addForeign adds words that Twilio played but we did not send, such as the
// greeting, with the time when playback started. They come before what was said
// or sent since.
func (s *Session) addForeign(text string, began time.Time) {
	at := len(s.history)
	for at > 0 && (s.history[at-1].began.After(began) && !began.IsZero() || s.history[at-1].pending > 0 && s.history[at-1].heard == 0) {
		at--
	}
	if at > 0 && s.history[at-1].foreign && s.history[at-1].began.Equal(began) && len(s.history[at-1].text) < maxLine {
		r := s.history[at-1]
		r.text = append(r.text, text...)
		r.heard = len(r.text)
		s.grow(len(text))
		return
	}
	r := &record{line: Line{Who: Agent}, text: []byte(text), heard: len(text), foreign: true, began: began}
	s.insert(at, r)
}
