package node

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/webhooktest/fixture"
)

const secret = "a secret of a shared key"

// startReceiver starts the receiver in JavaScript in a folder and returns its address.
func startReceiver(t *testing.T, dir, extended string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	receiver := exec.CommandContext(t.Context(), "node", "receiver.js")
	receiver.Dir = dir
	receiver.Env = append(os.Environ(), "PORT="+port, "BASE_URL="+fixture.BaseURL, "TOKEN="+fixture.AuthToken, "SECRET="+secret, "EXTENDED="+extended)
	receiver.Stderr = os.Stderr
	out, err := receiver.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, receiver.Start())
	t.Cleanup(func() {
		receiver.Process.Kill()
		receiver.Wait()
	})
	require.True(t, bufio.NewScanner(out).Scan(), "the receiver does not listen")
	return addr
}

// arrives sends a request to the receiver and returns its answer.
func arrives(t *testing.T, addr string, r *http.Request) (status int, body string) {
	t.Helper()
	r = r.Clone(t.Context())
	r.URL.Scheme, r.URL.Host, r.RequestURI, r.TLS = "http", addr, "", nil
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(text)
}

// signedBy returns the request of a fixture, signed by a key.
func signedBy(t *testing.T, key signature.Token, c fixture.Capture, path string) *http.Request {
	t.Helper()
	address, body, kind := fixture.BaseURL+path, string(c.JSON), "application/json"
	var headers signature.Headers
	form := make(url.Values)
	for _, p := range c.Params {
		form.Add(p[0], p[1])
	}
	switch {
	case c.JSON != nil:
		headers, address = key.SignBody(address, c.JSON)
	case c.Method == http.MethodGet:
		separator := "?"
		if strings.Contains(address, "?") {
			separator = "&"
		}
		address += separator + form.Encode()
		headers = key.Sign(address, nil)
	default:
		body, kind = form.Encode(), "application/x-www-form-urlencoded; charset=UTF-8"
		headers = key.Sign(address, form)
	}
	r, err := http.NewRequestWithContext(t.Context(), c.Method, address, strings.NewReader(body))
	require.NoError(t, err)
	r.Host = r.URL.Host
	if c.Method != http.MethodGet {
		r.Header.Set("Content-Type", kind)
	}
	headers.Set(r.Header)
	return r
}

// TestNodeReceivers sends every request that Ringback has to the official
// receivers for Node: the middleware and the functions behind it.
func TestNodeReceivers(t *testing.T) {
	t.Parallel()
	needed(t)
	sha1, err := signature.NewSharedKey("webhooks_sharedkey_00000000000000000000000001", secret, signature.SHA1)
	require.NoError(t, err)
	sha256, err := signature.NewSharedKey("webhooks_sharedkey_00000000000000000000000001", secret)
	require.NoError(t, err)
	token, err := signature.NewToken("the auth token", fixture.AuthToken)
	require.NoError(t, err)
	dir := t.TempDir()
	script, err := os.ReadFile("testdata/receiver.js")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "receiver.js"), script, 0o600))
	installed(t, dir)
	for _, extended := range []string{"false", "true"} {
		addr := startReceiver(t, dir, extended)
		sent := 0
		for _, c := range fixture.Captures() {
			for _, path := range []string{"/hook", "/hook/o%27hara?name=o%27hara%20x&q=%27"} {
				for name, r := range map[string]*http.Request{
					"as a fixture": fixture.Request(path, c.Name), "auth token": signedBy(t, token, c, path),
					"shared key, SHA1": signedBy(t, sha1, c, path), "shared key, SHA256": signedBy(t, sha256, c, path),
				} {
					status, body := arrives(t, addr, r)
					assert.Equal(t, http.StatusNoContent, status, "%s at %s (%s, extended %s): %s", c.Name, path, name, extended, body)
					sent++
				}
			}
		}
		assert.Greater(t, sent, 1000)
		wrong := fixture.Request("/hook", "sms_in_basic")
		wrong.Header.Set("X-Twilio-Signature", strings.Repeat("A", 27)+"=")
		status, _ := arrives(t, addr, wrong)
		assert.Equal(t, http.StatusForbidden, status, "the receiver accepts everything")
	}
}
