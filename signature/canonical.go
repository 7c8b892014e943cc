package signature

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/ringback-go/ringback/internal/form"
)

// scratch is what one verification needs besides what it gives out. It is
// pooled; nothing in it outlives the call.
type scratch struct {
	form   form.Scanner
	order  []sortKey
	url    []byte
	params []byte
	probe  [1]byte
}

// maxKept is the largest scratch that goes back to the pool.
const maxKept = 512 << 10

func (s *scratch) size() int {
	return s.form.Cap() + 16*cap(s.order) + cap(s.url) + cap(s.params)
}

// sortKey stands for a parameter while sorting: the first bytes of its name
// decide nearly always, without a look at the rest.
type sortKey struct {
	prefix uint64
	index  int
}

// canonical writes the parameters into s.params as they are signed: by name in
// ascending byte order, the values of one name in ascending byte order and
// each value once, name and value with nothing between.
func (s *scratch) canonical() {
	s.order = s.order[:0]
	for i := range s.form.Len() {
		s.order = append(s.order, sortKey{s.form.Prefix(i), i})
	}
	// Insertion is the quickest for as many parameters as Twilio sends, and
	// quadratic for as many as an attacker does.
	if len(s.order) <= 48 {
		for i := 1; i < len(s.order); i++ {
			k := s.order[i]
			j := i
			for j > 0 && (k.prefix < s.order[j-1].prefix || k.prefix == s.order[j-1].prefix && s.compare(k, s.order[j-1]) < 0) {
				s.order[j] = s.order[j-1]
				j--
			}
			s.order[j] = k
		}
	} else {
		slices.SortFunc(s.order, s.compare)
	}
	s.params = s.params[:0]
	for i, k := range s.order {
		if i > 0 && s.order[i-1].prefix == k.prefix && s.compare(s.order[i-1], k) == 0 {
			continue
		}
		s.params = append(s.params, s.form.Name(k.index)...)
		s.params = append(s.params, s.form.Value(k.index)...)
	}
}

func (s *scratch) compare(a, b sortKey) int {
	if a.prefix != b.prefix {
		return cmp.Compare(a.prefix, b.prefix)
	}
	if c := bytes.Compare(s.form.Name(a.index), s.form.Name(b.index)); c != 0 {
		return c
	}
	return bytes.Compare(s.form.Value(a.index), s.form.Value(b.index))
}
