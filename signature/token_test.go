package signature_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

func newToken(t testing.TB, label, sid, secret string) signature.Token {
	t.Helper()
	token, err := signature.NewToken(label, secret)
	require.NoError(t, err)
	token.AccountSID = sid
	return token
}

// TestT08Rotation: both tokens work in either order, and the proof says which
// one matched.
func TestT08Rotation(t *testing.T) {
	for i, secrets := range [][]string{{benchToken, "old"}, {"new", benchToken}, {"a", "b", benchToken}} {
		v := newVerifier(t, signature.Config{Tokens: signature.Tokens(secrets...)})
		p, err := v.Verify(signedForm("/sms", "a=1"))
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprint(i+1), p.Token().Label)
	}
	v := newVerifier(t, signature.Config{Tokens: signature.Tokens(benchToken, benchToken)})
	p, err := v.Verify(signedForm("/sms", "a=1"))
	require.NoError(t, err)
	assert.Equal(t, "1", p.Token().Label, "the newer of two that match")
}

// TestT08SwapUnderLoad replaces the tokens while requests arrive: each sees all
// of the old ones or all of the new ones.
func TestT08SwapUnderLoad(t *testing.T) {
	set := new(signature.TokenSet)
	good := newToken(t, "good", "", benchToken)
	require.NoError(t, set.Set(good))
	v := newVerifier(t, signature.Config{Tokens: set})
	stop := make(chan struct{})
	var swapping, asking sync.WaitGroup
	swapping.Go(func() {
		next := newToken(t, "next", "", "next")
		for {
			select {
			case <-stop:
				return
			default:
				assert.NoError(t, set.Set(next, good))
				assert.NoError(t, set.Set(good, next))
			}
		}
	})
	for range 4 {
		asking.Go(func() {
			for range 300 {
				p, err := v.Verify(signedForm("/sms", "a=1"))
				if assert.NoError(t, err) {
					assert.Equal(t, "good", p.Token().Label)
				}
			}
		})
	}
	asking.Wait()
	close(stop)
	swapping.Wait()

	assert.ErrorContains(t, set.Set(), "no auth token")
	assert.ErrorContains(t, set.Set(good, signature.Token{}), "token 2 of 2")
	_, err := v.Verify(signedForm("/sms", "a=1"))
	assert.NoError(t, err, "a refused Set changes nothing")
	_, err = new(signature.TokenSet).Tokens(t.Context(), signature.Query{})
	assert.Error(t, err)
}

// TestT08SetCopies: later changes to the caller's list have no effect.
func TestT08SetCopies(t *testing.T) {
	set := new(signature.TokenSet)
	tokens := []signature.Token{newToken(t, "", "", benchToken)}
	require.NoError(t, set.Set(tokens...))
	tokens[0] = newToken(t, "", "", "another")
	_, err := newVerifier(t, signature.Config{Tokens: set}).Verify(signedForm("/sms", "a=1"))
	assert.NoError(t, err)
}

// TestT02NoAccount: the substitute for the token of an unknown account matches
// nothing, even for people who know the source code.
func TestT02NoAccount(t *testing.T) {
	v := newVerifier(t, signature.Config{Tokens: fixed()})
	r := signedForm("/sms", "a=1")
	r.Header.Set("X-Twilio-Signature", slowMAC("no account", base+"/sms"+"a1"))
	_, err := v.Verify(r)
	assert.ErrorIs(t, err, signature.ErrAccount)
}

// TestT10TokenByAccount: the parameters choose the candidates, and the matching
// token must belong to the account.
func TestT10TokenByAccount(t *testing.T) {
	var asked []signature.Query
	ours := newToken(t, "ours", account, benchToken)
	theirs := newToken(t, "theirs", other, "their secret")
	source := signature.TokenFunc(func(_ context.Context, q signature.Query) ([]signature.Token, error) {
		asked = append(asked, q)
		switch q.AccountSID {
		case account:
			return []signature.Token{ours}, nil
		case other:
			return []signature.Token{theirs, ours}, nil // a careless source
		}
		if strings.HasPrefix(q.Path, "/events/") {
			return []signature.Token{newToken(t, "by path", "", benchToken)}, nil
		}
		return nil, nil
	})
	v := newVerifier(t, signature.Config{Tokens: source})

	p, err := v.Verify(signedForm("/sms?AccountSid=x", "To=%2B15550100&AccountSid="+account))
	require.NoError(t, err)
	assert.Equal(t, "ours", p.Token().Label)
	assert.Equal(t, account, p.Token().AccountSID)
	assert.Equal(t, signature.Query{AccountSID: account, To: "+15550100", Path: "/sms"}, asked[0])

	p, err = v.Verify(signedGet("/voice?AccountSid=" + account + "&To=%2B15550100"))
	require.NoError(t, err)
	assert.Equal(t, "ours", p.Token().Label)
	assert.Equal(t, signature.Query{AccountSID: account, To: "+15550100", Path: "/voice"}, asked[1])

	p, err = v.Verify(signedJSON("/events/42", `{"accountSid":"`+other+`"}`))
	require.NoError(t, err)
	assert.Equal(t, "by path", p.Token().Label)
	assert.Equal(t, "/events/42", asked[2].Path)

	_, err = v.Verify(signedForm("/sms", "AccountSid="+other))
	assert.ErrorIs(t, err, signature.ErrAccount, "our token signs in their name")

	_, err = v.Verify(signedForm("/sms", "AccountSid=AC00000000000000000000000000000000"))
	assert.ErrorIs(t, err, signature.ErrAccount, "nobody's account")

	_, err = v.Verify(signedForm("/sms", "a=1&AccountSid="+account+"&AccountSid="+other))
	assert.ErrorIs(t, err, signature.ErrAccount)
	assert.Len(t, asked, 5, "a repeated AccountSid selects no token")
}

// TestT10BoundTokenAmongOthers: if several tokens match, the one that belongs
// to the account is returned.
func TestT10BoundTokenAmongOthers(t *testing.T) {
	a, b := newToken(t, "a", other, benchToken), newToken(t, "b", account, benchToken)
	set := new(signature.TokenSet)
	require.NoError(t, set.Set(a, newToken(t, "x", "", "x"), b))
	v := newVerifier(t, signature.Config{Tokens: set})
	p, err := v.Verify(signedForm("/sms", "AccountSid="+account))
	require.NoError(t, err)
	assert.Equal(t, "b", p.Token().Label)
}

// TestT10UnknownAccountCostsTheSame: as many signatures are computed for an
// unknown account as for a wrong signature.
func TestT10UnknownAccountCostsTheSame(t *testing.T) {
	var forKnown, forUnknown int
	known := newVerifier(t, signature.Config{Tokens: fixed(signature.Counting(newToken(t, "", "", "other"), &forKnown))})
	unknown := newVerifier(t, signature.Config{Tokens: fixed()})
	signature.CountDecoys(unknown, &forUnknown)
	for _, v := range []*signature.Verifier{known, unknown} {
		_, err := v.Verify(signedForm("/sms", smsForm("hi")))
		require.Error(t, err)
	}
	assert.Equal(t, 2, forKnown)
	assert.Equal(t, forKnown, forUnknown)
}

// TestT01NoEarlyExit: every token is tried for a spelling of the URL, even
// after a match; the next spelling only if none matched.
func TestT01NoEarlyExit(t *testing.T) {
	var n [3]int
	var tokens []signature.Token
	for i, secret := range []string{"x", benchToken, "y"} {
		tokens = append(tokens, signature.Counting(newToken(t, "", "", secret), &n[i]))
	}
	v := newVerifier(t, signature.Config{Tokens: fixed(tokens...)})
	_, err := v.Verify(signedForm("/sms", "a=1"))
	require.NoError(t, err)
	assert.Equal(t, [3]int{1, 1, 1}, n)
}

// TestT29SecretsDoNotPrint prints everything that holds a token or belongs to a
// request, in every way.
func TestT29SecretsDoNotPrint(t *testing.T) {
	const secret = "5ec7e75ec7e75ec7e75ec7e75ec7e75e"
	token := newToken(t, "main", account, secret)
	source := signature.Tokens(secret)
	set := new(signature.TokenSet)
	require.NoError(t, set.Set(token))
	cfg := signature.Config{BaseURL: base, Tokens: source}
	v, err := signature.New(cfg)
	require.NoError(t, err)
	_, refusal := v.Verify(signedForm("/sms", "Body=very+private&From=%2B15550101"))
	proof, err := v.Verify(func() *http.Request {
		r := signedForm("/sms", "Body=x")
		r.Header.Set("X-Twilio-Signature", slowMAC(secret, base+"/smsBodyx"))
		return r
	}())
	require.NoError(t, err)

	values := []any{token, &token, []signature.Token{token}, map[string]signature.Token{"x": token}, struct{ T signature.Token }{token},
		struct{ t signature.Token }{token}, source, set, cfg, &cfg, v, proof, proof.Token(), refusal, errors.Join(refusal)}
	var texts []string
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T", "%p", "%20v", "%-5.3s", "%!"} {
			texts = append(texts, fmt.Sprintf(verb, value))
		}
		if data, err := json.Marshal(value); err == nil {
			texts = append(texts, string(data))
		}
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", value)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", value)
		texts = append(texts, log.String())
	}
	for _, text := range texts {
		assert.NotContains(t, text, secret)
		assert.NotContains(t, strings.ToLower(text), fmt.Sprintf("%x", secret))
		assert.NotContains(t, text, fmt.Sprint([]byte(secret))[1:20])
	}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v", refusal, refusal, refusal), fmt.Sprintf("%#v", errors.Join(refusal))} {
		assert.NotContains(t, text, "private")
		assert.NotContains(t, text, "5550101")
		assert.NotContains(t, text, "hooks.example.com")
	}
	assert.Equal(t, `token "main" of "`+account+`"`, token.String())
	assert.Equal(t, `token "main" of "`+account+`"`, token.LogValue().String())
	assert.Equal(t, `token ""`, fmt.Sprint(signature.Token{}))
	assert.Equal(t, "signature: mismatch", fmt.Sprintf("%#v", refusal))
}
