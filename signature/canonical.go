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
	form  form.Scanner
	order []int  // the distinct pairs as they are signed
	text  []byte // what is signed: room for a URL, and the parameters
	probe [1]byte
}

// maxKept is the largest scratch that goes back to the pool.
const maxKept = 512 << 10

func (s *scratch) size() int {
	return s.form.Cap() + 8*cap(s.order) + cap(s.text)
}

// canonical appends the parameters to s.text as they are signed: by name in
// ascending byte order, the values of one name in ascending byte order and
// each value once, name and value with nothing between.
func (s *scratch) canonical() {
	s.order = s.order[:0]
	if s.form.Len() <= few {
		s.sortFew()
	} else {
		s.sortMany()
	}
	for _, i := range s.order {
		s.text = append(append(s.text, s.form.Name(i)...), s.form.Value(i)...)
	}
}

// few is up to how many parameters insertion is the quickest way to sort. It
// is more than Twilio sends; beyond, being quadratic would be a gift.
const few = 48

// sortFew fills s.order with the distinct pairs. A pair is one number while it
// is sorted: seven bytes of its name, then its index. Only pairs whose names
// begin alike are looked at more closely.
func (s *scratch) sortFew() {
	var room [few]uint64
	keys := room[:s.form.Len()]
	for i := range keys {
		key := s.form.Prefix(i)&^0xff | uint64(i)
		j := i
		for j > 0 && key < keys[j-1] {
			keys[j] = keys[j-1]
			j--
		}
		keys[j] = key
	}
	for start := 0; start < len(keys); {
		end := start + 1
		for end < len(keys) && keys[end]>>8 == keys[start]>>8 {
			end++
		}
		alike := keys[start:end]
		for i := 1; i < len(alike); i++ {
			for j := i; j > 0 && s.compare(int(alike[j]&0xff), int(alike[j-1]&0xff)) < 0; j-- {
				alike[j], alike[j-1] = alike[j-1], alike[j]
			}
		}
		for i, key := range alike {
			if i == 0 || s.compare(int(key&0xff), int(alike[i-1]&0xff)) != 0 {
				s.order = append(s.order, int(key&0xff))
			}
		}
		start = end
	}
}

// sortMany does the same for any number.
func (s *scratch) sortMany() {
	for i := range s.form.Len() {
		s.order = append(s.order, i)
	}
	slices.SortFunc(s.order, s.compare)
	s.order = slices.CompactFunc(s.order, func(a, b int) bool { return s.compare(a, b) == 0 })
}

// compare compares two pairs by name, then by value.
func (s *scratch) compare(a, b int) int {
	if c := cmp.Compare(s.form.Prefix(a), s.form.Prefix(b)); c != 0 {
		return c
	}
	if c := bytes.Compare(s.form.Name(a), s.form.Name(b)); c != 0 {
		return c
	}
	return bytes.Compare(s.form.Value(a), s.form.Value(b))
}
