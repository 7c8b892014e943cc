package signature

import (
	"net/http"
	"slices"
	"sync"

	"github.com/ringback-go/ringback/internal/form"
)

// Counting returns a token that counts its computations in n.
func Counting(t Token, n *int) Token {
	k := *t.key
	macs := k.macs
	k.macs = func(length int) *sync.Pool { *n++; return macs(length) }
	t.key = &k
	return t
}

// CountDecoys makes the token that is used for unknown accounts count in n.
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

// SortBoth returns the order of the parameters in text from both sorts.
func SortBoth(text string) (quick, plain []int, ok bool) {
	var s scratch
	if form.Scan(&s.form, text, form.Limits{Lenient: true, Pairs: few}) != nil {
		return nil, nil, false
	}
	s.sortFew()
	quick = slices.Clone(s.order)
	s.sort()
	// Equal pairs are signed once; it does not matter which of them.
	for i := range quick {
		if i < len(s.order) && s.compare(quick[i], s.order[i]) == 0 {
			quick[i] = s.order[i]
		}
	}
	return quick, s.order, true
}
