package stage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/twiml"
)

// A Line is something that was said or done.
type Line struct {
	N        int       `json:"n"`
	At       time.Time `json:"at"`
	Group    string    `json:"group"`          // speech: people said and heard it; event: they notice it; protocol: they do not
	Who      string    `json:"who"`            // app, caller, twilio, other
	Name     string    `json:"name,omitempty"` // of another: whom the app dialed, or who is in the same conference
	Leg      string    `json:"leg,omitempty"`  // SID of the phone, of one that was dialed
	Kind     string    `json:"kind"`           // say, piece (of what an agent says), play, press, speak, fetch, error, warning, apology, end, ...
	Text     string    `json:"text"`
	Code     int       `json:"code,omitempty"` // of an error or warning
	Language string    `json:"language,omitempty"`
	Voice    string    `json:"voice,omitempty"`
	Millis   int64     `json:"ms,omitempty"`        // how long it takes; of what was cut short: how long it was heard
	Cut      bool      `json:"cut,omitempty"`       // short, by a key, by speech or by skipping
	Sound    bool      `json:"sound,omitempty"`     // there is a file to play, see Stage.Sound
	Recorded string    `json:"recording,omitempty"` // SID of the recording that was made
	Exchange int64     `json:"exchange,omitempty"`

	// What a test that is made of the call needs besides.
	Event    dialogue.EventType `json:"-"`
	Words    string             `json:"-"` // text of the event
	Dialed   string             `json:"-"` // who was dialed, if it happened at their phone
	Duration time.Duration      `json:"-"`
}

// line adds an event to a call. The lock is held.
func (s *Stage) line(e dialogue.Event, exchange int64) {
	c := s.callOf(e.Call)
	if e.Type == dialogue.EventFailed && e.Failure != nil && c.code == 0 {
		c.code, c.reason = e.Failure.Code, e.Failure.Text
	}
	if e.Type == dialogue.EventCutShort {
		c.cut(e)
	}
	if l := s.told(e); l.Text != "" {
		c.said++
		l.N, l.At, l.Exchange = c.said, e.At, exchange
		l.Sound = c.sound(l.N, e)
		l.Event, l.Words, l.Duration = e.Type, e.Text, e.Duration
		if e.Call.Parent() != nil {
			l.Dialed = personOf(e.Call)
		}
		c.keep(l)
	}
	select {
	case s.changed <- c.leg.SID():
	default: // a newer look at the call is on its way anyway
	}
}

// keep adds a line and drops the oldest beyond the bounds: the end of a call is more
// useful than its beginning.
func (c *call) keep(l Line) {
	c.lines = append(c.lines, l)
	c.size += l.bytes()
	for len(c.lines) > keptLines || c.size > keptWords && len(c.lines) > 1 {
		c.size -= c.lines[0].bytes()
		delete(c.sounds, c.lines[0].N)
		c.lines = c.lines[1:]
	}
}

func (l *Line) bytes() int { return len(l.Text) + len(l.Words) }

// cut notes that the last prompt at a phone was cut short.
func (c *call) cut(e dialogue.Event) {
	leg := ""
	if e.Call.Parent() != nil {
		leg = e.Call.SID()
	}
	for i := range slices.Backward(c.lines) {
		l := &c.lines[i]
		if l.Leg == leg && (l.Kind == "say" || l.Kind == "play" || l.Kind == "pause") {
			l.Cut, l.Millis = true, e.Duration.Milliseconds()
			return
		}
	}
}

// told returns the line for an event, which is not shown if its text is empty.
func (s *Stage) told(e dialogue.Event) Line {
	l := Line{Text: e.Line(), Millis: e.Duration.Milliseconds(), Recorded: e.Recording}
	l.Who, l.Kind = role(e.Type)
	switch e.Type {
	case dialogue.EventSaid:
		l.Text = e.Text
		l.Language, l.Voice = languageOf(e.Node)
		if e.Failure != nil {
			l.Who, l.Kind = "twilio", "apology"
		}
	case dialogue.EventPlayed, dialogue.EventDigitsSent, dialogue.EventPieceHeard:
		l.Text = strings.TrimSpace(e.Text)
	case dialogue.EventFailed, dialogue.EventWarned:
		if e.Failure != nil {
			l.Code, l.Text = e.Failure.Code, e.Failure.Text
		}
	case dialogue.EventPressed, dialogue.EventPressedInVain, dialogue.EventSpoke:
		if e.Text != "" { // a voice message has no words
			l.Text = e.Text
		}
	case dialogue.EventFetched:
		l.Text = strings.Replace(l.Text, " "+s.cfg.BaseURL+"/", " /", 1)
		l.Text = strings.Replace(l.Text, " -> ", " →\u00a0", 1)
	case dialogue.EventHeard:
		// Words within one call are already in its lines.
		if e.Other != nil && e.Call.Parent() == nil && rootOf(e.Other) != e.Call {
			return Line{Who: "other", Name: personOf(e.Other), Kind: "speak", Group: "speech", Text: cmp.Or(e.Text, "talks")}
		}
		return Line{}
	}
	l.Group = group(l.Kind)
	if l.Who == "twilio" {
		l.Text = strings.ReplaceAll(l.Text, "the caller ", personOf(rootOf(e.Call))+" ")
	}
	if l.Who == "caller" {
		l.Text = strings.TrimPrefix(l.Text, "the caller ") // whose name is shown next to it
	}
	if e.Call.Parent() != nil {
		l.Leg = e.Call.SID()
		if l.Who == "caller" {
			l.Who = "other"
		}
		if l.Who != "twilio" {
			l.Name = personOf(e.Call)
		}
		if l.Group == "speech" {
			l.Text = strings.TrimPrefix(l.Text, l.Name+" ")
		}
	}
	return l
}

// languageOf returns the language and the voice that a document gives for a text.
func languageOf(n *twiml.Node) (language, voice string) {
	if n == nil {
		return "", ""
	}
	language, _ = n.Attr("language")
	voice, _ = n.Attr("voice")
	return language, voice
}

// group says who notices a line, by its kind.
func group(kind string) string {
	switch kind {
	case "say", "piece", "play", "press", "speak", "apology":
		return "speech"
	case "end", "error", "warning", "enter", "answered", "ringing", "dialing", "bridged", "joined", "left", "muted", "held",
		"conference-started", "conference-ended", "enqueued", "dequeued", "recording-started", "recording-ended", "paying", "paid",
		"rejected", "referred", "session-started", "session-ended":
		return "event"
	}
	return "protocol"
}

// roles say who does something, and what kind of line it is.
var roles = map[dialogue.EventType][2]string{
	dialogue.EventSaid:          {"app", "say"},
	dialogue.EventPlayed:        {"app", "play"},
	dialogue.EventDigitsSent:    {"app", "play"},
	dialogue.EventPieceHeard:    {"app", "piece"},
	dialogue.EventPaused:        {"app", "pause"},
	dialogue.EventPressed:       {"caller", "press"},
	dialogue.EventPressedInVain: {"caller", "press"},
	dialogue.EventSpoke:         {"caller", "speak"},
	dialogue.EventHungUp:        {"caller", "end"},
	dialogue.EventEntered:       {"caller", "enter"},
	dialogue.EventFetched:       {"twilio", "fetch"},
	dialogue.EventFailed:        {"twilio", "error"},
	dialogue.EventWarned:        {"twilio", "warning"},
	dialogue.EventEnded:         {"twilio", "end"},
}

func role(t dialogue.EventType) (who, kind string) {
	if r, ok := roles[t]; ok {
		return r[0], r[1]
	}
	return "twilio", string(t)
}
