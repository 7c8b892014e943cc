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
			VoicePrompt: m.text("voicePrompt"), Lang: m.text("lang"), Last: m.bool("last"),
			Extra: m.extra(),
		}
	case "dtmf":
		e = DTMF{Digit: m.text("digit"), Extra: m.extra()}
	case "interrupt":
		e = Interrupt{
			UtteranceUntilInterrupt: m.text("utteranceUntilInterrupt"),
			DurationUntilInterrupt:  time.Duration(m.count("durationUntilInterruptMs", maxMillis)) * time.Millisecond,
			Extra:                   m.extra(),
		}
	case "info":
		e = m.info()
	case "error":
		e = Error{Description: m.text("description"), Extra: m.extra()}
	default:
		return Unknown{Type: m.typ, Raw: slices.Clone(frame)}, nil
	}
	if m.err != nil {
		return nil, m.err
	}
	return e, nil
}

// maxMillis is the largest number of milliseconds that fits in a time.Duration.
const maxMillis = int64(1<<63-1) / int64(time.Millisecond)

// message is a parsed frame. Its readers remove members; what remains is extra.
type message struct {
	typ     string
	members []member
	err     error
	room    [14]member // of a setup
}

type member struct {
	name, value []byte
	taken       bool
}

func (m *message) read(frame []byte) error {
	m.members = m.room[:0]
	found := false
	o := wire.Message(frame)
	for {
		name, value, ok := o.Next()
		if !ok {
			break
		}
		if string(name) != "type" {
			m.members = append(m.members, member{name: name, value: value})
			continue
		}
		if value[0] != '"' {
			return malformed("", "type is not a string")
		}
		m.typ, _ = wire.Text(value)
		found = m.typ != ""
	}
	if err := o.Err(); err != nil {
		return malformed("", err.Error())
	}
	if !found {
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

func (m *message) take(name string) []byte {
	for i := range m.members {
		if e := &m.members[i]; string(e.name) == name {
			e.taken = true
			return e.value
		}
	}
	return nil
}

func (m *message) fail(name string, err error) {
	if err != nil && m.err == nil {
		m.err = malformed(m.typ, name+" is "+err.Error())
	}
}

func (m *message) text(name string) string {
	value := m.take(name)
	if value == nil {
		return ""
	}
	s, err := wire.Text(value)
	m.fail(name, err)
	return s
}

func (m *message) bool(name string) bool {
	value := m.take(name)
	if value == nil {
		return false
	}
	b, err := wire.Bool(value)
	m.fail(name, err)
	return b
}

func (m *message) count(name string, most int64) int64 {
	value := m.take(name)
	if value == nil {
		return 0
	}
	n, err := wire.Int(value)
	if err == nil && n > most {
		err = fmt.Errorf("larger than %d", most)
	}
	m.fail(name, err)
	return n
}

func (m *message) extra() map[string]json.RawMessage {
	var extra map[string]json.RawMessage
	for _, e := range m.members {
		if e.taken {
			continue
		}
		if extra == nil {
			extra = map[string]json.RawMessage{}
		}
		extra[string(e.name)] = slices.Clone(e.value)
	}
	return extra
}

func (m *message) setup() Event {
	e := Setup{
		SessionID: m.text("sessionId"), CallSID: m.text("callSid"), ParentCallSID: m.text("parentCallSid"),
		AccountSID: m.text("accountSid"), ApplicationSID: m.text("applicationSid"),
		From: m.text("from"), To: m.text("to"), ForwardedFrom: m.text("forwardedFrom"), CallerName: m.text("callerName"),
		Direction: m.text("direction"), CallType: m.text("callType"), CallStatus: m.text("callStatus"),
		CustomParameters: map[string]string{},
	}
	if value := m.take("customParameters"); value != nil && string(value) != "null" {
		o := wire.Members(value)
		for {
			name, value, ok := o.Next()
			if !ok {
				break
			}
			text, err := wire.Text(value)
			if err != nil {
				text = string(value) // not what Twilio sends today, but not a reason to drop a call
			}
			e.CustomParameters[string(name)] = text
		}
		m.fail("customParameters", o.Err())
	}
	e.Extra = m.extra()
	return e
}

func (m *message) info() Event {
	e := Info{Name: m.text("name"), Value: slices.Clone(m.take("value"))}
	if n := m.count("ts", maxMillis); n > 0 {
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
