package signature_test

import (
	"crypto/tls"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

// TestT07PublicURL derives the URL from requests and from forwarding headers.
// An empty URL means that the request is refused.
func TestT07PublicURL(t *testing.T) {
	const trusted, stranger = "192.0.2.1:4711", "198.51.100.7:4711"
	proxied := signature.Config{
		Hosts:   []string{"hooks.example.com", "2001:db8::1", "pinned.example.com:8443"},
		Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8:1::/48")},
	}
	withPrefix := proxied
	withPrefix.ForwardedHeaders = []string{"X-Forwarded-For", "x-forwarded-prefix", "X-Forwarded-Host"}
	for _, tt := range []struct {
		name   string
		peer   string
		host   string
		tls    bool
		header http.Header
		url    string
	}{
		{"the request alone", stranger, "hooks.example.com", false, nil, "http://hooks.example.com/sms?x=1"},
		{"the request alone, with TLS", stranger, "hooks.example.com", true, nil, "https://hooks.example.com/sms?x=1"},
		{"host in capitals", stranger, "Hooks.Example.COM", true, nil, "https://Hooks.Example.COM/sms?x=1"},
		{"host with a port", stranger, "hooks.example.com:8080", false, nil, "http://hooks.example.com:8080/sms?x=1"},
		{"IPv6", stranger, "[2001:db8::1]:8080", false, nil, "http://[2001:db8::1]:8080/sms?x=1"},
		{"pinned port", stranger, "pinned.example.com:8443", true, nil, "https://pinned.example.com:8443/sms?x=1"},
		{"another than the pinned port", stranger, "pinned.example.com:9443", true, nil, ""},
		{"no port where one is pinned", stranger, "pinned.example.com", true, nil, ""},
		{"other host", stranger, "evil.example", true, nil, ""},
		{"host that ends in a listed one", stranger, "evilhooks.example.com", true, nil, ""},
		{"host below a listed one", stranger, "evil.hooks.example.com", true, nil, ""},
		{"host that begins with a listed one", stranger, "hooks.example.com.evil.example", true, nil, ""},
		{"host above a listed one", stranger, "example.com", true, nil, ""},
		{"user information in the host", stranger, "x@hooks.example.com", true, nil, ""},

		{"a stranger's headers", stranger, "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"pinned.example.com:8443"}}, "http://hooks.example.com/sms?x=1"},
		{"loopback is no exception", "127.0.0.1:4711", "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"https"}}, "http://hooks.example.com/sms?x=1"},
		{"a peer without address", "@", "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"https"}}, "http://hooks.example.com/sms?x=1"},

		{"scheme", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"https"}}, "https://hooks.example.com/sms?x=1"},
		{"scheme in capitals", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"HTTPS"}}, "https://hooks.example.com/sms?x=1"},
		{"IPv6 peer", "[2001:db8:1::7]:4711", "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"https"}}, "https://hooks.example.com/sms?x=1"},
		{"mapped IPv4 peer", "[::ffff:192.0.2.1]:4711", "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"https"}}, "https://hooks.example.com/sms?x=1"},
		{"host", trusted, "internal:8080", false, http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"hooks.example.com"}}, "https://hooks.example.com/sms?x=1"},
		{"host that is not listed", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Host": {"evil.example"}}, ""},
		{"port", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Port": {"8443"}}, "https://hooks.example.com:8443/sms?x=1"},
		{"default port", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Port": {"443"}}, "https://hooks.example.com/sms?x=1"},
		{"port of another scheme", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Port": {"443"}}, "http://hooks.example.com:443/sms?x=1"},
		{"port in host and header", trusted, "x", false, http.Header{"X-Forwarded-Host": {"hooks.example.com:8443"}, "X-Forwarded-Port": {"443"}, "X-Forwarded-Proto": {"https"}}, "https://hooks.example.com:8443/sms?x=1"},
		{"prefix", trusted, "hooks.example.com", true, http.Header{"X-Forwarded-Prefix": {"/twilio/"}}, "https://hooks.example.com/twilio/sms?x=1"},
		{"prefix of a stranger", stranger, "hooks.example.com", true, http.Header{"X-Forwarded-Prefix": {"/twilio/"}}, "https://hooks.example.com/sms?x=1"},
		{"prefix that the proxy put behind a client's", trusted, "hooks.example.com", true, http.Header{"X-Forwarded-Prefix": {"/evil, /twilio"}}, "https://hooks.example.com/twilio/sms?x=1"},

		{"rightmost of several", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"http, https"}}, "https://hooks.example.com/sms?x=1"},
		{"rightmost of several lines", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Host": {"evil.example", "hooks.example.com"}, "X-Forwarded-Proto": {"https"}}, "https://hooks.example.com/sms?x=1"},
		{"two trusted hops", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-For": {"198.51.100.7, 192.0.2.9"}, "X-Forwarded-Proto": {"ws, https, http"}}, "https://hooks.example.com/sms?x=1"},
		{"two hops, one value", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-For": {"198.51.100.7, 192.0.2.9"}, "X-Forwarded-Proto": {"https"}}, "https://hooks.example.com/sms?x=1"},
		{"client claims a proxy's address", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-For": {"192.0.2.9, 198.51.100.7"}, "X-Forwarded-Proto": {"http, https"}}, "https://hooks.example.com/sms?x=1"},
		{"all addresses trusted", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-For": {"192.0.2.8, 192.0.2.9"}, "X-Forwarded-Proto": {"http, https, http"}}, "https://hooks.example.com/sms?x=1"},

		{"Forwarded", trusted, "internal", false, http.Header{"Forwarded": {`for=198.51.100.7;proto=https;host=hooks.example.com`}}, "https://hooks.example.com/sms?x=1"},
		{"Forwarded, quoted, in capitals", trusted, "internal", false, http.Header{"Forwarded": {`For="[2001:db8::7]:1234"; Proto=HTTPS;Host="hooks.\example.com:8443"`}}, "https://hooks.example.com:8443/sms?x=1"},
		{"Forwarded, several", trusted, "internal", false, http.Header{"Forwarded": {`for=1.2.3.4;host=evil.example;proto=http , for=198.51.100.7;host=hooks.example.com;proto=https`}}, "https://hooks.example.com/sms?x=1"},
		{"Forwarded, two hops", trusted, "internal", false, http.Header{"Forwarded": {`for=198.51.100.7;host=hooks.example.com;proto=https`, `for="192.0.2.9:80";host=internal;proto=http`}}, "https://hooks.example.com/sms?x=1"},
		{"Forwarded without proto and host", trusted, "hooks.example.com", true, http.Header{"Forwarded": {`for=198.51.100.7;`}}, "https://hooks.example.com/sms?x=1"},
		{"empty Forwarded elements", trusted, "hooks.example.com", true, http.Header{"Forwarded": {`,;,`}}, "https://hooks.example.com/sms?x=1"},
		{"both agree", trusted, "internal", false, http.Header{"Forwarded": {`proto=https;host=hooks.example.com`}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"hooks.example.com"}}, "https://hooks.example.com/sms?x=1"},
		{"both complete each other", trusted, "internal", false, http.Header{"Forwarded": {`host=hooks.example.com`}, "X-Forwarded-Proto": {"https"}}, "https://hooks.example.com/sms?x=1"},
		{"both differ in scheme", trusted, "hooks.example.com", false, http.Header{"Forwarded": {`proto=https`}, "X-Forwarded-Proto": {"http"}}, ""},
		{"both differ in host", trusted, "hooks.example.com", false, http.Header{"Forwarded": {`host=hooks.example.com`}, "X-Forwarded-Host": {"pinned.example.com:8443"}}, ""},

		{"impossible scheme", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Proto": {"javascript"}}, ""},
		{"impossible scheme in Forwarded", trusted, "hooks.example.com", false, http.Header{"Forwarded": {"proto=ftp"}}, ""},
		{"host with a path", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Host": {"hooks.example.com/evil"}}, ""},
		{"host with a space", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Host": {"hooks.example.com evil"}}, ""},
		{"host with user information", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Host": {"evil@hooks.example.com"}}, ""},
		{"host with user information in Forwarded", trusted, "hooks.example.com", false, http.Header{"Forwarded": {`host="evil@hooks.example.com"`}}, ""},
		{"port that is not a number", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Port": {"80x"}}, ""},
		{"port too long", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Port": {"123456"}}, ""},
		{"prefix without slash", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Prefix": {"twilio"}}, ""},
		{"prefix with an authority", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Prefix": {"//evil.example"}}, ""},
		{"prefix with a query", trusted, "hooks.example.com", false, http.Header{"X-Forwarded-Prefix": {"/a?b"}}, ""},
		{"Forwarded without value", trusted, "hooks.example.com", false, http.Header{"Forwarded": {"proto"}}, ""},
		{"Forwarded with an empty value", trusted, "hooks.example.com", false, http.Header{"Forwarded": {"proto="}}, ""},
		{"Forwarded with a name twice", trusted, "hooks.example.com", false, http.Header{"Forwarded": {"proto=http;proto=https"}}, ""},
		{"Forwarded with an open quote", trusted, "hooks.example.com", false, http.Header{"Forwarded": {`host="hooks`}}, ""},
		{"Forwarded with an open escape", trusted, "hooks.example.com", false, http.Header{"Forwarded": {`host="hooks\`}}, ""},
		{"Forwarded with something behind a value", trusted, "hooks.example.com", false, http.Header{"Forwarded": {`host="hooks.example.com" x`}}, ""},
		{"Forwarded with a strange name", trusted, "hooks.example.com", false, http.Header{"Forwarded": {`ho st=x`}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/sms?x=1", nil)
			r.RemoteAddr, r.Host = tt.peer, tt.host
			if tt.tls {
				r.TLS = new(tls.ConnectionState)
			}
			if tt.header != nil {
				r.Header = tt.header
			}
			r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, tt.url))
			cfg := proxied
			if r.Header["X-Forwarded-Prefix"] != nil {
				cfg = withPrefix
			}
			p, err := newVerifier(t, cfg).Verify(r)
			if tt.url == "" {
				require.Error(t, err)
				assert.NotErrorIs(t, err, signature.ErrMismatch, "refused before anything is computed")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.url, p.URL())
		})
	}
}

// TestT07ForwardingHeadersAreNamed: a forwarding header counts only if the
// configuration names it. Without a list X-Forwarded-Prefix does not count,
// because most proxies pass it on unchanged from the client.
func TestT07ForwardingHeadersAreNamed(t *testing.T) {
	headers := map[string]string{
		"Forwarded": "host=other.example.com", "X-Forwarded-Host": "other.example.com", "X-Forwarded-Port": "8443",
		"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/public",
	}
	signed := map[string]string{
		"Forwarded": "http://other.example.com/echo", "X-Forwarded-Host": "http://other.example.com/echo", "X-Forwarded-Port": "http://hooks.example.com:8443/echo",
		"X-Forwarded-Proto": "https://hooks.example.com/echo", "X-Forwarded-Prefix": "http://hooks.example.com/public/echo",
	}
	for name, value := range headers {
		for _, named := range append([]string{"", "X-Forwarded-For"}, slices.Collect(maps.Keys(headers))...) {
			cfg := signature.Config{Hosts: []string{"hooks.example.com", "other.example.com"}, Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
			if named != "" {
				cfg.ForwardedHeaders = []string{named}
			}
			r := httptest.NewRequest(http.MethodGet, "/echo", nil)
			r.RemoteAddr, r.Host = "192.0.2.1:4711", "hooks.example.com"
			r.Header.Set(name, value)
			r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, signed[name]))
			_, err := newVerifier(t, cfg).Verify(r)
			counts := named == name || named == "" && name != "X-Forwarded-Prefix"
			assert.Equal(t, counts, err == nil, "%s with ForwardedHeaders %q: %v", name, named, err)
		}
	}
	_, err := signature.New(signature.Config{Hosts: []string{"hooks.example.com"}, Tokens: signature.Tokens("12345"), ForwardedHeaders: []string{"Host", "x-forwarded-proto"}})
	assert.ErrorContains(t, err, "signature: Config.ForwardedHeaders: entry 1 is not one of Forwarded, ")
	assert.NotContains(t, err.Error(), "entry 2")
}

// TestT07AbsoluteTarget: the client controls the host in the request line, so
// it is ignored.
func TestT07AbsoluteTarget(t *testing.T) {
	v := newVerifier(t, signature.Config{Hosts: []string{"hooks.example.com"}})
	for host, want := range map[string]error{"hooks.example.com": nil, "evil.example": signature.ErrHost} {
		r := httptest.NewRequest(http.MethodGet, "/sms", nil)
		r.RequestURI, r.Host = "http://hooks.example.com/sms", host
		r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, r.RequestURI))
		_, err := v.Verify(r)
		assert.ErrorIs(t, err, want, host)
	}
}

// TestT07BaseURL checks the URL that the configured address gives a request,
// and that nothing else changes it.
func TestT07BaseURL(t *testing.T) {
	for _, tt := range []struct {
		name, base, target string
		urls               []string // accepted
		not                []string // refused
	}{
		{"plain", "https://hooks.example.com", "/sms", []string{"https://hooks.example.com/sms", "https://hooks.example.com:443/sms"},
			[]string{"http://hooks.example.com/sms", "https://hooks.example.com:80/sms", "https://hooks.example.com/sms/", "https://hooks.example.com:8443/sms"}},
		{"slash at the end", "https://hooks.example.com/", "/sms", []string{"https://hooks.example.com/sms"}, []string{"https://hooks.example.com//sms"}},
		{"prefix", "https://hooks.example.com/twilio", "/sms", []string{"https://hooks.example.com/twilio/sms"}, []string{"https://hooks.example.com/sms"}},
		{"prefix and root", "https://hooks.example.com/twilio", "/", []string{"https://hooks.example.com/twilio/"}, []string{"https://hooks.example.com/twilio"}},
		{"port", "https://hooks.example.com:8443", "/sms", []string{"https://hooks.example.com:8443/sms", "https://hooks.example.com/sms"}, []string{"https://hooks.example.com:443/sms"}},
		{"http", "http://hooks.example.com", "/sms", []string{"http://hooks.example.com/sms", "http://hooks.example.com:80/sms"}, []string{"http://hooks.example.com:443/sms"}},
		{"user information", "https://us:er@hooks.example.com:8443", "/sms",
			[]string{"https://us:er@hooks.example.com:8443/sms", "https://us:er@hooks.example.com/sms", "https://hooks.example.com:8443/sms", "https://hooks.example.com/sms"},
			[]string{"https://us@hooks.example.com/sms"}},
		{"at sign in the password", "https://us:p@ss@hooks.example.com", "/sms", []string{"https://us:p@ss@hooks.example.com/sms", "https://hooks.example.com/sms"}, []string{"https://ss@hooks.example.com/sms"}},
		{"fragment", "https://hooks.example.com#rc=2", "/sms", []string{"https://hooks.example.com/sms"}, []string{"https://hooks.example.com/sms#rc=2"}},
		{"fragment with a question mark", "https://hooks.example.com/a#rc=2&rp=?", "/sms", []string{"https://hooks.example.com/a/sms"}, nil},
		{"IPv6", "https://[2001:db8::1]", "/sms", []string{"https://[2001:db8::1]/sms", "https://[2001:db8::1]:443/sms"}, nil},
		{"IPv6 with port", "https://[2001:db8::1]:8443", "/sms", []string{"https://[2001:db8::1]:8443/sms", "https://[2001:db8::1]/sms"}, nil},
		{"nothing cleaned", "https://hooks.example.com", "//a/../b/./c%2Fd%2f?b=2&&a=1&", []string{"https://hooks.example.com//a/../b/./c%2Fd%2f?b=2&&a=1&"},
			[]string{"https://hooks.example.com/b/c/d?a=1&b=2"}},
		{"absolute target", "https://hooks.example.com", "http://evil.example:81/sms?x", []string{"https://hooks.example.com/sms?x"}, []string{"http://evil.example:81/sms?x"}},
		{"absolute target without path", "https://hooks.example.com", "http://evil.example", []string{"https://hooks.example.com"}, []string{"https://hooks.example.com/"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := newVerifier(t, signature.Config{BaseURL: tt.base})
			request := func(url string) *http.Request {
				r := httptest.NewRequest(http.MethodGet, "/", nil)
				r.RequestURI = tt.target
				r.Host = "internal.example.com"
				r.Header.Set("X-Forwarded-Host", "evil.example")
				r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, url))
				return r
			}
			for _, url := range tt.urls {
				p, err := v.Verify(request(url))
				if assert.NoError(t, err, url) {
					assert.Equal(t, url, p.URL())
				}
			}
			for _, url := range tt.not {
				_, err := v.Verify(request(url))
				assert.ErrorIs(t, err, signature.ErrMismatch, url)
			}
		})
	}
}

// TestT07RoutersDoNotMatter: the URL is the same whatever was done to
// Request.URL.
func TestT07RoutersDoNotMatter(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	verified := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, _ := signature.FromContext(r.Context())
		_, _ = w.Write([]byte(p.URL()))
	})
	inner := http.NewServeMux()
	inner.Handle("POST /a b/{rest...}", v.Handler(verified))
	outer := http.NewServeMux()
	outer.Handle("/hooks/", http.StripPrefix("/hooks", inner))

	w := httptest.NewRecorder()
	outer.ServeHTTP(w, signedForm("/hooks/a%20b/c%2fd?x=%zz", "a=1"))
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, base+"/hooks/a%20b/c%2fd?x=%zz", w.Body.String())

	// A request made by hand has no RequestURI.
	for _, target := range []string{"/a%2Fb?x=1", "/a[1]|b", "/plain?", "", "?x=1"} {
		r, err := http.NewRequest(http.MethodGet, "http://internal.example.com"+target, nil)
		require.NoError(t, err)
		r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, base+target))
		p, err := v.Verify(r)
		if assert.NoError(t, err, target) {
			assert.Equal(t, base+target, p.URL())
		}
	}
	for _, r := range []*http.Request{{Method: "GET", Header: http.Header{}}, {Method: "GET", RequestURI: "example.com:443", Header: http.Header{}}} {
		r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, base))
		_, err := v.Verify(r)
		assert.ErrorIs(t, err, signature.ErrTarget)
	}
}

func TestWebSocketHandshakes(t *testing.T) {
	upgrade := func(r *http.Request) { r.Header["Upgrade"] = []string{"h2c, WebSocket"} }
	connect := func(r *http.Request) { r.Method, r.Header[":protocol"] = http.MethodConnect, []string{"websocket"} }
	hosts := signature.Config{Hosts: []string{"hooks.example.com"}}
	for _, tt := range []struct {
		name   string
		cfg    signature.Config
		signed string
		change func(*http.Request)
		ok     bool
	}{
		{"upgrade", signature.Config{}, "wss://hooks.example.com/stream", upgrade, true},
		{"upgrade with port", signature.Config{}, "wss://hooks.example.com:443/stream", upgrade, true},
		{"extended CONNECT", signature.Config{}, "wss://hooks.example.com/stream", connect, true},
		{"http base", signature.Config{BaseURL: "http://hooks.example.com"}, "ws://hooks.example.com/stream", upgrade, true},
		{"ws base", signature.Config{BaseURL: "ws://hooks.example.com"}, "wss://hooks.example.com/stream", upgrade, false},
		{"wss base", signature.Config{BaseURL: "wss://hooks.example.com"}, "wss://hooks.example.com/stream", func(*http.Request) {}, true},
		{"signed https", signature.Config{}, "https://hooks.example.com/stream", upgrade, false},
		{"no upgrade", signature.Config{}, "wss://hooks.example.com/stream", func(*http.Request) {}, false},
		{"pattern without method", signature.Config{}, "wss://hooks.example.com/stream", func(r *http.Request) { upgrade(r); r.Pattern = "/stream" }, true},
		{"POST with the header", signature.Config{}, "wss://hooks.example.com/stream", func(r *http.Request) { upgrade(r); r.Method = "POST" }, false},
		{"plain CONNECT", signature.Config{}, "wss://hooks.example.com/stream", func(r *http.Request) { r.Method = "CONNECT" }, false},
		{"Methods without GET", signature.Config{Methods: []string{"POST"}}, "wss://hooks.example.com/stream", upgrade, false},
		{"from the request", hosts, "ws://hooks.example.com/stream", upgrade, true},
		{"from the request with TLS", hosts, "wss://hooks.example.com/stream", func(r *http.Request) { upgrade(r); r.TLS = new(tls.ConnectionState) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/stream", nil)
			r.Host = "hooks.example.com"
			r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, tt.signed))
			stream := failing{http.ErrBodyReadAfterClose}
			r.Body, r.ContentLength = stream, -1
			tt.change(r)
			if !tt.ok || tt.name == "wss base" {
				r.Body, r.ContentLength = http.NoBody, 0
			}
			p, err := newVerifier(t, tt.cfg).Verify(r)
			require.Equal(t, tt.ok, err == nil, "%v", err)
			if tt.ok {
				assert.Equal(t, tt.signed, p.URL())
			}
			if tt.ok && tt.name != "wss base" {
				assert.Equal(t, stream, r.Body, "the stream is the WebSocket's")
			}
		})
	}
}
