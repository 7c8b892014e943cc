package signature_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/signature"
)

const settingsHeader = "X-Twilio-Webhooks-Signature-Settings"

// sharedKeyVector is a case of internal/spec/vectors/signature-sharedkey.json.
type sharedKeyVector struct {
	Name, Category string
	AuthTokens     []string `json:"auth_tokens"`
	SharedKeys     []struct {
		ID, Secret string
		Algorithms []signature.Algorithm
		AccountSID string `json:"account_sid"`
	} `json:"shared_keys"`
	Method, URL  string
	ContentType  string `json:"content_type"`
	Params       [][2]string
	Body         *string
	Headers      [][2]string
	SignedString string `json:"signed_string"`
	SignedWith   struct {
		Secret    string
		Algorithm string
	} `json:"signed_with"`
	Expect  string
	Matched *struct {
		Key       *string
		Algorithm signature.Algorithm
	}
	Reason    string
	Diagnosis string
	Why       string
	Unsure    bool
	Node      any
}

func sharedKeyVectors(t testing.TB) []sharedKeyVector {
	t.Helper()
	var file struct {
		Meta    any
		Vectors []sharedKeyVector
	}
	require.NoError(t, spec.Decode("vectors/signature-sharedkey.json", &file))
	require.NotEmpty(t, file.Vectors)
	return file.Vectors
}

func (v sharedKeyVector) tokens(t testing.TB) (list []signature.Token) {
	t.Helper()
	for i, secret := range v.AuthTokens {
		token, err := signature.NewToken(fmt.Sprint("token ", i), secret)
		require.NoError(t, err)
		list = append(list, token)
	}
	for _, k := range v.SharedKeys {
		key, err := signature.NewSharedKey(k.ID, k.Secret, k.Algorithms...)
		require.NoError(t, err)
		key.AccountSID = k.AccountSID
		list = append(list, key)
	}
	return list
}

// request returns the request as it arrives, and the base URL for it.
func (v sharedKeyVector) request() (*http.Request, string) {
	as := vector{Method: v.Method, URL: v.URL, ContentType: v.ContentType, Params: v.Params, Body: v.Body}
	r := as.request()
	for _, h := range v.Headers {
		r.Header.Add(h[0], h[1])
	}
	base, _ := as.split()
	if rest, ok := strings.CutPrefix(base, "ws"); ok {
		base = "http" + rest
		r.Header.Set("Upgrade", "websocket")
	}
	return r, base
}

// reasons are the sentinels for the reasons in the vectors.
var reasons = map[string]error{
	"signature-missing": signature.ErrMissing, "signature-repeated": signature.ErrHeader, "signature-malformed": signature.ErrHeader, "signature-length": signature.ErrHeader,
	"settings-malformed": signature.ErrSettings, "settings-repeated": signature.ErrSettings, "settings-missing": signature.ErrSettings,
	"algorithm-unknown": signature.ErrAlgorithm, "algorithm-not-allowed": signature.ErrAlgorithm, "key-unknown": signature.ErrKey,
	"mismatch": signature.ErrMismatch, "account": signature.ErrAccount,
	"body-not-signed": signature.ErrBodyUnsigned, "body-hash-mismatch": signature.ErrBodyHash,
}

// TestSharedKeyVectors verifies each request with a fixed list of keys and with
// a source that returns them, strict and lenient.
func TestSharedKeyVectors(t *testing.T) {
	good, all := 0, sharedKeyVectors(t)
	for _, v := range all {
		ok := t.Run(v.Name, func(t *testing.T) {
			tokens := v.tokens(t)
			source := signature.TokenFunc(func(_ context.Context, q signature.Query) ([]signature.Token, error) {
				return tokens, nil
			})
			for _, cfg := range []signature.Config{
				{Tokens: signature.Keys(tokens...)}, {Tokens: source}, {Tokens: signature.Keys(tokens...), Lenient: true},
			} {
				r, base := v.request()
				cfg.BaseURL = base
				verifier, err := signature.New(cfg)
				require.NoError(t, err)
				p, err := verifier.Verify(r)
				if v.Expect == "invalid" {
					require.ErrorIs(t, err, reasons[v.Reason], v.Why)
					assert.Equal(t, http.StatusForbidden, err.(*signature.Error).Status)
					continue
				}
				require.NoError(t, err, v.Why)
				assert.Equal(t, v.Matched.Algorithm, p.Algorithm())
				assert.Equal(t, v.Matched.Key != nil, p.Token().Shared())
				if v.Matched.Key != nil {
					assert.Equal(t, *v.Matched.Key, p.Token().KeyID())
				}
			}
		})
		if ok {
			good++
		}
	}
	t.Logf("%d of %d vectors of shared keys as expected", good, len(all))
}

// TestSharedKeySigns: a key produces the signatures of the vectors, and they
// are accepted.
func TestSharedKeySigns(t *testing.T) {
	signed := 0
	for _, v := range sharedKeyVectors(t) {
		if v.Category != "accept" || v.Expect != "valid" || v.SignedWith.Algorithm == "" || len(v.SharedKeys) == 0 || len(v.Headers) != 2 {
			continue
		}
		key, err := signature.NewSharedKey(v.SharedKeys[0].ID, v.SharedKeys[0].Secret, signature.Algorithm(v.SignedWith.Algorithm))
		require.NoError(t, err)
		values := url.Values{}
		for _, p := range v.Params {
			values.Add(p[0], p[1])
		}
		text := ""
		for _, name := range slices.Sorted(maps.Keys(values)) {
			for _, value := range slices.Compact(slices.Sorted(slices.Values(values[name]))) {
				text += name + value
			}
		}
		if !strings.HasSuffix(v.SignedString, text) || v.Body != nil {
			continue
		}
		h := key.Sign(strings.TrimSuffix(v.SignedString, text), values)
		want := http.Header{}
		for _, header := range v.Headers {
			want.Add(header[0], header[1])
		}
		assert.Equal(t, want.Get("X-Twilio-Signature"), h.Signature, v.Name)
		signed++
	}
	assert.Greater(t, signed, 15)

	key, err := signature.NewSharedKey("webhooks_sharedkey_1", "a-secret", signature.SHA1, signature.SHA256)
	require.NoError(t, err)
	other, err := signature.NewSharedKey("", "another-secret")
	require.NoError(t, err)
	token, err := signature.NewToken("t", "a-token")
	require.NoError(t, err)
	verifier := newVerifier(t, signature.Config{Tokens: signature.Keys(key, other, token)})
	for _, signer := range []signature.Token{key, other, token} {
		r := httptest.NewRequest(http.MethodPost, "/sms", strings.NewReader("Body=hi"))
		r.Header.Set("Content-Type", formCT)
		r.Header.Set(settingsHeader, "key=another,algorithm=HMAC_SHA256")
		h := signer.Sign(base+"/sms#rc=2", url.Values{"Body": {"hi"}})
		h.Set(r.Header)
		assert.Equal(t, h, signature.HeadersOf(r.Header))
		p, err := verifier.Verify(r)
		require.NoError(t, err)
		assert.Equal(t, signer.KeyID(), p.Token().KeyID())
		assert.Equal(t, signer.Shared(), p.Token().Shared())

		h, signedURL := signer.SignBody(base+"/events?x=1", []byte("{}"))
		r = httptest.NewRequest(http.MethodPost, strings.TrimPrefix(signedURL, base), strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		h.Set(r.Header)
		_, err = verifier.Verify(r)
		require.NoError(t, err)
	}
	h := token.Sign(base+"/sms", nil)
	assert.Equal(t, signature.Headers{Signature: signature.Sign("a-token", base+"/sms", nil)}, h)
	assert.Equal(t, "key=webhooks_sharedkey_1,algorithm=HMAC_SHA1", key.Sign(base, nil).Settings)
	assert.Equal(t, "algorithm=HMAC_SHA256", other.Sign(base, nil).Settings)
	assert.Panics(t, func() { signature.Token{}.Sign(base, nil) })
	assert.Panics(t, func() { signature.Token{}.SignBody(base, nil) })
}

// TestT01EachBitOfSHA256 flips each bit of a right signature.
func TestT01EachBitOfSHA256(t *testing.T) {
	key, err := signature.NewSharedKey("k", "a-secret")
	require.NoError(t, err)
	v := newVerifier(t, signature.Config{Tokens: signature.Keys(key)})
	request := func(h signature.Headers) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/voice?x=1", nil)
		h.Set(r.Header)
		return r
	}
	h := key.Sign(base+"/voice?x=1", nil)
	_, err = v.Verify(request(h))
	require.NoError(t, err)
	right := decodeSignature(t, h.Signature)
	require.Len(t, right, 32)
	for bit := range 256 {
		wrong := append([]byte(nil), right...)
		wrong[bit/8] ^= 1 << (bit % 8)
		h.Signature = encodeSignature(wrong)
		_, err := v.Verify(request(h))
		require.ErrorIs(t, err, signature.ErrMismatch, "bit %d", bit)
	}
}

// TestT02SharedKeys: a key needs a secret, and no key prints it.
func TestT02SharedKeys(t *testing.T) {
	const secret = "whsk_secret"
	for _, bad := range []struct {
		id, secret string
		algorithms []signature.Algorithm
	}{
		{"k", "", nil}, {"k", secret + "\n", nil}, {"k", " " + secret, nil}, {"a b", secret, nil}, {"k,algorithm=x", secret, nil},
		{strings.Repeat("k", 129), secret, nil}, {"k", secret, []signature.Algorithm{"HMAC_MD5"}}, {"k", secret, []signature.Algorithm{signature.SHA256, ""}},
	} {
		k, err := signature.NewSharedKey(bad.id, bad.secret, bad.algorithms...)
		require.Error(t, err)
		assert.Equal(t, signature.Token{}, k)
		assert.NotContains(t, err.Error(), secret)
	}
	for name, source := range map[string]signature.TokenSource{"none": signature.Keys(), "zero": signature.Keys(signature.Token{})} {
		_, err := signature.New(signature.Config{BaseURL: base, Tokens: source})
		assert.ErrorContains(t, err, "Config.Tokens: ", name)
	}
	key, err := signature.NewSharedKey("webhooks_sharedkey_1", secret)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		assert.Equal(t, `shared key "webhooks_sharedkey_1"`, fmt.Sprintf(verb, key))
	}
}

// TestT08KeysAreNeverTraded: an auth token is not tried for a request that
// names a shared key, nor the reverse, and a known id keeps its key.
func TestT08KeysAreNeverTraded(t *testing.T) {
	var tokens, keys int
	token, err := signature.NewToken("t", "a-token")
	require.NoError(t, err)
	key, err := signature.NewSharedKey("k", "a-secret", signature.SHA1)
	require.NoError(t, err)
	v := newVerifier(t, signature.Config{Tokens: signature.Keys(signature.Counting(token, &tokens), signature.Counting(key, &keys))})
	request := func(sig, settings string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/voice", nil)
		signature.Headers{Signature: sig, Settings: settings}.Set(r.Header)
		return r
	}
	_, err = v.Verify(request(signature.Sign("a-secret", base+"/voice", nil), ""))
	assert.ErrorIs(t, err, signature.ErrMismatch)
	assert.Zero(t, keys)
	assert.NotZero(t, tokens)
	tokens = 0
	_, err = v.Verify(request(signature.Sign("a-token", base+"/voice", nil), "key=k,algorithm=HMAC_SHA1"))
	assert.ErrorIs(t, err, signature.ErrMismatch)
	assert.Zero(t, tokens)
	assert.NotZero(t, keys)
}

// TestT10SourceIsAskedForTheKey: a source of many tenants receives what the
// request says about its key. An account without a key costs as much as a wrong
// signature.
func TestT10SourceIsAskedForTheKey(t *testing.T) {
	var asked signature.Query
	v := newVerifier(t, signature.Config{Tokens: signature.TokenFunc(func(_ context.Context, q signature.Query) ([]signature.Token, error) {
		asked = q
		return nil, nil
	})})
	var computed int
	signature.CountDecoys(v, &computed)
	key, err := signature.NewSharedKey("webhooks_sharedkey_1", "a-secret")
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodGet, "/voice?AccountSid="+account, nil)
	key.Sign(base+"/voice?AccountSid="+account, nil).Set(r.Header)
	_, err = v.Verify(r)
	assert.ErrorIs(t, err, signature.ErrAccount)
	assert.Equal(t, signature.Query{AccountSID: account, Path: "/voice", KeyID: "webhooks_sharedkey_1", Algorithm: signature.SHA256}, asked)
	assert.Equal(t, 2, computed)
}

// TestT12SharedKeysBeforeTheBody: the body is not read if no key can have
// signed the request.
func TestT12SharedKeysBeforeTheBody(t *testing.T) {
	key, err := signature.NewSharedKey("k", "a-secret")
	require.NoError(t, err)
	v := newVerifier(t, signature.Config{Tokens: signature.Keys(key)})
	for settings, want := range map[string]error{
		"":                                signature.ErrSettings,
		"key=k":                           signature.ErrSettings,
		"key=other,algorithm=HMAC_SHA256": signature.ErrKey,
		"key=k,algorithm=HMAC_SHA1":       signature.ErrAlgorithm,
		"key=k,algorithm=HMAC_SHA512":     signature.ErrAlgorithm,
	} {
		r := signedForm("/sms", "a=1")
		body := new(claimed)
		r.Body, r.ContentLength = body, 10
		if settings != "" {
			r.Header.Set(settingsHeader, settings)
		}
		if strings.Contains(settings, "256") {
			r.Header.Set("X-Twilio-Signature", strings.Repeat("A", 43)+"=")
		}
		_, err := v.Verify(r)
		assert.ErrorIs(t, err, want, settings)
		assert.Empty(t, body.rooms, settings)
	}
}

// TestSettingsCostNothing: the settings header does not allocate.
func TestSettingsCostNothing(t *testing.T) {
	if underRace {
		t.Skip("pools forget under the race detector")
	}
	key, err := signature.NewSharedKey("webhooks_sharedkey_1", "a-secret")
	require.NoError(t, err)
	token, err := signature.NewToken("t", benchToken)
	require.NoError(t, err)
	v := newVerifier(t, signature.Config{Tokens: signature.Keys(token, key)})
	allocations := func(sign signature.Token) float64 {
		p := postForm(smsForm("hi"))
		values, err := url.ParseQuery(smsForm("hi"))
		require.NoError(t, err)
		sign.Sign(base+"/sms", values).Set(p.Header)
		return testing.AllocsPerRun(100, func() {
			if _, err := v.Verify(p.again()); err != nil {
				t.Fatal(err)
			}
		})
	}
	assert.Equal(t, allocations(token), allocations(key))
}

// TestT01SettingsGrammar: the settings header is parsed exactly, and what
// another reader could read differently is refused.
func TestT01SettingsGrammar(t *testing.T) {
	key, err := signature.NewSharedKey("k", "a-secret")
	require.NoError(t, err)
	h := key.Sign(base+"/voice", nil)
	v := newVerifier(t, signature.Config{Tokens: signature.Keys(key)})
	verify := func(settings ...string) error {
		r := httptest.NewRequest(http.MethodGet, "/voice", nil)
		r.Header.Set("X-Twilio-Signature", h.Signature)
		r.Header[settingsHeader] = settings
		_, err := v.Verify(r)
		return err
	}
	for _, good := range []string{
		"key=k,algorithm=HMAC_SHA256", "algorithm=hmac_sha256,key=k", " key=k ,\talgorithm=HMAC_SHA256 ", "algorithm=HMAC_SHA256", "key=,algorithm=HMAC_SHA256",
		"key=k,algorithm=HMAC_SHA256,version=1", "a=1,b=2,c=3,d=4,e=5,f=6,key=k,algorithm=HMAC_SHA256", "key=k,algorithm=HMAC_SHA256,x=" + strings.Repeat("y", 480),
	} {
		assert.NoError(t, verify(good), good)
	}
	for _, bad := range []string{
		"key=k,Key=k,algorithm=HMAC_SHA256", "key=k,algorithm=HMAC_SHA256,ALGORITHM=HMAC_SHA1", "KEY=k,algorithm=HMAC_SHA256", "key=k,key=k,algorithm=HMAC_SHA256",
		"x=1,x=1,algorithm=HMAC_SHA256", "a=1,b=2,c=3,d=4,e=5,f=6,g=7,key=k,algorithm=HMAC_SHA256", "key=k,algorithm=HMAC_SHA256,x=" + strings.Repeat("y", 490),
		"key=" + strings.Repeat("k", 129) + ",algorithm=HMAC_SHA256", ",algorithm=HMAC_SHA256", "key,algorithm=HMAC_SHA256", "=k,algorithm=HMAC_SHA256", "1=k,algorithm=HMAC_SHA256",
		"key=k=k,algorithm=HMAC_SHA256", "key=\"k\",algorithm=HMAC_SHA256", "key=k;algorithm=HMAC_SHA256", "key= k,algorithm=HMAC_SHA256", "kéy=k,algorithm=HMAC_SHA256", "", "key=k", "algorithm=",
	} {
		assert.ErrorIs(t, verify(bad), signature.ErrSettings, bad)
	}
	assert.ErrorIs(t, verify("key=k,algorithm=HMAC_SHA256", "key=k,algorithm=HMAC_SHA256"), signature.ErrSettings)
	for _, unknown := range []string{"key=k,algorithm=none", "key=k,algorithm=HMAC_SHA512", "key=k,algorithm=" + strings.Repeat("x", 300)} {
		err := verify(unknown)
		assert.ErrorIs(t, err, signature.ErrAlgorithm, unknown)
		assert.Less(t, len(err.Error()), 160)
	}
}
