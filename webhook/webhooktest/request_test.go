package webhooktest_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
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
	assert.PanicsWithValue(t, `webhooktest: there is no fixture "gather-digit"; near it are ["gather-digit-numdigits"]`, func() { webhooktest.Fixture("gather-digit") })
	assert.PanicsWithValue(t, `webhooktest: there is no fixture "whatsapp_in_flow"; near it are ["whatsapp_flow"]`, func() { webhooktest.Fixture("whatsapp_in_flow") })
	assert.PanicsWithValue(t, `webhooktest: there is no fixture "telex", nor one of a name like it; Fixtures yields all`, func() { webhooktest.Fixture("telex") })
	for range webhooktest.Fixtures() {
		break
	}
	r := webhooktest.FixtureRequest("/sms", "sms_in_2014_get_no_numsegments")
	assert.Equal(t, http.MethodGet, r.Method)
	_, err := verifier().Verify(r)
	assert.NoError(t, err)
}

func TestFixtureFiles(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, webhooktest.WriteFixtures(dir, "/hook"))
	n := 0
	for name, want := range webhooktest.Fixtures() {
		n++
		r, err := webhooktest.ReadRequest(filepath.Join(dir, name+".http"))
		require.NoError(t, err, name)
		proof, err := verifier().Verify(r)
		require.NoError(t, err, name)
		got, err := webhook.Parse(proof)
		require.NoError(t, err, name)
		if want.Kind() != webhook.KindMessageActionCallback {
			assert.Equal(t, want, got, name)
		}
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, files, n)
	one, err := os.ReadFile(filepath.Join(dir, "sms_in_basic.http"))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(one), "POST /hook HTTP/1.1\r\nHost: webhooktest.example.com\r\n"))
	assert.Error(t, webhooktest.WriteFixtures(filepath.Join(dir, "sms_in_basic.http"), "/hook"))
}

func TestReadRequestRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"nothing": "", "no HTTP": "hello\n\nworld", "a bad form": "POST /a HTTP/1.1\nHost: a\nContent-Type: application/x-www-form-urlencoded\n\na=%zz",
		"no path": "GET http:foo HTTP/1.1\nHost: a\n\n",
	} {
		file := filepath.Join(dir, "x.http")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err := webhooktest.ReadRequest(file)
		assert.Error(t, err, name)
	}
	_, err := webhooktest.ReadRequest(filepath.Join(dir, "none.http"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
	file := filepath.Join(dir, "lf.http")
	require.NoError(t, os.WriteFile(file, []byte("POST /a HTTP/1.1\nHost: a\nContent-Type: application/x-www-form-urlencoded\n\nBody=hi"), 0o600))
	r, err := webhooktest.ReadRequest(file)
	require.NoError(t, err)
	_, err = verifier().Verify(r)
	assert.NoError(t, err)
}

func TestT29Record(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "captures")
	got := 0
	h := webhooktest.Record(dir, verifier().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got += len(body)
	})), func(err error) { t.Error(err) })
	send := func(r *http.Request) {
		r.Header.Set("Cookie", "session=secret")
		r.Header.Set("Authorization", "Basic c2VjcmV0")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Equal(t, 200, w.Code)
	}
	for name := range webhooktest.Fixtures() {
		send(webhooktest.FixtureRequest("/hook", name))
	}
	assert.Positive(t, got)
	files, err := filepath.Glob(filepath.Join(dir, "*.http"))
	require.NoError(t, err)
	require.Greater(t, len(files), 150)
	assert.Contains(t, files[0], "0001-")
	// Numbers and account of the fixtures, which a recording must not hold.
	private := []string{"5555550101", "5555550186", "ACe9befa5ddf22dfdc0075c08cf16815aa", "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9", "session=secret", "c2VjcmV0", "eyJhbGci"}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, p := range private {
			assert.NotContains(t, string(data), p, file)
		}
		r, err := webhooktest.ReadRequest(file)
		require.NoError(t, err, file)
		proof, err := verifier().Verify(r)
		if !assert.NoError(t, err, file) {
			continue
		}
		e, err := webhook.Parse(proof)
		require.NoError(t, err, file)
		assert.Contains(t, file, string(e.Kind()))
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	}
	t.Run("the same number is replaced by the same", func(t *testing.T) {
		dir := t.TempDir()
		h := webhooktest.Record(dir, http.NotFoundHandler(), nil)
		h.ServeHTTP(httptest.NewRecorder(), webhooktest.FixtureRequest("/a", "sms_in_basic"))
		h.ServeHTTP(httptest.NewRecorder(), webhooktest.FixtureRequest("/a", "sms_in_all_geo"))
		a, err := webhooktest.ReadRequest(filepath.Join(dir, "0001-IncomingMessage.http"))
		require.NoError(t, err)
		b, err := webhooktest.ReadRequest(filepath.Join(dir, "0002-IncomingMessage.http"))
		require.NoError(t, err)
		assert.Equal(t, a.FormValue("From"), b.FormValue("From"))
		assert.NotEqual(t, a.FormValue("MessageSid"), b.FormValue("MessageSid"))
		assert.Equal(t, a.FormValue("MessageSid"), a.FormValue("SmsSid"))
	})
	t.Run("what is too large or of another type passes through", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "none")
		var n int64
		h := webhooktest.Record(dir, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { n, _ = io.Copy(io.Discard, r.Body) }), nil)
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/a", strings.NewReader(strings.Repeat("a", 2<<20))))
		assert.Equal(t, int64(2<<20), n)
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("PUT", "/a", strings.NewReader("x")))
		assert.NoDirExists(t, dir)
	})
	t.Run("a file that cannot be written is told", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		var told error
		served := false
		h := webhooktest.Record(file, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served = true }), func(err error) { told = err })
		h.ServeHTTP(httptest.NewRecorder(), webhooktest.FixtureRequest("/a", "sms_in_basic"))
		assert.Error(t, told)
		assert.True(t, served)
	})
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
