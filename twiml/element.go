package twiml

import (
	"math"
	"strconv"
	"strings"
	"time"
)

type (
	tag     uint8
	attrKey uint16
)

// tagText is how the element of one tag is written.
type tagText struct {
	open, end string // "<Say", "</Say>"
	mixed     bool   // text and elements mix, so white space counts
}

// An element is what all verbs and nouns have in common. The types around it
// add the methods, and room for a few attributes and children, so that most
// elements are one small allocation.
type element struct {
	_        noCopy
	tag      tag
	markup   bool   // text is XML, written by this package: see speech
	depth    uint8  // of the elements in that markup
	elements uint32 // in that markup
	text     string // before the first child
	attrs    []attr
	more     *more
}

// noCopy makes go vet complain about copies: attributes and children lie in the
// same struct as the slices that point to them.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// more is what only some elements have.
type more struct {
	kids []slot
	rare *rare
}

// rare is what hardly any element has.
type rare struct {
	name  string   // of a Custom element
	names []string // attribute attrNamed+i is called names[i]
	marks []mark   // lengths that were rounded in the markup
	err   error    // what could not be written in the markup
}

// A mark is an attribute of the element that begins at an offset of a markup.
type mark struct {
	at int
	id attrKey
}

// A slot is a child and the words between it and the next child; el is nil for
// words that follow no element.
type slot struct {
	el   *element
	text string
}

func (e *element) kids() []slot {
	if e.more == nil {
		return nil
	}
	return e.more.kids
}

// rare returns what is rare, or nil.
func (e *element) rare() *rare {
	if e.more == nil {
		return nil
	}
	return e.more.rare
}

func (e *element) makeRare() *rare {
	if e.more == nil {
		e.more = new(more)
	}
	if e.more.rare == nil {
		e.more.rare = new(rare)
	}
	return e.more.rare
}

// adopt gives the element its children.
func (e *element) adopt(kids []slot) {
	if len(kids) == 0 {
		return
	}
	if e.more == nil {
		e.more = new(more)
	}
	e.more.kids = kids
}

// An attr is one attribute that was set. Numbers stay numbers until they are
// written, so that setting one allocates nothing.
type attr struct {
	id    attrKey
	kind  attrKind
	num   int32
	value string
}

type attrKind uint8

const (
	kindText    attrKind = iota // value
	kindNumber                  // num
	kindLength                  // num milliseconds, written with a unit
	kindRounded = 1 << 7        // a remainder of a time.Duration was rounded up
)

// Content is any element or [Text]. The more exact interfaces say what may
// stand where; a [Custom] element takes anything.
type Content interface {
	part() slot
}

// Text is words between elements, as in
//
//	twiml.Say("Your code is ", twiml.SayAs("1234"), twiml.Text(". Goodbye."))
//
// and the short form of a phone number in [Dial].
type Text string

func (t Text) part() slot { return slot{text: string(t)} }

// collect appends what items put into a document; nil items put nothing there.
func collect[T Content](dst []slot, items []T) []slot {
	dst = makeRoom(dst, len(items))
	for _, item := range items {
		if any(item) != nil {
			dst = attach(dst, item.part())
		}
	}
	return dst
}

// makeRoom is slices.Grow in large steps: verbs are often appended one by one.
func makeRoom(dst []slot, more int) []slot {
	need := len(dst) + more
	if need <= cap(dst) {
		return dst
	}
	room := need
	if len(dst) > 0 {
		room = max(need, min(4*cap(dst), 2*cap(dst)+64))
	}
	return append(make([]slot, 0, room), dst...)
}

// attach appends one slot. Words join the element before them.
func attach(dst []slot, s slot) []slot {
	if s.el != nil {
		return append(dst, s)
	}
	return appendWords(dst, s.text)
}

func appendWords(dst []slot, text string) []slot {
	if text == "" {
		return dst
	}
	if last := len(dst) - 1; last >= 0 && dst[last].text == "" {
		dst[last].text = text
		return dst
	}
	return append(dst, slot{text: text})
}

// put keeps an attribute; one of the same name is replaced where it stands.
func (e *element) put(a attr) {
	for i := range e.attrs {
		if e.attrs[i].id == a.id {
			e.attrs[i] = a
			return
		}
	}
	if e.rare() != nil {
		if i := e.indexOf(attrOpens[a.id]); i >= 0 {
			e.attrs[i] = a
			return
		}
	}
	e.attrs = append(e.attrs, a)
}

func asString(id attrKey, value string) attr { return attr{id: id, value: value} }

func asBool(id attrKey, on bool) attr {
	if on {
		return attr{id: id, value: "true"}
	}
	return attr{id: id, value: "false"}
}

func asInt(id attrKey, n int) attr { return number(id, kindNumber, int64(n)) }

func asInts(id attrKey, values []int) attr {
	var b []byte
	for i, n := range values {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return attr{id: id, value: string(b)}
}

func asSeconds(id attrKey, d time.Duration) attr { return units(id, kindNumber, d, time.Second) }
func asMillis(id attrKey, d time.Duration) attr  { return units(id, kindNumber, d, time.Millisecond) }

// asBreak is a length that is written with its unit, as 2s or 500ms.
func asBreak(id attrKey, d time.Duration) attr { return units(id, kindLength, d, time.Millisecond) }

func units(id attrKey, kind attrKind, d, unit time.Duration) attr {
	n := d / unit
	rounded := d%unit != 0
	if rounded && d > 0 {
		n++
	}
	a := number(id, kind, int64(n))
	if rounded {
		a.kind |= kindRounded
	}
	return a
}

func number(id attrKey, kind attrKind, n int64) attr {
	if n < math.MinInt32 || n > math.MaxInt32 {
		return attr{id: id, value: string(appendNumber(nil, kind, n))}
	}
	return attr{id: id, kind: kind, num: int32(n)}
}

func appendNumber(dst []byte, kind attrKind, n int64) []byte {
	if kind != kindLength {
		return strconv.AppendInt(dst, n, 10)
	}
	if n%1000 == 0 {
		return append(strconv.AppendInt(dst, n/1000, 10), 's')
	}
	return append(strconv.AppendInt(dst, n, 10), "ms"...)
}

// putNamed keeps an attribute whose name the caller gives. The name is checked
// when the document is rendered.
func (e *element) putNamed(name, value string) {
	if i := e.indexOf(` ` + name + `="`); i >= 0 {
		e.attrs[i].kind, e.attrs[i].value = kindText, value
		return
	}
	r := e.makeRare()
	e.attrs = append(e.attrs, attr{id: attrNamed + attrKey(len(r.names)), value: value})
	r.names = append(r.names, name)
}

// indexOf returns where the attribute with that beginning stands, or -1.
func (e *element) indexOf(open string) int {
	name := open[1 : len(open)-2]
	for i := range e.attrs {
		if e.attrName(e.attrs[i]) == name {
			return i
		}
	}
	return -1
}

func (e *element) attrName(a attr) string {
	if a.id >= attrNamed {
		return e.more.rare.names[a.id-attrNamed]
	}
	open := attrOpens[a.id]
	return open[1 : len(open)-2]
}

// name returns the name of the element.
func (e *element) name() string {
	if e.tag == tagCustom {
		return e.more.rare.name
	}
	return strings.TrimPrefix(tags[e.tag].open, "<")
}

// join writes a list as TwiML does, with single spaces.
func join[T ~string](values []T) string {
	switch len(values) {
	case 0:
		return ""
	case 1:
		return string(values[0])
	}
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(v))
	}
	return b.String()
}
