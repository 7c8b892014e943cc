package relay

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// ErrMessage is wrapped by the errors of [Append]: Twilio would refuse the
// message, so it is not sent.
var ErrMessage = errors.New("relay: invalid message")

// A Message is a message to Twilio: [Text], [Play], [SendDigits], [Language],
// [End] or [Raw]. An optional member that is nil is omitted, so the session's
// setting applies; new(false) writes false.
//
// Logging or printing a message does not show what is said.
type Message interface {
	slog.LogValuer
	appendMessage(dst []byte) ([]byte, error)
}

// A Text is a piece of what the agent says, such as a token of a language
// model. Twilio speaks the tokens up to and including the last one as one
// utterance, and starts before the last one arrives. Include the spaces between
// tokens.
type Text struct {
	Token         string
	Last          bool   // ends the utterance
	Lang          string // one of the session's languages; empty: the current one
	Interruptible *bool  // whether the caller can interrupt it
	Preemptible   *bool  // whether later messages interrupt it
}

// A Play plays an audio file.
type Play struct {
	Source        string // http or https URL
	Loop          *int   // number of plays; nil: once; 0: 1,000 times
	Interruptible *bool
	Preemptible   *bool
}

// A SendDigits plays keys to the other party.
type SendDigits struct {
	Digits string // 0-9, *, #, and w for a short wait
}

// A Language switches the languages of later text and speech. At least one is
// required.
type Language struct {
	TTSLanguage           string
	TranscriptionLanguage string
}

// An End ends the session at once: what is still queued is not spoken. See
// [Session.End] for an end that waits. Twilio then makes the action request of
// <Connect>, with HandoffData.
type End struct {
	HandoffData string // no card data
}

// A Raw is a message as JSON, including its type, for messages without a type
// here.
type Raw json.RawMessage

// Append appends m as JSON to dst. If m is invalid, the error wraps
// [ErrMessage] and dst is returned unchanged.
func Append(dst []byte, m Message) ([]byte, error) {
	if m == nil {
		return dst, fmt.Errorf("%w: nil", ErrMessage)
	}
	return m.appendMessage(dst)
}

func invalid(what string) error { return fmt.Errorf("%w: %s", ErrMessage, what) }

func (m Text) appendMessage(dst []byte) ([]byte, error) {
	o := newObject(dst, "text")
	o.text("token", m.Token)
	o.bool("last", m.Last)
	if m.Lang != "" {
		o.text("lang", m.Lang)
	}
	o.optional("interruptible", m.Interruptible)
	o.optional("preemptible", m.Preemptible)
	return o.end(nil), nil
}

func (o *object) optional(name string, value *bool) {
	if value != nil {
		o.bool(name, *value)
	}
}

func (m Play) appendMessage(dst []byte) ([]byte, error) {
	if scheme, rest, found := strings.Cut(m.Source, "://"); !found || rest == "" ||
		!strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") {
		return dst, invalid("the source of play is not an http or https URL")
	}
	if m.Loop != nil && *m.Loop < 0 {
		return dst, invalid("the loop of play is negative")
	}
	o := newObject(dst, "play")
	o.text("source", m.Source)
	if m.Loop != nil {
		o.raw("loop", fmt.Append(nil, *m.Loop))
	}
	o.optional("interruptible", m.Interruptible)
	o.optional("preemptible", m.Preemptible)
	return o.end(nil), nil
}

func (m SendDigits) appendMessage(dst []byte) ([]byte, error) {
	if m.Digits == "" {
		return dst, invalid("sendDigits without digits")
	}
	if strings.Trim(m.Digits, "0123456789*#w") != "" {
		return dst, invalid("sendDigits takes 0-9, *, # and w")
	}
	o := newObject(dst, "sendDigits")
	o.text("digits", m.Digits)
	return o.end(nil), nil
}

func (m Language) appendMessage(dst []byte) ([]byte, error) {
	if m.TTSLanguage == "" && m.TranscriptionLanguage == "" {
		return dst, invalid("language without ttsLanguage and transcriptionLanguage")
	}
	o := newObject(dst, "language")
	if m.TTSLanguage != "" {
		o.text("ttsLanguage", m.TTSLanguage)
	}
	if m.TranscriptionLanguage != "" {
		o.text("transcriptionLanguage", m.TranscriptionLanguage)
	}
	return o.end(nil), nil
}

func (m End) appendMessage(dst []byte) ([]byte, error) {
	o := newObject(dst, "end")
	if m.HandoffData != "" {
		o.text("handoffData", m.HandoffData)
	}
	return o.end(nil), nil
}

func (m Raw) appendMessage(dst []byte) ([]byte, error) {
	var read message
	if err := read.read(m); err != nil {
		return dst, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return append(dst, m...), nil
}

// ParseMessage parses a message to Twilio, for programs that simulate Twilio. A
// message of an unknown type is a [Raw]. The error wraps [ErrMalformed].
func ParseMessage(frame []byte) (Message, error) {
	var m message
	if err := m.read(frame); err != nil {
		return nil, err
	}
	var msg Message
	switch m.typ {
	case "text":
		if value := m.Take("token"); value == nil || value[0] != '"' {
			return nil, malformed(m.typ, "token is not a string")
		}
		msg = Text{
			Token: m.Text("token"), Last: m.Bool("last"), Lang: m.Text("lang"),
			Interruptible: m.optionalBool("interruptible"), Preemptible: m.optionalBool("preemptible"),
		}
	case "play":
		p := Play{
			Source: m.Text("source"), Interruptible: m.optionalBool("interruptible"), Preemptible: m.optionalBool("preemptible"),
		}
		if m.Take("loop") != nil {
			p.Loop = new(int(m.Count("loop", 1<<31-1)))
		}
		msg = p
	case "sendDigits":
		msg = SendDigits{Digits: m.Text("digits")}
	case "language":
		msg = Language{TTSLanguage: m.Text("ttsLanguage"), TranscriptionLanguage: m.Text("transcriptionLanguage")}
	case "end":
		if value := m.Take("handoffData"); value != nil && value[0] != '"' && value[0] != 'n' {
			return nil, malformed(m.typ, "handoffData is not a string")
		}
		msg = End{HandoffData: m.Text("handoffData")}
	default:
		return Raw(strings.Clone(string(frame))), nil
	}
	if err := m.Err(); err != nil {
		return nil, malformed(m.typ, err.Error())
	}
	if _, err := msg.appendMessage(nil); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return msg, nil
}

func (m *message) optionalBool(name string) *bool {
	if m.Take(name) == nil {
		return nil
	}
	return new(m.Bool(name))
}

// Type returns the type member of the message.
func (m Raw) Type() string {
	var read message
	if read.read(m) != nil {
		return ""
	}
	return read.typ
}

// LogValue shows the length of the token, not the token.
func (m Text) LogValue() slog.Value {
	return slog.GroupValue(slog.String("type", "text"), slog.Int("bytes", len(m.Token)), slog.Bool("last", m.Last))
}

// LogValue does not show the URL.
func (m Play) LogValue() slog.Value { return slog.GroupValue(slog.String("type", "play")) }

// LogValue shows the number of digits.
func (m SendDigits) LogValue() slog.Value {
	return slog.GroupValue(slog.String("type", "sendDigits"), slog.Int("digits", len(m.Digits)))
}

// LogValue shows both languages.
func (m Language) LogValue() slog.Value {
	return slog.GroupValue(slog.String("type", "language"), slog.String("tts", m.TTSLanguage),
		slog.String("transcription", m.TranscriptionLanguage))
}

// LogValue shows the length of the hand-off data.
func (m End) LogValue() slog.Value {
	return slog.GroupValue(slog.String("type", "end"), slog.Int("bytes", len(m.HandoffData)))
}

// LogValue shows the type and the size.
func (m Raw) LogValue() slog.Value {
	return slog.GroupValue(slog.String("type", m.Type()), slog.Int("bytes", len(m)))
}

// Format prints what LogValue shows, for every verb.
func (m Text) Format(f fmt.State, _ rune) { format(f, m) }

// Format prints what LogValue shows, for every verb.
func (m Play) Format(f fmt.State, _ rune) { format(f, m) }

// Format prints what LogValue shows, for every verb.
func (m SendDigits) Format(f fmt.State, _ rune) { format(f, m) }

// Format prints what LogValue shows, for every verb.
func (m Language) Format(f fmt.State, _ rune) { format(f, m) }

// Format prints what LogValue shows, for every verb.
func (m End) Format(f fmt.State, _ rune) { format(f, m) }

// Format prints what LogValue shows, for every verb.
func (m Raw) Format(f fmt.State, _ rune) { format(f, m) }
