package signature

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"

	"github.com/ringback-go/ringback/internal/form"
)

// hashName is the query parameter that holds the hash of a body that is not a
// form. Its case matters.
const hashName = "bodySHA256"

// bodyHash returns the value of bodySHA256 in the query, or "" if it is missing
// or empty. It decodes names before comparing them, because the word may also
// occur in a value or in the path (signature.md, 3).
func bodyHash(query string) (string, *Error) {
	hash, found := "", false
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(pair, "=")
		if decode(name) != hashName {
			continue
		}
		value = decode(value)
		if found && !strings.EqualFold(value, hash) {
			return "", refuse(ErrBodyHashAmbiguous, "")
		}
		hash, found = value, true
	}
	return hash, nil
}

// decode decodes one name or value of a query, keeping broken escapes as text.
func decode(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	// An = in s is data and must not split the pair.
	pairs, err := form.Parse(strings.ReplaceAll(s, "=", "%3D"), form.Limits{Lenient: true})
	if err != nil || len(pairs) != 1 {
		return s
	}
	return pairs[0].Name
}

// hashMatches reports whether hash is the SHA-256 of body in hexadecimal, in
// either case. It compares in constant time.
func hashMatches(hash string, body []byte) bool {
	sum := sha256.Sum256(body)
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], sum[:])
	if len(hash) != len(text) {
		return false
	}
	var given [len(text)]byte
	for i := range given {
		given[i] = hash[i]
		if 'A' <= hash[i] && hash[i] <= 'F' {
			given[i] |= 0x20
		}
	}
	return subtle.ConstantTimeCompare(text[:], given[:]) == 1
}
