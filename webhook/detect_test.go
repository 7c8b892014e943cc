package webhook_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/webhook"
)

// TestParseDetects has a request of each kind that the fixtures do not show,
// reduced to what tells it apart.
func TestParseDetects(t *testing.T) {
	const call = "CallSid=" + callSID + "&AccountSid=" + accountSID + "&From=%2B15550100&To=%2B15550101"
	const conference = "ConferenceSid=CF0123456789abcdef0123456789abcdef&AccountSid=" + accountSID + "&CallSid=" + callSID
	const room = "RoomSid=RM0123456789abcdef0123456789abcdef&AccountSid=" + accountSID + "&ParticipantSid=PA0123456789abcdef0123456789abcdef"
	const message = "MessageSid=" + messageSID + "&AccountSid=" + accountSID + "&From=%2B15550100&To=%2B15550101"
	tests := []struct {
		name, form string
		want       webhook.Kind
	}{
		{"SIP call", call + "&CallStatus=ringing&Direction=inbound&SipDomainSid=SD0123456789abcdef0123456789abcdef", webhook.KindSIPIncomingCall},
		{"SIP call ended", call + "&CallStatus=completed&Direction=inbound&SipDomainSid=SD0123456789abcdef0123456789abcdef&CallbackSource=call-progress-events", webhook.KindSIPDomainStatusCallback},
		{"SIP leg of a Dial", call + "&CallStatus=completed&Direction=outbound-dial&ParentCallSid=" + callSID + "&SipDomainSid=SD0123456789abcdef0123456789abcdef&CallbackSource=call-progress-events", webhook.KindDialLegStatusCallback},
		{"old callback of a number", call + "&CallStatus=completed&Direction=inbound&CallDuration=3&Duration=1", webhook.KindCallStatusCallback},
		{"old callback with a recording", call + "&CallStatus=completed&Direction=inbound&CallDuration=3&Duration=1&RecordingUrl=x&RecordingDuration=3", webhook.KindCallStatusCallback},
		{"old callback of a busy call", call + "&CallStatus=busy&Direction=outbound-api", webhook.KindCallStatusCallback},
		{"virtual agent", call + "&CallStatus=in-progress&Direction=inbound&VirtualAgentStatus=live-agent-handoff", webhook.KindConnectAction},
		{"client call going on", "CallSid=" + callSID + "&AccountSid=" + accountSID + "&From=client%3Aalice&To=&CallStatus=in-progress&Direction=inbound", webhook.KindTwiMLRedirectRequest},
		{"fallback of a Gather", call + "&CallStatus=in-progress&Direction=inbound&Digits=1&ErrorUrl=https%3A%2F%2Fexample.com&ErrorCode=11200", webhook.KindFallbackRequest},
		{"queue's other spelling", call + "&CallStatus=in-progress&Direction=inbound&DequeueingCallSid=" + callSID, webhook.KindQueueURL},
		{"detection without a duration", "CallSid=" + callSID + "&AccountSid=" + accountSID + "&AnsweredBy=human", webhook.KindAsyncAMDCallback},
		{"message of an SDK", "CallSid=" + callSID + "&AccountSid=" + accountSID + "&Content=%7B%7D", webhook.KindUserDefinedMessage},
		{"participant unmuted", conference + "&StatusCallbackEvent=participant-unmute", webhook.KindConferenceCallback},
		{"participant unheld", conference + "&StatusCallbackEvent=participant-unhold", webhook.KindConferenceCallback},
		{"speech stopped", conference + "&StatusCallbackEvent=participant-speech-stop", webhook.KindConferenceCallback},
		{"announcement failed", conference + "&StatusCallbackEvent=announcement-fail", webhook.KindConferenceCallback},
		{"conference event that is not known", conference + "&StatusCallbackEvent=participant-dance", webhook.KindConferenceCallback},
		{"video participant", room + "&StatusCallbackEvent=participant-connected", webhook.KindVideoRoomCallback},
		{"video track", room + "&StatusCallbackEvent=track-added&TrackSid=MT0123456789abcdef0123456789abcdef", webhook.KindVideoRoomCallback},
		{"video recording", room + "&StatusCallbackEvent=recording-started&RecordingSid=RT0123456789abcdef0123456789abcdef&SourceSid=MT0123456789abcdef0123456789abcdef", webhook.KindVideoRoomCallback},
		{"video composition", room + "&StatusCallbackEvent=composition-available&CompositionSid=CJ0123456789abcdef0123456789abcdef", webhook.KindVideoCompositionCallback},
		{"conversation that is not known, before", "EventType=onThingAdd&AccountSid=" + accountSID, webhook.KindConversationsPreEvent},
		{"conversation that is not known, after", "EventType=onThingAdded&AccountSid=" + accountSID, webhook.KindConversationsPostEvent},
		{"message event of a conversation", "EventType=onMessageUpdated&MessageSid=IM0123456789abcdef0123456789abcdef&AccountSid=" + accountSID, webhook.KindConversationsPostEvent},
		{"status with an event of the channel", message + "&MessageStatus=read&EventType=READ", webhook.KindMessageStatusCallback},
		{"status that echoes the text", message + "&MessageStatus=sent&Body=Hi", webhook.KindMessageStatusCallback},
		{"action with what the message had", message + "&MessageStatus=sent&SmsMessageSid=" + messageSID, webhook.KindMessageActionCallback},
		{"message without old names", message + "&NumMedia=0&Body=", webhook.KindIncomingMessage},
		{"action of an incoming message without its old name", message + "&MessageStatus=sent&NumMedia=0&Body=Hi", webhook.KindMessageActionCallback},
		{"fallback without a URL", message + "&SmsStatus=received&NumMedia=0&ErrorCode=11200", webhook.KindMessagingFallback},
		{"keys by the one that ended them", call + "&CallStatus=in-progress&Direction=inbound&FinishedOnKey=%23", webhook.KindGatherAction},
		{"speech by its confidence", call + "&CallStatus=in-progress&Direction=inbound&Confidence=0.9", webhook.KindGatherAction},
		{"recording without a length", call + "&CallStatus=in-progress&Direction=inbound&RecordingUrl=https%3A%2F%2Fexample.com", webhook.KindRecordAction},
		{"relay by its session", call + "&CallStatus=in-progress&Direction=inbound&SessionId=VX0123456789abcdef0123456789abcdef", webhook.KindConversationRelayAction},
		{"stream that was connected", call + "&CallStatus=in-progress&Direction=inbound&StreamSid=MZ0123456789abcdef0123456789abcdef", webhook.KindConnectAction},
		{"agent that failed", call + "&CallStatus=in-progress&Direction=inbound&VirtualAgentErrorCode=31000", webhook.KindConnectAction},
		{"waiting for a conference", call + "&CallStatus=in-progress&Direction=inbound&ConferenceSid=CF0123456789abcdef0123456789abcdef", webhook.KindConferenceWaitURL},
		{"Dial with an empty queue", call + "&CallStatus=in-progress&Direction=inbound&DialCallStatus=busy&QueueSid=", webhook.KindDialAction},
		{"recording with an empty conference", "RecordingSid=RE0123456789abcdef0123456789abcdef&AccountSid=" + accountSID + "&CallSid=" + callSID + "&RecordingStatus=completed&RecordingUrl=https%3A%2F%2Fexample.com&ConferenceSid=", webhook.KindRecordingStatusCallback},
		{"outbound call that is not known", call + "&CallStatus=on-hold&Direction=outbound-api", webhook.KindOutboundCallAnswered},
		{"old callback of a call that nobody took", call + "&CallStatus=no-answer&Direction=inbound", webhook.KindCallStatusCallback},
		{"old callback of a leg", call + "&CallStatus=busy&Direction=outbound-dial&ParentCallSid=" + callSID, webhook.KindDialLegStatusCallback},
		{"notification of a client", "CallSid=" + callSID + "&AccountSid=" + accountSID + "&From=%2B15550100&To=client%3Abob&CallStatus=ringing&Direction=outbound-dial", webhook.KindCallStatusCallback},
		{"composition without an event", "CompositionSid=CJ0123456789abcdef0123456789abcdef&AccountSid=" + accountSID, webhook.KindVideoCompositionCallback},
		{"transcription that is not known", "TranscriptionEvent=transcription-paused&CallSid=" + callSID, webhook.KindUnknown},
		{"a flow's own request", "name=jane", webhook.KindUnknown},
		{"nothing", "", webhook.KindUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := webhook.Parse(unverified(t, newForm(tt.form)))
			if err != nil { // what identifies the thing is left out
				bad, ok := errors.AsType[*webhook.DecodeError](err)
				require.True(t, ok)
				assert.Equal(t, tt.want, bad.Kind)
				return
			}
			assert.Equal(t, tt.want, e.Kind())
			want, err := url.ParseQuery(tt.form)
			require.NoError(t, err)
			assertNothingLost(t, want, webhook.Encode(e), tt.form)
		})
	}
}

// TestParseDetectsJSON is TestParseDetects for JSON.
func TestParseDetectsJSON(t *testing.T) {
	tests := []struct {
		name, body string
		want       webhook.Kind
	}{
		{"insights", `{"specversion":"1.0","type":"com.twilio.voice.insights.call-summary.complete","data":{"a":1}}`, webhook.KindVoiceInsightsCallSummary},
		{"registration", `[{"specversion":"1.0","type":"com.twilio.messaging.compliance.brand-registration.brand-failure","data":{"accountsid":"` + accountSID + `"}}]`, webhook.KindEventStreamsA2P},
		{"test of a sink", `{"specversion":"1.0","type":"com.twilio.eventstreams.test-event","data":{}}`, webhook.KindEventStreamsOther},
		{"future event", `{"specversion":"2.0","type":"com.twilio.future","data":[1]}`, webhook.KindEventStreamsOther},
		{"mixed batch", `[{"specversion":"1.0","type":"com.twilio.x"},{"specversion":"1.0","type":"com.twilio.voice.media.fetched","data":{}}]`, webhook.KindEventStreams},
		{"empty batch", `[]`, webhook.KindEventStreams},
		{"rule", `{"accountId":"` + accountSID + `","conversationId":"c","intelligenceConfiguration":{},"operatorResults":[]}`, webhook.KindConversationalIntelligenceRuleExecution},
		{"factor", `{"type":"factor.created","uid":"x"}`, webhook.KindVerifyEvent},
		{"challenge", `{"type":"challenge.approved","data":{"a":null}}`, webhook.KindVerifyEvent},
		{"no object", `"text"`, webhook.KindUnknown},
		{"no events", `[1,2]`, webhook.KindUnknown},
		{"no JSON", `{"a":`, webhook.KindUnknown},
		{"nothing", ``, webhook.KindUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := webhook.Parse(unverified(t, newJSON(tt.body)))
			require.NoError(t, err)
			require.Equal(t, tt.want, e.Kind())
			if _, body := webhook.EncodeBody(e); tt.want != webhook.KindUnknown {
				assert.Equal(t, plain(t, tt.body), plain(t, string(body)))
			} else {
				assert.Equal(t, tt.body, string(body))
			}
		})
	}
}

// TestEveryEventTypeHasAnEvent parses an event of each known type of Event
// Streams. The page docs/coverage.md says which type it has.
func TestEveryEventTypeHasAnEvent(t *testing.T) {
	var known struct {
		Types []struct{ Type string }
	}
	data, err := spec.Bytes("event-types.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &known))
	page, err := os.ReadFile(filepath.Join("..", "docs", "coverage.md"))
	require.NoError(t, err)
	require.Greater(t, len(known.Types), 100)
	for _, k := range known.Types {
		body := `{"specversion":"1.0","type":"` + k.Type + `","id":"EZ1","data":{"messageSid":"` + messageSID + `","messageStatus":"SENT"}}`
		e, err := webhook.Parse(unverified(t, newJSON(body)))
		require.NoError(t, err)
		assert.Empty(t, webhook.Problems(e), k.Type)
		assert.Contains(t, string(page), "| "+k.Type+" | `"+string(e.Kind())+"` |")
	}
}
