// Package form reads and writes application/x-www-form-urlencoded text
// without losing anything: order, repeated names, empty names and values all
// survive. It splits as browsers do, at & alone, and turns + into a space.
//
// [url.ParseQuery] loses the order, drops pairs it cannot read and hands out
// the rest beside an error. A verifier may not do that: what is left out of
// the signed text, or read differently by the handler, is a forgery that
// passes.
//
//	pairs, err := form.Parse("Body=hi+there&MediaUrl0=", form.Limits{})
//
// The package knows nothing of Twilio, charsets or multipart bodies.
package form

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/bits"
	"unicode/utf8"
)

// The reasons a text is refused. An [Error] wraps one of them.
var (
	// ErrTooMany means that there are more pairs than [Limits.Pairs].
	ErrTooMany = errors.New("form: too many parameters")

	// ErrEscape means that a % is not followed by two hexadecimal digits.
	ErrEscape = errors.New("form: malformed escape")

	// ErrSemicolon means that the text holds a bare semicolon, which some
	// parsers split at and some keep.
	ErrSemicolon = errors.New("form: semicolon outside an escape")

	// ErrUTF8 means that the decoded text is not UTF-8.
	ErrUTF8 = errors.New("form: invalid UTF-8")

	// ErrTooLong means that the text does not fit the 32-bit offsets kept of it.
	ErrTooLong = errors.New("form: text longer than 2 GiB")
)

// Error says where in the encoded text reading stopped. Its text never quotes
// the input.
type Error struct {
	Offset int   // in bytes, of the encoded text
	Err    error // one of the sentinels above
}

// Error returns the reason and the offset.
func (e *Error) Error() string { return fmt.Sprintf("%v at byte %d", e.Err, e.Offset) }

// Unwrap returns the sentinel.
func (e *Error) Unwrap() error { return e.Err }

// Limits bounds what is read and chooses between the two readings of rule T11.
type Limits struct {
	// Pairs is how many pairs are allowed; zero means no limit. It is looked
	// at while scanning, so what lies beyond costs nothing.
	Pairs int

	// Lenient keeps broken escapes and semicolons as text, as browsers do,
	// and does not look at the encoding. Otherwise each is an error.
	Lenient bool
}

// Pair is one name with its value, both decoded.
type Pair struct {
	Name, Value string
}

// Parse reads text into pairs in the order of arrival. The strings share one
// piece of memory. An error is an [*Error]; no pairs come with it.
func Parse[T ~string | ~[]byte](text T, limits Limits) ([]Pair, error) {
	var s Scanner
	if err := Scan(&s, text, limits); err != nil {
		return nil, err
	}
	f := Form{string(s.text), s.spans}
	pairs := make([]Pair, 0, f.Len())
	for name, value := range f.All() {
		pairs = append(pairs, Pair{name, value})
	}
	return pairs, nil
}

// Scanner holds a copy of a text, each name and value decoded where it lies,
// and knows where that is. It can be used again and again without allocating,
// so it may be pooled, but what it hands out ([Scanner.Name], [Scanner.Value])
// is only good until the next [Scan]; [Scanner.Form] copies. The zero
// value is empty.
type Scanner struct {
	text  []byte
	spans []Span
}

// Span is where a pair lies in a text. Between the four places there is
// nothing of use: separators, and what decoding has left over.
type Span struct{ name, nameEnd, value, valueEnd int32 }

// Len returns the number of pairs.
func (s *Scanner) Len() int { return len(s.spans) }

// Name returns the name of pair i.
func (s *Scanner) Name(i int) []byte {
	p := &s.spans[i]
	return s.text[p.name:p.nameEnd:p.nameEnd]
}

// Value returns the value of pair i.
func (s *Scanner) Value(i int) []byte {
	p := &s.spans[i]
	return s.text[p.value:p.valueEnd:p.valueEnd]
}

// Prefix returns the first eight bytes of the name of pair i, filled up with
// zeros, as a number that sorts as they do.
func (s *Scanner) Prefix(i int) uint64 {
	p := &s.spans[i]
	n := p.nameEnd - p.name
	if int(p.name)+8 <= len(s.text) {
		// What lies behind a short name is shifted out.
		prefix := binary.BigEndian.Uint64(s.text[p.name:])
		if n < 8 {
			prefix &^= 1<<(64-8*n) - 1
		}
		return prefix
	}
	var prefix uint64
	for j, c := range s.text[p.name:p.nameEnd] {
		prefix |= uint64(c) << (56 - 8*j)
	}
	return prefix
}

// Cap returns how many bytes the scanner holds on to, for a pool that does
// not want to keep giants.
func (s *Scanner) Cap() int { return cap(s.text) + 16*cap(s.spans) }

// Reset forgets the pairs and keeps the memory.
func (s *Scanner) Reset() { s.text, s.spans = s.text[:0], s.spans[:0] }

// Form returns a copy of the pairs that stays valid when the scanner is used
// again. All names and values share one string; where they lie in it is kept in
// room, if that is large enough.
func (s *Scanner) Form(room []Span) Form {
	return Form{string(s.text), append(room[:0], s.spans...)}
}

// Form is an immutable list of decoded pairs. It holds offsets instead of a
// string for each name and value, which is half the memory and nothing for the
// garbage collector to look at. The zero value is empty.
type Form struct {
	text  string
	spans []Span
}

// Len returns the number of pairs.
func (f *Form) Len() int { return len(f.spans) }

// Name returns the name of pair i.
func (f *Form) Name(i int) string {
	p := &f.spans[i]
	return f.text[p.name:p.nameEnd]
}

// Value returns the value of pair i.
func (f *Form) Value(i int) string {
	p := &f.spans[i]
	return f.text[p.value:p.valueEnd]
}

// All yields the pairs in the order of arrival.
func (f *Form) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for i := range f.spans {
			if !yield(f.Name(i), f.Value(i)) {
				return
			}
		}
	}
}

// Scan reads text into s in one pass, replacing what s held. Text is not
// changed and not kept. An error is an [*Error]; s is empty then.
func Scan[T ~string | ~[]byte](s *Scanner, text T, limits Limits) error {
	if len(text) > math.MaxInt32 {
		s.Reset()
		return &Error{Err: ErrTooLong}
	}
	s.text, s.spans = append(s.text[:0], text...), s.spans[:0]
	if err := s.scan(limits); err != nil {
		s.Reset()
		return err
	}
	return nil
}

func (s *Scanner) scan(limits Limits) error {
	for i := 0; i < len(s.text); i++ {
		if s.text[i] == '&' {
			continue // an empty pair says nothing
		}
		if limits.Pairs > 0 && len(s.spans) >= limits.Pairs {
			return &Error{Offset: i, Err: ErrTooMany}
		}
		var p Span
		var err error
		p.name = int32(i)
		if p.nameEnd, i, err = s.field(i, '=', limits.Lenient); err != nil {
			return err
		}
		p.value, p.valueEnd = p.nameEnd, p.nameEnd
		if i < len(s.text) && s.text[i] == '=' {
			i++
			p.value = int32(i)
			// An = in a value is data, so only & ends it.
			if p.valueEnd, i, err = s.field(i, '&', limits.Lenient); err != nil {
				return err
			}
		}
		s.spans = append(s.spans, p)
	}
	return nil
}

// The bytes that a scan has to look at; it runs over all others.
var special = func() (t [256]bool) {
	for _, c := range "%+&=;" {
		t[c] = true
	}
	for c := 0x80; c < len(t); c++ {
		t[c] = true
	}
	return t
}()

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// findSpecial sets the high bit of each of eight bytes that is special, and
// perhaps of some behind the first such one.
func findSpecial(w uint64) uint64 {
	percent, plus, and, equals, semicolon := w^'%'*ones, w^'+'*ones, w^'&'*ones, w^'='*ones, w^';'*ones
	return ((percent-ones)&^percent | (plus-ones)&^plus | (and-ones)&^and |
		(equals-ones)&^equals | (semicolon-ones)&^semicolon | w) & highs
}

// plain returns where the next special byte is, from i on.
func plain(text []byte, i int) int {
	for i+8 <= len(text) {
		if found := findSpecial(binary.LittleEndian.Uint64(text[i:])); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
		i += 8
	}
	for i < len(text) && !special[text[i]] {
		i++
	}
	return i
}

// field decodes the name or value that starts at start, in place, up to stop
// or &. It returns where the decoded text ends and where stop or & is.
func (s *Scanner) field(start int, stop byte, lenient bool) (end int32, next int, err error) {
	text := s.text
	i := plain(text, start)
	n := i // where the next decoded byte goes; never overtakes i
	ascii := true
	for ; i < len(text); i++ {
		c := text[i]
		if !special[c] {
			text[n] = c
			n++
			continue
		}
		if c == stop || c == '&' {
			break
		}
		switch {
		case c == '+':
			c = ' '
		case c == ';' && !lenient:
			return 0, 0, &Error{Offset: i, Err: ErrSemicolon}
		case c == '%':
			if i+2 < len(text) && unhex[text[i+1]]|unhex[text[i+2]] < 16 {
				c = unhex[text[i+1]]<<4 | unhex[text[i+2]]
				i += 2
			} else if !lenient {
				return 0, 0, &Error{Offset: i, Err: ErrEscape}
			}
		}
		ascii = ascii && c < utf8.RuneSelf
		text[n] = c
		n++
	}
	if !ascii && !lenient && !utf8.Valid(text[start:n]) {
		return 0, 0, &Error{Offset: start, Err: ErrUTF8}
	}
	return int32(n), i, nil
}

// unhex holds the value of each hexadecimal digit and a high bit for what is
// none, so that two of them can be checked together.
var unhex = func() (t [256]uint8) {
	for i := range t {
		t[i] = 0x80
	}
	for i := range uint8(10) {
		t['0'+i] = i
	}
	for i := range uint8(6) {
		t['a'+i], t['A'+i] = 10+i, 10+i
	}
	return t
}()

// Append appends the encoded pairs to dst, as [Parse] reads them: letters,
// digits and *-._ as they are, a space as +, anything else escaped.
func Append(dst []byte, pairs ...Pair) []byte {
	for _, p := range pairs {
		if len(dst) > 0 {
			dst = append(dst, '&')
		}
		dst = escape(dst, p.Name)
		dst = append(dst, '=')
		dst = escape(dst, p.Value)
	}
	return dst
}

func escape(dst []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '*', c == '-', c == '.', c == '_':
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}
