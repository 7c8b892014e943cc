package relay_test

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/relay"
)

type vectors struct {
	Format, About string
	Reading       map[string]string
	Config        struct {
		AuthToken       string `json:"auth_token"`
		URL             string
		SignatureSHA1   string `json:"signature_sha1"`
		SignatureSHA256 string `json:"signature_sha256"`
	}
	Messages  []vector
	Timelines []timeline
}

type vector struct {
	Name, Direction, Expect, Type string
	JSON                          *string
	Hex                           string
	Read                          map[string]any
	Extra                         map[string]any
	Build                         map[string]any
	Same                          *bool
	Answer                        map[string]any
	Tags, Note                    string
}

func (v vector) frame(t *testing.T) []byte {
	if v.Hex != "" {
		b, err := hex.DecodeString(v.Hex)
		require.NoError(t, err)
		return b
	}
	require.NotNil(t, v.JSON)
	return []byte(*v.JSON)
}

func load(t testing.TB) vectors {
	var v vectors
	require.NoError(t, spec.Decode("vectors/relay.json", &v))
	return v
}

// values returns what a reader of an event sees, under the names that the
// vectors use, and the members that have no field.
func values(t *testing.T, e relay.Event) (typ string, read map[string]any, extra map[string]json.RawMessage) {
	switch e := e.(type) {
	case relay.Setup:
		params := map[string]any{}
		for name, value := range e.CustomParameters {
			params[name] = value
		}
		return "ConversationRelaySetup", map[string]any{
			"sessionId": e.SessionID, "callSid": e.CallSID, "parentCallSid": e.ParentCallSID, "from": e.From, "to": e.To,
			"forwardedFrom": e.ForwardedFrom, "callerName": e.CallerName, "direction": e.Direction, "callType": e.CallType,
			"callStatus": e.CallStatus, "accountSid": e.AccountSID, "applicationSid": e.ApplicationSID, "customParameters": params,
		}, e.Extra
	case relay.Prompt:
		return "ConversationRelayPrompt", map[string]any{"voicePrompt": e.VoicePrompt, "lang": e.Lang, "last": e.Last}, e.Extra
	case relay.DTMF:
		return "ConversationRelayDtmf", map[string]any{"digit": e.Digit}, e.Extra
	case relay.Interrupt:
		return "ConversationRelayInterrupt", map[string]any{
			"utteranceUntilInterrupt": e.UtteranceUntilInterrupt, "durationUntilInterruptMs": float64(e.DurationUntilInterrupt.Milliseconds()),
		}, e.Extra
	case relay.Info:
		var value any
		require.NoError(t, json.Unmarshal(e.Value, &value))
		read := map[string]any{"name": e.Name, "value": value}
		if e.Name == relay.RoundTripDelayMs {
			read["roundTripDelayMs"] = float64(e.RoundTripDelay().Milliseconds())
		}
		if !e.Time.IsZero() {
			read["ts"] = float64(e.Time.UnixMilli())
		}
		return "ConversationRelayInfo", read, e.Extra
	case relay.Error:
		return "ConversationRelayError", map[string]any{"description": e.Description, "code": float64(e.Code())}, e.Extra
	}
	require.Failf(t, "no reading", "%T", e)
	return "", nil, nil
}

func TestVectorsIn(t *testing.T) {
	n := 0
	for _, v := range load(t).Messages {
		if v.Direction != "in" {
			continue
		}
		n++
		t.Run(v.Name, func(t *testing.T) {
			frame := v.frame(t)
			e, err := relay.Parse(frame)
			switch v.Expect {
			case "malformed":
				require.ErrorIs(t, err, relay.ErrMalformed)
				assert.Nil(t, e)
				return
			case "unknown":
				require.NoError(t, err)
				u, ok := e.(relay.Unknown)
				require.True(t, ok)
				assert.Equal(t, string(frame), string(u.Raw))
				assert.Equal(t, string(frame), string(relay.AppendEvent(nil, e)))
				return
			}
			require.Equal(t, "ok", v.Expect)
			require.NoError(t, err)
			typ, read, extra := values(t, e)
			assert.Equal(t, v.Type, typ)
			for name, want := range v.Read {
				assert.Equal(t, want, read[name], name)
			}
			gotExtra := map[string]any{}
			for name, raw := range extra {
				var value any
				require.NoError(t, json.Unmarshal(raw, &value))
				gotExtra[name] = value
			}
			if v.Extra == nil {
				v.Extra = map[string]any{}
			}
			assert.Equal(t, v.Extra, gotExtra)
			rebuilt := relay.AppendEvent([]byte("x"), e)[1:]
			if v.Same == nil || *v.Same {
				assert.JSONEq(t, string(frame), string(rebuilt))
			}
			again, err := relay.Parse(rebuilt)
			require.NoError(t, err)
			if len(extra) == 0 {
				assert.Equal(t, e, again)
			}
			assertSilent(t, e)
		})
	}
	assert.GreaterOrEqual(t, n, 40)
}

// assertSilent checks that printing shows nothing of what people said (T29).
func assertSilent(t *testing.T, v any) {
	t.Helper()
	for _, text := range []string{"+1555", "alice", "DOE", "four", "help", "Sentence", "Life", "moment", "1234", "tone.mp3", "billing", "quick"} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			assert.NotContains(t, sprintf(format, v), text)
		}
	}
}

func TestVectorsOut(t *testing.T) {
	n := 0
	for _, v := range load(t).Messages {
		if v.Direction != "out" {
			continue
		}
		n++
		t.Run(v.Name, func(t *testing.T) {
			if v.Expect == "refuse" {
				got, err := relay.Append([]byte("before"), build(t, v.Type, v.Build))
				require.ErrorIs(t, err, relay.ErrMessage)
				assert.Equal(t, "before", string(got), "nothing is sent")
				return
			}
			frame := v.frame(t)
			if v.Expect == "malformed" {
				m, err := relay.ParseMessage(frame)
				if err == nil {
					_, known := m.(relay.Raw)
					assert.True(t, known, "a type that Twilio does not know")
				}
				return
			}
			m := build(t, v.Type, v.Read)
			got, err := relay.Append([]byte("before"), m)
			require.NoError(t, err)
			got = []byte(strings.TrimPrefix(string(got), "before"))
			want := string(frame)
			if _, ok := v.Read["last"]; !ok && v.Type == "ConversationRelaySendText" {
				want = strings.TrimSuffix(want, "}") + `,"last":false}` // the default, which we always write
			}
			assert.JSONEq(t, want, string(got))
			read, err := relay.ParseMessage(frame)
			require.NoError(t, err)
			if _, raw := m.(relay.Raw); !raw {
				assert.Equal(t, m, read)
			}
			assertSilent(t, m)
		})
	}
	assert.GreaterOrEqual(t, n, 20)
}

func build(t *testing.T, typ string, from map[string]any) relay.Message {
	text := func(name string) string { s, _ := from[name].(string); return s }
	flag := func(name string) *bool {
		if b, ok := from[name].(bool); ok {
			return &b
		}
		return nil
	}
	switch typ {
	case "ConversationRelaySendText":
		last, _ := from["last"].(bool)
		return relay.Text{Token: text("token"), Last: last, Lang: text("lang"), Interruptible: flag("interruptible"), Preemptible: flag("preemptible")}
	case "ConversationRelaySendPlay":
		m := relay.Play{Source: text("source"), Interruptible: flag("interruptible"), Preemptible: flag("preemptible")}
		if n, ok := from["loop"].(float64); ok {
			m.Loop = new(int(n))
		}
		return m
	case "ConversationRelaySendDigits":
		return relay.SendDigits{Digits: text("digits")}
	case "ConversationRelaySendLanguage":
		return relay.Language{TTSLanguage: text("ttsLanguage"), TranscriptionLanguage: text("transcriptionLanguage")}
	case "ConversationRelaySendEnd":
		return relay.End{HandoffData: text("handoffData")}
	case "ConversationRelaySendConfig", "ConversationRelaySendHints":
		raw, err := json.Marshal(from["raw"])
		require.NoError(t, err)
		return relay.Raw(raw)
	}
	require.Failf(t, "no message", "%s", typ)
	return nil
}

func TestVectorsSignature(t *testing.T) {
	c := load(t).Config
	assert.Equal(t, c.SignatureSHA1, signature.Sign(c.AuthToken, c.URL, nil))
}

func TestParseIsTolerant(t *testing.T) {
	for frame, want := range map[string]relay.Event{
		`{"type":"dtmf","digit":9}`:                                                          relay.DTMF{Digit: "9"},
		`{"type":"prompt","voicePrompt":null,"last":"true"}`:                                 relay.Prompt{Last: true},
		`{"digit":"#","type":"dtmf"}`:                                                        relay.DTMF{Digit: "#"},
		`{"type":"interrupt"}`:                                                               relay.Interrupt{},
		`{"type":"interrupt","durationUntilInterruptMs":"2210"}`:                             relay.Interrupt{DurationUntilInterrupt: 2210 * time.Millisecond},
		`{"type":"interrupt","durationUntilInterruptMs":684.0}`:                              relay.Interrupt{DurationUntilInterrupt: 684 * time.Millisecond},
		`{"type":"setup","customParameters":{"n":7,"o":{"a":1}}}`:                            relay.Setup{CustomParameters: map[string]string{"n": "7", "o": `{"a":1}`}},
		`{"type":"setup","callStatus":"IN-PROGRESS","customParameters":null,"callSid":"CA"}`: relay.Setup{CallSID: "CA", CallStatus: "IN-PROGRESS", CustomParameters: map[string]string{}},
	} {
		got, err := relay.Parse([]byte(frame))
		require.NoError(t, err, frame)
		assert.Equal(t, want, got, frame)
	}
	for _, frame := range []string{
		`{"type":"interrupt","durationUntilInterruptMs":"soon"}`, `{"type":"interrupt","durationUntilInterruptMs":-1}`,
		`{"type":"prompt","voicePrompt":{}}`, `{"type":"prompt","last":7}`, `{"type":null}`, `{"type":""}`,
		`{"type":"setup","customParameters":{"a":"1","a":"2"}}`, `{"type":"setup","customParameters":[]}`,
	} {
		_, err := relay.Parse([]byte(frame))
		require.ErrorIs(t, err, relay.ErrMalformed, frame)
	}
	for status, want := range map[string]bool{"IN_PROGRESS": true, "IN-PROGRESS": true, "in-progress": true, "RINGING": false, "": false} {
		assert.Equal(t, want, relay.Setup{CallStatus: status}.InProgress(), status)
	}
}

func TestCodeNames(t *testing.T) {
	assert.Equal(t, "64105 the WebSocket ended", relay.CodeWebSocketEnded.String())
	assert.Equal(t, "64113", relay.Code(64113).String())
	assert.Equal(t, relay.CodeInvalidMessage, relay.Error{Description: "Invalid message received, code: 64107, {}"}.Code())
	assert.Zero(t, relay.Error{Description: "code: x"}.Code())
}

func FuzzParse(f *testing.F) {
	for _, v := range load(f).Messages {
		if v.JSON != nil {
			f.Add([]byte(*v.JSON))
		}
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		if e, err := relay.Parse(frame); err == nil {
			// What was read is written so that it reads the same.
			text := relay.AppendEvent(nil, e)
			again, err := relay.Parse(text)
			require.NoError(t, err)
			require.Equal(t, string(text), string(relay.AppendEvent(nil, again)))
		} else {
			require.ErrorIs(t, err, relay.ErrMalformed)
		}
		if m, err := relay.ParseMessage(frame); err == nil {
			text, err := relay.Append(nil, m)
			require.NoError(t, err)
			again, err := relay.ParseMessage(text)
			require.NoError(t, err)
			twice, err := relay.Append(nil, again)
			require.NoError(t, err)
			require.Equal(t, string(text), string(twice))
		}
	})
}
