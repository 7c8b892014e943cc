package webhook

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A family is a group of parameters with a common prefix and a number or a
// name: MediaUrl0, MediaUrl1, SipHeader_X-Route. What does not fit the field,
// such as a number beyond the limit, a repeat, or an empty text, is kept in
// extra.

// index returns the number after prefix in name if it is below maxMedia, so it
// has one digit.
func index(name, prefix string) (int, bool) {
	if len(name) != len(prefix)+1 || !strings.HasPrefix(name, prefix) {
		return 0, false
	}
	c := name[len(prefix)]
	n := int(c - '0')
	return n, isDigit(c) && n < maxMedia
}

// media stores a parameter of the families MediaUrl and MediaContentType. It
// ignores NumMedia (T13).
func (d *decoder) media(dst *[]Media, name, value string) bool {
	i, isURL := index(name, "MediaUrl")
	if !isURL {
		var isType bool
		if i, isType = index(name, "MediaContentType"); !isType {
			return false
		}
	}
	if value == "" || d.extra[name] != nil {
		return false
	}
	m := place(dst, i)
	text := &m.ContentType
	if isURL {
		text = &m.URL
	}
	if *text != "" {
		return false
	}
	*text = value
	return true
}

// addresses stores a parameter of a family of addresses.
func (d *decoder) addresses(dst *[]Address, prefix, name, value string) bool {
	i, ok := index(name, prefix)
	if !ok || value == "" || d.extra[name] != nil || hasControl(value) {
		return false
	}
	a := place(dst, i)
	if *a != "" {
		return false
	}
	*a = Address(value)
	return true
}

// place returns element i of the slice and grows the slice if needed.
func place[T any](s *[]T, i int) *T {
	if n := i + 1 - len(*s); n > 0 {
		*s = append(*s, make([]T, n)...)
	}
	return &(*s)[i]
}

// trim cuts list at its first gap and calls drop with the elements after it and
// their numbers.
func trim[T comparable](list *[]T, drop func(i int, v T)) {
	var none T
	gap := slices.Index(*list, none)
	if gap < 0 {
		return
	}
	for i, v := range (*list)[gap:] {
		if v != none {
			drop(gap+i, v)
		}
	}
	if *list = slices.Clip((*list)[:gap]); gap == 0 {
		*list = nil
	}
}

// trimMedia moves the media after a gap in the numbers to extra, so that the
// indexes of the slice are the numbers on the wire.
func (d *decoder) trimMedia(list *[]Media) {
	trim(list, func(i int, m Media) {
		if m.URL != "" {
			d.keepFirst("MediaUrl"+strconv.Itoa(i), m.URL)
		}
		if m.ContentType != "" {
			d.keepFirst("MediaContentType"+strconv.Itoa(i), m.ContentType)
		}
	})
}

// keepFirst puts a parameter into extra, before the repeats of its name.
func (d *decoder) keepFirst(name, value string) {
	d.keep(name, value)
	if all := d.extra[name]; len(all) > 1 {
		copy(all[1:], all)
		all[0] = value
	}
}

// trimAddresses is trimMedia for addresses.
func (d *decoder) trimAddresses(list *[]Address, prefix string) {
	trim(list, func(i int, a Address) { d.keepFirst(prefix+strconv.Itoa(i), string(a)) })
}

// headers stores a parameter whose name is a prefix and the name of a SIP
// header.
func (d *decoder) headers(dst *map[string]string, prefix, name, value string) bool {
	header, ok := strings.CutPrefix(name, prefix)
	if !ok || header == "" {
		return false
	}
	if _, repeated := (*dst)[header]; repeated {
		return false
	}
	if *dst == nil {
		*dst = make(map[string]string)
	}
	(*dst)[header] = value
	return true
}

func (w *encoder) media(list []Media) {
	for i, m := range list {
		if m.URL != "" && !w.sids {
			w.pair("MediaUrl"+strconv.Itoa(i), m.URL)
		}
		if m.ContentType != "" && !w.sids {
			w.pair("MediaContentType"+strconv.Itoa(i), m.ContentType)
		}
	}
}

func (w *encoder) addresses(list []Address, prefix string) {
	for i, a := range list {
		if a != "" && !w.sids {
			w.pair(prefix+strconv.Itoa(i), string(a))
		}
	}
}

func (w *encoder) headers(headers map[string]string, prefix string) {
	if w.sids {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		w.pair(prefix+name, headers[name])
	}
}
