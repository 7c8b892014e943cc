package twiml

import (
	"fmt"
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
	kids  []Content

	named   bool // the caller gave a name, which may not be an XML name
	short   bool // an attribute was given a duration below a millisecond
	comment bool // text is a comment; there is nothing else

	// self is the element itself. In a copy it is the original, whose slices
	// the copy must not write to.
	self *element

	room [1]Attr // most elements have one attribute
}

// A slot is a child: an element, or text. It is empty for a nil element.
type slot struct {
	el   *element
	text string
}

// own prepares the element for a change: a copy stops sharing its slices with
// the original.
func (e *element) own() {
	if e.self == e {
		return
	}
	if e.self != nil {
		e.attrs, e.kids = slices.Clone(e.attrs), slices.Clone(e.kids)
	}
	e.self = e
}

// grow makes room for children.
func (e *element) grow(n int) {
	e.own()
	if need := len(e.kids) + n; need > cap(e.kids) {
		e.kids = append(make([]Content, 0, max(need, min(2*len(e.kids)+4, 8*len(e.kids)))), e.kids...)
	}
}

// put sets an attribute. An attribute of that name keeps its place.
func (e *element) put(name, value string) {
	e.own()
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

// putNamed sets an attribute whose name the caller gave.
func (e *element) putNamed(name, value string) {
	e.put(name, value)
	e.named = true
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
	case d%time.Second == 0 && 0 <= d && d < 10*time.Second:
		i := 2 * int(d/time.Second)
		e.put(name, "0s1s2s3s4s5s6s7s8s9s"[i:i+2]) // the usual ones, without allocation
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

// tooShort notes a duration below a millisecond. It is a mistake, such as
// Timeout(20) for Timeout(20*time.Second).
func (e *element) tooShort(name string, d time.Duration) bool {
	if d == 0 || d <= -time.Millisecond || d >= time.Millisecond {
		return false
	}
	e.put(name, d.String())
	e.short = true
	return true
}

// checkShort returns an error if an attribute still has a duration that is too
// short.
func (e *element) checkShort() error {
	for _, a := range e.attrs {
		if d, err := time.ParseDuration(a.Value); err == nil && d != 0 && d.Abs() < time.Millisecond {
			return fmt.Errorf("%w: multiply %q by a unit such as time.Second", ErrDuration, a.Name)
		}
	}
	return nil
}

// size estimates the size of the rendered element, so that rendering needs one
// allocation. Past most it stops counting, because elements that contain each
// other many times over would take forever.
func (e *element) size(most int) int {
	n := 2*len(e.name) + len(e.text) + len(e.text)/16 + len("<></>")
	for i := range e.attrs {
		n += len(e.attrs[i].Name) + len(e.attrs[i].Value) + len(` =""`)
	}
	for i := 0; i < len(e.kids) && n < most; i++ {
		k := e.kids[i].part()
		n += len(k.text)
		if k.el != nil {
			n += k.el.size(most - n)
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
