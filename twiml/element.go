package twiml

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// An element is what all verbs, nouns and SSML elements have in common. The
// types around it add the setters.
type element struct {
	name  string
	text  string // before the first child
	attrs []Attr
	kids  []slot
	short string // an attribute that was given a duration below a millisecond

	comment bool // text is a comment; there is nothing else

	// self is the element itself. In a copy it is the original, whose slices
	// the copy must not write to.
	self *element

	room [1]Attr // most elements have one attribute
}

// A slot is a child: an element, or text.
type slot struct {
	el   *element
	text string
}

// own makes the element ready to be changed: a copy stops sharing its slices
// with the original.
func (e *element) own() {
	if e.self == e {
		return
	}
	if e.self != nil {
		e.attrs, e.kids = slices.Clone(e.attrs), slices.Clone(e.kids)
	}
	e.self = e
}

// add appends children. Nil ones are skipped.
func add[T Content](e *element, items []T) {
	e.own()
	e.kids = slices.Grow(e.kids, len(items))
	for _, item := range items {
		if any(item) == nil {
			continue
		}
		if s := item.part(); s != (slot{}) {
			e.kids = append(e.kids, s)
		}
	}
}

// put sets an attribute. An attribute of that name keeps its place.
func (e *element) put(name, value string) {
	e.own()
	if e.short == name {
		e.short = ""
	}
	for i := range e.attrs {
		if e.attrs[i].Name == name {
			e.attrs[i].Value = value
			return
		}
	}
	if e.attrs == nil {
		e.attrs = e.room[:0]
	}
	e.attrs = append(e.attrs, Attr{name, value})
}

func (e *element) putInt(name string, n int)    { e.put(name, strconv.Itoa(n)) }
func (e *element) putBool(name string, on bool) { e.put(name, strconv.FormatBool(on)) }

func (e *element) putFloat(name string, x float64) {
	e.put(name, strconv.FormatFloat(x, 'f', -1, 64))
}

func (e *element) putInts(name string, values []int) {
	words := make([]string, len(values))
	for i, n := range values {
		words[i] = strconv.Itoa(n)
	}
	e.put(name, strings.Join(words, " "))
}

func (e *element) putSeconds(name string, d time.Duration) { e.putUnits(name, d, time.Second) }
func (e *element) putMilliseconds(name string, d time.Duration) {
	e.putUnits(name, d, time.Millisecond)
}

// putUnits sets a duration in whole units, rounded up.
func (e *element) putUnits(name string, d, unit time.Duration) {
	if !e.tooShort(name, d) {
		e.put(name, strconv.FormatInt(units(d, unit), 10))
	}
}

// putTime sets a duration with its unit, such as 2s or 500ms.
func (e *element) putTime(name string, d time.Duration) {
	switch {
	case e.tooShort(name, d):
	case d%time.Second == 0:
		e.put(name, strconv.FormatInt(units(d, time.Second), 10)+"s")
	default:
		e.put(name, strconv.FormatInt(units(d, time.Millisecond), 10)+"ms")
	}
}

// units rounds up to whole units.
func units(d, unit time.Duration) int64 {
	n := d / unit
	if d%unit > 0 {
		n++
	}
	return int64(n)
}

// tooShort notes a duration below a millisecond, which nobody means: someone
// wrote Timeout(20) for Timeout(20*time.Second).
func (e *element) tooShort(name string, d time.Duration) bool {
	if d == 0 || d <= -time.Millisecond || d >= time.Millisecond {
		return false
	}
	e.put(name, d.String())
	e.short = name
	return true
}

// size guesses the size of the rendered element, so that rendering needs one
// allocation. Past most it stops counting: elements that contain each other many
// times over would take forever.
func (e *element) size(most int) int {
	n := 2*len(e.name) + len(e.text) + len(e.text)/16 + len("<></>")
	for i := range e.attrs {
		n += len(e.attrs[i].Name) + len(e.attrs[i].Value) + len(` =""`)
	}
	for i := 0; i < len(e.kids) && n < most; i++ {
		n += len(e.kids[i].text)
		if el := e.kids[i].el; el != nil {
			n += el.size(most - n)
		}
	}
	return n
}

// join writes a list as TwiML does, with single spaces.
func join[T ~string](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, " ")
}
