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

const (
	base    = "https://hooks.example.com"
	account = "AC0123456789abcdef0123456789abcdef"
	other   = "ACfedcba9876543210fedcba9876543210"
	formCT  = "application/x-www-form-urlencoded"
)

// newVerifier returns a verifier, with the usual address and token for what cfg
// leaves out.
func newVerifier(t testing.TB, cfg signature.Config) *signature.Verifier {
	t.Helper()
	if cfg.BaseURL == "" && cfg.Hosts == nil {
		cfg.BaseURL = base
	}
	if cfg.Tokens == nil {
		cfg.Tokens = signature.Tokens(benchToken)
	}
	v, err := signature.New(cfg)
	require.NoError(t, err)
	return v
}

// signedForm is a form POST with a correct signature.
func signedForm(target, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", formCT)
	signText(r, base+target, body)
	return r
}

func signText(r *http.Request, url, body string) {
	pairs, _ := parsePairs(body)
	r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, url+slowCanonical(pairs)))
}

func signedGet(target string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, base+target))
	return r
}

func signedJSON(target, body string) *http.Request {
	sig, signed := signature.SignBody(benchToken, base+target, []byte(body))
	r := httptest.NewRequest(http.MethodPost, strings.TrimPrefix(signed, base), strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Twilio-Signature", sig)
	return r
}

// failing is a body that breaks off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
func (f failing) Close() error             { return nil }

// TestRefusals covers every refusal of the package with a case of its own. Each
// request is right except for what its name says.
func TestRefusals(t *testing.T) {
	hosts := signature.Config{Hosts: []string{"hooks.example.com"}, Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
	with := func(r *http.Request, change func(*http.Request)) *http.Request {
		change(r)
		return r
	}
	bound, err := signature.NewToken("b", benchToken)
	require.NoError(t, err)
	bound.AccountSID = account
	for _, tt := range []struct {
		name   string
		cfg    signature.Config
		r      *http.Request
		want   error
		status int
		label  string // of the first finding
	}{
		{"no header", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Del("X-Twilio-Signature") }), signature.ErrMissing, 403, "header-missing"},
		{"SendGrid's header", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) {
			r.Header.Del("X-Twilio-Signature")
			r.Header.Set("X-Twilio-Email-Event-Webhook-Signature", "x")
		}), signature.ErrMissing, 403, "header-missing"},
		{"empty header", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("X-Twilio-Signature", "") }), signature.ErrMissing, 403, "header-missing"},
		{"header twice", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Add("X-Twilio-Signature", r.Header.Get("X-Twilio-Signature")) }), signature.ErrHeader, 403, "header-malformed"},
		{"header too short", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("X-Twilio-Signature", "AAAA") }), signature.ErrHeader, 403, "header-malformed"},
		{"header in hexadecimal", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) {
			r.Header.Set("X-Twilio-Signature", fmt.Sprintf("%x", decodeSignature(t, r.Header.Get("X-Twilio-Signature"))))
		}), signature.ErrHeader, 403, "header-malformed"},
		{"header with no padding", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("X-Twilio-Signature", strings.Repeat("A", 28)) }), signature.ErrHeader, 403, "header-malformed"},
		{"header of another alphabet", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("X-Twilio-Signature", strings.Repeat("-", 26)+"A=") }), signature.ErrHeader, 403, "header-malformed"},
		{"header not canonical", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("X-Twilio-Signature", strings.Repeat("A", 26)+"B=") }), signature.ErrHeader, 403, "header-malformed"},
		{"wrong signature", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("X-Twilio-Signature", strings.Repeat("A", 27)+"=") }), signature.ErrMismatch, 403, "token"},
		{"PUT", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Method = "PUT" }), signature.ErrMethod, 405, "method"},
		{"GET where Methods says POST", signature.Config{Methods: []string{"POST"}}, signedGet("/sms"), signature.ErrMethod, 405, "method"},
		{"GET where the pattern says POST", signature.Config{}, with(signedGet("/sms"), func(r *http.Request) { r.Pattern = "POST /sms" }), signature.ErrMethod, 405, "method"},
		{"GET where the pattern names no method", signature.Config{}, with(signedGet("/sms"), func(r *http.Request) { r.Pattern = "/sms" }), signature.ErrMethod, 405, "method"},
		{"POST where the pattern says GET", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Pattern = "GET /sms" }), signature.ErrMethod, 405, "method"},
		{"OPTIONS *", signature.Config{Methods: []string{"OPTIONS"}}, with(signedForm("/", ""), func(r *http.Request) { r.Method, r.RequestURI = "OPTIONS", "*" }), signature.ErrTarget, 400, "target"},
		{"unknown host", hosts, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Host = "evil.example" }), signature.ErrHost, 421, "host"},
		{"no host", hosts, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Host = "" }), signature.ErrHost, 421, "host"},
		{"impossible host", hosts, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Host = "hooks.example.com/x" }), signature.ErrHost, 421, "host"},
		{"malformed Forwarded", hosts, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("Forwarded", `host="`) }), signature.ErrForwarded, 403, "forwarded"},
		{"impossible X-Forwarded-Proto", hosts, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "gopher") }), signature.ErrForwarded, 403, "forwarded"},
		{"gzip", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }), signature.ErrEncoding, 415, "content-encoding"},
		{"identity", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("Content-Encoding", "identity") }), signature.ErrEncoding, 415, "content-encoding"},
		{"no media type", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Del("Content-Type") }), signature.ErrMediaType, 415, "content-type"},
		{"empty media type", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("Content-Type", "") }), signature.ErrMediaType, 415, "content-type"},
		{"two media types", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Add("Content-Type", formCT) }), signature.ErrMediaType, 415, "content-type"},
		{"broken media type", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset") }), signature.ErrMediaType, 415, "content-type"},
		{"half a media type", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("Content-Type", "form") }), signature.ErrMediaType, 415, "content-type"},
		{"multipart", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=b") }), signature.ErrMediaType, 415, "content-type"},
		{"multipart with its hash", signature.Config{}, with(signedJSON("/sms", "x"), func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=b") }), signature.ErrMediaType, 415, "content-type"},
		{"text without hash", signature.Config{}, with(signedForm("/sms", ""), func(r *http.Request) {
			r.Header.Set("Content-Type", "text/plain")
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("x")), 1
		}), signature.ErrMediaType, 415, "content-type"},
		{"text without hash or length", signature.Config{}, with(signedForm("/sms", ""), func(r *http.Request) {
			r.Header.Set("Content-Type", "text/plain")
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("x")), -1
		}), signature.ErrMediaType, 415, "content-type"},
		{"declared too large", signature.Config{MaxBody: 10}, with(signedForm("/sms", ""), func(r *http.Request) {
			r.Body, r.ContentLength = failing{errors.New("must not be read")}, 11
		}), signature.ErrTooLarge, 413, "too-large"},
		{"too large without length", signature.Config{MaxBody: 10}, with(signedForm("/sms", "Body=12345678"), func(r *http.Request) { r.ContentLength = -1 }), signature.ErrTooLarge, 413, "too-large"},
		{"over MaxBytesReader", signature.Config{}, with(signedForm("/sms", "Body=12345678"), func(r *http.Request) { r.Body = http.MaxBytesReader(nil, r.Body, 5) }), signature.ErrTooLarge, 413, "too-large"},
		{"too many parameters", signature.Config{MaxParams: 2}, signedForm("/sms", "a=1&b=2&c=3"), signature.ErrTooLarge, 413, "too-large"},
		{"too many in the query of a GET", signature.Config{MaxParams: 2}, signedGet("/sms?a=1&b=2&c=3"), signature.ErrTooLarge, 413, "too-large"},
		{"read error", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Body = failing{io.ErrUnexpectedEOF} }), signature.ErrRead, 400, "body-consumed"},
		{"shorter than declared", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.ContentLength = 5 }), signature.ErrRead, 400, "body-consumed"},
		{"longer than declared", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.ContentLength = 2 }), signature.ErrRead, 400, "body-consumed"},
		{"read before", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { _ = r.ParseForm() }), signature.ErrRead, 400, "body-consumed"},
		{"no body for a length", signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Body = http.NoBody }), signature.ErrRead, 400, "body-consumed"},
		{"broken escape", signature.Config{}, signedForm("/sms", "a=%zz"), signature.ErrForm, 400, "form"},
		{"empty name", signature.Config{}, signedForm("/sms", "=1"), signature.ErrForm, 400, "form"},
		{"query moved into the parameters", signature.Config{}, signedForm("/sms", "%3Fa%3D1=x"), signature.ErrForm, 400, "form"},
		{"end of a query moved into the parameters", signature.Config{}, signedForm("/sms?a=", "1=x"), signature.ErrForm, 400, "form"},
		{"user information in the request line", signature.Config{}, with(signedForm("/sms", ""), func(r *http.Request) { r.RequestURI = "http://Twilio@hooks.example.com/sms" }), signature.ErrTarget, 400, "target"},
		{"parameters moved into the URL", signature.Config{}, signedGet("/smsAccountSid" + account + "?x=1"), signature.ErrTarget, 400, "target"},
		{"account in a value", signature.Config{}, signedForm("/sms", "a=AccountSid"+account), signature.ErrForm, 400, "form"},
		{"GET with a body", signature.Config{}, with(signedGet("/sms"), func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("a=1")), 3 }), signature.ErrUnexpectedBody, 403, "unexpected-body"},
		{"GET with a body of no length", signature.Config{}, with(signedGet("/sms"), func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("a=1")), -1 }), signature.ErrUnexpectedBody, 403, "unexpected-body"},
		{"GET with a hash of another body", signature.Config{}, with(signedGet("/sms?bodySHA256=00"), func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("a=1")), 3 }), signature.ErrUnexpectedBody, 403, "unexpected-body"},
		{"JSON without hash", signature.Config{}, with(signedForm("/sms", ""), func(r *http.Request) {
			r.Header.Set("Content-Type", "application/json")
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
		}), signature.ErrBodyUnsigned, 403, "body-hash-missing"},
		{"JSON without hash or length", signature.Config{}, with(signedForm("/sms", ""), func(r *http.Request) {
			r.Header.Set("Content-Type", "application/vnd.example+json")
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), -1
		}), signature.ErrBodyUnsigned, 403, "body-hash-missing"},
		{"JSON with another hash", signature.Config{}, with(signedJSON("/sms", "{}"), func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("[]")) }), signature.ErrBodyHash, 403, "body-hash-mismatch"},
		{"form with another hash", signature.Config{}, signedForm("/sms?bodySHA256=abc", "a=1"), signature.ErrBodyHash, 403, "body-hash-mismatch"},
		{"two hashes", signature.Config{}, signedForm("/sms?bodySHA256=abc&bodySHA256=abd", "a=1"), signature.ErrBodyHashAmbiguous, 403, "body-hash-ambiguous"},
		{"two hashes, one escaped", signature.Config{}, signedForm("/sms?bodySHA256=abc&%62odySHA256=abd", "a=1"), signature.ErrBodyHashAmbiguous, 403, "body-hash-ambiguous"},
		{"AccountSid repeated", signature.Config{}, signedForm("/sms", "AccountSid="+account+"&AccountSid="+account), signature.ErrAccount, 403, "account"},
		{"AccountSid repeated, lenient", signature.Config{Lenient: true}, signedForm("/sms", "AccountSid="+account+"&AccountSid="+other), signature.ErrAccount, 403, "account"},
		{"AccountSid malformed", signature.Config{}, signedForm("/sms", "AccountSid=AC123"), signature.ErrAccount, 403, "account"},
		{"AccountSid of another kind", signature.Config{}, signedForm("/sms", "AccountSid=CA"+account[2:]), signature.ErrAccount, 403, "account"},
		{"AccountSid with other letters", signature.Config{}, signedForm("/sms", "AccountSid=AC"+strings.Repeat("g", 32)), signature.ErrAccount, 403, "account"},
		{"no AccountSid for a bound token", signature.Config{Tokens: fixed(bound)}, signedForm("/sms", "a=1"), signature.ErrAccount, 403, "account"},
		{"token of another account", signature.Config{Tokens: fixed(bound)}, signedForm("/sms", "AccountSid="+other), signature.ErrAccount, 403, "account"},
		{"no token for the account", signature.Config{Tokens: fixed()}, signedForm("/sms", "AccountSid="+other), signature.ErrAccount, 403, "account"},
		{"token source fails", signature.Config{Tokens: signature.TokenFunc(func(context.Context, signature.Query) ([]signature.Token, error) {
			return nil, errors.New("database down")
		})}, signedForm("/sms", "a=1"), signature.ErrTokens, 503, "tokens"},
		{"token that NewToken did not make", signature.Config{Tokens: fixed(signature.Token{})}, signedForm("/sms", "a=1"), signature.ErrTokens, 503, "tokens"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told []*signature.Error
			tt.cfg.Refused = func(_ *http.Request, err *signature.Error) { told = append(told, err) }
			v := newVerifier(t, tt.cfg)

			proof, err := v.Verify(tt.r)
			require.ErrorIs(t, err, tt.want)
			assert.Nil(t, proof)
			refusal, ok := errors.AsType[*signature.Error](err)
			require.True(t, ok)
			assert.Equal(t, tt.status, refusal.Status)
			assert.Equal(t, tt.want, refusal.Err)
			assert.Equal(t, []*signature.Error{refusal}, told)
			assert.True(t, strings.HasPrefix(err.Error(), tt.want.Error()))

			findings := v.Diagnose(tt.r)
			require.NotEmpty(t, findings)
			assert.Equal(t, tt.label, labels(findings)[0])
			assert.Len(t, told, 1, "Diagnose does not call Refused")
		})
	}
}

// fixed is a source that returns what it holds.
func fixed(tokens ...signature.Token) signature.TokenSource {
	return signature.TokenFunc(func(context.Context, signature.Query) ([]signature.Token, error) { return tokens, nil })
}

func TestHandlerAnswersNothing(t *testing.T) {
	v := newVerifier(t, signature.Config{Methods: []string{"POST", "PUT"}, MaxBody: 10})
	h := v.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called") }))
	for name, tt := range map[string]struct {
		r      *http.Request
		header http.Header
	}{
		"missing": {httptest.NewRequest("POST", "/sms", nil), http.Header{"Content-Length": {"0"}}},
		"method":  {httptest.NewRequest("GET", "/sms", nil), http.Header{"Content-Length": {"0"}, "Allow": {"POST, PUT"}}},
		"large":   {signedForm("/sms", "Body=12345678"), http.Header{"Content-Length": {"0"}, "Connection": {"close"}}},
		"unread":  {httptest.NewRequest("POST", "/sms", strings.NewReader("a=1")), http.Header{"Content-Length": {"0"}, "Connection": {"close"}}},
		"read":    {signedForm("/sms", "a=%zz"), http.Header{"Content-Length": {"0"}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, tt.r)
			assert.Empty(t, w.Body.String())
			assert.Equal(t, tt.header, w.Header())
		})
	}
	for pattern, allow := range map[string]string{"": "POST, GET", "/sms": "POST", "PUT /sms": "PUT"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("PATCH", "/sms", nil)
		r.Pattern = pattern
		newVerifier(t, signature.Config{}).Handler(http.NotFoundHandler()).ServeHTTP(w, r)
		assert.Equal(t, allow, w.Header().Get("Allow"), pattern)
	}
	assert.Panics(t, func() { v.Handler(nil) })
}

// TestAccepted lists what the rules accept besides the plain cases.
func TestAccepted(t *testing.T) {
	with := func(r *http.Request, change func(*http.Request)) *http.Request {
		change(r)
		return r
	}
	for name, tt := range map[string]struct {
		cfg signature.Config
		r   *http.Request
	}{
		"form without parameters":   {signature.Config{}, signedForm("/sms", "")},
		"POST without body or type": {signature.Config{}, with(signedForm("/sms", ""), func(r *http.Request) { r.Header.Del("Content-Type") })},
		"form with its hash":        {signature.Config{}, with(signedJSON("/sms", "a=1"), func(r *http.Request) { r.Header.Set("Content-Type", formCT) })},
		"form with an empty hash":   {signature.Config{}, signedForm("/sms?bodySHA256=", "a=1")},
		"form of another spelling": {signature.Config{}, with(signedForm("/sms", "a=1"), func(r *http.Request) {
			r.Header.Set("Content-Type", "Application/X-WWW-Form-Urlencoded;charset=iso-8859-1")
		})},
		"body without length":          {signature.Config{}, with(signedForm("/sms", smsForm("hi")), func(r *http.Request) { r.ContentLength = -1 })},
		"large body without length":    {signature.Config{}, with(signedForm("/sms", smsForm(strings.Repeat("x", 90_000))), func(r *http.Request) { r.ContentLength = -1 })},
		"body at the limit":            {signature.Config{MaxBody: 8}, signedForm("/sms", "Body=123")},
		"body at the limit, no length": {signature.Config{MaxBody: 8}, with(signedForm("/sms", "Body=123"), func(r *http.Request) { r.ContentLength = -1 })},
		"text with its hash":           {signature.Config{}, with(signedJSON("/e", "hello"), func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") })},
		"no type with its hash":        {signature.Config{}, with(signedJSON("/e", "hello"), func(r *http.Request) { r.Header.Del("Content-Type") })},
		"large JSON":                   {signature.Config{}, signedJSON("/e", `"`+strings.Repeat("x", 200_000)+`"`)},
		"GET":                          {signature.Config{}, signedGet("/voice?AccountSid=" + account + "&Digits=")},
		"GET by pattern":               {signature.Config{}, with(signedGet("/voice"), func(r *http.Request) { r.Pattern = "GET /voice" })},
		"HEAD by pattern":              {signature.Config{}, with(signedGet("/voice"), func(r *http.Request) { r.Pattern, r.Method = "GET /voice", "HEAD" })},
		"HEAD by Methods":              {signature.Config{Methods: []string{"GET"}}, with(signedGet("/voice"), func(r *http.Request) { r.Method = "HEAD" })},
		"PUT by Methods":               {signature.Config{Methods: []string{"PUT"}}, with(signedForm("/sms", "a=1"), func(r *http.Request) { r.Method = "PUT" })},
		"GET with no method written":   {signature.Config{}, with(signedGet("/voice"), func(r *http.Request) { r.Method = "" })},
		"GET with a stale hash":        {signature.Config{}, signedGet("/st?bodySHA256=abc")},
		"broken escape in the query":   {signature.Config{}, signedForm("/sms?p=%zz;q", "a=1")},
		"names of every kind":          {signature.Config{}, signedForm("/sms", "MessagingBinding.Address=1&Ids%5B%5D=2&SipHeader_X-Twilio-CallSid=3&Media10=4")},
		"bare root":                    {signature.Config{}, with(signedForm("/", "a=1"), func(r *http.Request) { signText(r, base, "a=1") })},
		"bare root with a query":       {signature.Config{}, with(signedForm("/?x=1", "a=1"), func(r *http.Request) { signText(r, base+"?x=1", "a=1") })},
		"lenient content":              {signature.Config{Lenient: true}, signedForm("/sms", "a b;=%zz&1=%FF&AccountSid=AC1")},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVerifier(t, tt.cfg)
			p, err := v.Verify(tt.r)
			require.NoError(t, err)
			again, err := io.ReadAll(tt.r.Body)
			require.NoError(t, err)
			assert.Equal(t, string(p.Body()), string(again), "the body can be read again")
			require.NoError(t, tt.r.Body.Close())
		})
	}
}

// TestStrictRefusesOnlyContent lists the valid vectors that the strict rules
// refuse.
func TestStrictRefusesOnlyContent(t *testing.T) {
	want := map[string]error{"params-empty-name": signature.ErrForm}
	got := map[string]error{}
	for _, v := range vectors(t) {
		if v.Expect != "valid" && v.Strict != "invalid" {
			continue
		}
		verifier, err := v.verifier(false)
		require.NoError(t, err)
		_, err = verifier.Verify(v.request())
		if refusal, ok := errors.AsType[*signature.Error](err); ok && v.Expect == "valid" {
			got[v.Name] = refusal.Err
		}
	}
	assert.Equal(t, want, got)
}

// TestDiagnoseBeforeParameters: Diagnose calls the token source for a request
// whose parameters were never read, such as one with a refused host.
func TestDiagnoseBeforeParameters(t *testing.T) {
	var asked signature.Query
	v, err := signature.New(signature.Config{
		Hosts: []string{"hooks.example.com"},
		Tokens: signature.TokenFunc(func(_ context.Context, q signature.Query) ([]signature.Token, error) {
			asked = q
			return nil, nil
		}),
	})
	require.NoError(t, err)
	r := signedForm("/sms", "AccountSid="+other)
	r.Host = "evil.example.net"
	findings := v.Diagnose(r)
	require.NotEmpty(t, findings)
	assert.Contains(t, findings[0].Cause, "host")
	assert.Empty(t, asked.AccountSID)
}

// TestZeroVerifierAcceptsNothing: a verifier without a configuration must not
// accept anything.
func TestZeroVerifierAcceptsNothing(t *testing.T) {
	reached := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("an unverified request came through") })
	for _, v := range []*signature.Verifier{nil, new(signature.Verifier)} {
		assert.Panics(t, func() { _, _ = v.Verify(signedForm("/sms", "a=1")) })
		assert.Panics(t, func() { v.Handler(reached).ServeHTTP(httptest.NewRecorder(), signedForm("/sms", "a=1")) })
	}
}
