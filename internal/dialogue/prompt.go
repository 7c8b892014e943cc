package dialogue

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
)

// mediaLength is the assumed length of a file.
const mediaLength = 3 * time.Second

// forever is how often Twilio repeats loop="0".
const forever = 1000

// prompt says, plays or pauses. stop, if not nil, reports whether the person
// has interrupted it.
func (c *Call) prompt(doc *document, v *twiml.Node, stop func() bool) error {
	switch c.activity.State {
	case StatePrompting, StatePaying, StateInQueue, StateInConference:
	default:
		defer c.busy(Activity{State: StateSpeaking, Pausing: v.Name == "Pause"})()
	}
	switch v.Name {
	case "Say":
		words := text(v)
		length := (speakingTime(words) + breaks(v)) * time.Duration(loops(v))
		c.emit(Event{Type: EventSaid, Node: v, Text: words, Duration: length})
		c.transcribe("outbound_track", words)
		return c.listenTo(length, stop)
	case "Play":
		return c.play(doc, v, stop)
	case "Pause":
		length := time.Duration(number(v, "length", 1)) * time.Second
		c.emit(Event{Type: EventPaused, Node: v, Duration: length})
		return c.listenTo(length, stop)
	}
	return nil
}

// listenTo lets the person listen for a length of time, or until stop.
func (c *Call) listenTo(length time.Duration, stop func() bool) error {
	began := c.e.now
	err := c.until(began.Add(length), stop)
	if heard := c.e.now.Sub(began); err == nil && heard < length {
		c.emit(Event{Type: EventCutShort, Duration: heard})
	}
	return err
}

func (c *Call) play(doc *document, v *twiml.Node, stop func() bool) error {
	if digits := attr(v, "digits", ""); digits != "" {
		length := time.Duration(len(digits)) * 500 * time.Millisecond
		c.emit(Event{Type: EventDigitsSent, Node: v, Text: digits, Duration: length})
		return c.listenTo(length, stop)
	}
	ref := strings.TrimSpace(rawText(v))
	address, f := c.fetchMedia(doc, ref)
	if f != nil {
		f.Line, f.Col = v.Line, v.Column
		if c.e.cfg.MediaFailureEnds {
			return f
		}
		c.warn(f)
		return nil
	}
	length := mediaLength * time.Duration(loops(v))
	u, _ := c.e.resolve(doc.base, ref)
	c.emit(Event{Type: EventPlayed, Node: v, Text: address, Duration: length, Foreign: u != nil && c.e.foreign(u)})
	return c.listenTo(length, stop)
}

// maxMedia limits how many files are remembered.
const maxMedia = 1000

// fetchMedia fetches a file from the program under test, once. Files on other
// hosts are assumed to exist.
func (c *Call) fetchMedia(doc *document, ref string) (string, *Failure) {
	u, f := c.e.resolve(doc.base, ref)
	if f != nil {
		return ref, f
	}
	key := u.String()
	if c.e.foreign(u) {
		return key, nil
	}
	if f, done := c.e.media[key]; done {
		if f != nil {
			again := *f
			f = &again
		}
		return key, f
	}
	x, f := c.e.fetchUnread(c.p, request{kind: KindMedia, url: u, method: http.MethodGet, call: c})
	switch {
	case f != nil && errors.Is(f, ErrNotSent):
		f = nil // the program redirects to a file on another host
	case f == nil:
		switch kind := x.ResponseHeader.Get("Content-Type"); {
		case strings.HasPrefix(kind, "audio/"), strings.HasPrefix(kind, "application/octet-stream"):
		default:
			f = failure(13420, "the file to play has the Content-Type %q", kind)
			f.URL = x.URL
		}
	}
	if c.e.media == nil || len(c.e.media) >= maxMedia {
		c.e.media = map[string]*Failure{}
	}
	c.e.media[key] = f
	return key, f
}

// loops returns how often a prompt is repeated.
func loops(v *twiml.Node) int {
	n := number(v, "loop", 1)
	if n == 0 {
		return forever
	}
	return min(n, forever)
}

// number reads an attribute that is a number, not negative.
func number(v *twiml.Node, name string, def int) int {
	n, err := strconv.Atoi(strings.TrimSpace(attr(v, name, "")))
	if err != nil || n < 0 {
		return def
	}
	return min(n, 1<<30)
}

// breaks is how long the SSML breaks in a Say are.
func breaks(v *twiml.Node) (d time.Duration) {
	for _, n := range v.Children {
		if n.Name == "" {
			continue
		}
		if n.Name == "break" {
			length, err := time.ParseDuration(attr(n, "time", "500ms"))
			if err == nil && length > 0 && length <= 10*time.Second {
				d += length
			}
		}
		d += breaks(n)
	}
	return d
}
