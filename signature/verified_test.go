package signature_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

func TestVerified(t *testing.T) {
	v := newVerifier(t, signature.Config{})

	form := signedForm("/sms?x=1&x=2&y=%zz", "Body=hi&From=%2B15550101")
	p, err := v.Verify(form)
	require.NoError(t, err)
	assert.Equal(t, base+"/sms?x=1&x=2&y=%zz", p.URL())
	assert.Equal(t, "POST", p.Method())
	assert.Equal(t, formCT, p.MediaType())
	assert.Equal(t, form.Header.Get("X-Twilio-Signature"), p.Signature())
	assert.Equal(t, "Body=hi&From=%2B15550101", string(p.Body()))
	assert.Equal(t, url.Values{"x": {"1", "2"}, "y": {"%zz"}}, p.Query())
	assert.Equal(t, "1", p.Token().Label)

	p, err = v.Verify(signedJSON("/e", `{"a":1}`))
	require.NoError(t, err)
	assert.Equal(t, `{"a":1}`, string(p.Body()))
	assert.Equal(t, "application/json", p.MediaType())
	for range p.Params() {
		t.Error("JSON has no parameters")
	}
	assert.Len(t, p.Query(), 1)

	p, err = v.Verify(signedGet("/voice?AccountSid=" + account + "&Digits=1+2&Digits="))
	require.NoError(t, err)
	assert.Nil(t, p.Body())
	assert.Empty(t, p.MediaType())
	digits, ok := p.Param("Digits")
	assert.True(t, ok)
	assert.Equal(t, "1 2", digits)

	// More parameters than fit into the proof itself.
	p, err = v.Verify(signedForm("/sms", strings.Repeat("a=1&b=2&", 40)))
	require.NoError(t, err)
	n := 0
	for range p.Params() {
		n++
	}
	assert.Equal(t, 80, n)
}

func TestUnverified(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/sms?x=1", strings.NewReader("Body=50%&Body=2;3"))
	r.Header.Set("Content-Type", formCT)
	r.Header.Set("X-Twilio-Signature", "whatever")
	r.Host, r.TLS = "tunnel.example.com:8443", new(tls.ConnectionState)
	p, err := signature.Unverified(r)
	require.NoError(t, err)
	assert.Equal(t, "https://tunnel.example.com:8443/sms?x=1", p.URL())
	assert.Equal(t, "whatever", p.Signature())
	assert.Equal(t, signature.Token{}, p.Token())
	body, ok := p.Param("Body")
	assert.True(t, ok)
	assert.Equal(t, "50%", body)
	again, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	assert.Equal(t, "Body=50%&Body=2;3", string(again))

	p, err = signature.Unverified(&http.Request{Host: "x.example.com", RequestURI: "/voice?Digits=1"})
	require.NoError(t, err)
	assert.Equal(t, "GET", p.Method())
	assert.Equal(t, "http://x.example.com/voice?Digits=1", p.URL())
	digits, _ := p.Param("Digits")
	assert.Equal(t, "1", digits)

	json := httptest.NewRequest(http.MethodPost, "/e", strings.NewReader("{}"))
	json.Header.Set("Content-Type", "application/json")
	p, err = signature.Unverified(json)
	require.NoError(t, err)
	assert.Equal(t, "{}", string(p.Body()))

	strange := httptest.NewRequest(http.MethodPost, "/e", strings.NewReader("--b"))
	strange.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	p, err = signature.Unverified(strange)
	require.NoError(t, err)
	assert.Equal(t, "--b", string(p.Body()))

	socket := httptest.NewRequest(http.MethodGet, "/stream", nil)
	socket.Header.Set("Upgrade", "websocket")
	p, err = signature.Unverified(socket)
	require.NoError(t, err)
	assert.Equal(t, "ws://example.com/stream", p.URL())

	for name, tt := range map[string]struct {
		change func(*http.Request)
		want   error
	}{
		"target": {func(r *http.Request) { r.RequestURI = "*" }, signature.ErrTarget},
		"body":   {func(r *http.Request) { r.Body = failing{errors.New("x")} }, signature.ErrRead},
		"parameters": {func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("a=1&", 1001))), -1
		}, signature.ErrTooLarge},
	} {
		r := signedForm("/sms", "a=1")
		tt.change(r)
		_, err := signature.Unverified(r)
		assert.ErrorIs(t, err, tt.want, name)
	}
}

// TestSignPublished compares the signer with what Twilio and its libraries have
// published.
func TestSignPublished(t *testing.T) {
	params := url.Values{
		"Digits": {"1234"}, "CallSid": {"CA1234567890ABCDE"}, "To": {"+18005551212"}, "Caller": {"+14158675309"}, "From": {"+14158675309"},
	}
	const u = "https://mycompany.com/myapp.php?foo=1&bar=2"
	assert.Equal(t, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", signature.Sign("12345", u, params))
	assert.Equal(t, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", signature.Sign("12345", u+"#rc=2", params), "a fragment is not signed")
	assert.Equal(t, "IK+Dwps556ElfBT0I3Rgjkr1wJU=", signature.Sign("12345", u,
		url.Values{"Sid": {"CA123"}, "SidAccount": {"AC123"}, "Digits": {"5678", "1234", "1234"}}))

	sig, signed := signature.SignBody("12345", u, []byte(`{"property": "value", "boolean": true}`))
	assert.Equal(t, u+"&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620", signed)
	assert.Equal(t, "a9nBmqA0ju/hNViExpshrM61xv4=", sig)
	sig, signed = signature.SignBody("qwerty", "https://example.com/test#ct=1", []byte(`{"message": "a post body"}`))
	assert.Equal(t, "https://example.com/test?bodySHA256=8d90d640c6ba47d595ac56203d7f5c6b511be80fdf44a2055acca75a119b9fd2", signed)
	assert.Equal(t, "zR5Oq4f6cijN5oz5bisiVuxYnTU=", sig)
}

// TestBodyIsWrittenAtOnce: code that copies the body again gets it in one
// piece.
func TestBodyIsWrittenAtOnce(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	r := signedForm("/sms", "Body=hi")
	_, err := v.Verify(r)
	require.NoError(t, err)
	var b strings.Builder
	n, err := io.Copy(&b, r.Body)
	require.NoError(t, err)
	assert.Equal(t, int64(7), n)
	assert.Equal(t, "Body=hi", b.String())
}

// TestT10ProofKnowsItsVerifier: equal configurations make different verifiers.
func TestT10ProofKnowsItsVerifier(t *testing.T) {
	v, other := newVerifier(t, signature.Config{}), newVerifier(t, signature.Config{})
	p, err := v.Verify(signedForm("/sms", "a=1"))
	require.NoError(t, err)
	assert.True(t, p.By(v))
	assert.False(t, p.By(other))
	assert.False(t, p.By(nil))
	p, err = signature.Unverified(signedForm("/sms", "a=1"))
	require.NoError(t, err)
	assert.False(t, p.By(v))
	assert.False(t, p.By(nil))
}
