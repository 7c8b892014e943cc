package layout_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

// The contract tests are programs of people outside the repository: the
// signatures that were promised to them, written out one by one, and what was
// promised about each. They do not compile any more when one changes.

// The functions and methods of package signature.
var (
	_ func(signature.Config) (*signature.Verifier, error)                   = signature.New
	_ func(...string) signature.TokenSource                                 = signature.Tokens
	_ func(string, string) (signature.Token, error)                         = signature.NewToken
	_ func(context.Context) (*signature.Verified, bool)                     = signature.FromContext
	_ func(*http.Request) (*signature.Verified, error)                      = signature.Unverified
	_ func(string, string, url.Values) string                               = signature.Sign
	_ func(string, string, []byte) (string, string)                         = signature.SignBody
	_ func(*signature.Verifier, *http.Request) (*signature.Verified, error) = (*signature.Verifier).Verify
	_ func(*signature.Verifier, http.Handler) http.Handler                  = (*signature.Verifier).Handler
	_ func(*signature.Verifier, *http.Request) []signature.Finding          = (*signature.Verifier).Diagnose
	_ func(*signature.Verified) iter.Seq2[string, string]                   = (*signature.Verified).Params
	_ func(*signature.Verified, string) (string, bool)                      = (*signature.Verified).Param
	_ func(*signature.Verified) url.Values                                  = (*signature.Verified).Query
	_ func(*signature.Verified) string                                      = (*signature.Verified).URL
	_ func(*signature.Verified) []byte                                      = (*signature.Verified).Body
	_ func(*signature.Verified) signature.Token                             = (*signature.Verified).Token
	_ func(context.Context, signature.Query) ([]signature.Token, error)     = signature.TokenFunc(nil)
	_ signature.TokenSource                                                 = signature.TokenFunc(nil)
	_ error                                                                 = (*signature.Error)(nil)
	_ signature.Token                                                       = signature.Token{AccountSID: "AC00000000000000000000000000000001"}
	_ struct{ Cause, Remedy string }                                        = signature.Finding{Cause: "", Remedy: ""}
)

// Every field of Config, with its type.
func contractConfig(refused func(*http.Request, *signature.Error)) signature.Config {
	var (
		maxBody   int64 = 64 << 10
		maxParams int   = 100
	)
	return signature.Config{
		BaseURL:   "",
		Proxies:   []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Hosts:     []string{"hooks.example.com"},
		Tokens:    signature.Tokens("the-new-token", "the-old-token"),
		MaxBody:   maxBody,
		MaxParams: maxParams,
		Lenient:   true,
		Refused:   refused,
	}
}

func contractRequest(secret, signedURL, target string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature.Sign(secret, signedURL, form))
	return r
}

func TestContractEveryMistakeInConfigAtOnce(t *testing.T) {
	_, err := signature.New(signature.Config{BaseURL: "hooks.example.com", Tokens: signature.Tokens(" padded"), MaxBody: -1})
	require.Error(t, err)
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok, "%T is not joined", err)
	assert.Len(t, joined.Unwrap(), 3)
	for _, field := range []string{"BaseURL", "Tokens", "MaxBody"} {
		assert.ErrorContains(t, err, field)
	}
	assert.NotContains(t, err.Error(), "padded")
	_, err = signature.New(signature.Config{})
	assert.Error(t, err, "there is no default for trust")
}

func TestContractAProof(t *testing.T) {
	v, err := signature.New(signature.Config{BaseURL: "https://hooks.example.com/app", Tokens: signature.Tokens("new-token", "old-token")})
	require.NoError(t, err)
	form := url.Values{"Zulu": {"1", "2"}, "Alpha": {"a b&c"}}
	const public = "https://hooks.example.com/app/sms?shop=7" // a proxy takes the prefix off
	for _, secret := range []string{"new-token", "old-token"} {
		p, err := v.Verify(contractRequest(secret, public, "/sms?shop=7", form))
		require.NoError(t, err)
		var order []string
		for name, value := range p.Params() {
			order = append(order, name+"="+value)
		}
		assert.Equal(t, []string{"Alpha=a b&c", "Zulu=1", "Zulu=2"}, order)
		first, ok := p.Param("Zulu")
		assert.True(t, ok)
		assert.Equal(t, "1", first)
		_, ok = p.Param("shop")
		assert.False(t, ok, "query and body are not mixed")
		assert.Equal(t, url.Values{"shop": {"7"}}, p.Query())
		assert.Equal(t, public, p.URL())
		assert.Equal(t, form.Encode(), string(p.Body()))
		assert.NotContains(t, p.Token().String(), secret)
	}
}

func TestContractErrorsOfVerify(t *testing.T) {
	v, err := signature.New(signature.Config{BaseURL: "https://hooks.example.com", Tokens: signature.Tokens("token")})
	require.NoError(t, err)
	r := contractRequest("other", "https://hooks.example.com/sms", "/sms", url.Values{"Body": {"hi"}})
	_, err = v.Verify(r)
	assert.ErrorIs(t, err, signature.ErrMismatch)
	e, ok := errors.AsType[*signature.Error](err)
	require.True(t, ok)
	assert.Equal(t, http.StatusForbidden, e.Status)

	r = contractRequest("token", "https://hooks.example.com/sms", "/sms", nil)
	r.Header.Del("X-Twilio-Signature")
	_, err = v.Verify(r)
	assert.ErrorIs(t, err, signature.ErrMissing)
	assert.IsType(t, (*signature.Error)(nil), err)
}

func TestContractMiddleware(t *testing.T) {
	v, err := signature.New(signature.Config{BaseURL: "https://hooks.example.com", Tokens: signature.Tokens("token")})
	require.NoError(t, err)
	h := v.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, ok := signature.FromContext(r.Context())
		assert.True(t, ok)
		again, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, string(p.Body()), string(again), "the body can be read again")
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, contractRequest("token", "https://hooks.example.com/sms", "/sms", url.Values{"Body": {"hi"}}))
	assert.Equal(t, http.StatusOK, w.Code)
	w = httptest.NewRecorder()
	h.ServeHTTP(w, contractRequest("forged", "https://hooks.example.com/sms", "/sms", url.Values{"Body": {"hi"}}))
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.Zero(t, w.Body.Len())
	_, ok := signature.FromContext(t.Context())
	assert.False(t, ok)
}

func TestContractProxiesRefusedAndDiagnose(t *testing.T) {
	var refused *signature.Error
	v, err := signature.New(contractConfig(func(_ *http.Request, e *signature.Error) { refused = e }))
	require.NoError(t, err)
	behind := func(secret string) *http.Request {
		r := contractRequest(secret, "https://hooks.example.com/sms", "/sms", url.Values{"Body": {"hi"}})
		r.RemoteAddr = "10.0.0.7:4711"
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-Host", "hooks.example.com")
		return r
	}
	_, err = v.Verify(behind("the-old-token"))
	require.NoError(t, err)

	v.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), behind("forged"))
	require.NotNil(t, refused)
	assert.ErrorIs(t, refused, signature.ErrMismatch)

	findings := v.Diagnose(behind("forged"))
	require.NotEmpty(t, findings)
	assert.NotEmpty(t, findings[0].Cause)
	assert.NotEmpty(t, findings[0].Remedy)
}

func TestContractTokensByAccount(t *testing.T) {
	const account = "AC00000000000000000000000000000001"
	v, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens: signature.TokenFunc(func(_ context.Context, q signature.Query) ([]signature.Token, error) {
			token, err := signature.NewToken("tenant", "secret-of-"+q.AccountSID)
			token.AccountSID = q.AccountSID
			return []signature.Token{token}, err
		}),
	})
	require.NoError(t, err)
	form := url.Values{"AccountSid": {account}}
	p, err := v.Verify(contractRequest("secret-of-"+account, "https://hooks.example.com/", "/", form))
	require.NoError(t, err)
	assert.Equal(t, account, p.Token().AccountSID)
	for _, secret := range []string{"", " secret", "secret\n"} {
		_, err := signature.NewToken("bad", secret)
		assert.Error(t, err, "%q", secret)
	}
}

func TestContractSignBodyAndUnverified(t *testing.T) {
	body := []byte(`{"Body":"hi"}`)
	sum, signedURL := signature.SignBody("token", "https://hooks.example.com/events?a=1", body)
	assert.Regexp(t, `^https://hooks\.example\.com/events\?a=1&bodySHA256=[0-9a-f]{64}$`, signedURL)
	u, err := url.Parse(signedURL)
	require.NoError(t, err)
	v, err := signature.New(signature.Config{BaseURL: "https://hooks.example.com", Tokens: signature.Tokens("token")})
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodPost, u.RequestURI(), strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Twilio-Signature", sum)
	p, err := v.Verify(r)
	require.NoError(t, err)
	assert.Equal(t, body, p.Body())

	p, err = signature.Unverified(contractRequest("anybody's", "", "/sms", url.Values{"Body": {"hi"}}))
	require.NoError(t, err)
	text, _ := p.Param("Body")
	assert.Equal(t, "hi", text)
}
