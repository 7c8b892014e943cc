package webhook_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// countingVerifier counts how often a signature is checked.
func countingVerifier(t *testing.T) (*signature.Verifier, *atomic.Int32) {
	t.Helper()
	count := new(atomic.Int32)
	token, err := signature.NewToken("only", testToken)
	require.NoError(t, err)
	v, err := signature.New(signature.Config{
		BaseURL: testBase,
		Tokens: signature.TokenFunc(func(context.Context, signature.Query) ([]signature.Token, error) {
			count.Add(1)
			return []signature.Token{token}, nil
		}),
	})
	require.NoError(t, err)
	return v, count
}

func TestVerifiedOnce(t *testing.T) {
	v, count := countingVerifier(t)
	rc := webhook.NewReceiver(v, nil)
	w := serve(v.Handler(webhook.Handle(rc, thanks)), signed("/sms", message(nil)))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.EqualValues(t, 1, count.Load())
	assert.Contains(t, w.Body.String(), "we got: hello")
}

// A proof in a context counts for the request it was made for, and for no other
// that carries the context along.
func TestT01ProofOfAnotherRequest(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"the same", func(*http.Request) {}, 200},
		{"another body", func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(message(url.Values{"Body": {"hallo"}}).Encode()))
		}, 403},
		{"a longer body", func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(message(nil).Encode() + "&Body=more"))
			r.ContentLength = -1
		}, 403},
		{"no body", func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }, 403},
		{"another path", func(r *http.Request) { r.RequestURI = "/admin" }, 403},
		{"another query", func(r *http.Request) { r.RequestURI = "/sms?a=b" }, 403},
		{"another method", func(r *http.Request) { r.Method = http.MethodPut }, 405},
		{"no signature", func(r *http.Request) { r.Header.Del("X-Twilio-Signature") }, 403},
		{"another signature", func(r *http.Request) {
			r.Header.Set("X-Twilio-Signature", signature.Sign(testToken, testBase+"/x", nil))
		}, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, _ := countingVerifier(t)
			rc, _ := newReceiver(t, webhook.Options{})
			inner := webhook.Handle(rc, thanks)
			w := serve(v.Handler(http.HandlerFunc(func(w http.ResponseWriter, outer *http.Request) {
				r := signed("/sms", message(nil)).WithContext(outer.Context())
				tt.change(r)
				inner.ServeHTTP(w, r)
			})), signed("/sms", message(nil)))
			assert.Equal(t, tt.want, w.Code)
		})
	}
}

func TestProofLeavesTheBodyReadable(t *testing.T) {
	v, _ := countingVerifier(t)
	rc, _ := newReceiver(t, webhook.Options{})
	var read string
	h := webhook.Handle(rc, func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return nil, nil
	})
	serve(v.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		read = string(body)
	})), signed("/sms", message(nil)))
	assert.Equal(t, message(nil).Encode(), read)
}
