package signature

import (
	"net/http"
	"sync"
)

// Counting returns a token that counts in n how often it computes.
func Counting(t Token, n *int) Token {
	k := *t.key
	t.key = &key{macs: func() *sync.Pool { *n++; return k.macs() }}
	return t
}

// CountDecoys lets the token that stands in for unknown accounts count in n.
func CountDecoys(v *Verifier, n *int) { v.decoy = Counting(v.decoy, n) }

// OriginOf returns the URL that v derives for r.
func OriginOf(v *Verifier, r *http.Request) (string, error) {
	loc, err := v.locate(r, isWebSocket(r))
	if err != nil {
		return "", err
	}
	return loc.heads[0] + loc.target, nil
}
