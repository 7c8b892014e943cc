package signature_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

// TestNewTellsEveryMistake: New reports all mistakes at once, each with its
// field and without secrets.
func TestNewTellsEveryMistake(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	_, err := signature.New(signature.Config{
		Proxies:   []netip.Prefix{{}},
		Hosts:     []string{"", "https://hooks.example.com", "*.example.com"},
		Tokens:    signature.Tokens(secret+"\n", ""),
		Methods:   []string{"post"},
		MaxBody:   -1,
		MaxParams: -1,
	})
	require.Error(t, err)
	lines := strings.Split(err.Error(), "\n")
	for _, want := range []string{
		"signature: Config.Hosts: entry 1 has no host",
		"signature: Config.Hosts: entry 2 is not a plain host name, as in hooks.example.com",
		"signature: Config.Hosts: entry 3 is a pattern; list each host",
		"signature: Config.Proxies: entry 1 is not a valid prefix",
		"signature: Config.Tokens: secret 1 of 2: the auth token has white space at its ends",
		"secret 2 of 2: the auth token is empty",
		"signature: Config.Methods: entry 1 is not a method in capital letters",
		"signature: Config.MaxBody: negative",
		"signature: Config.MaxParams: negative",
	} {
		assert.Contains(t, lines, want)
	}
	assert.Len(t, lines, 9)
	assert.NotContains(t, err.Error(), secret)

	_, err = signature.New(signature.Config{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	require.Error(t, err)
	assert.Equal(t, "signature: Config.BaseURL: missing; set the public address that Twilio calls, or set Hosts\n"+
		"signature: Config.Hosts: missing; Proxies may only name hosts that are listed\n"+
		"signature: Config.Tokens: missing; set Tokens, Keys, a TokenSet or a TokenFunc", err.Error())
}

func TestNewRefusesBaseURL(t *testing.T) {
	for base, want := range map[string]string{
		"hooks.example.com":              "needs a scheme",
		"://hooks.example.com":           "needs a scheme",
		"ftp://hooks.example.com":        "needs the scheme https",
		" https://hooks.example.com":     "needs the scheme https",
		"https://":                       "has no host",
		"https:///path":                  "has no host",
		"https://user@":                  "has no host",
		"https://hooks.example.com?x=1":  "has a query",
		"https://hooks.example.com/a b":  "has a character in its path",
		"https://hooks.example.com ":     "has a character that is not allowed in a host",
		"https://hooks.example.com\\x":   "has a character that is not allowed in a host",
		"https://hooks.example.com:http": "has a port that is not a number",
		"https://[2001:db8::1":           "malformed IPv6",
		"https://[192.0.2.1]":            "malformed IPv6",
		"https://[x]/":                   "malformed IPv6",
		"https://hooks]example.com":      "bracket out of place",
		"https://h:99999999":             "port over 65535",
		"https://h:65536":                "port over 65535",
		"https://h/..":                   "dot segment",
		"https://h/a/./b":                "dot segment",
		"https://h/a/%2e%2E/b":           "dot segment",
		"https://%65vil":                 "escape in its host",
		"https://bücher.example":         "xn--",
		"https://user@bücher.example":    "xn--",
	} {
		_, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens("12345")})
		if assert.Error(t, err, base) {
			assert.Contains(t, err.Error(), "signature: Config.BaseURL: ", base)
			assert.Contains(t, err.Error(), want, base)
		}
	}
}

// TestT02TokensAtConstruction: leaving out a token does not switch verification
// off.
func TestT02TokensAtConstruction(t *testing.T) {
	var none *signature.TokenSet
	for name, tt := range map[string]struct {
		source signature.TokenSource
		want   string
	}{
		"nil":              {nil, "missing"},
		"no secret":        {signature.Tokens(), "no auth token"},
		"empty":            {signature.Tokens(""), "empty"},
		"one of two empty": {signature.Tokens("12345", ""), "secret 2 of 2"},
		"line break":       {signature.Tokens("12345\n"), "white space"},
		"space in front":   {signature.Tokens(" 12345"), "white space"},
		"no-break space":   {signature.Tokens("12345\u00a0"), "white space"},
		"white space only": {signature.Tokens("  "), "white space"},
		"empty TokenSet":   {new(signature.TokenSet), "empty"},
		"nil TokenSet":     {none, "empty"},
		"nil TokenFunc":    {signature.TokenFunc(nil), "nil"},
	} {
		_, err := signature.New(signature.Config{BaseURL: base, Tokens: tt.source})
		if assert.Error(t, err, name) {
			assert.Contains(t, err.Error(), "Config.Tokens: ", name)
			assert.Contains(t, err.Error(), tt.want, name)
		}
	}
	_, err := signature.NewToken("x", "")
	assert.Error(t, err)
	_, err = signature.NewToken("x", "abc\t")
	assert.Error(t, err)
	assert.NotContains(t, err.Error(), "abc")
}

// TestConfigIsCopied: later changes to the caller's slices have no effect.
func TestConfigIsCopied(t *testing.T) {
	methods := []string{"GET"}
	v := newVerifier(t, signature.Config{Methods: methods})
	methods[0] = "PUT"
	_, err := v.Verify(signedGet("/voice"))
	assert.NoError(t, err)

	hosts, proxies := []string{"hooks.example.com"}, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	v = newVerifier(t, signature.Config{Hosts: hosts, Proxies: proxies})
	hosts[0], proxies[0] = "evil.example", netip.MustParsePrefix("198.51.100.0/24")
	r := signedGet("/voice")
	r.RemoteAddr, r.Host = "192.0.2.1:4711", "hooks.example.com"
	r.Header.Set("X-Forwarded-Proto", "https")
	_, err = v.Verify(r)
	assert.NoError(t, err)
}
