package webhook_test

import (
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/syncbuf"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

const (
	testBase  = "https://hooks.example.com"
	testToken = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"

	messageSID = "SM0123456789abcdef0123456789abcdef"
	callSID    = "CA0123456789abcdef0123456789abcdef"
	accountSID = "AC0123456789abcdef0123456789abcdef"
)

func newVerifier(t testing.TB) *signature.Verifier {
	t.Helper()
	v, err := signature.New(signature.Config{BaseURL: testBase, Tokens: signature.Tokens(testToken)})
	require.NoError(t, err)
	return v
}

// newReceiver returns a receiver that logs into the buffer.
func newReceiver(t testing.TB, opts webhook.Options) (*webhook.Receiver, *logBuffer) {
	t.Helper()
	log := new(logBuffer)
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.NewTextHandler(log, nil))
	}
	return webhook.NewReceiver(newVerifier(t), &opts), log
}

// A logBuffer keeps log records, a line each.
type logBuffer struct{ syncbuf.Buffer }

func (b *logBuffer) lines() []string {
	return strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\n' })
}

func message(changes url.Values) url.Values {
	params := url.Values{
		"MessageSid": {messageSID}, "SmsSid": {messageSID}, "SmsMessageSid": {messageSID}, "AccountSid": {accountSID},
		"From": {"+15550101"}, "To": {"+15550100"}, "Body": {"hello"}, "NumMedia": {"0"}, "NumSegments": {"1"},
		"SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	}
	maps.Copy(params, changes)
	return params
}

func incomingCall() url.Values {
	return url.Values{
		"CallSid": {callSID}, "AccountSid": {accountSID}, "From": {"+15550101"}, "To": {"+15550100"},
		"CallStatus": {"ringing"}, "Direction": {"inbound"}, "ApiVersion": {"2010-04-01"},
	}
}

func messageStatus() url.Values {
	return url.Values{
		"MessageSid": {messageSID}, "SmsSid": {messageSID}, "AccountSid": {accountSID}, "MessageStatus": {"delivered"},
		"SmsStatus": {"delivered"}, "From": {"+15550100"}, "To": {"+15550101"}, "ApiVersion": {"2010-04-01"},
	}
}

// signed returns a request as Twilio makes it.
func signed(target string, params url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(params.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("X-Twilio-Signature", signature.Sign(testToken, testBase+target, params))
	return r
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
