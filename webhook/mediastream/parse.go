package mediastream

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ringback-go/ringback/internal/live"
	"github.com/ringback-go/ringback/internal/live/wire"
)

// ErrMalformed is wrapped by the errors of [Parse].
var ErrMalformed = live.ErrMalformed

// strict refuses base64 with stray bits at its end.
var strict = base64.StdEncoding.Strict()

// maxMillis is the largest number of milliseconds that fits in a time.Duration.
const maxMillis = int64(1<<63-1) / int64(time.Millisecond)

// Parse parses one message from Twilio. A message with an unknown event is an
// [*Unknown], never an error. Counts may be numbers or strings of digits; null
// and missing members are empty.
//
// The error wraps [ErrMalformed]: the frame is not one JSON object in UTF-8,
// has no event or a repeated member, or a member has an impossible value, such
// as a payload that is not base64.
func Parse(frame []byte) (Event, error) {
	if e := scanned(frame); e != nil {
		return e, nil
	}
	return parse(frame)
}

// parse is Parse for any message, and the plain twin of scanMedia.
func parse(frame []byte) (Event, error) {
	f, err := read(frame)
	if err != nil {
		return nil, err
	}
	var e Event
	switch f.event {
	case "connected":
		e = &Connected{Protocol: f.text(&f.top, "protocol"), Version: f.text(&f.top, "version"), Extra: f.extra()}
	case "start":
		e = f.start()
	case "media":
		m := &Media{SequenceNumber: f.count(&f.top, "sequenceNumber"), StreamSID: f.text(&f.top, "streamSid")}
		f.enter("media")
		m.Track = Track(f.text(&f.inner, "track"))
		m.Chunk = f.count(&f.inner, "chunk")
		m.Timestamp = f.millis(&f.inner, "timestamp")
		m.Payload = f.payload()
		m.Extra = f.extra()
		e = m
	case "dtmf":
		d := &DTMF{SequenceNumber: f.count(&f.top, "sequenceNumber"), StreamSID: f.text(&f.top, "streamSid")}
		f.enter("dtmf")
		d.Track, d.Digit = f.text(&f.inner, "track"), f.text(&f.inner, "digit")
		d.Extra = f.extra()
		e = d
	case "mark":
		m := &Mark{SequenceNumber: f.count(&f.top, "sequenceNumber"), StreamSID: f.text(&f.top, "streamSid")}
		f.enter("mark")
		m.Name = f.text(&f.inner, "name")
		m.Extra = f.extra()
		e = m
	case "stop":
		s := &Stop{SequenceNumber: f.count(&f.top, "sequenceNumber"), StreamSID: f.text(&f.top, "streamSid")}
		f.enter("stop")
		s.AccountSID, s.CallSID = f.text(&f.inner, "accountSid"), f.text(&f.inner, "callSid")
		s.Extra = f.extra()
		e = s
	default:
		return &Unknown{Event: f.event, Raw: slices.Clone(frame)}, nil
	}
	if f.err != nil {
		return nil, f.err
	}
	return e, nil
}

func (f *fields) start() Event {
	s := &Start{SequenceNumber: f.count(&f.top, "sequenceNumber"), CustomParameters: map[string]string{}}
	outer := f.text(&f.top, "streamSid")
	f.enter("start")
	s.StreamSID = f.text(&f.inner, "streamSid")
	if s.StreamSID == "" {
		s.StreamSID = outer
	}
	s.AccountSID, s.CallSID = f.text(&f.inner, "accountSid"), f.text(&f.inner, "callSid")
	if value := f.inner.take("tracks"); value != nil {
		f.fail("tracks", json.Unmarshal(value, &s.Tracks))
	}
	if value := f.inner.take("mediaFormat"); value != nil {
		o := wire.Members(value)
		for name, value := range members(&o) {
			switch string(name) {
			case "encoding":
				s.MediaFormat.Encoding = f.read(name, value)
			case "sampleRate":
				s.MediaFormat.SampleRate = f.int(name, value)
			case "channels":
				s.MediaFormat.Channels = f.int(name, value)
			default:
				f.keep("start.mediaFormat."+string(name), value)
			}
		}
		f.fail("mediaFormat", o.Err())
	}
	if value := f.inner.take("customParameters"); value != nil && string(value) != "null" {
		o := wire.Members(value)
		for name, value := range members(&o) {
			text, err := wire.Text(value)
			if err != nil {
				text = string(value) // not a reason to drop a call
			}
			s.CustomParameters[string(name)] = text
		}
		f.fail("customParameters", o.Err())
	}
	s.Extra = f.extra()
	return s
}

// members ranges over the members of an object.
func members(o *wire.Object) func(yield func(name, value []byte) bool) {
	return func(yield func(name, value []byte) bool) {
		for {
			name, value, ok := o.Next()
			if !ok || !yield(name, value) {
				return
			}
		}
	}
}

// fields is a parsed message: its members, and those of its inner object that
// have fields.
type fields struct {
	event string
	top   list
	inner list
	under string // the name of inner
	kept  map[string]json.RawMessage
	err   error
}

type list []member

type member struct {
	name, value []byte
	taken       bool
}

func (l list) take(name string) []byte {
	for i := range l {
		if string(l[i].name) == name {
			l[i].taken = true
			return l[i].value
		}
	}
	return nil
}

func read(frame []byte) (*fields, error) {
	f := new(fields)
	o := wire.Message(frame)
	for name, value := range members(&o) {
		if string(name) == "event" {
			if value[0] != '"' {
				return nil, malformed("event is not a string")
			}
			f.event, _ = wire.Text(value)
			continue
		}
		f.top = append(f.top, member{name: name, value: value})
	}
	if err := o.Err(); err != nil {
		return nil, malformed(err.Error())
	}
	if f.event == "" {
		return nil, malformed("no event")
	}
	return f, nil
}

func malformed(what string) error { return fmt.Errorf("mediastream: %w: %s", ErrMalformed, what) }

func (f *fields) fail(name string, err error) {
	if err != nil && f.err == nil {
		f.err = malformed(f.event + ": " + name + " is " + err.Error())
	}
}

// enter takes the object with the fields of the message.
func (f *fields) enter(name string) {
	value := f.top.take(name)
	if value == nil || string(value) == "null" {
		return
	}
	f.under = name
	o := wire.Members(value)
	for name, value := range members(&o) {
		f.inner = append(f.inner, member{name: name, value: value})
	}
	f.fail(name, o.Err())
}

func (f *fields) read(name, value []byte) string {
	s, err := wire.Text(value)
	f.fail(string(name), err)
	return s
}

func (f *fields) int(name, value []byte) int {
	n, err := wire.Int(value)
	if err == nil && n > 1<<31-1 {
		err = errors.New("too large")
	}
	f.fail(string(name), err)
	return int(n)
}

func (f *fields) text(l *list, name string) string {
	value := l.take(name)
	if value == nil {
		return ""
	}
	return f.read([]byte(name), value)
}

func (f *fields) count(l *list, name string) int64 {
	value := l.take(name)
	if value == nil {
		return 0
	}
	n, err := wire.Int(value)
	f.fail(name, err)
	return n
}

func (f *fields) millis(l *list, name string) time.Duration {
	n := f.count(l, name)
	if n > maxMillis {
		f.fail(name, errors.New("too large"))
		return 0
	}
	return time.Duration(n) * time.Millisecond
}

// payload decodes the audio. It refuses line breaks, which base64.Decode skips.
func (f *fields) payload() []byte {
	text := f.text(&f.inner, "payload")
	sound, err := strict.DecodeString(text)
	if err != nil || strict.EncodedLen(len(sound)) != len(text) {
		f.fail("payload", errors.New("not base64"))
		return nil
	}
	return sound
}

func (f *fields) keep(path string, value []byte) {
	if f.kept == nil {
		f.kept = map[string]json.RawMessage{}
	}
	f.kept[path] = slices.Clone(value)
}

// extra returns the members without a field.
func (f *fields) extra() map[string]json.RawMessage {
	for _, m := range f.top {
		if !m.taken {
			f.keep(string(m.name), m.value)
		}
	}
	for _, m := range f.inner {
		if !m.taken {
			f.keep(f.under+"."+string(m.name), m.value)
		}
	}
	return f.kept
}

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }
