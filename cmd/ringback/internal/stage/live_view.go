package stage

import (
	"slices"
	"time"
)

// A Session is a WebSocket between Twilio and the program, as the page shows it.
// Times are in milliseconds since At.
type Session struct {
	SID      string    `json:"sid"`
	Call     string    `json:"call"`
	Kind     string    `json:"kind"` // ConversationRelay, Stream
	Verb     string    `json:"verb"` // Connect, Start
	URL      string    `json:"url"`
	State    string    `json:"state"` // connecting, open, closed, failed
	At       time.Time `json:"at"`    // when the handshake began
	Opened   *int64    `json:"opened,omitempty"`
	Ended    *int64    `json:"ended,omitempty"`
	Status   int       `json:"status,omitempty"` // of the answer to a handshake that was refused
	Close    *Close    `json:"close,omitempty"`
	Problems []Problem `json:"problems"`
	Partials bool      `json:"partials"` // the program gets partial prompts
	Keys     bool      `json:"keys"`     // the program gets keys
	Sent     int       `json:"sent"`     // messages to the program so far
	Received int       `json:"received"` // messages of the program so far
	Items    []Item    `json:"items"`
	Frames   []Frame   `json:"frames"`
	Levels   Levels    `json:"levels"`
}

// Close is how a WebSocket was closed.
type Close struct {
	Code   int    `json:"code"` // -1: without a close frame
	Reason string `json:"reason,omitempty"`
	By     string `json:"by"` // program, Twilio
}

// A Problem is an error or a warning that Twilio logs for a session, and what to
// do about it.
type Problem struct {
	At     int64  `json:"at"`
	Code   int    `json:"code,omitempty"`
	Text   string `json:"text"`
	Advice string `json:"advice,omitempty"`
	Flag   string `json:"flag,omitempty"` // of the command, that helps
	Mild   bool   `json:"mild,omitempty"` // a warning
}

// An Item is a step of the conversation in a session.
type Item struct {
	N             int    `json:"n"`
	At            int64  `json:"at"`
	Who           string `json:"who"`  // caller, agent, Twilio
	Kind          string `json:"kind"` // speech, keys, greeting, reply, play, digits, language, sound, interrupt, end, action
	Text          string `json:"text,omitempty"`
	Lang          string `json:"lang,omitempty"`
	Open          bool   `json:"open,omitempty"` // more of it may come: a partial prompt, a reply without its last token, sound
	Tokens        int    `json:"tokens,omitempty"`
	Heard         string `json:"heard,omitempty"`  // the part of a reply that the caller has heard
	Cut           bool   `json:"cut,omitempty"`    // the caller hears no more of it
	Length        int64  `json:"length,omitempty"` // of sound; of an interrupt: durationUntilInterruptMs
	FirstToken    *int64 `json:"firstToken,omitempty"`
	FirstSound    *int64 `json:"firstSound,omitempty"`
	Interruptible *bool  `json:"interruptible,omitempty"`
	Preemptible   bool   `json:"preemptible,omitempty"`
	Exchange      int64  `json:"exchange,omitempty"` // of an action

	asked time.Time // what a reply answers, until its first sound
}

// A Frame is a WebSocket message.
type Frame struct {
	N    int    `json:"n"`
	At   int64  `json:"at"`
	Out  bool   `json:"out"` // the program has sent it
	Type string `json:"type"`
	Size int    `json:"size"`
	Text string `json:"text"` // JSON without sound
}

// Levels are the loudness of both directions in steps of 100 ms, from 0 to 1000.
type Levels struct {
	From int   `json:"from"` // the step with which the lists begin
	In   []int `json:"in"`   // the caller
	Out  []int `json:"out"`  // the program
}

// LiveNews is what has changed in a session. Items and frames replace those with
// the same number, and levels those of the same steps.
type LiveNews struct {
	Session
	Dropped int `json:"dropped"` // frames up to this number are not kept any more
}

// Sessions returns the WebSockets of a call, the first one first.
func (s *Stage) Sessions(call string) []Session {
	l := s.live
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []Session{}
	for _, v := range l.sessions {
		if v.Call == call {
			out = append(out, v.whole())
		}
	}
	return out
}

// AllSessions returns the WebSockets of all calls, the latest first, without their
// items, frames and levels.
func (s *Stage) AllSessions() []Session {
	l := s.live
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []Session{}
	for _, v := range slices.Backward(l.sessions) {
		c := v.Session
		c.Problems = append([]Problem{}, v.Problems...)
		c.Items, c.Frames, c.Levels = []Item{}, []Frame{}, Levels{In: []int{}, Out: []int{}}
		out = append(out, c)
	}
	return out
}

// whole returns everything that is kept of a session.
func (v *session) whole() Session {
	c := v.Session
	c.Problems = append([]Problem{}, v.Problems...)
	c.Items = make([]Item, len(v.items))
	for i, item := range v.items {
		c.Items[i] = *item
	}
	c.Frames = append([]Frame{}, v.Frames...)
	c.Levels.In, c.Levels.Out = append([]int{}, v.Levels.In...), append([]int{}, v.Levels.Out...)
	return c
}

// changes returns what is new in a session since the last call.
func (v *session) changes() LiveNews {
	n := LiveNews{Session: v.Session, Dropped: v.dropped}
	n.Problems = append([]Problem{}, v.Problems...)
	n.Items = []Item{}
	for _, item := range v.items {
		if v.dirty[item.N] {
			n.Items = append(n.Items, *item)
		}
	}
	i := len(v.Frames)
	for i > 0 && v.Frames[i-1].N > v.toldFrames {
		i--
	}
	n.Frames = append([]Frame{}, v.Frames[i:]...)
	from := min(v.dirtyLevel, max(len(v.Levels.In), len(v.Levels.Out)))
	n.Levels = Levels{From: from, In: tail(v.Levels.In, from), Out: tail(v.Levels.Out, from)}
	v.news, v.toldFrames, v.dirtyLevel = false, v.count, keptLevels
	clear(v.dirty)
	return n
}

func tail(list []int, from int) []int {
	if from >= len(list) {
		return []int{}
	}
	return append([]int{}, list[from:]...)
}
