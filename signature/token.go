package signature

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Token is a secret that Twilio signs with: the auth token of an account
// ([NewToken]) or a shared key ([NewSharedKey]). The secret cannot be printed
// by fmt, slog or encoding/json. A Token is a value and may be copied and used
// concurrently. Making one costs as much as a few verifications, so keep it.
type Token struct {
	// Label identifies the token in logs and in [Verified.Token]. It is not
	// secret. [Tokens] labels its tokens "1", "2" and so on. The label of a
	// shared key is its id.
	Label string

	// AccountSID binds the token to an account: a matching request is accepted
	// only if its AccountSid parameter has this value. Without this rule, one
	// tenant could sign requests for another (T10). For a JSON request, which
	// has no parameters, the AccountSid in the query of the URL counts. The
	// body is not compared.
	AccountSID string

	key *key
}

// NewToken returns a token for an auth token as the Twilio Console shows it. It
// refuses an empty secret, because anyone can sign with it, and one with
// leading or trailing white space, which comes from files and pasted lines. The
// error does not quote the secret.
func NewToken(label, secret string) (Token, error) {
	switch {
	case secret == "":
		return Token{}, errors.New("the auth token is empty")
	case strings.TrimSpace(secret) != secret:
		return Token{}, errors.New("the auth token has white space at its ends")
	}
	k := newKey(secret)
	k.odd = oddityOf(secret)
	return Token{Label: label, key: k}, nil
}

// Algorithm is the hash of a signature, as Twilio names it.
type Algorithm string

// The algorithms. Auth tokens sign with SHA1.
const (
	SHA1   Algorithm = "HMAC_SHA1"
	SHA256 Algorithm = "HMAC_SHA256"
)

// signatureLength is the length of an auth token's signature: base64 of 20 bytes.
const signatureLength = 28

// length returns the length of a signature by a.
func (a Algorithm) length() int {
	if a == SHA256 {
		return 44 // base64 of 32 bytes
	}
	return signatureLength
}

// NewSharedKey returns a token for a shared key. Twilio signs with it instead
// of the auth token if a Webhook Setting says so
// (https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys). The id is
// Twilio's (webhooks_sharedkey_ and more), or "" for a key that is used for
// every id without a key of its own. The secret is used as shown, as text.
//
// The key is used with the given algorithms only, by default with SHA256. Use
// two during a migration. The error does not quote the secret.
func NewSharedKey(id, secret string, algorithms ...Algorithm) (Token, error) {
	if len(algorithms) == 0 {
		algorithms = []Algorithm{SHA256}
	}
	for _, a := range algorithms {
		if a != SHA1 && a != SHA256 {
			return Token{}, fmt.Errorf("the algorithm %q is neither %s nor %s", a, SHA1, SHA256)
		}
	}
	switch {
	case len(id) > maxKeyID || !isSettingsValue(id):
		return Token{}, errors.New("the id of the shared key is malformed; it is webhooks_sharedkey_ and 26 characters")
	case secret == "":
		return Token{}, errors.New("the secret of the shared key is empty")
	case strings.TrimSpace(secret) != secret:
		return Token{}, errors.New("the secret of the shared key has white space at its ends")
	}
	k := newKey(secret)
	k.id, k.algorithms = id, slices.Clone(algorithms)
	return Token{Label: id, key: k}, nil
}

// KeyID returns the id of a shared key. It is "" for an auth token and for a
// shared key without id.
func (t Token) KeyID() string {
	if t.key == nil {
		return ""
	}
	return t.key.id
}

// Shared reports whether t is a shared key.
func (t Token) Shared() bool { return t.key != nil && len(t.key.algorithms) > 0 }

// String returns the label and the account, never the secret.
func (t Token) String() string {
	text := "token " + strconv.Quote(t.Label)
	if t.Shared() {
		text = "shared key " + strconv.Quote(t.Label)
	}
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

// key computes with a secret that reflection-based printers cannot reach: it is
// captured by closures, not stored in a field. The keyed hashes are reused,
// because hashing the key again costs as much as a short request.
type key struct {
	id         string      // of a shared key
	algorithms []Algorithm // of a shared key; none for an auth token
	odd        string      // what looks unusual about an auth token, for Diagnose
	macs       func(signatureLength int) *sync.Pool
}

func newKey(secret string) *key {
	pools := make(map[int]*sync.Pool)
	for a, sum := range map[Algorithm]func() hash.Hash{SHA1: sha1.New, SHA256: sha256.New} {
		pools[a.length()] = &sync.Pool{New: func() any {
			return &mac{Hash: hmac.New(sum, []byte(secret))}
		}}
	}
	return &key{
		macs: func(length int) *sync.Pool { return pools[length] },
	}
}

// mac is a keyed hash with space for its results.
type mac struct {
	hash.Hash
	sum  [sha256.Size]byte
	text [44]byte
}

// matches reports, in constant time, whether want is the signature of text. The
// length of want determines the algorithm.
func (k *key) matches(text []byte, want string) bool {
	pool := k.macs(len(want))
	if pool == nil {
		return false
	}
	m := pool.Get().(*mac)
	ok := subtle.ConstantTimeCompare(m.sign(text, len(want)), []byte(want)) == 1
	pool.Put(m)
	return ok
}

// sign returns the signature of text, which is valid until the next call.
func (m *mac) sign(text []byte, length int) []byte {
	m.Reset()
	m.Write(text)
	signature := m.text[:length]
	base64.StdEncoding.Encode(signature, m.Sum(m.sum[:0]))
	return signature
}

// TokenSource supplies the tokens that may have signed a request. [Tokens],
// [Keys], [TokenSet] and [TokenFunc] are sources. A source must be safe for
// concurrent use. It may return auth tokens and shared keys together; all that
// fit the request are tried.
type TokenSource interface {
	// Tokens returns the candidates, newest first. No tokens and no error means
	// that the account is unknown: the request is refused like one with a wrong
	// signature. An error is answered with 503, so that Twilio calls the
	// fallback.
	Tokens(ctx context.Context, q Query) ([]Token, error)
}

// Query is what is known about a request before it is verified. The sender
// controls all of it. It is proven when a token of that account matches.
type Query struct {
	// AccountSID and To are the parameters AccountSid and To of the form, or of
	// the query if there is no form. Empty if missing.
	AccountSID, To string

	// Path is the escaped path of the request as received. JSON webhooks have
	// no parameters, so choose their tokens by path.
	Path string

	// KeyID and Algorithm are what the request says about the shared key that
	// signed it. Both are "" if an auth token signed. KeyID is "" if no key is
	// named. A source may return all shared keys of an account: only those that
	// fit are tried. Do not store anything for an unknown id.
	KeyID     string
	Algorithm Algorithm
}

// TokenFunc finds tokens for each request, for programs with many accounts:
//
//	signature.TokenFunc(func(ctx context.Context, q signature.Query) ([]signature.Token, error) {
//		return tenants.Tokens(ctx, q.AccountSID)
//	})
//
// Bind the tokens to their account ([Token.AccountSID]). The function runs
// before the request is verified, so it must not create anything, and should
// take as long for an unknown account as for a known one.
type TokenFunc func(context.Context, Query) ([]Token, error)

// Tokens calls f.
func (f TokenFunc) Tokens(ctx context.Context, q Query) ([]Token, error) { return f(ctx, q) }

// Tokens returns the usual source: the auth token of one account or, during a
// rotation, the new one and then the old one. Twilio signs with the primary
// token until the secondary one is promoted. [New] reports an invalid secret.
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

// Keys returns a fixed source of auth tokens and shared keys. Auth tokens sign
// with SHA-1 and are tried for requests that name no shared key. Shared keys
// are tried for the others. If all tokens are shared keys, a request signed
// with an auth token is refused. [New] reports a token that neither [NewToken]
// nor [NewSharedKey] made.
func Keys(tokens ...Token) TokenSource {
	s := fixedTokens{list: slices.Clone(tokens)}
	if len(tokens) == 0 {
		s.err = errors.New("no auth token and no shared key")
	}
	for i, t := range tokens {
		if t.key == nil {
			s.err = errors.Join(s.err, fmt.Errorf("token %d of %d: not made by NewToken or NewSharedKey", i+1, len(tokens)))
		}
	}
	return &s
}

// fixedTokens is what [Tokens] and [Keys] return.
type fixedTokens struct {
	list []Token
	err  error // reported by New
}

func (s *fixedTokens) Tokens(context.Context, Query) ([]Token, error) { return s.list, s.err }

// TokenSet is a source that can be changed while requests arrive. Each request
// sees all of the old tokens or all of the new ones. The zero value is empty
// and refused by [New]; call [TokenSet.Set] first.
type TokenSet struct {
	list atomic.Pointer[[]Token]
}

// Set replaces all tokens, newest first. It refuses an empty list and tokens
// that neither [NewToken] nor [NewSharedKey] made, and then changes nothing.
func (s *TokenSet) Set(tokens ...Token) error {
	if len(tokens) == 0 {
		return errors.New("signature: no auth token")
	}
	for i, t := range tokens {
		if t.key == nil {
			return fmt.Errorf("signature: token %d of %d: not made by NewToken or NewSharedKey", i+1, len(tokens))
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

// checkTokens reports at construction what would fail for every request.
func checkTokens(src TokenSource) error {
	switch s := src.(type) {
	case nil:
		return errors.New("missing; set Tokens, Keys, a TokenSet or a TokenFunc")
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
