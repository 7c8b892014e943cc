package signature_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

// TestSharedKeyDiagnosis compares the first finding for each refused vector
// with the cause that the vector states, with a fixed list of keys and with a
// source. No finding contains a secret.
func TestSharedKeyDiagnosis(t *testing.T) {
	for _, v := range sharedKeyVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			tokens := v.tokens(t)
			for _, source := range []signature.TokenSource{
				signature.Keys(tokens...),
				signature.TokenFunc(func(context.Context, signature.Query) ([]signature.Token, error) { return tokens, nil }),
			} {
				r, base := v.request()
				verifier, err := signature.New(signature.Config{BaseURL: base, Tokens: source})
				require.NoError(t, err)
				_, refused := verifier.Verify(r)
				findings := verifier.Diagnose(r)
				assert.Equal(t, refused == nil, findings == nil)
				if refused == nil {
					continue
				}
				if v.Diagnosis != "" {
					assert.Equal(t, v.Diagnosis, labels(findings)[0], "%v", findings)
				}
				text := fmt.Sprint(findings)
				for _, secret := range append(v.AuthTokens, v.SignedWith.Secret) {
					assert.False(t, secret != "" && strings.Contains(text, secret), text)
				}
				for _, k := range v.SharedKeys {
					assert.NotContains(t, text, k.Secret)
				}
				_, again := verifier.Verify(r)
				assert.Equal(t, refused.Error(), again.Error(), "a diagnosis changes no verdict")
			}
		})
	}
}

// TestSharedKeyRemedies checks the advice for each case, for a request with a
// form.
func TestSharedKeyRemedies(t *testing.T) {
	const id, other = "webhooks_sharedkey_01k6z9v3m8q2r4t6w8y0a1b2c3", "webhooks_sharedkey_01k7a0b1c2d3e4f5g6h7j8k9m0"
	token, err := signature.NewToken("main", benchToken)
	require.NoError(t, err)
	key, err := signature.NewSharedKey(id, "whsk_7Qm2vX9tB4nL6pR8")
	require.NoError(t, err)
	for _, tt := range []struct {
		name     string
		tokens   []signature.Token
		settings string // "" without the header
		says     []string
	}{
		{"a program that knows auth tokens only", []signature.Token{token}, "key=" + id + ",algorithm=HMAC_SHA256",
			[]string{"key-unknown: ", id, "NewSharedKey", "shows the secret once", "use the auth token"}},
		{"secret under another id", []signature.Token{key}, "key=" + other + ",algorithm=HMAC_SHA256",
			[]string{"key-unknown: ", other, "the signature is that of", id}},
		{"proxy drops the header", []signature.Token{token, key}, "", []string{"settings-stripped: ", id, "drops headers that it does not know"}},
		{"proxy drops the header, and the key is not configured", []signature.Token{token}, "", []string{"settings-stripped: ", "44 characters"}},
		{"no rule yet", []signature.Token{key}, "", []string{"settings-stripped: "}},
		{"unknown hash", []signature.Token{key}, "key=" + id + ",algorithm=HMAC_SHA512", []string{"algorithm-unknown: ", "HMAC_SHA512", "Webhook Setting"}},
		{"header rewritten", []signature.Token{key}, "key=" + id + ";algorithm=HMAC_SHA256", []string{"settings-malformed: ", "key=ID,algorithm=HMAC_SHA256"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := signedForm("/sms", "Body=hi")
			headers := key.Sign(base+"/sms", map[string][]string{"Body": {"hi"}})
			headers.Settings = tt.settings
			headers.Set(r.Header)
			v := newVerifier(t, signature.Config{Tokens: signature.Keys(tt.tokens...)})
			text := fmt.Sprint(v.Diagnose(r))
			for _, says := range tt.says {
				assert.Contains(t, text, says)
			}
			body, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			assert.Equal(t, "Body=hi", string(body), "the body can be read again")
		})
	}
	r := signedForm("/sms", "Body=hi")
	r.Header.Del("X-Twilio-Signature")
	assert.Contains(t, newVerifier(t, signature.Config{}).Diagnose(r)[0].Remedy, "signing switched off")

	// A request signed with an auth token, to which something added the header.
	r = signedForm("/sms", "Body=hi")
	r.Header.Set(settingsHeader, "key="+id+",algorithm=HMAC_SHA256")
	assert.Equal(t, []string{"token-instead-of-key"}, labels(newVerifier(t, signature.Config{Tokens: signature.Keys(token, key)}).Diagnose(r)))

	// A source without such a key returns none.
	key.AccountSID = account
	r = signedForm("/sms", "Body=hi")
	key.Sign(base+"/sms", map[string][]string{"Body": {"hi"}}).Set(r.Header)
	none := signature.TokenFunc(func(context.Context, signature.Query) ([]signature.Token, error) { return nil, nil })
	assert.Equal(t, []string{"key-unknown"}, labels(newVerifier(t, signature.Config{Tokens: none}).Diagnose(r)))
	bound := signature.Keys(key)
	assert.Equal(t, []string{"account"}, labels(newVerifier(t, signature.Config{Tokens: bound}).Diagnose(r)))
}
