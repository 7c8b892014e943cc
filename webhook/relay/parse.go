package relay

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ringback-go/ringback/internal/live"
	"github.com/ringback-go/ringback/internal/live/wire"
)

// ErrMalformed is wrapped by the errors of [Parse].
var ErrMalformed = live.ErrMalformed

// Parse parses one message from Twilio. A message of an unknown type is an
// [Unknown], never an error. Counts may be numbers or strings of digits; null
// and missing members are empty.
//
// The error wraps [ErrMalformed]: the frame is not one JSON object in UTF-8,
// has no type or a repeated member, or a member has an impossible value.
func Parse(frame []byte) (Event, error) {
	var m message
	if err := m.read(frame); err != nil {
		return nil, err
	}
	var e Event
	switch m.typ {
	case "setup":
		e = m.setup()
	case "prompt":
		e = Prompt{
			VoicePrompt: m.Text("voicePrompt"), Lang: m.Text("lang"), Last: m.Bool("last"),
			Extra: m.extra(),
		}
	case "dtmf":
		e = DTMF{Digit: m.Text("digit"), Extra: m.extra()}
	case "interrupt":
		e = Interrupt{
			UtteranceUntilInterrupt: m.Text("utteranceUntilInterrupt"),
			DurationUntilInterrupt:  time.Duration(m.Count("durationUntilInterruptMs", maxMillis)) * time.Millisecond,
			Extra:                   m.extra(),
		}
	case "info":
		e = m.info()
	case "error":
		e = Error{Description: m.Text("description"), Extra: m.extra()}
	default:
		return Unknown{Type: m.typ, Raw: slices.Clone(frame)}, nil
	}
	if err := m.Err(); err != nil {
		return nil, malformed(m.typ, err.Error())
	}
	return e, nil
}

// maxMillis is the largest number of milliseconds that fits in a time.Duration.
const maxMillis = int64(1<<63-1) / int64(time.Millisecond)

// message is a parsed frame. What its parser does not take is extra.
type message struct {
	wire.Fields
	typ string
}

func (m *message) read(frame []byte) error {
	m.Fields = wire.Read(wire.Message(frame))
	if err := m.Err(); err != nil {
		return malformed("", err.Error())
	}
	value := m.Take("type")
	if value != nil && value[0] != '"' {
		return malformed("", "type is not a string")
	}
	if m.typ, _ = wire.Text(value); m.typ == "" {
		return malformed("", "no type")
	}
	return nil
}

func malformed(typ, what string) error {
	if typ != "" {
		what = typ + ": " + what
	}
	return fmt.Errorf("relay: %w: %s", ErrMalformed, what)
}

func (m *message) extra() (extra map[string]json.RawMessage) {
	for name, value := range m.Rest() {
		if extra == nil {
			extra = map[string]json.RawMessage{}
		}
		extra[name] = value
	}
	return extra
}

func (m *message) setup() Event {
	e := Setup{
		SessionID: m.Text("sessionId"), CallSID: m.Text("callSid"), ParentCallSID: m.Text("parentCallSid"),
		AccountSID: m.Text("accountSid"), ApplicationSID: m.Text("applicationSid"),
		From: m.Text("from"), To: m.Text("to"), ForwardedFrom: m.Text("forwardedFrom"), CallerName: m.Text("callerName"),
		Direction: m.Text("direction"), CallType: m.Text("callType"), CallStatus: m.Text("callStatus"),
		CustomParameters: m.Texts("customParameters"),
	}
	e.Extra = m.extra()
	return e
}

func (m *message) info() Event {
	e := Info{Name: m.Text("name"), Value: slices.Clone(m.Take("value"))}
	if n := m.Count("ts", maxMillis); n > 0 {
		e.Time = time.UnixMilli(n).UTC()
	}
	e.Extra = m.extra()
	return e
}

// AppendEvent appends the message as Twilio writes it, for programs that
// simulate Twilio. It is the inverse of [Parse].
func AppendEvent(dst []byte, e Event) []byte { return e.append(dst) }

// object appends the members of one object.
type object struct{ dst []byte }

func newObject(dst []byte, typ string) object {
	return object{wire.AppendText(append(dst, `{"type":`...), typ)}
}

func (o *object) name(name string) {
	o.dst = append(wire.AppendText(append(o.dst, ','), name), ':')
}

func (o *object) text(name, value string) {
	o.name(name)
	o.dst = wire.AppendText(o.dst, value)
}

func (o *object) bool(name string, value bool) {
	o.name(name)
	if value {
		o.dst = append(o.dst, "true"...)
	} else {
		o.dst = append(o.dst, "false"...)
	}
}

func (o *object) raw(name string, value []byte) {
	o.name(name)
	if len(value) == 0 {
		value = []byte("null")
	}
	o.dst = append(o.dst, value...)
}

func (o *object) end(extra map[string]json.RawMessage) []byte {
	if len(extra) > 0 {
		for _, name := range slices.Sorted(maps.Keys(extra)) {
			o.raw(name, extra[name])
		}
	}
	return append(o.dst, '}')
}

func (e Setup) append(dst []byte) []byte {
	o := newObject(dst, "setup")
	o.text("sessionId", e.SessionID)
	o.text("callSid", e.CallSID)
	o.text("parentCallSid", e.ParentCallSID)
	o.text("from", e.From)
	o.text("to", e.To)
	o.text("forwardedFrom", e.ForwardedFrom)
	o.text("callerName", e.CallerName)
	o.text("direction", e.Direction)
	o.text("callType", e.CallType)
	o.text("callStatus", e.CallStatus)
	o.text("accountSid", e.AccountSID)
	if e.ApplicationSID != "" {
		o.text("applicationSid", e.ApplicationSID)
	}
	o.name("customParameters")
	o.dst = append(o.dst, '{')
	for i, name := range slices.Sorted(maps.Keys(e.CustomParameters)) {
		if i > 0 {
			o.dst = append(o.dst, ',')
		}
		o.dst = append(wire.AppendText(o.dst, name), ':')
		o.dst = wire.AppendText(o.dst, e.CustomParameters[name])
	}
	o.dst = append(o.dst, '}')
	return o.end(e.Extra)
}

func (e Prompt) append(dst []byte) []byte {
	o := newObject(dst, "prompt")
	o.text("voicePrompt", e.VoicePrompt)
	o.text("lang", e.Lang)
	o.bool("last", e.Last)
	return o.end(e.Extra)
}

func (e DTMF) append(dst []byte) []byte {
	o := newObject(dst, "dtmf")
	o.text("digit", e.Digit)
	return o.end(e.Extra)
}

func (e Interrupt) append(dst []byte) []byte {
	o := newObject(dst, "interrupt")
	o.text("utteranceUntilInterrupt", e.UtteranceUntilInterrupt)
	o.raw("durationUntilInterruptMs", fmt.Append(nil, e.DurationUntilInterrupt.Milliseconds()))
	return o.end(e.Extra)
}

func (e Info) append(dst []byte) []byte {
	o := newObject(dst, "info")
	o.text("name", e.Name)
	o.raw("value", e.Value)
	if !e.Time.IsZero() {
		o.raw("ts", fmt.Append(nil, e.Time.UnixMilli()))
	}
	return o.end(e.Extra)
}

func (e Error) append(dst []byte) []byte {
	o := newObject(dst, "error")
	o.text("description", e.Description)
	return o.end(e.Extra)
}

func (e Unknown) append(dst []byte) []byte { return append(dst, e.Raw...) }
