package signature_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

// signedFor returns a form POST to target with the signature of another URL
// with other parameters, written as a form.
func signedFor(target, body, url, params string) *http.Request {
	r := signedForm(target, body)
	signText(r, url, params)
	return r
}

// TestDiagnoseFindsTheChange covers section 7 of signature.md: one request for
// each cause.
func TestDiagnoseFindsTheChange(t *testing.T) {
	const plain = "Body=hi+there&From=%2B15550101"
	const u = "https://hooks.example.com"
	with := func(r *http.Request, header, value string) *http.Request {
		r.Header.Set(header, value)
		return r
	}
	rawText := func(url, text string) *http.Request {
		r := signedForm("/sms", plain)
		r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, url+text))
		return r
	}
	for _, tt := range []struct {
		name   string
		base   string // of the configuration; the usual one if empty
		r      *http.Request
		labels []string
		remedy string // part of the last remedy
	}{
		{"proxy terminates TLS", "http://hooks.example.com", signedFor("/sms", plain, u+"/sms", plain), []string{"scheme"}, `address to "https://hooks.example.com" (Config.BaseURL`},
		{"http was signed", "", signedFor("/sms", plain, "http://hooks.example.com/sms", plain), []string{"scheme"}, `address to "http://hooks.example.com"`},
		{"wss was signed", "", signedFor("/sms", plain, "wss://hooks.example.com/sms", plain), []string{"scheme-websocket"}, "Upgrade"},
		{"https was signed for ws", "wss://hooks.example.com", signedFor("/sms", plain, u+"/sms", plain), []string{"scheme-websocket"}, `address to "https://hooks.example.com" (Config.BaseURL`},
		{"host of X-Forwarded-Host", "", with(signedFor("/sms", plain, "https://public.example.org/sms", plain), "X-Forwarded-Host", "public.example.org"), []string{"host"}, `"https://public.example.org"`},
		{"host of Forwarded", "", with(signedFor("/sms", plain, "https://public.example.org:8443/sms", plain), "Forwarded", `host="public.example.org:8443"`), []string{"host"}, `"https://public.example.org:8443"`},
		{"host of X-Original-Host", "", with(signedFor("/sms", plain, "https://public.example.org/sms", plain), "X-Original-Host", "public.example.org"), []string{"host"}, ""},
		{"without www", "https://www.example.com", signedFor("/sms", plain, "https://example.com/sms", plain), []string{"host"}, ""},
		{"with www", "https://example.com", signedFor("/sms", plain, "https://www.example.com/sms", plain), []string{"host"}, ""},
		{"host in capitals", "", signedFor("/sms", plain, "https://Hooks.Example.Com/sms", plain), []string{"host-case"}, "Hooks.Example.Com"},
		{"port of X-Forwarded-Port", "", with(signedFor("/sms", plain, u+":7443/sms", plain), "X-Forwarded-Port", "7443"), []string{"port"}, `:7443"`},
		{"port of the Host header", "", func() *http.Request {
			r := signedFor("/sms", plain, u+":7001/sms", plain)
			r.Host = "hooks.example.com:7001"
			return r
		}(), []string{"port"}, `:7001"`},
		{"common port", "", signedFor("/sms", plain, u+":8080/sms", plain), []string{"port"}, ""},
		{"slash added", "", signedFor("/sms/", plain, u+"/sms", plain), []string{"trailing-slash"}, "with the slash"},
		{"slash removed", "", signedFor("/sms", plain, u+"/sms/", plain), []string{"trailing-slash"}, "without the slash"},
		{"stage missing", "", signedFor("/sms", plain, u+"/prod/sms", plain), []string{"path-prefix"}, `address to "https://hooks.example.com/prod"`},
		{"prefix of X-Forwarded-Prefix", "", with(signedFor("/sms", plain, u+"/tenant7/sms", plain), "X-Forwarded-Prefix", "/tenant7"), []string{"path-prefix"}, "/tenant7"},
		{"prefix twice", "https://hooks.example.com/app", signedFor("/sms", plain, u+"/sms", plain), []string{"path-prefix"}, `address to "https://hooks.example.com" (Config.BaseURL`},
		{"segment added", "", signedFor("/lambda/sms", plain, u+"/sms", plain), []string{"path-prefix"}, ""},
		{"two segments added", "", signedFor("/a/b/sms", plain, u+"/sms", plain), []string{"path-prefix"}, ""},
		{"double slash merged", "", signedFor("/twilio/sms", plain, u+"//twilio/sms", plain), []string{"path-normalised"}, "proxy_pass"},
		{"dots cleaned", "", signedFor("/a/../sms", plain, u+"/sms", plain), []string{"path-normalised"}, ""},
		{"path decoded", "", signedFor("/a%20b%2Fc", plain, u+"/a b/c", plain), []string{"path-escape"}, ""},
		{"escapes in lower case", "", signedFor("/a%c3%a9", plain, u+"/a%C3%A9", plain), []string{"path-escape"}, ""},
		{"index page", "", signedFor("/twilio/index.php", plain, u+"/twilio", plain), []string{"path-rewrite"}, ""},
		{"rewritten target", "", with(signedFor("/index.php", plain, u+"/twilio/sms?x=1", plain), "X-Original-URI", "/twilio/sms?x=1"), []string{"path-rewrite"}, ""},
		{"query lost on the way", "", with(signedFor("/sms", plain, u+"/sms?id=7", plain), "X-Original-URI", "/sms?id=7"), []string{"query-missing"}, ""},
		{"question mark escaped", "", signedFor("/sms%3Fid=7", plain, u+"/sms?id=7", plain), []string{"query-reencoded"}, ""},
		{"question mark lost", "", signedFor("/sms", plain, u+"/sms?", plain), []string{"query-reencoded"}, ""},
		{"query sorted", "", signedFor("/sms?a=1&b=2&c=3", plain, u+"/sms?c=3&a=1&b=2", plain), []string{"query-order"}, ""},
		{"long query sorted", "", signedFor("/sms?f=1&e=2&d=3&c=4&b=5&a=6", plain, u+"/sms?a=6&b=5&c=4&d=3&e=2&f=1", plain), []string{"query-order"}, ""},
		{"%20 turned into +", "", signedFor("/sms?n=a+b", plain, u+"/sms?n=a%20b", plain), []string{"query-reencoded"}, ""},
		{"space and apostrophe", "", signedFor("/sms?n=O%27Hara+x", plain, u+"/sms?n=O'Hara%20x", plain), []string{"query-reencoded"}, ""},
		{"query parsed and written", "", signedFor("/sms?flag&n=x:y", plain, u+"/sms?flag=&n=x%3Ay", plain), []string{"query-reencoded"}, ""},
		{"tracker", "", signedFor("/sms?id=7&fbclid=x", plain, u+"/sms?id=7", plain), []string{"query-extra"}, ""},
		{"GET parameters twice", "", func() *http.Request {
			r := signedGet("/voice?A=1&B=2")
			signText(r, u+"/voice?A=1&B=2", "A=1&B=2")
			return r
		}(), []string{"get-params-appended"}, ""},
		{"query merged", "", signedFor("/sms?id=7", plain, u+"/sms?id=7", plain+"&id=7"), []string{"query-merged-into-params"}, ""},
		{"query merged and dropped", "", signedFor("/sms?id=7", plain, u+"/sms", plain+"&id=7"), []string{"query-merged-into-params"}, ""},
		{"URL alone", "", signedFor("/sms", plain, u+"/sms", ""), []string{"method"}, ""},
		{"framework parameter", "", signedFor("/sms", plain+"&controller=x", u+"/sms", plain), []string{"param-extra"}, "controller"},
		{"blank dropped", "", signedFor("/sms", plain, u+"/sms", plain+"&FromZip="), []string{"param-missing"}, ""},
		{"blanks dropped", "", signedFor("/sms", plain, u+"/sms", plain+"&FromCity=&FromState=&FromZip="), []string{"param-missing"}, ""},
		{"known value dropped", "", signedFor("/sms", plain, u+"/sms", plain+"&ApiVersion=2010-04-01"), []string{"param-missing"}, ""},
		{"trimmed", "", signedFor("/sms", plain, u+"/sms", "Body=hi+there+&From=%2B15550101"), []string{"param-trimmed"}, ""},
		{"plus decoded twice", "", signedFor("/sms", "From=+15550101&Body=a+b", u+"/sms", "From=%2B15550101&Body=a+b"), []string{"param-plus-decoded"}, ""},
		{"still encoded", "", rawText(u+"/sms", "Bodyhi+thereFrom%2B15550101"), []string{"param-not-decoded"}, ""},
		{"decoded twice", "", signedFor("/sms", "Body=%2541", u+"/sms", "Body=A"), []string{"param-decoded-twice"}, ""},
		{"line breaks", "", signedFor("/sms", "Body=a%0D%0Ab", u+"/sms", "Body=a%0Ab"), []string{"param-newlines"}, ""},
		{"line breaks the other way", "", signedFor("/sms", "Body=a%0Ab", u+"/sms", "Body=a%0D%0Ab"), []string{"param-newlines"}, ""},
		{"dots into underscores", "", signedFor("/sms", "MessagingBinding_Address=x", u+"/sms", "MessagingBinding.Address=x"), []string{"param-names"}, ""},
		{"unsorted", "", rawText(u+"/sms", "From+15550101Bodyhi there"), []string{"token"}, ""},
		{"in the order of arrival", "", func() *http.Request {
			r := signedForm("/sms", "From=x&Body=y")
			r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, u+"/smsFromxBodyy"))
			return r
		}(), []string{"param-order"}, ""},
		{"scheme and slash", "http://hooks.example.com", signedFor("/sms", plain, u+"/sms/", plain), []string{"scheme", "trailing-slash"}, ""},
		{"scheme and prefix", "http://hooks.example.com", signedFor("/sms", plain, u+"/prod/sms", plain), []string{"scheme", "path-prefix"}, `"https://hooks.example.com/prod"`},
		{"scheme and host", "http://internal:8080", with(signedFor("/sms", plain, u+"/sms", plain), "X-Forwarded-Host", "hooks.example.com"), []string{"scheme", "host"}, `"https://hooks.example.com"`},
		{"scheme and query", "http://hooks.example.com", signedFor("/sms?n=a+b", plain, u+"/sms?n=a%20b", plain), []string{"scheme", "query-reencoded"}, ""},
		{"host and slash", "", with(signedFor("/sms", plain, "https://public.example.org/sms/", plain), "X-Forwarded-Host", "public.example.org"), []string{"host", "trailing-slash"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := newVerifier(t, signature.Config{BaseURL: tt.base, Lenient: true})
			_, err := v.Verify(tt.r)
			require.ErrorIs(t, err, signature.ErrMismatch)
			findings := v.Diagnose(tt.r)
			got := labels(findings)
			require.GreaterOrEqual(t, len(got), len(tt.labels))
			assert.Equal(t, tt.labels, got[:len(tt.labels)], "%v", findings)
			assert.Contains(t, fmt.Sprint(findings), tt.remedy)
			for _, f := range findings {
				assert.NotContains(t, f.String(), "15550101")
				assert.NotContains(t, f.String(), "hi there")
				assert.NotContains(t, f.String(), benchToken)
			}
			_, err = v.Verify(tt.r)
			assert.ErrorIs(t, err, signature.ErrMismatch, "a diagnosis changes no verdict")
		})
	}
}

// TestDiagnoseNamesTheWholeAddress follows the remedies: each names the whole
// address, and setting it makes the request verify.
func TestDiagnoseNamesTheWholeAddress(t *testing.T) {
	const plain = "Body=hi"
	to := func(host string, r *http.Request) *http.Request {
		r.Host = host
		r.Header.Set("X-Forwarded-Proto", "https")
		return r
	}
	socket := func(r *http.Request, url string) *http.Request {
		r.Header.Set("Upgrade", "websocket")
		signText(r, url, "")
		return r
	}
	for _, tt := range []struct {
		name, base string
		r          *http.Request
		want       string
	}{
		{"scheme and host", "http://127.0.0.1:8080", to("hooks.example.com", signedFor("/sms", plain, "https://hooks.example.com/sms", plain)), "https://hooks.example.com"},
		{"scheme and host with the port", "http://127.0.0.1:8080", to("hooks.example.com", signedFor("/sms", plain, "https://hooks.example.com:8080/sms", plain)), "https://hooks.example.com:8080"},
		{"scheme, host and its port", "http://127.0.0.1:8080", to("hooks.example.com:8443", signedFor("/sms", plain, "https://hooks.example.com:8443/sms", plain)), "https://hooks.example.com:8443"},
		{"default port was signed", "http://127.0.0.1", to("hooks.example.com", signedFor("/sms", plain, "https://hooks.example.com:443/sms", plain)), "https://hooks.example.com"},
		{"scheme and port", "http://hooks.example.com:8080", signedFor("/sms", plain, "https://hooks.example.com/sms", plain), "https://hooks.example.com"},
		{"scheme and prefix", "http://hooks.example.com:8080/x", signedFor("/sms", plain, "https://hooks.example.com/sms", plain), "https://hooks.example.com"},
		{"host and port", "https://internal", to("hooks.example.com", signedFor("/sms", plain, "https://hooks.example.com:8443/sms", plain)), "https://hooks.example.com:8443"},
		{"host and prefix", "https://internal:8443", to("hooks.example.com", signedFor("/sms", plain, "https://hooks.example.com/prod/sms", plain)), "https://hooks.example.com/prod"},
		{"scheme and host of a WebSocket", "http://127.0.0.1:8080", socket(to("hooks.example.com", signedGet("/stream")), "wss://hooks.example.com/stream"), "https://hooks.example.com"},
		{"host of a WebSocket", "https://127.0.0.1:8080", socket(to("hooks.example.com", signedGet("/stream")), "wss://hooks.example.com/stream"), "https://hooks.example.com"},
		{"user information", "http://ann:secret@127.0.0.1:8080", to("hooks.example.com", signedFor("/sms", plain, "https://hooks.example.com/sms", plain)), "https://hooks.example.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			findings := newVerifier(t, signature.Config{BaseURL: tt.base}).Diagnose(tt.r)
			require.NotEmpty(t, findings)
			for _, f := range findings {
				assert.Contains(t, f.Remedy, fmt.Sprintf("Set the public address to %q", tt.want))
				assert.NotContains(t, f.String(), "secret")
			}
			fixed := newVerifier(t, signature.Config{BaseURL: tt.want})
			assert.Nil(t, fixed.Diagnose(tt.r))
		})
	}
	v := newVerifier(t, signature.Config{BaseURL: "https://ann:secret@hooks.example.com"})
	findings := v.Diagnose(signedFor("/sms", plain, "http://ann:secret@hooks.example.com/sms", plain))
	require.Len(t, findings, 1)
	assert.Contains(t, findings[0].Remedy, `"http://hooks.example.com", keeping its user information`)
}

func TestDiagnoseTokens(t *testing.T) {
	for name, tt := range map[string]struct {
		secret string
		label  string
		cause  string
	}{
		"quotes":         {`"` + benchToken + `"`, "token-spelling", "quotes"},
		"capitals":       {strings.ToUpper(benchToken), "token-spelling", "capital letters"},
		"API key secret": {"Zk3mVq9rT1yXw8LpHs6NdBc4Ea7FgJ2u", "token", "API key secret"},
		"cut":            {benchToken[:30], "token", "does not look like an auth token"},
		"another":        {strings.Repeat("0", 32), "token", "variants of the request that were tried"},
	} {
		v := newVerifier(t, signature.Config{Tokens: signature.Tokens(tt.secret)})
		findings := v.Diagnose(signedForm("/sms", "a=1"))
		require.NotEmpty(t, findings, name)
		assert.Equal(t, tt.label, labels(findings)[0], name)
		assert.Contains(t, findings[0].Cause, tt.cause, name)
		assert.NotContains(t, fmt.Sprint(findings), tt.secret, name)
	}
	v := newVerifier(t, signature.Config{Tokens: signature.Tokens("other")})
	assert.Contains(t, v.Diagnose(signedForm("/sms", "ParentAccountSid=AC1"))[0].Remedy, "sub-account's auth token")
}

func TestDiagnoseHeader(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	right := signedForm("/sms", "a=1").Header.Get("X-Twilio-Signature")
	for name, tt := range map[string]struct {
		values []string
		cause  string
	}{
		"twice":       {[]string{right, right}, "more than once"},
		"joined":      {[]string{right + ", " + right}, "joined by a comma"},
		"quoted":      {[]string{`"` + right + `"`}, "quotes or white space"},
		"spaces":      {[]string{" " + right}, "quotes or white space"},
		"URL-safe":    {[]string{strings.NewReplacer("+", "-", "/", "_").Replace(right)}, "URL-safe"},
		"hexadecimal": {[]string{fmt.Sprintf("%x", decodeSignature(t, right))}, "hexadecimal"},
		"cut":         {[]string{right[:20]}, "cut short"},
		"too long":    {[]string{right + right}, "not base64 of the right length"},
	} {
		r := signedForm("/sms", "a=1")
		if name == "URL-safe" {
			// A signature that has such characters.
			for i := 0; !strings.ContainsAny(right, "+/"); i++ {
				r = signedForm("/sms", fmt.Sprintf("a=%d", i))
				right = r.Header.Get("X-Twilio-Signature")
			}
			tt.values = []string{strings.NewReplacer("+", "-", "/", "_").Replace(right)}
		}
		r.Header["X-Twilio-Signature"] = tt.values
		findings := v.Diagnose(r)
		require.Len(t, findings, 1, name)
		assert.Contains(t, findings[0].Cause, tt.cause, name)
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		assert.NotEmpty(t, body, "the body can be read again")
	}
}

func TestDiagnoseBodyHash(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	for _, tt := range []struct{ signed, sent, cause string }{
		{`{"a":1}`, `{ "a" : 1 }`, "parsed and written again"},
		{"{}\n", "{}", "a line break at the end was lost"},
		{"x", "x\r\n", "a line break"},
		{"x", "\n x", "white space"},
		{"x", "\ufeffx", "a byte order mark"},
		{"a\nb", "a\r\nb", "changed to CR LF"},
		{"a\r\nb", "a\nb", "changed from CR LF"},
		{"{}", "", "a middleware has read it"},
		{"{1}", "", "is the hash of something else"},
		{"genuine", "forged 日", "not the one that was signed"},
	} {
		r := signedJSON("/e", tt.signed)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(tt.sent)), int64(len(tt.sent))
		findings := v.Diagnose(r)
		require.Len(t, findings, 1, tt.cause)
		assert.Equal(t, "body-hash-mismatch", labels(findings)[0])
		assert.Contains(t, findings[0].Cause, tt.cause)
	}
	assert.Contains(t, v.Diagnose(signedForm("/e?bodySHA256="+strings.Repeat("0", 64), "a=1"))[0].Cause, "the form is not the body")
	assert.Contains(t, v.Diagnose(signedForm("/e?bodySHA256=abc", "a=1"))[0].Cause, "not 64 hexadecimal digits")
}

func TestDiagnoseUnsignedBodies(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	as := func(typ, body, signedURL, params string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/e", strings.NewReader(body))
		r.Header.Set("Content-Type", typ)
		signText(r, signedURL, params)
		return r
	}
	for _, tt := range []struct {
		name  string
		r     *http.Request
		label string
		cause string
	}{
		{"form turned into JSON", as("application/json", `{"Body":"hi","N":1}`, base+"/e", "Body=hi&N=1"), "content-type", "arrives as JSON"},
		{"form called text", as("text/plain", "Body=hi", base+"/e", "Body=hi"), "content-type", "arrives as another type"},
		{"form called multipart", as("multipart/form-data; boundary=b", "Body=hi", base+"/e", "Body=hi"), "content-type", "arrives as another type"},
		{"JSON without query", as("application/json", "{}", base+"/e", ""), "body-hash-missing", "the signature of the URL alone is right"},
		{"JSON with anything", as("application/json", "{}", base+"/x", ""), "body-hash-missing", "no bodySHA256"},
		{"multipart", as("multipart/form-data; boundary=b", "--b--", base+"/e", ""), "content-type", "multipart"},
	} {
		findings := v.Diagnose(tt.r)
		require.NotEmpty(t, findings, tt.name)
		assert.Equal(t, tt.label, labels(findings)[0], tt.name)
		assert.Contains(t, findings[0].Cause, tt.cause, tt.name)
	}
	r := as("text/plain", "", base+"/e", "")
	r.Body, r.ContentLength = nil, 3
	assert.NotEmpty(t, v.Diagnose(r))
}

func TestDiagnoseWhatIsRight(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	r := signedForm("/sms", "a=1")
	assert.Nil(t, v.Diagnose(r))
	_, err := v.Verify(r)
	assert.NoError(t, err, "and it can be verified still")
}

// TestDiagnoseWithTokenSource uses a source that fails or knows no account.
func TestDiagnoseWithTokenSource(t *testing.T) {
	v := newVerifier(t, signature.Config{Tokens: signature.TokenFunc(func(context.Context, signature.Query) ([]signature.Token, error) {
		return nil, errors.New("down")
	})})
	assert.Equal(t, []string{"tokens"}, labels(v.Diagnose(signedForm("/sms", "a=1"))))
	v = newVerifier(t, signature.Config{Hosts: []string{"hooks.example.com"}})
	r := signedForm("/sms", "a=1")
	r.Host = "hooks.example.com"
	findings := v.Diagnose(r)
	assert.Equal(t, []string{"scheme"}, labels(findings))
	assert.Contains(t, findings[0].Remedy, "Config.Proxies")
	assert.Equal(t, findings[0].Cause+"\n\t"+findings[0].Remedy, fmt.Sprint(findings[0]))
}

// TestDiagnoseRewrittenURL: the finding names an adapter or a router that
// changed one of the two copies of the target.
func TestDiagnoseRewrittenURL(t *testing.T) {
	r := signedForm("/sms?id=7", "a=1")
	r.RequestURI = "/sms"
	findings := newVerifier(t, signature.Config{}).Diagnose(r)
	assert.Equal(t, "target", labels(findings)[0])
	assert.Contains(t, findings[0].Cause, "Request.URL differs from the request line")
	assert.Contains(t, findings[0].Remedy, "into RequestURI")
}

// TestDiagnoseAddressOfTheProgram: an address from a function is a setting like
// BaseURL.
func TestDiagnoseAddressOfTheProgram(t *testing.T) {
	address := "http://hooks.example.com"
	v, err := signature.New(signature.Config{BaseURLFunc: func() string { return address }, Tokens: signature.Tokens(benchToken)})
	require.NoError(t, err)
	findings := v.Diagnose(signedForm("/sms", "a=1"))
	assert.Equal(t, []string{"scheme"}, labels(findings))
	assert.NotContains(t, findings[0].Remedy, "Config.Proxies")
	address = "hooks"
	assert.Equal(t, []string{"base-url"}, labels(v.Diagnose(signedForm("/sms", "a=1"))))
}

// TestDiagnoseNamesTheForwardedHost: the finding names the unlisted host from
// the trusted proxy, not the one that the proxy connected to.
func TestDiagnoseNamesTheForwardedHost(t *testing.T) {
	v, err := signature.New(signature.Config{
		Hosts:   []string{"hooks.example.com"},
		Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
		Tokens:  signature.Tokens(benchToken),
	})
	require.NoError(t, err)
	r := signedForm("/sms", "a=1")
	r.RemoteAddr = "192.0.2.7:4000"
	r.Host = "hooks.example.com"
	r.Header.Set("X-Forwarded-Host", "other.example.com")
	findings := v.Diagnose(r)
	require.Len(t, findings, 1)
	assert.Contains(t, findings[0].Cause, `"other.example.com"`)
	r.RemoteAddr = "198.51.100.7:4000" // a stranger's header does not count
	r.Host = "third.example.com"
	assert.Contains(t, v.Diagnose(r)[0].Cause, `"third.example.com"`)
}

// TestDiagnoseTriesFewClaims: the values of a header are combined with all
// other changes, so many of them would take minutes. Work is counted in
// allocations, which do not depend on the machine.
func TestDiagnoseTriesFewClaims(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	work := func(header string, values int) float64 {
		return testing.AllocsPerRun(1, func() {
			r := signedForm("/sms?x=1", "a=1")
			r.Header.Set("X-Twilio-Signature", strings.Repeat("A", 27)+"=")
			r.Header[header] = []string{strings.Repeat("h,", values)}
			assert.NotEmpty(t, v.Diagnose(r))
		})
	}
	for _, header := range []string{"X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Original-Host"} {
		assert.Less(t, work(header, 10_000), 2*work(header, 10), header)
	}
}

// TestDiagnoseFindsClaimedHost finds the name among others that are repeated.
func TestDiagnoseFindsClaimedHost(t *testing.T) {
	v := newVerifier(t, signature.Config{BaseURL: "https://internal.example.com"})
	r := signedForm("/sms", "a=1")
	r.Header["X-Forwarded-Host"] = []string{strings.Repeat("edge.example.com, ", 100) + "hooks.example.com"}
	findings := v.Diagnose(r)
	assert.Equal(t, []string{"host"}, labels(findings))
	assert.Contains(t, findings[0].Remedy, "https://hooks.example.com")
}

// TestDiagnoseSurvivesBytesThatGrow: converting an invalid byte to upper case
// yields three bytes, so an offset found there was past the end of the path.
func TestDiagnoseSurvivesBytesThatGrow(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	for _, target := range []string{"/\xff\xff\xff\xff%3f", "/\u0131\u0131\u0131%3Fx=1", "/%3F%3f"} {
		r := signedForm("/sms", "a=1")
		r.RequestURI = target
		r.Header.Set("X-Twilio-Signature", strings.Repeat("A", 27)+"=") // so that all is tried
		assert.NotPanics(t, func() { assert.NotEmpty(t, v.Diagnose(r)) }, "%q", target)
	}
}
