package status_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

const (
	hooksURL = "https://hooks.example.com"
	token    = "0123456789abcdef0123456789abcdef"
	account  = "AC00000000000000000000000000000001"
)

func receiver(t testing.TB) *webhook.Receiver {
	t.Helper()
	v, err := signature.New(signature.Config{BaseURL: hooksURL, Tokens: signature.Tokens(token)})
	require.NoError(t, err)
	return webhook.NewReceiver(v, nil)
}

// signed is a request for e as Twilio would send it.
func signed(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature.Sign(token, hooksURL+path, form))
	return r
}

func delivered(word string) url.Values {
	return url.Values{
		"MessageSid": {string(message)}, "SmsSid": {string(message)}, "AccountSid": {account}, "From": {"+15550100"}, "To": {"+15550101"},
		"ApiVersion": {"2010-04-01"}, "MessageStatus": {word}, "SmsStatus": {word},
	}
}

// A fake is a store that does what the test says.
type fake struct {
	apply func(ctx context.Context, obs ...status.Observation) ([]status.Change, error)
}

func (f fake) Apply(ctx context.Context, obs ...status.Observation) ([]status.Change, error) {
	return f.apply(ctx, obs...)
}

func (f fake) Get(context.Context, webhook.SID) (status.State, error) {
	return status.State{}, status.ErrNotFound
}

func (f fake) Pending(context.Context, time.Time) iter.Seq2[status.State, error] {
	return func(func(status.State, error) bool) {}
}

func TestT22HandlerAcknowledgesWhatIsStored(t *testing.T) {
	m := new(status.Memory)
	h := status.NewTracker(m, nil).Handler(receiver(t))
	for _, word := range []string{"delivered", "sent", "delivered", "read"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, signed("/status", delivered(word)))
		assert.Equal(t, http.StatusNoContent, w.Code)
		assert.Empty(t, w.Body.String())
	}
	s, err := m.Get(t.Context(), message)
	require.NoError(t, err)
	assert.Equal(t, "read", s.Status)
	assert.Len(t, s.Reports, 3)
	assert.EqualValues(t, account, s.AccountSID)
}

// TestTwilioCsharp488ErrorCodeIsAWord takes the callbacks of the WhatsApp sandbox,
// whose ErrorCode is a word, of a known kind and of one that is not.
func TestTwilioCsharp488ErrorCodeIsAWord(t *testing.T) {
	sandbox := delivered("failed")
	sandbox.Set("ErrorCode", "InvalidSandboxRequest")
	unknown := url.Values{
		"AccountSid": {account}, "ThingSid": {"XX1"}, "ErrorCode": {"InvalidSandboxRequest"},
		"RecordingSid": {"RE00000000000000000000000000000001"}, "RecordingStatus": {"failed"},
	}
	for sid, form := range map[webhook.SID]url.Values{message: sandbox, "RE00000000000000000000000000000001": unknown} {
		m := new(status.Memory)
		w := httptest.NewRecorder()
		status.NewTracker(m, nil).Handler(receiver(t)).ServeHTTP(w, signed("/status", form))
		assert.Equal(t, http.StatusNoContent, w.Code)
		s, err := m.Get(t.Context(), sid)
		require.NoError(t, err)
		assert.Equal(t, "failed", s.Status)
		assert.Equal(t, "InvalidSandboxRequest", s.ErrorMessage)
		assert.Zero(t, s.ErrorCode)
	}
}

func TestT22NoAcknowledgementBeforeTheStoreReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		commit, done := make(chan struct{}), make(chan struct{})
		h := status.NewTracker(fake{func(context.Context, ...status.Observation) ([]status.Change, error) {
			<-commit
			return nil, nil
		}}, nil).Handler(receiver(t))
		w := httptest.NewRecorder()
		go func() { h.ServeHTTP(w, signed("/status", delivered("sent"))); close(done) }()
		time.Sleep(time.Second)
		select {
		case <-done:
			t.Fatal("answered before the commit")
		default:
		}
		close(commit)
		<-done
		assert.Equal(t, http.StatusNoContent, w.Code)
	})
}

func TestT22StoreErrorIs503(t *testing.T) {
	broken, calls := true, 0
	m := new(status.Memory)
	tr := status.NewTracker(fake{func(ctx context.Context, obs ...status.Observation) ([]status.Change, error) {
		if calls++; broken {
			return nil, errors.New("disk full")
		}
		return m.Apply(ctx, obs...)
	}}, nil)
	h := tr.Handler(receiver(t))
	ask := func() int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, signed("/status", delivered("sent")))
		assert.NotContains(t, w.Body.String(), "disk")
		return w.Code
	}
	assert.Equal(t, http.StatusServiceUnavailable, ask())
	assert.Equal(t, http.StatusServiceUnavailable, ask())
	broken = false
	assert.Equal(t, http.StatusNoContent, ask(), "T26 the first one after the outage")
	assert.EqualValues(t, 2, tr.Counters().Failed)
	assert.EqualValues(t, 1, tr.Counters().Observed)
	assert.Equal(t, 3, calls)
}

func TestT26StalledStoreIs503WithinTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := status.NewTracker(fake{func(ctx context.Context, _ ...status.Observation) ([]status.Change, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}, nil).Handler(receiver(t))
		start := time.Now()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, signed("/status", delivered("sent")))
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Less(t, time.Since(start), 2*time.Second)
	})
}

func TestHandlerRefusesWhatIsNotTwilios(t *testing.T) {
	m := new(status.Memory)
	h := status.NewTracker(m, nil).Handler(receiver(t))
	r := signed("/status", delivered("sent"))
	r.Header.Set("X-Twilio-Signature", signature.Sign(token, hooksURL+"/other", delivered("sent")))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.Zero(t, m.Len())
}

func TestHandlerOfOtherEvents(t *testing.T) {
	incoming := url.Values{
		"CallSid": {string(call)}, "AccountSid": {account}, "From": {"+15550100"}, "To": {"+15550101"}, "Caller": {"+15550100"}, "Called": {"+15550101"},
		"CallStatus": {"ringing"}, "ApiVersion": {"2010-04-01"}, "Direction": {"inbound"},
	}
	nothing := url.Values{"AccountSid": {account}, "What": {"tomorrow"}}

	m := new(status.Memory)
	tr := status.NewTracker(m, nil)
	ask := func(h http.Handler, form url.Values) int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, signed("/status", form))
		return w.Code
	}
	h := tr.Handler(receiver(t))
	assert.Equal(t, http.StatusNoContent, ask(h, nothing))
	assert.Equal(t, http.StatusNoContent, ask(h, incoming))
	assert.EqualValues(t, 1, tr.Counters().Ignored)
	s, err := m.Get(t.Context(), call)
	require.NoError(t, err)
	assert.Equal(t, "ringing", s.Status)

	var others []webhook.Kind
	h = status.NewTracker(m, &status.Options{Other: func(_ context.Context, e webhook.Event) (webhook.Reply, error) {
		others = append(others, e.Kind())
		return nil, nil
	}}).Handler(receiver(t))
	for _, form := range []url.Values{nothing, incoming, delivered("sent")} {
		assert.Equal(t, http.StatusNoContent, ask(h, form))
	}
	assert.Len(t, others, 2, "a status callback is no other event: %v", others)
}

// BenchmarkHandler is a status callback from the request to the 204, beside
// the same with no tracker behind.
func BenchmarkHandler(b *testing.B) {
	form := delivered("sent")
	body, sign := form.Encode(), signature.Sign(token, hooksURL+"/status", form)
	run := func(b *testing.B, h http.Handler) {
		b.ReportAllocs()
		for b.Loop() {
			r := httptest.NewRequest(http.MethodPost, "/status", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Twilio-Signature", sign)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusNoContent {
				b.Fatal(w.Code)
			}
		}
	}
	rc := receiver(b)
	b.Run("tracker", func(b *testing.B) { run(b, status.NewTracker(new(status.Memory), nil).Handler(rc)) })
	b.Run("no-op", func(b *testing.B) {
		run(b, webhook.Events(rc, func(context.Context, webhook.Event) (webhook.Reply, error) { return nil, nil }))
	})
}
