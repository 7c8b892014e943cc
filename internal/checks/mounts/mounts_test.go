package mounts_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/checks/mounts"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

const token = "0123456789abcdef0123456789abcdef"

var message = url.Values{
	"MessageSid": {"SM00000000000000000000000000000001"}, "SmsSid": {"SM00000000000000000000000000000001"},
	"SmsMessageSid": {"SM00000000000000000000000000000001"}, "AccountSid": {"AC00000000000000000000000000000001"},
	"From": {"+15550101"}, "To": {"+15550100"}, "Body": {"a+b & c"}, "NumMedia": {"0"}, "SmsStatus": {"received"},
}

func sms(t *testing.T, base string) http.Handler {
	t.Helper()
	v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(token)})
	require.NoError(t, err)
	return webhook.Handle(webhook.NewReceiver(v, nil), func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return twiml.Reply("Thanks, we got: " + m.Body), nil
	})
}

func TestRouters(t *testing.T) {
	const base = "https://hooks.example.com"
	for name, mount := range map[string]func(http.Handler) http.Handler{"chi": mounts.Chi, "gin": mounts.Gin, "echo": mounts.Echo} {
		t.Run(name, func(t *testing.T) {
			h := mount(sms(t, base))
			for _, c := range []struct {
				secret string
				status int
			}{{token, http.StatusOK}, {"forged", http.StatusForbidden}} {
				r := httptest.NewRequest(http.MethodPost, "/twilio/sms?shop=1", strings.NewReader(message.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("X-Twilio-Signature", signature.Sign(c.secret, base+"/twilio/sms?shop=1", message))
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				assert.Equal(t, c.status, w.Code)
				assert.Equal(t, c.status == 200, strings.Contains(w.Body.String(), "Thanks, we got: a+b &amp; c"))
			}
		})
	}
}

// TestChiGET: chi sets a pattern without the method, which stands for POST, so
// a route for GET needs Config.Methods.
func TestChiGET(t *testing.T) {
	const base = "https://hooks.example.com"
	for _, c := range []struct {
		methods []string
		status  int
	}{{nil, http.StatusMethodNotAllowed}, {[]string{http.MethodGet}, http.StatusOK}} {
		v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(token), Methods: c.methods})
		require.NoError(t, err)
		mux := chi.NewRouter()
		mux.Method(http.MethodGet, "/sms", v.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
		target := "/sms?" + message.Encode()
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.Header.Set("X-Twilio-Signature", signature.Sign(token, base+target, nil))
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		assert.Equal(t, c.status, w.Code)
	}
}

func TestLambda(t *testing.T) {
	const base = "https://id.execute-api.example.com"
	serve := mounts.Lambda(sms(t, base))
	for _, c := range []struct {
		secret string
		status int
	}{{token, http.StatusOK}, {"forged", http.StatusForbidden}} {
		event := events.APIGatewayV2HTTPRequest{
			Version: "2.0", RawPath: "/twilio/sms", RawQueryString: "shop=1",
			Headers: map[string]string{
				"content-type":       "application/x-www-form-urlencoded",
				"host":               "id.execute-api.example.com",
				"x-twilio-signature": signature.Sign(c.secret, base+"/twilio/sms?shop=1", message),
			},
			Body: base64.StdEncoding.EncodeToString([]byte(message.Encode())), IsBase64Encoded: true,
		}
		event.RequestContext.HTTP.Method = http.MethodPost
		event.RequestContext.HTTP.Path = "/twilio/sms"
		answer, err := serve(t.Context(), event)
		require.NoError(t, err)
		assert.Equal(t, c.status, answer.StatusCode)
		assert.Equal(t, c.status == 200, strings.Contains(answer.Body, "Thanks, we got: a+b &amp; c"))
	}
}
