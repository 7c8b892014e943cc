package mediastream

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
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
		e = &Connected{Protocol: f.top.Text("protocol"), Version: f.top.Text("version"), Extra: f.extra()}
	case "start":
		e = f.start()
	case "media":
		m := &Media{SequenceNumber: f.top.Count("sequenceNumber", math.MaxInt64), StreamSID: f.top.Text("streamSid")}
		f.enter("media")
		m.Track = Track(f.inner.Text("track"))
		m.Chunk = f.inner.Count("chunk", math.MaxInt64)
		m.Timestamp = time.Duration(f.inner.Count("timestamp", maxMillis)) * time.Millisecond
		m.Payload = f.payload()
		m.Extra = f.extra()
		e = m
	case "dtmf":
		d := &DTMF{SequenceNumber: f.top.Count("sequenceNumber", math.MaxInt64), StreamSID: f.top.Text("streamSid")}
		f.enter("dtmf")
		d.Track, d.Digit = f.inner.Text("track"), f.inner.Text("digit")
		d.Extra = f.extra()
		e = d
	case "mark":
		m := &Mark{SequenceNumber: f.top.Count("sequenceNumber", math.MaxInt64), StreamSID: f.top.Text("streamSid")}
		f.enter("mark")
		m.Name = f.inner.Text("name")
		m.Extra = f.extra()
		e = m
	case "stop":
		s := &Stop{SequenceNumber: f.top.Count("sequenceNumber", math.MaxInt64), StreamSID: f.top.Text("streamSid")}
		f.enter("stop")
		s.AccountSID, s.CallSID = f.inner.Text("accountSid"), f.inner.Text("callSid")
		s.Extra = f.extra()
		e = s
	default:
		return &Unknown{Event: f.event, Raw: slices.Clone(frame)}, nil
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return e, nil
}

func (f *fields) start() Event {
	s := &Start{SequenceNumber: f.top.Count("sequenceNumber", math.MaxInt64)}
	outer := f.top.Text("streamSid")
	f.enter("start")
	s.StreamSID = f.inner.Text("streamSid")
	if s.StreamSID == "" {
		s.StreamSID = outer
	}
	s.AccountSID, s.CallSID = f.inner.Text("accountSid"), f.inner.Text("callSid")
	if value := f.inner.Take("tracks"); value != nil {
		f.inner.Fail("tracks", json.Unmarshal(value, &s.Tracks))
	}
	if value := f.inner.Take("mediaFormat"); value != nil {
		format := wire.Read(wire.Members(value))
		s.MediaFormat = MediaFormat{
			Encoding: format.Text("encoding"), SampleRate: int(format.Count("sampleRate", math.MaxInt32)), Channels: int(format.Count("channels", math.MaxInt32)),
		}
		for name, value := range format.Rest() {
			f.keep("start.mediaFormat."+name, value)
		}
		f.inner.Fail("mediaFormat", format.Err())
	}
	s.CustomParameters = f.inner.Texts("customParameters")
	s.Extra = f.extra()
	return s
}

// fields is a parsed message: its members, and those of its inner object that
// have fields.
type fields struct {
	event string
	top   wire.Fields
	inner wire.Fields
	under string // the name of inner
	kept  map[string]json.RawMessage
}

func read(frame []byte) (*fields, error) {
	f := &fields{top: wire.Read(wire.Message(frame))}
	if err := f.top.Err(); err != nil {
		return nil, malformed(err.Error())
	}
	value := f.top.Take("event")
	if value != nil && value[0] != '"' {
		return nil, malformed("event is not a string")
	}
	if f.event, _ = wire.Text(value); f.event == "" {
		return nil, malformed("no event")
	}
	return f, nil
}

func malformed(what string) error { return fmt.Errorf("mediastream: %w: %s", ErrMalformed, what) }

// err returns what is wrong with the message.
func (f *fields) err() error {
	if err := cmp.Or(f.top.Err(), f.inner.Err()); err != nil {
		return malformed(f.event + ": " + err.Error())
	}
	return nil
}

// enter takes the object with the fields of the message.
func (f *fields) enter(name string) {
	if value := f.top.Take(name); value != nil && string(value) != "null" {
		f.under, f.inner = name, wire.Read(wire.Members(value))
	}
}

// payload decodes the audio. It refuses line breaks, which base64.Decode skips.
func (f *fields) payload() []byte {
	text := f.inner.Text("payload")
	sound, err := strict.DecodeString(text)
	if err != nil || strict.EncodedLen(len(sound)) != len(text) {
		f.inner.Fail("payload", errors.New("not base64"))
		return nil
	}
	return sound
}

func (f *fields) keep(path string, value json.RawMessage) {
	if f.kept == nil {
		f.kept = map[string]json.RawMessage{}
	}
	f.kept[path] = value
}

// extra returns the members without a field.
func (f *fields) extra() map[string]json.RawMessage {
	for name, value := range f.top.Rest() {
		f.keep(name, value)
	}
	for name, value := range f.inner.Rest() {
		f.keep(f.under+"."+name, value)
	}
	return f.kept
}

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }
