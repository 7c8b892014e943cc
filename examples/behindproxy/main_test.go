package main

import (
	"bytes"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

const (
	first, second = "AC00000000000000000000000000000001", "AC00000000000000000000000000000002"
	message       = "SM00000000000000000000000000000001"
)

// request is what the proxy passes on of a text to the tenant account, signed
// by token for public.
func request(account, token, public string) *http.Request {
	form := url.Values{
		"MessageSid": {message}, "SmsSid": {message}, "SmsMessageSid": {message}, "AccountSid": {account}, "From": {"+15550101"},
		"To": {"+15550100"}, "Body": {"hello"}, "NumMedia": {"0"}, "SmsStatus": {"received"},
	}
	r := httptest.NewRequest(http.MethodPost, "http://10.0.0.9:8080/sms", strings.NewReader(form.Encode()))
	r.RequestURI = "/sms"
	r.RemoteAddr = "10.0.0.7:4711"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Forwarded-Host", "hooks.example.org")
	r.Header.Set("X-Twilio-Signature", signature.Sign(token, public, form))
	return r
}

func TestBehindTheProxy(t *testing.T) {
	const public = "https://hooks.example.org/sms"
	handler, err := routes(netip.MustParsePrefix("10.0.0.0/8"), []string{"hooks.example.com", "hooks.example.org"}, true)
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		r      *http.Request
		change func(*http.Request)
		status int
		says   string
	}{
		{name: "first tenant", r: request(first, tenants[first], public), status: 200},
		{name: "second tenant", r: request(second, tenants[second], public), status: 200},
		{name: "T10 one tenant in the other's name", r: request(second, tenants[first], public), status: 403, says: "mismatch"},
		{name: "T10 unknown account", r: request("AC00000000000000000000000000000003", tenants[first], public), status: 403},
		{name: "signed for http", r: request(first, tenants[first], "http://hooks.example.org/sms"), status: 403, says: "scheme"},
		{name: "T07 not by the proxy", r: request(first, tenants[first], public), status: 421,
			change: func(r *http.Request) { r.RemoteAddr = "198.51.100.7:4711" }},
		{name: "T07 another host", r: request(first, tenants[first], "https://evil.example.net/sms"), status: 421,
			change: func(r *http.Request) { r.Header.Set("X-Forwarded-Host", "evil.example.net") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			log.SetOutput(&out)
			t.Cleanup(func() { log.SetOutput(os.Stderr) })
			if c.change != nil {
				c.change(c.r)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, c.r)
			assert.Equal(t, c.status, w.Code)
			assert.Contains(t, out.String(), c.says)
			assert.NotContains(t, out.String(), tenants[first])
			assert.Equal(t, c.status == 200, strings.Contains(w.Body.String(), "Thanks, we got: hello"))
		})
	}
}
