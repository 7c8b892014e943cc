package signature

import (
	"bytes"
	"slices"

	"github.com/ringback-go/ringback/internal/form"
)

// scratch is the memory of one verification that is not part of its result. It
// is pooled. No reference to it survives the call.
type scratch struct {
	request request
	form    form.Scanner
	order   []int  // the distinct pairs as they are signed
	text    []byte // signed text: space for a URL, then the parameters
}

// maxKept is the largest scratch that is returned to the pool.
const maxKept = 512 << 10

func (s *scratch) size() int {
	return s.form.Cap() + 8*cap(s.order) + cap(s.text)
}

// canonical appends the parameters to s.text as they are signed: sorted by
// name, then by value, in byte order, each distinct value once, with no
// separators.
func (s *scratch) canonical() {
	if s.form.Len() <= few {
		s.sortFew()
	} else {
		s.sort()
	}
	for _, i := range s.order {
		s.text = append(append(s.text, s.form.Name(i)...), s.form.Value(i)...)
	}
}

// sort fills s.order with the distinct pairs in signing order.
func (s *scratch) sort() {
	s.order = s.order[:0]
	for i := range s.form.Len() {
		s.order = append(s.order, i)
	}
	slices.SortFunc(s.order, s.compare)
	s.order = slices.CompactFunc(s.order, func(a, b int) bool { return s.compare(a, b) == 0 })
}

// compare compares two pairs by name, then by value.
func (s *scratch) compare(a, b int) int {
	if c := bytes.Compare(s.form.Name(a), s.form.Name(b)); c != 0 {
		return c
	}
	return bytes.Compare(s.form.Value(a), s.form.Value(b))
}
