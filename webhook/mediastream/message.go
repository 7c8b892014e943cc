package mediastream

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ringback-go/ringback/internal/live/wire"
)

// ErrMessage is wrapped by errors about a message that Twilio would refuse.
var ErrMessage = errors.New("mediastream: invalid message")

// A Message is a message to Twilio: [Media], [Mark] or [Clear]. Only streams of
// <Connect> accept messages.
type Message interface {
	appendMessage(dst []byte) ([]byte, error)
}

// Clear empties Twilio's audio buffer. Marks that wait in it come back at once.
type Clear struct {
	StreamSID string
}

// Append appends the message as Twilio reads it. The error wraps [ErrMessage]
// if the stream SID, or the name of a mark, is missing. Messages that are not
// changed while they are sent may be used concurrently.
func Append(dst []byte, m Message) ([]byte, error) {
	if m == nil {
		return dst, fmt.Errorf("%w: nil", ErrMessage)
	}
	return m.appendMessage(dst)
}

func begin(dst []byte, event, streamSID string) ([]byte, error) {
	if streamSID == "" {
		return dst, fmt.Errorf("%w: %s without a stream SID", ErrMessage, event)
	}
	dst = append(dst, `{"event":"`...)
	dst = append(dst, event...)
	dst = append(dst, `","streamSid":`...)
	return wire.AppendText(dst, streamSID), nil
}

func (m Media) appendMessage(dst []byte) ([]byte, error) {
	start := len(dst)
	dst, err := begin(dst, "media", m.StreamSID)
	if err != nil {
		return dst[:start], err
	}
	return append(appendPayload(append(dst, `,"media":{"payload":"`...), m.Payload), `"}}`...), nil
}

func appendPayload(dst, payload []byte) []byte {
	dst = slices.Grow(dst, base64.StdEncoding.EncodedLen(len(payload))+3)
	return base64.StdEncoding.AppendEncode(dst, payload)
}

func (m Mark) appendMessage(dst []byte) ([]byte, error) {
	start := len(dst)
	if m.Name == "" {
		return dst, fmt.Errorf("%w: mark without a name", ErrMessage)
	}
	dst, err := begin(dst, "mark", m.StreamSID)
	if err != nil {
		return dst[:start], err
	}
	return append(wire.AppendText(append(dst, `,"mark":{"name":`...), m.Name), `}}`...), nil
}

func (m Clear) appendMessage(dst []byte) ([]byte, error) {
	start := len(dst)
	dst, err := begin(dst, "clear", m.StreamSID)
	if err != nil {
		return dst[:start], err
	}
	return append(dst, '}'), nil
}

// ParseMessage parses a message to Twilio, for programs that simulate Twilio.
// The error wraps [ErrMalformed] for what Twilio would not accept.
func ParseMessage(frame []byte) (Message, error) {
	f, err := read(frame)
	if err != nil {
		return nil, err
	}
	sid := f.top.Text("streamSid")
	var m Message
	switch f.event {
	case "media":
		f.enter("media")
		m = Media{StreamSID: sid, Payload: f.payload()}
	case "mark":
		f.enter("mark")
		name := f.inner.Text("name")
		if name == "" {
			f.inner.Fail("mark", errors.New("without a name"))
		}
		m = Mark{StreamSID: sid, Name: name}
	case "clear":
		m = Clear{StreamSID: sid}
	default:
		f.top.Fail("event", errors.New("not one that a server sends"))
	}
	if sid == "" {
		f.top.Fail("streamSid", errors.New("missing"))
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return m, nil
}

// AppendEvent appends the event as Twilio writes it, for programs that simulate
// Twilio. It is the inverse of [Parse].
func AppendEvent(dst []byte, e Event) []byte { return e.appendEvent(dst) }

// object writes an event with one object inside.
type object struct {
	dst   []byte
	extra map[string]json.RawMessage
}

func newObject(dst []byte, event string, sequence int64, extra map[string]json.RawMessage) object {
	o := object{append(append(append(dst, `{"event":"`...), event...), '"'), extra}
	if sequence > 0 {
		o.count("sequenceNumber", sequence)
	}
	return o
}

func (o *object) name(name string) {
	if last := o.dst[len(o.dst)-1]; last != '{' {
		o.dst = append(o.dst, ',')
	}
	o.dst = append(wire.AppendText(o.dst, name), ':')
}

func (o *object) text(name, value string) {
	o.name(name)
	o.dst = wire.AppendText(o.dst, value)
}

// count writes a number as Twilio does: as a string.
func (o *object) count(name string, n int64) {
	o.name(name)
	o.dst = fmt.Appendf(o.dst, `"%d"`, n)
}

func (o *object) open(name string) {
	o.name(name)
	o.dst = append(o.dst, '{')
}

// shut closes the inner object, after the members without a field.
func (o *object) shut(name string) {
	o.rest(name + ".")
	o.dst = append(o.dst, '}')
}

func (o *object) end() []byte {
	o.rest("")
	return append(o.dst, '}')
}
