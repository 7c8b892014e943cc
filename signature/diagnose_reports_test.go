package signature_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

// gathered is the query of a Gather action by GET: what the developer wrote,
// and what Twilio adds.
const gathered = "Digits=1&FinishedOnKey=&msg=Gather+End&Called=%2B15550100&CallStatus=in-progress&From=%2B15550101&Direction=inbound" +
	"&AccountSid=AC0123456789abcdef0123456789abcdef&To=%2B15550100&CallSid=CA0123456789abcdef0123456789abcdef&ApiVersion=2010-04-01"

func sortedQuery(query string) string {
	return strings.Join(slices.Sorted(strings.SplitSeq(query, "&")), "&")
}

// TestDiagnoseReports replays public reports, as far as a request shows them:
// the URL that was signed, the one that arrived, and the advice that people
// needed.
func TestDiagnoseReports(t *testing.T) {
	const plain = "AccountSid=AC0123456789abcdef0123456789abcdef&Body=hi+there&From=%2B15550101"
	get := func(signed, arrives string) *http.Request {
		r := signedGet(arrives)
		signText(r, base+signed, "")
		return r
	}
	post := func(signed, arrives string) *http.Request { return signedFor(arrives, plain, base+signed, plain) }
	socket := func(signedURL, params, arrives string) *http.Request {
		r := signedGet(arrives)
		r.Header.Set("Upgrade", "websocket")
		signText(r, signedURL, params)
		return r
	}
	for _, tt := range []struct {
		name   string
		r      *http.Request
		labels []string // of the first findings
		says   []string // anywhere in them
	}{
		{"twilio-php 790: a dial action that something sorted, 6 pairs", post("/dial?b=2&a=1&f=6&c=3&e=5&d=4", "/dial?a=1&b=2&c=3&d=4&e=5&f=6"),
			[]string{"query-order", "token"}, []string{"with 6 pairs in the query the order cannot be tried", "they arrive sorted", "alphabetical order in the URL that you give to Twilio"}},
		{"twilio-php 790: 5 pairs", post("/dial?b=2&a=1&c=3&e=5&d=4", "/dial?a=1&b=2&c=3&d=4&e=5"),
			[]string{"query-order"}, []string{"another order than they were signed in", "alphabetical order"}},
		{"twilio-php 790: 5 pairs, encoded too", get("/dial?b=2&a=x%20y&c=3&e=5&d=4", "/dial?a=x+y&b=2&c=3&d=4&e=5"),
			[]string{"query-order", "query-reencoded"}, []string{"alphabetical order", "a space was signed as %20"}},
		{"twilio-php 790: Twilio signed it sorted", post("/dial?a=1&b=2&c=3&d=4&e=5&f=6", "/dial?b=2&a=1&f=6&c=3&e=5&d=4"),
			[]string{"query-order"}, []string{"alphabetical order"}},
		{"twilio-node 1079: many pairs, one moved to the end", get("/status?AccountSid=AC0123456789abcdef0123456789abcdef&f=6&a=1&e=5&b=2&d=4", "/status?f=6&a=1&e=5&b=2&d=4&AccountSid=AC0123456789abcdef0123456789abcdef"),
			[]string{"query-order"}, nil},
		{"yap 1627: sorted GET of a gather action", get("/input?"+gathered, "/input?"+sortedQuery(gathered)),
			[]string{"query-order", "token"}, []string{"with 11 pairs", "they arrive sorted"}},
		{"yap 1573: the same, encoded in another way", get("/input?"+gathered, "/input?"+strings.ReplaceAll(sortedQuery(gathered), "+", "%20")),
			[]string{"query-order", "token"}, []string{"with 11 pairs"}},
		{"yap PR 1629: four pairs, sorted and encoded again", get("/input?Digits=1&Retry=1&RetryMessage=Couldn%27t+find+it.&AccountSid=AC0123456789abcdef0123456789abcdef",
			"/input?AccountSid=AC0123456789abcdef0123456789abcdef&Digits=1&Retry=1&RetryMessage=Couldn%27t%20find%20it."),
			[]string{"query-order", "query-reencoded"}, []string{"a space was signed as + and arrives as %20"}},
		{"mymemowall: a function platform sorts and encodes", post("/voiceCallback?name=Jane%20Doe&assoc=123&id=abc", "/voiceCallback?assoc=123&id=abc&name=Jane+Doe"),
			[]string{"query-order", "query-reencoded"}, []string{"do not rebuild the URL from parsed parameters", "a space was signed as %20 and arrives as +"}},
		{"mymemowall: by GET", get("/voiceCallback?name=Jane%20Doe&assoc=123&id=abc", "/voiceCallback?assoc=123&id=abc&name=Jane+Doe"),
			[]string{"query-order", "query-reencoded"}, nil},
		{"aws-lambda-go-api-proxy: only encoded", post("/voiceCallback?name=Jane%20Doe&assoc=123&id=abc", "/voiceCallback?name=Jane+Doe&assoc=123&id=abc"),
			[]string{"query-reencoded"}, nil},
		{"aws-lambda-go-api-proxy: space and apostrophe in another order", post("/v?n=O'Hara%20x&b=1&a=2", "/v?a=2&b=1&n=O%27Hara+x"),
			[]string{"query-order", "query-reencoded", "query-reencoded"}, nil},
		{"twilio-node PR 621: SIP addresses signed unescaped", post("/hold?Caller=sip:1@203.0.113.9", "/hold?Caller=sip%3A1%40203.0.113.9"),
			[]string{"query-reencoded"}, []string{"Twilio itself signs some characters unescaped", "leave these characters out of the URL"}},
		{"twilio-node 1059, 1183, twilio-ruby 528: apostrophe signed unescaped", post("/hold?name=O'Hara", "/hold?name=O%27Hara"),
			[]string{"query-reencoded"}, []string{"Twilio itself signs some characters unescaped"}},
		{"twilio-agent-connect-python PR 16: socket signed as https", socket(base+"/ws?token=7", "", "/ws?token=7"),
			[]string{"scheme-websocket"}, nil},
		{"twilio-agent-connect-python PR 16: query signed as parameters", socket("wss://hooks.example.com/ws", "token=7", "/ws?token=7"),
			[]string{"get-params-appended"}, nil},
		{"twilio-agent-connect-python PR 16: slash", socket("wss://hooks.example.com/ws/", "", "/ws"),
			[]string{"trailing-slash"}, nil},
		{"openclaw 8814: the query of a Stream is dropped", socket("wss://hooks.example.com/stream?token=7", "", "/stream"),
			[]string{"token", "query-missing"}, []string{"Twilio itself drops the query of a Stream's url", "Parameter elements"}},
		{"a Stream signed without its query", socket("wss://hooks.example.com/stream", "", "/stream?token=7"),
			[]string{"query-extra"}, []string{"pass values with Parameter elements"}},
		{"automated-survey-django 8: slash added", post("/voice", "/voice/"), []string{"trailing-slash"}, []string{"with the slash"}},
		{"another token", signedFor("/sms", plain, "https://elsewhere.example.org/x/y/z", plain),
			[]string{"token", "query-missing", "param-missing"}, []string{"variants of the request that were tried", "primary auth token", "sub-account"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := newVerifier(t, signature.Config{})
			_, err := v.Verify(tt.r)
			require.ErrorIs(t, err, signature.ErrMismatch)
			findings := v.Diagnose(tt.r)
			got := labels(findings)
			assert.Equal(t, tt.labels, got[:min(len(got), len(tt.labels))], "%v", findings)
			text := fmt.Sprint(findings)
			for _, says := range tt.says {
				assert.Contains(t, text, says)
			}
			assert.NotContains(t, text, "not the one that signed it")
			assert.NotContains(t, text, "without its parameters")
			for _, private := range []string{"5550101", "hi there", benchToken, tt.r.Header.Get("X-Twilio-Signature")} {
				assert.NotContains(t, text, private)
			}
		})
	}
}

// TestDiagnoseRedirected follows vocode 327: a proxy answers a POST with 301,
// and Twilio sends a newly signed GET with all parameters in its query. It
// verifies if GET is accepted; otherwise the finding names the redirect.
func TestDiagnoseRedirected(t *testing.T) {
	r := signedGet("/inbound_call?AccountSid=AC0123456789abcdef0123456789abcdef&CallSid=CA0123456789abcdef0123456789abcdef&From=%2B15550101")
	assert.Nil(t, newVerifier(t, signature.Config{Methods: []string{"GET"}}).Diagnose(r))
	findings := newVerifier(t, signature.Config{Methods: []string{"POST"}}).Diagnose(r)
	assert.Equal(t, []string{"method"}, labels(findings))
	assert.Contains(t, findings[0].Remedy, "a redirect on the way has turned it into a GET, which has the parameters in its query")
}

// TestDiagnoseNothingToSayAboutWhatTwilioLeavesUnescaped: a GET that Twilio signed
// unescaped (twilio-node 621, 1059) verifies.
func TestDiagnoseNothingToSayAboutWhatTwilioLeavesUnescaped(t *testing.T) {
	for signed, arrives := range map[string]string{
		"/hold?Caller=sip:1@203.0.113.9": "/hold?Caller=sip%3A1%40203.0.113.9",
		"/hold?name=O'Hara":              "/hold?name=O%27Hara",
	} {
		r := signedGet(arrives)
		signText(r, base+signed, "")
		assert.Nil(t, newVerifier(t, signature.Config{}).Diagnose(r), arrives)
	}
}

// TestDiagnoseNamesTheParameter: parameter names are the developer's own
// (twilio_voice 34), so a refusal names the parameter at fault and does not
// blame something that rewrites bodies.
func TestDiagnoseNamesTheParameter(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	const rest = "&AccountSid=AC0123456789abcdef0123456789abcdef&From=client%3Aalice"
	assert.Nil(t, v.Diagnose(signedForm("/voice", "__TWI_RECIPIENT_NAME=Jo&Caller+name=Jo"+rest)))
	for body, says := range map[string]string{
		"A%3Db=1" + rest: `"A="`,
		"A%ZZ=1" + rest:  "malformed escape at byte",
	} {
		findings := v.Diagnose(signedForm("/voice", body))
		assert.Equal(t, []string{"form"}, labels(findings))
		assert.Contains(t, findings[0].Cause, says)
		assert.Contains(t, findings[0].Remedy, "rename it")
		assert.NotContains(t, findings[0].String(), "alice")
	}
}

// TestDiagnoseTwoProxies covers the header of a CDN in front of a router.
func TestDiagnoseTwoProxies(t *testing.T) {
	r := signedForm("/sms", "a=1")
	r.Host = "hooks.example.com"
	r.Header.Set("X-Forwarded-Proto", "https,http")
	findings := newVerifier(t, signature.Config{Hosts: []string{"hooks.example.com"}}).Diagnose(r)
	assert.Equal(t, []string{"scheme"}, labels(findings))
	assert.Contains(t, findings[0].Remedy, `"https://hooks.example.com"`)
}

// FuzzDiagnose checks that each refusal is explained and no genuine request is,
// that the verdict does not change, and that no finding contains private data.
func FuzzDiagnose(f *testing.F) {
	f.Add("POST", "/sms?b=2&a=x%20y", formCT, "Body=secret+words&From=%2B15550101", "", "hooks.example.org")
	f.Add("GET", "/v?a=1&b=2&c=3&d=%27&e=+", "", "", "https", "a,b,c")
	f.Add("POST", "/%3F%3f//x/\xff", "application/json", `{"a":{"b":[1]}}`, "AAAA", "[::1]:80")
	f.Add("PUT", "*", "text/plain", "a=b", "", "@:")
	f.Fuzz(func(t *testing.T, method, target, typ, body, sig, host string) {
		const secret = "5ec4e7005ec4e7005ec4e7005ec4e700"
		v := newVerifier(t, signature.Config{BaseURL: "https://ann:passw0rd@hooks.example.com/app", Tokens: signature.Tokens(secret), Methods: []string{"GET", "POST"}})
		u, err := url.Parse(base)
		require.NoError(t, err)
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Method, r.RequestURI, r.URL, r.Host = method, target, u, host
		r.Header = http.Header{"Content-Type": {typ}, "X-Forwarded-Host": {host}, "X-Original-Uri": {target}}
		if sig == "" {
			sig = signature.Sign(secret, base+target, nil)
		}
		r.Header.Set("X-Twilio-Signature", sig)
		_, refused := v.Verify(r)
		findings := v.Diagnose(r)
		assert.Equal(t, refused == nil, findings == nil)
		_, again := v.Verify(r)
		assert.Equal(t, refused == nil, again == nil)
		text := fmt.Sprint(findings)
		assert.NotContains(t, text, secret)
		assert.NotContains(t, text, "passw0rd")
		for _, f := range findings {
			label, cause, found := strings.Cut(f.Cause, ": ")
			assert.True(t, found && label != "" && cause != "" && f.Remedy != "", "%q", f)
		}
	})
}
