package webhooktest_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

var update = flag.Bool("update", false, "write the golden files")

func TestNewRequest(t *testing.T) {
	v := verifier()
	t.Run("what is sent is accepted", func(t *testing.T) {
		for name, e := range webhooktest.Fixtures() {
			r := webhooktest.NewRequest("/hook", e)
			_, err := v.Verify(r)
			assert.NoError(t, err, name)
		}
	})
	t.Run("what Twilio always sends is filled in", func(t *testing.T) {
		proof, err := v.Verify(webhooktest.NewRequest("/sms", webhook.IncomingMessage{Message: webhook.Message{Body: "hi"}}))
		require.NoError(t, err)
		m, err := webhook.Decode[webhook.IncomingMessage](proof)
		require.NoError(t, err)
		assert.Equal(t, webhooktest.AccountSID, m.AccountSID)
		assert.Equal(t, webhooktest.Person, m.From)
		assert.Equal(t, m.MessageSID, m.SMSSID)
		assert.Equal(t, "hi", m.Body)
	})
	t.Run("without the SIDs it would be of no kind", func(t *testing.T) {
		identifies[webhook.ConferenceRecordingStatusCallback](t, webhook.ConferenceRecordingStatusCallback{RecordingStatus: webhook.RecordingStatusCompleted})
		identifies[webhook.ConferenceCallback](t, webhook.ConferenceCallback{Event: webhook.ConferenceEventStart})
		identifies[webhook.DebuggerEvent](t, webhook.DebuggerEvent{})
		identifies[webhook.EnqueueWaitURL](t, webhook.EnqueueWaitURL{})
		identifies[webhook.MessageActionCallback](t, webhook.MessageActionCallback{MessageStatus: webhook.MessageActionStatusSending})
		identifies[webhook.MessagingFallback](t, webhook.MessagingFallback{})
		identifies[webhook.QueueURL](t, webhook.QueueURL{})
		identifies[webhook.RecordTranscription](t, webhook.RecordTranscription{TranscriptionStatus: webhook.TranscriptionStatusCompleted})
		identifies[webhook.RecordingStatusCallback](t, webhook.RecordingStatusCallback{RecordingStatus: webhook.RecordingStatusCompleted})
		identifies[webhook.StreamStatus](t, webhook.StreamStatus{Event: webhook.StreamEventStarted})
		identifies[webhook.TaskRouterAssignment](t, webhook.TaskRouterAssignment{})
		identifies[webhook.TaskRouterEvent](t, webhook.TaskRouterEvent{EventType: webhook.TaskRouterEventTypeActivityCreated})
		identifies[webhook.TranscriptionCallback](t, webhook.TranscriptionCallback{Event: webhook.TranscriptionEventContent})
		identifies[webhook.VideoRoomCallback](t, webhook.VideoRoomCallback{Event: webhook.VideoEventRoomCreated})
		identifies[webhook.VideoCompositionCallback](t, webhook.VideoCompositionCallback{})
		identifies[webhook.UsageTrigger](t, webhook.UsageTrigger{})
		identifies[webhook.VoiceIntelligenceTranscript](t, webhook.VoiceIntelligenceTranscript{})
	})
	t.Run("headers", func(t *testing.T) {
		r := webhooktest.NewRequest("/sms?x=1", webhook.IncomingMessage{})
		assert.Equal(t, "TwilioProxy/1.1", r.UserAgent())
		assert.Equal(t, "/sms?x=1", r.RequestURI)
		assert.NotEmpty(t, r.Header.Get("I-Twilio-Idempotency-Token"))
	})
	t.Run("it is always the same", func(t *testing.T) {
		a, _ := io.ReadAll(webhooktest.NewRequest("/sms", webhook.IncomingMessage{}).Body)
		b, _ := io.ReadAll(webhooktest.NewRequest("/sms", webhook.IncomingMessage{}).Body)
		assert.Equal(t, string(a), string(b))
	})
	t.Run("the second of two equal ones is a retry", func(t *testing.T) {
		calls := 0
		hooks := webhook.NewReceiver(v, &webhook.Options{Logger: slog.New(slog.DiscardHandler)})
		h := webhook.Deduplicate(hooks, new(signature.MemoryClaims), webhook.Handle(hooks,
			func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
				calls++
				return twiml.Reply("hello"), nil
			}))
		for range 2 {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, webhooktest.NewRequest("/sms", webhook.IncomingMessage{Message: webhook.Message{Body: "hi"}}))
			assert.Contains(t, w.Body.String(), "hello")
		}
		assert.Equal(t, 1, calls)
	})
	t.Run("a changed body is refused", func(t *testing.T) {
		r := webhooktest.NewRequest("/sms", webhook.IncomingMessage{Message: webhook.Message{Body: "hi"}})
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(append(body, "&x=1"...)))
		r.ContentLength += 4
		_, err := v.Verify(r)
		assert.Error(t, err)
	})
	t.Run("a path that is none panics", func(t *testing.T) {
		assert.Panics(t, func() { webhooktest.NewRequest("sms", webhook.IncomingMessage{}) })
	})
}

func TestFixtures(t *testing.T) {
	e, ok := webhooktest.Fixture("sms_in_basic").(webhook.IncomingMessage)
	require.True(t, ok)
	assert.Equal(t, "Msg", e.Body)
	assert.PanicsWithValue(t, `webhooktest: there is no fixture "gather-digit"; similar names: ["gather-digit-numdigits"]`, func() { webhooktest.Fixture("gather-digit") })
	assert.PanicsWithValue(t, `webhooktest: there is no fixture "whatsapp_in_flow"; similar names: ["whatsapp_flow"]`, func() { webhooktest.Fixture("whatsapp_in_flow") })
	assert.PanicsWithValue(t, `webhooktest: there is no fixture "telex"; Fixtures lists all`, func() { webhooktest.Fixture("telex") })
	for range webhooktest.Fixtures() {
		break
	}
	r := webhooktest.FixtureRequest("/sms", "sms_in_2014_get_no_numsegments")
	assert.Equal(t, http.MethodGet, r.Method)
	_, err := verifier().Verify(r)
	assert.NoError(t, err)
}

// identifies fails unless NewRequest makes a request for e that can be decoded
// as one of its kind.
func identifies[E webhook.Decodable[E]](t *testing.T, e webhook.Event) {
	t.Helper()
	proof, err := verifier().Verify(webhooktest.NewRequest("/hook", e))
	require.NoError(t, err, "%T", e)
	_, err = webhook.Decode[E](proof)
	assert.NoError(t, err, "%T", e)
}
