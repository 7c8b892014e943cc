package signature

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Token is an auth token of a Twilio account, ready to compute with. Its
// secret cannot be printed: not by any verb of fmt, not by slog, not as JSON.
// A Token is a value and may be copied and used concurrently; making one
// costs as much as a few verifications, so keep it.
type Token struct {
	// Label tells tokens apart in logs and in [Verified.Token]. It is not
	// secret; [Tokens] labels its tokens "1", "2" and so on.
	Label string

	// AccountSID binds the token to an account: a request that it matches is
	// accepted only if its AccountSid parameter is this one. Without this
	// rule, one tenant could sign requests in another's name (T10).
	AccountSID string

	key *key
}

// NewToken makes a token of the secret, which is the account's auth token as
// the Twilio Console shows it. Empty secrets are refused (anybody can sign
// with those), and so are secrets with white space at either end, which come
// from files and pasted lines. The error does not quote the secret.
func NewToken(label, secret string) (Token, error) {
	switch {
	case secret == "":
		return Token{}, errors.New("the auth token is empty")
	case strings.TrimSpace(secret) != secret:
		return Token{}, errors.New("the auth token has white space at its ends")
	}
	return Token{Label: label, key: newKey(secret)}, nil
}

// String returns the label and the account, never the secret.
func (t Token) String() string {
	text := "token " + strconv.Quote(t.Label)
	if t.AccountSID != "" {
		text += " of " + strconv.Quote(t.AccountSID)
	}
	return text
}

// Format writes what [Token.String] returns, whatever the verb.
func (t Token) Format(f fmt.State, _ rune) { fmt.Fprint(f, t.String()) }

// LogValue returns what [Token.String] returns.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText returns what [Token.String] returns.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// key computes with a secret that it keeps out of reach of printers that walk
// through values: the secret is a variable of closures, not a field. The keyed
// hashes are reused, since hashing the key anew costs as much as a short request.
type key struct {
	odd  string // what is unusual about the secret, for Diagnose
	macs func() *sync.Pool
}

func newKey(secret string) *key {
	pool := &sync.Pool{New: func() any {
		return &mac{Hash: hmac.New(sha1.New, []byte(secret))}
	}}
	return &key{
		odd:  oddityOf(secret),
		macs: func() *sync.Pool { return pool },
	}
}

// mac is a keyed hash with room for its results.
type mac struct {
	hash.Hash
	sum  [sha1.Size]byte
	text [signatureLength]byte
}

// signatureLength is the length of a signature, base64 of 20 bytes.
const signatureLength = 28

// matches reports, in constant time, whether want is the signature of text.
func (k *key) matches(text []byte, want string) bool {
	pool := k.macs()
	m := pool.Get().(*mac)
	m.Reset()
	m.Write(text)
	base64.StdEncoding.Encode(m.text[:], m.Sum(m.sum[:0]))
	ok := subtle.ConstantTimeCompare(m.text[:], []byte(want)) == 1
	pool.Put(m)
	return ok
}

// TokenSource tells which tokens a request may be signed with. [Tokens],
// [TokenSet] and [TokenFunc] are sources. A source must be safe for
// concurrent use. All tokens it returns are tried.
type TokenSource interface {
	// Tokens returns the candidates, newest first. No tokens and no error
	// means that the account is unknown; the request is refused as wrong. An
	// error is answered with 503, so that Twilio knows to try the fallback.
	Tokens(ctx context.Context, q Query) ([]Token, error)
}

// Query is what is known of a request before it is verified. Everything in it
// may be a lie; what makes it true is that a token of that account matches.
type Query struct {
	// AccountSID and To are the parameters AccountSid and To: of the form, or
	// of the query where there is no form. Empty if missing.
	AccountSID, To string

	// Path is the path of the request as it was received, still escaped. JSON
	// webhooks have no parameters, so their tokens are chosen by path.
	Path string
}

// TokenFunc finds tokens for each request, for programs with many accounts:
//
//	signature.TokenFunc(func(ctx context.Context, q signature.Query) ([]signature.Token, error) {
//		return tenants.Tokens(ctx, q.AccountSID)
//	})
//
// Bind the tokens to their account ([Token.AccountSID]). The function runs
// before anything is proven, so it must not create anything, and should cost
// the same for an unknown account as for a known one.
type TokenFunc func(context.Context, Query) ([]Token, error)

// Tokens calls f.
func (f TokenFunc) Tokens(ctx context.Context, q Query) ([]Token, error) { return f(ctx, q) }

// Tokens is the usual source: the auth token of one account or, while a token
// is being rotated, the new one and then the old one. Twilio signs with the
// primary token until the secondary one is promoted. A mistake in a secret is
// reported by [New].
func Tokens(secrets ...string) TokenSource {
	var s fixedTokens
	if len(secrets) == 0 {
		s.err = errors.New("no auth token")
	}
	for i, secret := range secrets {
		t, err := NewToken(strconv.Itoa(i+1), secret)
		if err != nil {
			s.err = errors.Join(s.err, fmt.Errorf("secret %d of %d: %w", i+1, len(secrets), err))
		}
		s.list = append(s.list, t)
	}
	return &s
}

// fixedTokens is what [Tokens] returns.
type fixedTokens struct {
	list []Token
	err  error // told by New
}

func (s *fixedTokens) Tokens(context.Context, Query) ([]Token, error) { return s.list, s.err }

// TokenSet is a source that can be changed while requests come in: each
// request sees all of the old tokens or all of the new ones. The zero value
// is empty and refused by [New]; call [TokenSet.Set] first.
type TokenSet struct {
	list atomic.Pointer[[]Token]
}

// Set replaces all tokens, newest first. It refuses an empty list and tokens
// that did not come from [NewToken], and changes nothing then.
func (s *TokenSet) Set(tokens ...Token) error {
	if len(tokens) == 0 {
		return errors.New("signature: no auth token")
	}
	for i, t := range tokens {
		if t.key == nil {
			return fmt.Errorf("signature: token %d of %d: not made by NewToken", i+1, len(tokens))
		}
	}
	list := append([]Token(nil), tokens...)
	s.list.Store(&list)
	return nil
}

// Tokens returns the tokens of the last [TokenSet.Set].
func (s *TokenSet) Tokens(context.Context, Query) ([]Token, error) {
	if list := s.list.Load(); list != nil {
		return *list, nil
	}
	return nil, errors.New("the TokenSet is empty")
}

// checkTokens tells at construction what would fail with every request.
func checkTokens(src TokenSource) error {
	switch s := src.(type) {
	case nil:
		return errors.New("missing; give Tokens, a TokenSet or a TokenFunc")
	case *fixedTokens:
		return s.err
	case *TokenSet:
		if s == nil || s.list.Load() == nil {
			return errors.New("the TokenSet is empty; call Set before New")
		}
	case TokenFunc:
		if s == nil {
			return errors.New("the TokenFunc is nil")
		}
	}
	return nil
}
