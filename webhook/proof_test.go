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
		want   int // 200 without a second look, or what that says
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
		{"a longer path that ends alike", func(r *http.Request) { r.RequestURI = "/y/sms" }, 403},
		{"another path", func(r *http.Request) { r.RequestURI = "/admin" }, 403},
		{"another query", func(r *http.Request) { r.RequestURI = "/sms?a=b" }, 403},
		{"another method", func(r *http.Request) { r.Method = http.MethodPut }, 405},
		{"no signature", func(r *http.Request) { r.Header.Del("X-Twilio-Signature") }, 403},
		{"another signature", func(r *http.Request) {
			r.Header.Set("X-Twilio-Signature", signature.Sign(testToken, testBase+"/x", nil))
		}, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, count := countingVerifier(t)
			inner := webhook.Handle(webhook.NewReceiver(v, nil), thanks)
			w := serve(v.Handler(http.HandlerFunc(func(w http.ResponseWriter, outer *http.Request) {
				r := signed("/sms", message(nil)).WithContext(outer.Context())
				tt.change(r)
				inner.ServeHTTP(w, r)
			})), signed("/sms", message(nil)))
			assert.Equal(t, tt.want, w.Code)
			if tt.want == http.StatusOK {
				assert.EqualValues(t, 1, count.Load())
			}
		})
	}
}

// A proof counts for the verifier that made it: under a middleware that accepts
// one account's token, a route for another account's token accepts only that.
func TestT10ProofOfAnotherVerifier(t *testing.T) {
	const otherToken = "00000000000000000000000000000000"
	outer, count := countingVerifier(t)
	inner, err := signature.New(signature.Config{BaseURL: testBase, Tokens: signature.Tokens(otherToken)})
	require.NoError(t, err)
	h := webhook.Handle(webhook.NewReceiver(inner, nil), thanks)
	for name, h := range map[string]http.Handler{
		"Handle":      h,
		"Deduplicate": webhook.Deduplicate(webhook.NewReceiver(outer, nil), new(signature.MemoryClaims), h),
	} {
		w := serve(outer.Handler(h), signed("/sms", message(nil)))
		assert.Equal(t, http.StatusForbidden, w.Code, name)
	}
	assert.EqualValues(t, 2, count.Load(), "each proof of the middleware's own verifier was taken")
}

// The proof of /y/sms is not one of /sms (security review, m5).
func TestT01ProofOfALongerPath(t *testing.T) {
	v, count := countingVerifier(t)
	inner := webhook.Handle(webhook.NewReceiver(v, nil), thanks)
	w := serve(v.Handler(http.HandlerFunc(func(w http.ResponseWriter, outer *http.Request) {
		r := signed("/sms", message(nil)).WithContext(outer.Context())
		r.Header.Set("X-Twilio-Signature", outer.Header.Get("X-Twilio-Signature"))
		inner.ServeHTTP(w, r)
	})), signed("/y/sms", message(nil)))
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.EqualValues(t, 2, count.Load())
}

// Under a prefix that a proxy takes away, and for a URL without a path, the
// proof is still that of the request.
func TestVerifiedOnceUnderAPrefix(t *testing.T) {
	for base, url := range map[string]string{
		"https://hooks.example.com/prefix": "https://hooks.example.com/prefix/sms",
		"https://hooks.example.com":        "https://hooks.example.com",
	} {
		v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(testToken)})
		require.NoError(t, err)
		target := "/" + strings.TrimPrefix(strings.TrimPrefix(url, base), "/")
		r := signed(target, message(nil))
		r.Header.Set("X-Twilio-Signature", signature.Sign(testToken, url, message(nil)))
		covered := false
		w := serve(v.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p, _ := signature.FromContext(r.Context())
			covered = p.Covers(r)
		})), r)
		assert.Equal(t, http.StatusOK, w.Code, url)
		assert.True(t, covered, url)
	}
}

func TestT04Allow(t *testing.T) {
	for _, tt := range []struct {
		pattern string
		methods []string
		want    string
	}{
		{"/sms", nil, "POST"},
		{"PUT /sms", nil, "PUT"},
		{"/sms", []string{"POST", "PUT"}, "POST, PUT"},
	} {
		v, err := signature.New(signature.Config{BaseURL: testBase, Tokens: signature.Tokens(testToken), Methods: tt.methods})
		require.NoError(t, err)
		r := signed("/sms", message(nil))
		r.Method, r.Pattern = http.MethodDelete, tt.pattern
		w := serve(webhook.Handle(webhook.NewReceiver(v, nil), thanks), r)
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
		assert.Equal(t, tt.want, w.Header().Get("Allow"))
		assert.Equal(t, "close", w.Header().Get("Connection"), "what was not read is not waited for")
	}
}

func TestProofLeavesTheBodyReadable(t *testing.T) {
	v, _ := countingVerifier(t)
	var read string
	h := webhook.Handle(webhook.NewReceiver(v, nil), func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
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
