package relay

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/live"
)

// An Event is a message from Twilio: [Setup], [Prompt], [DTMF], [Interrupt],
// [Info], [Error] or [Unknown]. Events are plain values that a test can write
// as a literal. Extra holds the members without a field, because Twilio adds
// new ones.
//
// Logging or printing an event shows neither what was said nor who said it.
type Event interface {
	slog.LogValuer
	append(dst []byte) []byte
}

// A Setup is the first message of a session and describes the call.
type Setup struct {
	SessionID        string            // VX…, new for every session, even within one call
	CallSID          string            // CA…
	ParentCallSID    string            // CA…, of a call made by Dial
	AccountSID       string            // AC…
	ApplicationSID   string            // AP…, in older sessions only
	From             string            // E.164, client: or sip:
	To               string            // E.164, client: or sip:
	ForwardedFrom    string            // number that forwarded the call
	CallerName       string            // name from the caller's network
	Direction        string            // inbound or outbound-api
	CallType         string            // PSTN, SIP or CLIENT
	CallStatus       string            // RINGING or IN_PROGRESS; see [Setup.InProgress]
	CustomParameters map[string]string // of the <Parameter> elements
	Extra            map[string]json.RawMessage
}

// InProgress reports whether the call was answered before the session started.
// The first session of an incoming call starts while it rings.
func (e Setup) InProgress() bool {
	status := strings.NewReplacer("_", "-").Replace(e.CallStatus)
	return strings.EqualFold(status, "in-progress")
}

// A Prompt is what the caller said, as recognized.
type Prompt struct {
	VoicePrompt string // the whole utterance so far, not only what is new
	Lang        string // en-US; some recognizers return the primary tag only
	Last        bool   // whether the utterance is over; always true without partialPrompts
	Extra       map[string]json.RawMessage
}

// A DTMF is a key that the caller pressed.
type DTMF struct {
	Digit string // one of 0-9, * and #
	Extra map[string]json.RawMessage
}

// An Interrupt reports that speech or a key interrupted playback. Twilio has
// also dropped everything queued after it.
type Interrupt struct {
	UtteranceUntilInterrupt string        // heard part of the current piece, not of the whole reply
	DurationUntilInterrupt  time.Duration // since the current piece started
	Extra                   map[string]json.RawMessage
}

// Names of [Info] messages.
const (
	AgentSpeaking    = "agentSpeaking"
	ClientSpeaking   = "clientSpeaking"
	TokensPlayed     = "tokensPlayed"
	RoundTripDelayMs = "roundTripDelayMs"
	ConfigUpdated    = "configUpdated"
)

// An Info reports something that the events or debug attribute of the TwiML
// enabled.
type Info struct {
	Name  string          // such as [TokensPlayed]
	Value json.RawMessage // a string for the names above except [ConfigUpdated]
	Time  time.Time       // in few sessions only
	Extra map[string]json.RawMessage
}

// Text returns Value if it is a JSON string.
func (e Info) Text() string {
	var s string
	if json.Unmarshal(e.Value, &s) != nil {
		return ""
	}
	return s
}

// On reports whether the value is "on", for [AgentSpeaking] and
// [ClientSpeaking].
func (e Info) On() bool { return e.Text() == "on" }

// RoundTripDelay returns the value of [RoundTripDelayMs], or zero for another
// name.
func (e Info) RoundTripDelay() time.Duration {
	if e.Name != RoundTripDelayMs {
		return 0
	}
	n, _ := strconv.ParseInt(strings.Trim(string(e.Value), `"`), 10, 32)
	return time.Duration(n) * time.Millisecond
}

// An Error is Twilio's answer to a message that it could not read. The session
// continues; after ten in a row Twilio closes it.
type Error struct {
	Description string // may quote the message
	Extra       map[string]json.RawMessage
}

// Code returns the error code in the description, or zero if there is none.
func (e Error) Code() Code {
	_, rest, found := strings.Cut(e.Description, "code:")
	if !found {
		return 0
	}
	rest = strings.TrimLeft(rest, " ")
	end := 0
	for end < len(rest) && '0' <= rest[end] && rest[end] <= '9' {
		end++
	}
	n, _ := strconv.Atoi(rest[:end])
	return Code(n)
}

// An Unknown is a message of an unknown type.
type Unknown struct {
	Type string
	Raw  json.RawMessage // the whole message
}

// LogValue shows the SID of the call, if it is well formed, and the number of
// parameters.
func (e Setup) LogValue() slog.Value {
	return slog.GroupValue(slog.String("type", "setup"), live.CallSID(e.CallSID), slog.Int("parameters", len(e.CustomParameters)))
}

// LogValue shows the length of the text, not the text.
func (e Prompt) LogValue() slog.Value {
	return slog.GroupValue(slog.String("type", "prompt"), slog.Int("bytes", len(e.VoicePrompt)),
		slog.String("lang", e.Lang), slog.Bool("last", e.Last))
}

// LogValue does not show the key.
func (e DTMF) LogValue() slog.Value { return slog.GroupValue(slog.String("type", "dtmf")) }

// LogValue shows the length of the text, not the text.
func (e Interrupt) LogValue() slog.Value {
	return slog.GroupValue(slog.String("type", "interrupt"), slog.Int("bytes", len(e.UtteranceUntilInterrupt)),
		slog.Duration("after", e.DurationUntilInterrupt))
}

// LogValue shows the value only if it reveals nothing about the conversation.
func (e Info) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("type", "info"), slog.String("name", e.Name)}
	switch e.Name {
	case AgentSpeaking, ClientSpeaking, RoundTripDelayMs:
		attrs = append(attrs, slog.String("value", e.Text()))
	}
	return slog.GroupValue(attrs...)
}

// LogValue shows the code only: the description may quote what was said.
func (e Error) LogValue() slog.Value {
	return slog.GroupValue(slog.String("type", "error"), slog.Int("code", int(e.Code())))
}

// LogValue shows the type and the size.
func (e Unknown) LogValue() slog.Value {
	return slog.GroupValue(slog.String("type", e.Type), slog.Int("bytes", len(e.Raw)))
}

// Format prints what LogValue shows, for every verb.
func (e Setup) Format(f fmt.State, _ rune) { format(f, e) }

// Format prints what LogValue shows, for every verb.
func (e Prompt) Format(f fmt.State, _ rune) { format(f, e) }

// Format prints what LogValue shows, for every verb.
func (e DTMF) Format(f fmt.State, _ rune) { format(f, e) }

// Format prints what LogValue shows, for every verb.
func (e Interrupt) Format(f fmt.State, _ rune) { format(f, e) }

// Format prints what LogValue shows, for every verb.
func (e Info) Format(f fmt.State, _ rune) { format(f, e) }

// Format prints what LogValue shows, for every verb.
func (e Error) Format(f fmt.State, _ rune) { format(f, e) }

// Format prints what LogValue shows, for every verb.
func (e Unknown) Format(f fmt.State, _ rune) { format(f, e) }

func format(f fmt.State, v slog.LogValuer) {
	var b []byte
	for i, a := range v.LogValue().Group() {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(append(append(b, a.Key...), '='), a.Value.String()...)
	}
	_, _ = f.Write(b)
}
