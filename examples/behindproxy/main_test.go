package main

import (
	"bytes"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

const (
	first, second   = "AC00000000000000000000000000000001", "AC00000000000000000000000000000002"
	firstS, secondS = "secret-of-the-first-tenant", "secret-of-the-second-tenant"
)

func settings(change map[string]string) func(string) string {
	env := map[string]string{
		"PROXIES": "10.0.0.0/8", "HOSTS": "hooks.example.com,hooks.example.org", "DEBUG": "1",
		"TENANTS": first + "=" + firstS + " " + second + "=" + secondS,
	}
	return func(name string) string {
		if value, ok := change[name]; ok {
			return value
		}
		return env[name]
	}
}

// A proxy forwards requests to a program that sees neither TLS nor the public
// host.
type proxy struct {
	program    http.Handler
	peer, host string
}

func (p proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.RequestURI = r.URL.RequestURI()
	r.URL.Scheme, r.URL.Host = "", ""
	r.Host = "10.0.0.9:8080"
	r.RemoteAddr = p.peer + ":4711"
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Forwarded-Host", p.host)
	w := httptest.NewRecorder()
	p.program.ServeHTTP(w, r)
	return w.Result(), nil
}

func TestBehindTheProxy(t *testing.T) {
	const host, public = "hooks.example.org", "https://hooks.example.org"
	program, err := build(settings(nil))
	require.NoError(t, err)
	for _, c := range []struct {
		name            string
		account, secret string
		base            string // that Twilio calls
		peer, host      string // as the program sees them
		status          int
		says            string
	}{
		{"first tenant", first, firstS, public, "10.0.0.7", host, 200, ""},
		{"second tenant", second, secondS, public, "10.0.0.7", host, 200, ""},
		{"another host", first, firstS, "https://hooks.example.com", "10.0.0.7", "hooks.example.com", 200, ""},
		{"T10 one tenant in the other's name", second, firstS, public, "10.0.0.7", host, 403, "mismatch"},
		{"T10 unknown account", "AC00000000000000000000000000000003", firstS, public, "10.0.0.7", host, 403, "wrong account"},
		{"signed for http", first, firstS, "http://hooks.example.org", "10.0.0.7", host, 403, "scheme"},
		{"T07 not by the proxy", first, firstS, public, "198.51.100.7", host, 421, ""},
		{"T07 a host that is not ours", first, firstS, "https://evil.example.net", "10.0.0.7", "evil.example.net", 421, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			log.SetOutput(&out)
			t.Cleanup(func() { log.SetOutput(os.Stderr) })
			twilio := webhooktest.New(t, nil, &webhooktest.Options{
				BaseURL: c.base, AuthToken: c.secret, AccountSID: webhook.SID(c.account), Transport: proxy{program, c.peer, c.host},
			})
			text := twilio.Text("/sms", "hello").StatusIs(c.status)
			if c.status == http.StatusOK {
				text.Replies("Thanks, we got: hello")
				assert.Empty(t, out.String())
				return
			}
			text.Fails(11200)
			assert.NotEmpty(t, out.String())
			assert.Contains(t, out.String(), c.says)
			assert.NotContains(t, out.String(), c.secret)
			assert.NotContains(t, out.String(), "hello")
		})
	}
}

// TestT07HeadersOfTheClient shows that headers which the proxy does not set are
// ignored.
func TestT07HeadersOfTheClient(t *testing.T) {
	program, err := build(settings(nil))
	require.NoError(t, err)
	key, err := signature.NewToken("", firstS)
	require.NoError(t, err)
	form := url.Values{"AccountSid": {first}, "MessageSid": {"SM00000000000000000000000000000001"}, "From": {"+15550101"}, "To": {"+15550100"}, "Body": {"hi"}, "NumMedia": {"0"}}
	for header, signed := range map[string][2]string{
		"X-Forwarded-Prefix": {"/public", "https://hooks.example.com/public/echo"},
		"X-Forwarded-Port":   {"8443", "https://hooks.example.com:8443/echo"},
		"Forwarded":          {"host=hooks.example.org", "https://hooks.example.org/echo"},
	} {
		for _, public := range []string{signed[1], "https://hooks.example.com/echo"} {
			r := httptest.NewRequest(http.MethodPost, "/echo", strings.NewReader(form.Encode()))
			r.RemoteAddr = "10.0.0.7:4711"
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Forwarded-Proto", "https")
			r.Header.Set("X-Forwarded-Host", "hooks.example.com")
			r.Header.Set(header, signed[0])
			key.Sign(public, form).Set(r.Header)
			w := httptest.NewRecorder()
			program.ServeHTTP(w, r)
			assert.Equal(t, public != signed[1], w.Code == http.StatusOK, "%s %s", header, public)
		}
	}
}

func TestRefusesBadSettings(t *testing.T) {
	for name, change := range map[string]map[string]string{
		"proxies": {"PROXIES": "10.0.0.0"},
		"hosts":   {"HOSTS": ""},
		"a token": {"TENANTS": first + "="},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := build(settings(change))
			assert.Error(t, err)
		})
	}
}
