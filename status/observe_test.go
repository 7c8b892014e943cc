package status_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// A fixture is a request of the facts.
type fixture struct {
	Name   string          `json:"name"` // messaging
	ID     string          `json:"id"`   // voice
	Kind   string          `json:"kind"`
	Method string          `json:"method"`
	Params [][2]string     `json:"params"`
	JSON   json.RawMessage `json:"json"`
	Body   json.RawMessage `json:"body"`
}

func (f fixture) name() string { return f.Name + f.ID }

func (f fixture) param(name string) string {
	for _, p := range f.Params {
		if p[0] == name {
			return p[1]
		}
	}
	return ""
}

// event parses the request as a handler would, except for its signature.
func (f fixture) event(t *testing.T) webhook.Event {
	t.Helper()
	form := url.Values{}
	for _, p := range f.Params {
		form.Add(p[0], p[1])
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if body := string(f.JSON) + string(f.Body); body != "" {
		r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
	} else if f.Method == http.MethodGet {
		r = httptest.NewRequest(http.MethodGet, "/?"+form.Encode(), nil)
	}
	v, err := signature.Unverified(r)
	require.NoError(t, err)
	e, err := webhook.Parse(v)
	require.NoError(t, err)
	return e
}

func fixtures(t *testing.T) (all []fixture) {
	t.Helper()
	for _, file := range []string{"fixtures-messaging.json", "fixtures-voice.json"} {
		data, err := spec.Bytes(file)
		require.NoError(t, err)
		var list []fixture
		if err := json.Unmarshal(data, &list); err != nil {
			var wrapped struct{ Fixtures []fixture }
			require.NoError(t, json.Unmarshal(data, &wrapped))
			list = wrapped.Fixtures
		}
		all = append(all, list...)
	}
	require.NotEmpty(t, all)
	return all
}

// told by name: what the facts' own requests say, worked out by hand.
var toldByFixture = map[string][]status.Observation{
	"message_action_sent":  {{SID: "SM6000b348b7f0d337b5c364c2f283192b", Status: "sent", AccountSID: "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9"}},
	"events_outbound_sent": {{SID: "SM9909d01edd248f9496e7ee9c1f8ccab2", Status: "sent", Time: at("2026-03-29T04:00:56.753Z")}},
	"events_batch_delivered_failed": {
		{SID: "SM9909d01edd248f9496e7ee9c1f8ccab2", Status: "delivered", AccountSID: "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9", Time: at("2026-03-29T04:00:58Z")},
		{SID: "SMa1f8fd0b51c735bc30fc4d4bd4779733", Status: "failed", ErrorCode: 30008, AccountSID: "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9", Time: at("2026-03-29T04:00:59Z")},
	},
	"events_inbound_whatsapp_v1": {{SID: "SM9909d01edd248f9496e7ee9c1f8ccab2", Status: "received", AccountSID: "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9", Time: at("2024-08-16T00:25:31Z")}},
	"events_link_clicked":        nil,
	"conv_delivery_failed_21610": {{
		SID: "SM9c0bd4b47a91bbd0f0dffad1e8701007", Status: "failed", ErrorCode: 21610, AccountSID: "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9",
		ParentSID: "IMc97e5b930eb5a08d7e4c7836046694d9", Time: at("2026-08-12T09:00:03.004Z"),
	}},
	"conv_delivery_failed_no_channel_message": {{
		SID: "DY67cb23d76efb41a7031184156e5000bf", Status: "failed", ErrorCode: 21610, AccountSID: "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9",
		ParentSID: "IM909ef0f1b831662c6b86eb1619d1777d", Time: at("2026-08-12T09:14:03.48Z"),
	}},
	"stream-started": {{
		SID: "MZf51bf1ab4ec01f2e694c7cada4d99701", Status: "in-progress", Event: "stream-started", AccountSID: "ACe9befa5ddf22dfdc0075c08cf16815aa",
		ParentSID: "CAa20389af02f9948a4675f899032562ce", Time: at("2024-06-25T18:45:12.135Z"),
	}},
	"stream-error": {{
		SID: "MZf51bf1ab4ec01f2e694c7cada4d99701", Status: "failed", Event: "stream-error", ErrorMessage: "Unable to connect to wss endpoint",
		AccountSID: "ACe9befa5ddf22dfdc0075c08cf16815aa", ParentSID: "CAa20389af02f9948a4675f899032562ce", Time: at("2024-06-25T18:45:12.900Z"),
	}},
	"siprec-started": {{
		SID: "SRc18ea8647967b4437c8190552ced3635", Status: "in-progress", Event: "siprec-started", AccountSID: "ACe9befa5ddf22dfdc0075c08cf16815aa",
		ParentSID: "CAab76ef9dfda4dcf6a75c5d60e6c706c7", Time: at("2024-06-25T18:45:12.135Z"),
	}},
	"event-streams-call-completed": {{
		SID: "CAb13d91d52b3f34d5ec44871a126d6583", Status: "completed", Sequence: 3, Duration: 42 * time.Second, Time: at("2025-10-08T07:17:02.363Z"),
	}},
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t
}

// TestObserveFixtures reads every request of the facts. Those listed by hand must
// give exactly that; for the others, the parameters say what to expect.
func TestObserveFixtures(t *testing.T) {
	found, tells := 0, 0
	for _, f := range fixtures(t) {
		t.Run(f.name(), func(t *testing.T) {
			obs := status.ObserveAll(f.event(t), noon)
			for _, o := range obs {
				require.NoError(t, o.Validate())
				assert.Equal(t, noon, o.Seen)
			}
			if len(obs) > 0 {
				tells++
				first, ok := status.Observe(f.event(t), noon)
				assert.True(t, ok)
				assert.Equal(t, obs[0], first)
			}
			if want, ok := toldByFixture[f.name()]; ok {
				found++
				for i := range want {
					want[i].Seen = noon
				}
				assert.Equal(t, want, obs)
				return
			}
			sid, word := expected(f)
			if sid == "" {
				assert.Empty(t, obs)
				return
			}
			require.Len(t, obs, 1)
			assert.Equal(t, sid, string(obs[0].SID))
			assert.Equal(t, word, obs[0].Status)
			assert.Equal(t, f.param("AccountSid"), string(obs[0].AccountSID))
			if f.Kind == "CallStatusCallback" && f.param("SequenceNumber") != "" {
				assert.Equal(t, f.param("SequenceNumber"), json.Number(jsonOf(t, obs[0].Sequence)).String())
			}
			if word := status.Of(obs[0]); word.Final && f.param("ErrorCode") != "" && f.Kind == "MessageStatusCallback" {
				assert.Equal(t, f.param("ErrorCode"), jsonOf(t, word.ErrorCode))
			}
		})
	}
	assert.Len(t, toldByFixture, found, "a fixture that is listed is gone")
	assert.Greater(t, tells, 60)
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return string(data)
}

// expected says by the parameters alone what a request tells; the first pair
// that is there counts.
func expected(f fixture) (sid, word string) {
	if f.Kind == "DialAction" && f.param("DialCallSid") != "" {
		return f.param("DialCallSid"), f.param("DialCallStatus")
	}
	if strings.HasPrefix(f.Kind, "Conversations") {
		return "", ""
	}
	for _, p := range [][2]string{
		{"MessageSid", "MessageStatus"}, {"MessageSid", "SmsStatus"}, {"TranscriptionSid", "TranscriptionStatus"},
		{"RecordingSid", "RecordingStatus"}, {"CallSid", "CallStatus"},
	} {
		if f.param(p[0]) != "" && f.param(p[1]) != "" {
			return f.param(p[0]), f.param(p[1])
		}
	}
	event := f.param("StatusCallbackEvent") + f.param("TranscriptionEvent") + f.param("EventName")
	switch {
	case f.param("ConferenceSid") != "" && event != "":
		word := map[string]string{"conference-start": "in-progress", "conference-end": "completed"}[event]
		if word == "" {
			word = "init"
		}
		return f.param("ConferenceSid"), word
	case strings.HasPrefix(f.Kind, "Transcription"):
		return f.param("TranscriptionSid"), map[string]string{
			"transcription-started": "in-progress", "transcription-content": "in-progress",
			"transcription-stopped": "completed", "transcription-error": "failed",
		}[event]
	case f.Kind == "StreamStatus":
		return f.param("StreamSid"), map[string]string{"stream-started": "in-progress", "stream-stopped": "completed", "stream-error": "failed"}[f.param("StreamEvent")]
	case f.Kind == "SIPRECStatus":
		return f.param("SiprecSid"), map[string]string{"siprec-started": "in-progress", "siprec-stopped": "completed", "siprec-error": "failed"}[f.param("SiprecEvent")]
	case f.Kind == "VideoRoomCallback":
		return f.param("RecordingSid"), map[string]string{"recording-started": "in-progress", "recording-completed": "completed", "recording-failed": "failed"}[event]
	}
	return "", ""
}

func TestObserveEvents(t *testing.T) {
	for _, c := range []struct {
		name  string
		event webhook.Event
		want  status.Observation
	}{
		{"channel's text replaces the message", webhook.MessageStatusCallback{
			Message:              webhook.Message{MessageSID: message},
			MessageStatus:        "undelivered",
			ErrorCode:            63016,
			ChannelStatusMessage: "outside the window",
		}, status.Observation{SID: message, Status: "undelivered", ErrorCode: 63016, ErrorMessage: "outside the window"}},
		{"twilio-csharp 488: an error code that is a word", webhook.MessageStatusCallback{
			Message: webhook.Message{MessageSID: message}, MessageStatus: "failed", Extra: url.Values{"ErrorCode": {"InvalidSandboxRequest"}},
		}, status.Observation{SID: message, Status: "failed", ErrorMessage: "InvalidSandboxRequest"}},
		{"T15 future status", webhook.MessageStatusCallback{Message: webhook.Message{MessageSID: message}, MessageStatus: "teleported"},
			status.Observation{SID: message, Status: "teleported"}},
		{"dialed leg", webhook.DialAction{Call: webhook.Call{CallSID: call}, DialCallSID: "CA2", DialCallStatus: "busy", DialCallDuration: time.Second},
			status.Observation{SID: "CA2", Status: "busy", ParentSID: call, Duration: time.Second}},
		{"dialed conference", webhook.DialAction{Call: webhook.Call{CallSID: call, CallStatus: "in-progress"}, DialCallStatus: "answered"},
			status.Observation{SID: call, Status: "in-progress"}},
		{"conference participant", webhook.ConferenceCallback{
			ConferenceSID: "CF1", CallSID: call, Event: "participant-join", SequenceNumber: 2, Timestamp: noon,
		}, status.Observation{SID: "CF1", Status: "init", Event: "participant-join", Participant: call, Sequence: 2, Time: noon}},
		{"transcription error", webhook.TranscriptionCallback{
			TranscriptionSID: "GT1", CallSID: call, Event: "transcription-error", SequenceID: 3, TranscriptionErrorCode: 32655, TranscriptionError: "gone",
		}, status.Observation{SID: "GT1", Status: "failed", Event: "transcription-error", ParentSID: call, Sequence: 3, ErrorCode: 32655, ErrorMessage: "gone"}},
		{"recording of a conference", webhook.ConferenceRecordingStatusCallback{
			RecordingSID: "RE1", ConferenceSID: "CF1", RecordingStatus: "completed", RecordingDuration: time.Minute, RecordingURL: "https://api.example.com/RE1",
		}, status.Observation{SID: "RE1", Status: "completed", ParentSID: "CF1", Duration: time.Minute, URL: "https://api.example.com/RE1"}},
		{"T15 future kind about a message", &webhook.Unknown{Extra: url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"read"}, "ErrorCode": {"x"}}},
			status.Observation{SID: "SM1", Status: "read", ErrorMessage: "x"}},
		{"T15 future kind about a call", &webhook.Unknown{Extra: url.Values{"CallSid": {"CA1"}, "CallStatus": {"completed"}, "CallDuration": {"7"}, "ParentCallSid": {"CA2"}}},
			status.Observation{SID: "CA1", Status: "completed", Duration: 7 * time.Second, ParentSID: "CA2"}},
		{"T15 future kind about a conference", &webhook.Unknown{Extra: url.Values{"ConferenceSid": {"CF1"}, "StatusCallbackEvent": {"participant-sing"}, "SequenceNumber": {"5"}, "CallSid": {"CA1"}}},
			status.Observation{SID: "CF1", Status: "init", Event: "participant-sing", Sequence: 5, Participant: "CA1"}},
		{"T15 future kind about a stream", &webhook.Unknown{Extra: url.Values{"StreamSid": {"MZ1"}, "StreamEvent": {"stream-paused"}, "CallSid": {"CA1"}}},
			status.Observation{SID: "MZ1", Status: "in-progress", Event: "stream-paused", ParentSID: "CA1"}},
		{"T15 future kind about a recording", &webhook.Unknown{Extra: url.Values{"RecordingSid": {"RE1"}, "RecordingStatus": {"completed"}, "RecordingDuration": {"9"}, "CallSid": {"CA1"}}},
			status.Observation{SID: "RE1", Status: "completed", Duration: 9 * time.Second, ParentSID: "CA1"}},
		{"T15 future kind about a transcription", &webhook.Unknown{Extra: url.Values{"TranscriptionSid": {"GT1"}, "TranscriptionEvent": {"transcription-stopped"}, "SequenceId": {"4"}}},
			status.Observation{SID: "GT1", Status: "completed", Event: "transcription-stopped", Sequence: 4}},
		{"nothing", &webhook.Unknown{Extra: url.Values{"CallSid": {"CA1"}}}, status.Observation{}},
		{"a SID that is none", &webhook.Unknown{Extra: url.Values{"CallSid": {"C A"}, "CallStatus": {"ringing"}}}, status.Observation{}},
		{"future JSON", &webhook.Unknown{Body: `{"a":1}`}, status.Observation{}},
		{"voice event that wraps nothing", webhook.EventStreamsVoice{Data: `{"sid":"NO1"}`}, status.Observation{}},
		{"voice event that wraps no object", webhook.EventStreamsVoice{Data: `[1]`}, status.Observation{}},
		{"voice event with numbers", webhook.EventStreamsVoice{Data: `{"request":{"parameters":{"CallSid":"CA1","CallStatus":"busy","SequenceNumber":2}}}`},
			status.Observation{SID: "CA1", Status: "busy", Sequence: 2}},
		{"empty batch", webhook.EventStreams{}, status.Observation{}},
		{"nil unknown", (*webhook.Unknown)(nil), status.Observation{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, ok := status.Observe(c.event, noon)
			if c.want.SID == "" {
				assert.False(t, ok)
				assert.Zero(t, o)
				assert.Empty(t, status.ObserveAll(c.event, noon))
				return
			}
			c.want.Seen = noon
			assert.True(t, ok)
			assert.Equal(t, c.want, o)
		})
	}
}
