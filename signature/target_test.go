package signature_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

// routed is a server with several routes that records which of them ran and for
// which verified URL.
type routed struct {
	*httptest.Server
	mu  sync.Mutex
	ran []string
}

func newRouted(t *testing.T, cfg signature.Config) *routed {
	t.Helper()
	s := new(routed)
	v := newVerifier(t, cfg)
	h := v.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, _ := signature.FromContext(r.Context())
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ran = append(s.ran, r.Pattern+" "+p.URL())
	}))
	mux := http.NewServeMux()
	for _, pattern := range []string{"POST /sms", "POST /refund/{id}", "GET /voice", "GET /pay/{rest...}", "POST /raw", "/{$}"} {
		mux.Handle(pattern, h)
	}
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// raw sends a request unchanged and returns the status of the answer, or zero
// if there was none.
func (s *routed) raw(t *testing.T, text string) int {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(conn, text)
	require.NoError(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	answer.Body.Close()
	return answer.StatusCode
}

func (s *routed) routes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ran := s.ran
	s.ran = nil
	return ran
}

// smsTo is a request with a form and a signature for the URL of /sms.
func smsTo(target, extra string) string {
	sig := signature.Sign(benchToken, base+"/sms", url.Values{"Body": {"hi"}})
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
		"Content-Length: 7\r\nX-Twilio-Signature: %s\r\nConnection: close\r\n%s\r\nBody=hi", target, sig, extra)
}

// TestT07RequestLineHasOneReading: a signature for /sms runs /sms and no other
// route, whatever the request line holds. Before,
// "http:/refund/4711?x=://h/sms" ran /refund/{id}: net/http took it for a path,
// and we searched for "://" (traefik 13796 is similar).
func TestT07RequestLineHasOneReading(t *testing.T) {
	for name, cfg := range map[string]signature.Config{"base": {}, "hosts": {Hosts: []string{"hooks.example.com"}}} {
		s := newRouted(t, cfg)
		if name == "base" {
			require.Equal(t, 200, s.raw(t, smsTo("/sms", "")))
			assert.Equal(t, []string{"POST /sms " + base + "/sms"}, s.routes())
			require.Equal(t, 200, s.raw(t, smsTo("http://hooks.example.com/sms", "")), "a true absolute form")
			require.Equal(t, 200, s.raw(t, smsTo("https://anything.example/sms", "")), "whose host is a claim of the client")
			assert.Len(t, s.routes(), 2)
		}
		for _, target := range []string{
			"http:/refund/4711?x=://h/sms", "a:/refund/4711?x=://h/sms", "http:/refund/4711/://h/sms", "x:/raw?Body=evil&tenant=7&x=://h/raw",
			"http:///sms", "http:refund/4711?x=://h/sms", "http:?x=://h/sms", "http:///refund/1?x=://h/sms", "http:////refund/1?x=://h/sms",
			"http://h/refund/1?x=://h/sms", "http://h/refund/1#://h/sms", "/refund/1?x=://h/sms", "//h/sms", "/refund/1#/sms",
			"http://user@h/sms", "http://user:x@hooks.example.com/sms", "http://h:80@hooks.example.com/refund/1", "http://h%2fsms/refund/1",
			"http://%68/refund/1", "ftp://h/sms", "a://h/sms", "javascript://h/sms", "mailto:sms", "://h/sms", "sms", "?/sms", "*", "http://", "http:", ":",
			"http:%2f%2fh/sms", "http:\\\\h\\sms", "http:/\\h/sms", "HTTP://h/refund/1?://h/sms", "http://h?/sms", "http://h#/sms", "http://[::1/sms",
			"http://[::1]x/sms", "http://h:x/sms", "/refund/1\t/sms", "/refund/..%2fsms", "/refund/../sms", "/./sms", "/sms/", "//sms", "/sms%00", "/SMS", "/%73ms",
		} {
			status := s.raw(t, smsTo(target, ""))
			assert.NotEqual(t, 200, status, target)
			assert.Empty(t, s.routes(), target)
		}
	}
}

// TestT07WhatIsRoutedIsVerified: whatever route runs was signed, even if the
// attacker has signatures for several.
func TestT07WhatIsRoutedIsVerified(t *testing.T) {
	s := newRouted(t, signature.Config{})
	heads := []string{"", "http:", "http://", "http://h", "a:", "a:/", "//h", "http://h/x/..", "http:/refund/1?x=", "http:/refund/1#", "http:/refund/1/", "/refund/1?x=", "/refund/1#x=", "/refund/1/http:"}
	tails := []string{"/sms", "://h/sms", "//h/sms", "h/sms", "?/sms", "#/sms", "/sms?", "/sms#", "http://h/sms", ":///sms"}
	for _, head := range heads {
		for _, tail := range tails {
			s.raw(t, smsTo(head+tail, ""))
			for _, ran := range s.routes() {
				assert.Equal(t, "POST /sms "+base+"/sms", ran, head+tail)
			}
		}
	}
}

// TestT07HeadersDoNotRoute: headers that other servers take for the URL or the
// method have no effect.
func TestT07HeadersDoNotRoute(t *testing.T) {
	s := newRouted(t, signature.Config{})
	for _, name := range []string{"X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Forwarded-Uri", "X-Forwarded-Path", "X-Forwarded-Prefix", "X-Forwarded-Host", "Forwarded", "X-Host"} {
		assert.Equal(t, 200, s.raw(t, smsTo("/sms", name+": /refund/1\r\n")), name)
		assert.Equal(t, []string{"POST /sms " + base + "/sms"}, s.routes(), name)
	}
	for text, want := range map[string]int{
		strings.Replace(smsTo("/sms", ""), "Host: hooks.example.com", "Host: hooks.example.com\r\nHost: evil.example", 1): 400,
		strings.Replace(smsTo("/sms", ""), "POST", "CONNECT", 1):                                                          405,
		strings.Replace(smsTo("/sms", ":protocol: websocket\r\n"), "POST", "CONNECT", 1):                                  400,
		smsTo("/sms", "Content-Type: application/json\r\n"):                                                               415,
	} {
		assert.Equal(t, want, s.raw(t, text), text)
		assert.Empty(t, s.routes())
	}
}

// TestT07RewrittenURL: if something has rewritten Request.URL, the request is
// refused unless the URL is a part of what was verified.
func TestT07RewrittenURL(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	for _, tt := range []struct {
		target  string
		url     url.URL
		refused bool
	}{
		{"/hooks/sms?x=1", url.URL{Path: "/hooks/sms", RawQuery: "x=1"}, false},
		{"/hooks/sms?x=1", url.URL{Path: "/sms", RawQuery: "x=1"}, false},                                // http.StripPrefix
		{"/hooks/sms?x=1", url.URL{Path: "sms", RawQuery: "x=1"}, false},                                 // the same, with a slash
		{"/hooks/a%2Fb?x=1", url.URL{Path: "/a/b", RawPath: "/a%2Fb", RawQuery: "x=1"}, false},           // the same, with an escape
		{"/hooks/sms/", url.URL{Path: "/hooks/sms"}, false},                                              // a router that removes the slash at the end
		{"/hooks/sms", url.URL{Path: "/hooks/sms/"}, false},                                              // or adds one
		{"http://h/hooks/sms", url.URL{Scheme: "http", Host: "h", Path: "/hooks/sms"}, false},            // absolute form
		{"/hooks/sms", url.URL{Path: "/refund/1"}, true},                                                 // another route
		{"/hooks/sms", url.URL{Path: "/hooks/sms/refund"}, true},                                         // more than was verified
		{"/hooks/sms", url.URL{Path: "/sms", RawPath: "/%72efund"}, true},                                // what routers prefer to Path
		{"/hooks/sms", url.URL{Path: "/hooks/sms", RawQuery: "admin=1"}, true},                           // a query that was not verified
		{"/hooks/sms?x=1", url.URL{Path: "/hooks/sms", RawQuery: "x=2"}, true},                           // another query
		{"/hooks/sms", url.URL{Scheme: "http", Opaque: "/refund/1", Path: "/hooks/sms"}, true},           // an opaque URL
		{"http://h/hooks/sms", url.URL{Scheme: "http", Host: "h", Path: "/refund", RawQuery: "x"}, true}, // another one in absolute form
		{"/hooks/%zz", url.URL{Path: "/hooks/%zz"}, true},                                                // net/http reads no such path
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Body=hi"))
		r.Header.Set("Content-Type", formCT)
		path := strings.TrimPrefix(tt.target, "http://h")
		signText(r, base+path, "Body=hi")
		r.RequestURI, r.URL = tt.target, &tt.url
		_, err := v.Verify(r)
		if tt.refused {
			assert.ErrorIs(t, err, signature.ErrTarget, "%s %v", tt.target, &tt.url)
		} else {
			assert.NoError(t, err, "%s %v", tt.target, &tt.url)
		}
	}
}

// TestBaseURLFunc: the address may change between requests, and no request can
// influence it.
func TestBaseURLFunc(t *testing.T) {
	address := ""
	v, err := signature.New(signature.Config{BaseURLFunc: func() string { return address }, Tokens: signature.Tokens(benchToken)})
	require.NoError(t, err)
	verify := func(url string) error {
		r := httptest.NewRequest(http.MethodGet, "/voice", nil)
		r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, url+"/voice"))
		_, err := v.Verify(r)
		return err
	}
	assert.ErrorIs(t, verify("https://a.example.com"), signature.ErrBaseURL)
	for _, address = range []string{"https://a.example.com", "https://b.example.com/p", "https://a.example.com"} {
		assert.NoError(t, verify(strings.TrimSuffix(address, "/")))
		assert.ErrorIs(t, verify("https://c.example.com"), signature.ErrMismatch)
	}
	address = "https://a.example.com:99999"
	err = verify("https://a.example.com")
	require.ErrorIs(t, err, signature.ErrBaseURL)
	assert.Equal(t, http.StatusServiceUnavailable, err.(*signature.Error).Status)

	_, err = signature.New(signature.Config{BaseURL: base, BaseURLFunc: func() string { return base }, Tokens: signature.Tokens(benchToken)})
	assert.ErrorContains(t, err, "Config.BaseURLFunc")
}
