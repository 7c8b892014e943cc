package signature_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

func replayRequest(body, token string) *http.Request {
	r := signedForm("/sms", body)
	r.Header.Set("I-Twilio-Idempotency-Token", token)
	return r
}

func code(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// TestT09Replay: a captured request is accepted once during the window,
// whatever is done to the unsigned headers.
func TestT09Replay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, signature.Config{})
		calls := 0
		var refused []error
		window := &signature.ReplayWindow{Window: time.Hour, Refused: func(_ *http.Request, err *signature.Error) { refused = append(refused, err) }}
		h := v.Handler(window.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls++ })))

		assert.Equal(t, 200, code(h, replayRequest("Body=a", "1")))
		assert.Equal(t, 409, code(h, replayRequest("Body=a", "1")))
		assert.Equal(t, 409, code(h, replayRequest("Body=a", "2")), "the token is not signed")
		assert.Equal(t, 409, code(h, replayRequest("Body=a", strings.Repeat("t", 8192))))
		assert.Equal(t, 200, code(h, replayRequest("Body=b", "1")), "the token alone suppresses nothing")
		assert.Equal(t, 403, code(h, func() *http.Request {
			r := replayRequest("Body=c", "1")
			r.Header.Set("X-Twilio-Signature", strings.Repeat("A", 27)+"=")
			return r
		}()))
		assert.Equal(t, 2, calls)
		require.Len(t, refused, 3)
		assert.ErrorIs(t, refused[0], signature.ErrReplayed)

		time.Sleep(time.Hour)
		assert.Equal(t, 200, code(h, replayRequest("Body=a", "1")), "the window is over")
	})
}

// TestT09DistinctTokens: if equal requests are legitimate, the token
// distinguishes them from Twilio's retries.
func TestT09DistinctTokens(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	h := v.Handler((&signature.ReplayWindow{DistinctTokens: true}).Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	assert.Equal(t, 200, code(h, replayRequest("Digits=1", "1")))
	assert.Equal(t, 200, code(h, replayRequest("Digits=1", "2")), "the caller has pressed the key again")
	assert.Equal(t, 409, code(h, replayRequest("Digits=1", "2")), "a retry")
	assert.Equal(t, 200, code(h, replayRequest("Digits=1", strings.Repeat("t", 9000))))
}

// TestT09FailedRequestsMayComeAgain: a claim does not outlive a failure.
func TestT09FailedRequestsMayComeAgain(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	answer := 0
	h := v.Handler(new(signature.ReplayWindow).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer == 0 {
			panic(http.ErrAbortHandler)
		}
		require.NoError(t, http.NewResponseController(w).Flush())
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(answer)
		w.WriteHeader(200)
	})))
	assert.Panics(t, func() { code(h, replayRequest("Body=a", "1")) })
	for _, answer = range []int{500, 503, 404} {
		assert.NotEqual(t, 409, code(h, replayRequest("Body=a", "1")), answer)
	}
	assert.Equal(t, 409, code(h, replayRequest("Body=a", "1")), "404 is an answer")
}

func TestReplayWindowMisuse(t *testing.T) {
	w := new(signature.ReplayWindow)
	assert.Panics(t, func() { w.Handler(nil) })
	assert.PanicsWithValue(t, "signature: ReplayWindow.Window is negative", func() {
		(&signature.ReplayWindow{Window: -time.Hour}).Handler(http.NotFoundHandler())
	}, "it would let every repeated request pass")
	h := w.Handler(http.NotFoundHandler())
	assert.Panics(t, func() { code(h, signedForm("/sms", "a=1")) }, "outside of Verifier.Handler")
}

// brokenStore fails at every call.
type brokenStore struct{ released int }

func (*brokenStore) Claim(context.Context, string, string, time.Duration) (signature.Claim, error) {
	return signature.Claim{}, errors.New("store down")
}

func (*brokenStore) Finish(context.Context, string, string, []byte, time.Duration) error {
	return errors.New("store down")
}

func (s *brokenStore) Release(context.Context, string, string) error {
	s.released++
	return errors.New("store down")
}

func TestReplayStoreFails(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	var refused *signature.Error
	store := new(brokenStore)
	w := &signature.ReplayWindow{Store: store, Refused: func(_ *http.Request, err *signature.Error) { refused = err }}
	h := v.Handler(w.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called") })))
	assert.Equal(t, 503, code(h, signedForm("/sms", "a=1")))
	assert.ErrorIs(t, refused, signature.ErrClaimStore)
	assert.NotContains(t, refused.Error(), "store down", "the text has the type of the error only")
	assert.Equal(t, 1, store.released, "T25: the claim may have succeeded")
}

// A client that closes the connection must not release the claim: whoever
// captured a request could send it repeatedly (security review, n2).
func TestT09HangingUpDoesNotReleaseTheClaim(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	calls := 0
	var hangUp context.CancelFunc
	h := v.Handler(new(signature.ReplayWindow).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		hangUp()
		w.WriteHeader(503)
	})))
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		hangUp = cancel
		code(h, replayRequest("Body=a", "1").WithContext(ctx))
		cancel()
	}
	assert.Equal(t, 1, calls)
}
