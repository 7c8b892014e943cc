package guard_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
)

const (
	token = "console-session-token-for-tests"
	ours  = "127.0.0.1:4040"
)

func TestAPI(t *testing.T) {
	for _, c := range []struct {
		name    string
		method  string
		host    string
		headers map[string]string
		status  int
	}{
		{name: "read with token", status: 200, headers: map[string]string{guard.TokenHeader: token}},
		{name: "T33 cookies count for nothing", status: 401, headers: map[string]string{"Cookie": "ringback_console=" + token}},
		{name: "read on localhost", host: "localhost:4040", status: 200, headers: map[string]string{guard.TokenHeader: token}},
		{name: "read on IPv6", host: "[::1]:4040", status: 200, headers: map[string]string{guard.TokenHeader: token}},
		{name: "T32 rebound host with token", host: "rebind.example.com:4040", status: 421, headers: map[string]string{guard.TokenHeader: token}},
		{name: "T32 rebound host without token", host: "rebind.example.com:4040", status: 421},
		{name: "T32 host without port", host: "127.0.0.1", status: 421, headers: map[string]string{guard.TokenHeader: token}},
		{name: "T33 no token", status: 401},
		{name: "T33 wrong token", status: 401, headers: map[string]string{guard.TokenHeader: token + "x"}},
		{name: "T33 empty token", status: 401, headers: map[string]string{guard.TokenHeader: ""}},
		{name: "T33 null origin", status: 403, headers: map[string]string{guard.TokenHeader: token, "Origin": "null"}},
		{name: "T33 other origin", status: 403, headers: map[string]string{guard.TokenHeader: token, "Origin": "https://evil.example.com"}},
		{name: "T33 same host by another scheme", status: 403, headers: map[string]string{guard.TokenHeader: token, "Origin": "https://127.0.0.1:4040"}},
		{name: "T33 cross site", status: 403, headers: map[string]string{guard.TokenHeader: token, "Sec-Fetch-Site": "cross-site"}},
		{name: "WebSocket", status: 200, headers: map[string]string{"Upgrade": "websocket", "Sec-WebSocket-Protocol": "ringback.sound, ringback.token." + token}},
		{name: "T33 WebSocket without token", status: 401, headers: map[string]string{"Upgrade": "websocket", "Sec-WebSocket-Protocol": "ringback.sound"}},
		{name: "T33 WebSocket, wrong token", status: 401, headers: map[string]string{"Upgrade": "websocket", "Sec-WebSocket-Protocol": "ringback.sound, ringback.token.x"}},
		{name: "T33 WebSocket, other origin", status: 403, headers: map[string]string{"Upgrade": "websocket", "Origin": "https://evil.example.com", "Sec-WebSocket-Protocol": "ringback.token." + token}},
		{name: "T33 token as protocol of no WebSocket", status: 401, headers: map[string]string{"Sec-WebSocket-Protocol": "ringback.token." + token}},
		{name: "write", method: "POST", status: 200, headers: map[string]string{guard.TokenHeader: token, "Content-Type": "application/json; charset=utf-8", "Origin": "http://127.0.0.1:4040"}},
		{name: "T33 write as text", method: "POST", status: 415, headers: map[string]string{guard.TokenHeader: token, "Content-Type": "text/plain"}},
		{name: "T33 write as form", method: "POST", status: 415, headers: map[string]string{guard.TokenHeader: token, "Content-Type": "application/x-www-form-urlencoded"}},
		{name: "T33 preflight", method: "OPTIONS", status: 405, headers: map[string]string{guard.TokenHeader: token}},
	} {
		t.Run(c.name, func(t *testing.T) {
			called := false
			h := guard.New(token, guard.LoopbackHosts(ours)...).API(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
			r := httptest.NewRequest(method(c.method), "/api/exchanges", strings.NewReader("{}"))
			r.Host = c.host
			if c.host == "" {
				r.Host = ours
			}
			for name, value := range c.headers {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			assert.Equal(t, c.status, w.Code, w.Body.String())
			assert.Equal(t, c.status == 200, called)
			assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
			assert.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
			assert.NotContains(t, w.Body.String(), token)
		})
	}
}

func method(m string) string {
	if m == "" {
		return http.MethodGet
	}
	return m
}

func TestStaticNeedsOurHostOnly(t *testing.T) {
	h := guard.New("", ours).Static(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("file")) }))
	for host, status := range map[string]int{ours: 200, "rebind.example.com:4040": 421} {
		r := httptest.NewRequest(http.MethodGet, "/assets/app.js", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, status, w.Code, host)
	}
}

func TestTokensDiffer(t *testing.T) {
	a, b := guard.NewToken(), guard.NewToken()
	assert.NotEqual(t, a, b)
	assert.Len(t, a, 32)
}

// FuzzConsoleRequest states that no Host, Origin or token but ours opens the
// API (fuzz target 12).
func FuzzConsoleRequest(f *testing.F) {
	f.Add(ours, "", token)
	f.Add("rebind.example.com", "null", token)
	f.Add("127.0.0.1:4040.example.com", "http://127.0.0.1:4040@evil.example.com", "")
	f.Add("[::1]:4040", "http://[::1]:4040", token)
	hosts := guard.LoopbackHosts(ours)
	g := guard.New(token, hosts...)
	f.Fuzz(func(t *testing.T, host, origin, given string) {
		called := false
		h := g.API(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
		r := httptest.NewRequest(http.MethodGet, "/api/exchanges", nil)
		r.Host = host
		if origin != "" {
			r.Header["Origin"] = []string{origin}
		}
		r.Header[guard.TokenHeader] = []string{given}
		h.ServeHTTP(httptest.NewRecorder(), r)
		allowed := map[string]bool{}
		for _, name := range hosts {
			allowed[name] = true
		}
		if called && (given != token || !allowed[strings.ToLower(host)] || origin != "" && !allowed[strings.TrimPrefix(strings.ToLower(origin), "http://")]) {
			t.Errorf("host %q, origin %q, token %q came in", host, origin, given)
		}
	})
}

// TestT33ProofIsForOneAddress asks a console that was started again on another port
// for the proof with which a program on its old port would get the page's token.
func TestT33ProofIsForOneAddress(t *testing.T) {
	prove := func(listens, asked string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/api/hello?nonce=0123456789abcdef", nil)
		r.Host = asked
		out := httptest.NewRecorder()
		guard.New(token, guard.LoopbackHosts(listens)...).Hello().ServeHTTP(out, r)
		return out
	}
	const next = "127.0.0.1:4041"
	wanted := prove(ours, ours).Body.String()
	assert.Len(t, wanted, 64)
	assert.NotEqual(t, wanted, prove(next, next).Body.String())
	assert.NotEqual(t, wanted, prove(next, "localhost:4041").Body.String())
	assert.Equal(t, http.StatusMisdirectedRequest, prove(next, ours).Code)
}
