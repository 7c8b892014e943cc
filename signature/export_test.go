package signature

import (
	"net/http"
	"sync"
)

// Counting returns a token that counts in n how often it computes.
func Counting(t Token, n *int) Token {
	k := *t.key
	macs := k.macs
	k.macs = func(length int) *sync.Pool { *n++; return macs(length) }
	t.key = &k
	return t
}

// CountDecoys lets the token that stands in for unknown accounts count in n.
func CountDecoys(v *Verifier, n *int) {
	for i := range v.decoys {
		v.decoys[i] = Counting(v.decoys[i], n)
	}
}

// OriginOf returns the URL that v derives for r.
func OriginOf(v *Verifier, r *http.Request) (string, error) {
	loc, err := v.locate(r, isWebSocket(r))
	if err != nil {
		return "", err
	}
	return loc.heads[0] + loc.target, nil
}
