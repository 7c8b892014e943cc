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

// scan decodes s.text in place. It goes from one byte that means something to
// the next, eight bytes at a time, and leaves all others where they are. Only
// what follows an escape in a name or value has to be moved, byte by byte.
func (s *Scanner) scan(limits Limits) error {
	text := s.text
	var (
		p     Span
		pair  int    // where the pair begins
		value bool   // its = has been seen
		moved = -1   // where the name or value ends, if it has become shorter
		ascii = true // nothing else in it so far
	)
words:
	for word := 0; word < len(text); word += 8 {
		for found := findSpecial(load(text, word)); found != 0; found &= found - 1 {
			i := word + bits.TrailingZeros64(found)/8
			end := i
			if moved >= 0 {
				end = moved
			}
			switch c := text[i]; {
			case c == '&':
				if i > pair { // an empty pair says nothing
					if err := s.end(p, pair, end, value, ascii || limits.Lenient); err != nil {
						return err
					}
					if len(s.spans) == limits.Pairs {
						return s.full(i + 1)
					}
				}
				pair, moved, value, ascii = i+1, -1, false, true
			case c == '=' && !value:
				if !ascii && !limits.Lenient && !utf8.Valid(text[pair:end]) {
					return &Error{Offset: pair, Err: ErrUTF8}
				}
				p = Span{int32(pair), int32(end), int32(i + 1), 0}
				moved, value, ascii = -1, true, true
			case c == '+':
				text[i] = ' '
			case c == '%':
				next, end, plain, err := s.escaped(i, !value, limits.Lenient)
				if err != nil {
					return err
				}
				moved, ascii = end, ascii && plain
				word = next - 8 // go on at the separator
				continue words
			case c == ';' && !limits.Lenient:
				return &Error{Offset: i, Err: ErrSemicolon}
			case c >= utf8.RuneSelf:
				ascii = false
			}
		}
	}
	if pair == len(text) {
		return nil
	}
	end := len(text)
	if moved >= 0 {
		end = moved
	}
	return s.end(p, pair, end, value, ascii || limits.Lenient)
}

// escaped decodes the rest of a name or value, from its first % on. It returns
// where the separator behind it is, where the decoded text ends, and whether
// it is ASCII.
func (s *Scanner) escaped(i int, name, lenient bool) (next, end int, ascii bool, err error) {
	text := s.text
	end, ascii = i, true // end never overtakes i
	for ; i < len(text); i++ {
		c := text[i]
		if !special[c] {
			text[end] = c
			end++
			continue
		}
		switch {
		case c == '&' || c == '=' && name:
			return i, end, ascii, nil
		case c == '+':
			c = ' '
		case c == ';' && !lenient:
			return 0, 0, false, &Error{Offset: i, Err: ErrSemicolon}
		case c == '%':
			if i+2 < len(text) && unhex[text[i+1]]|unhex[text[i+2]] < 16 {
				c = unhex[text[i+1]]<<4 | unhex[text[i+2]]
				i += 2
			} else if !lenient {
				return 0, 0, false, &Error{Offset: i, Err: ErrEscape}
			}
		}
		ascii = ascii && c < utf8.RuneSelf
		text[end] = c
		end++
	}
	return i, end, ascii, nil
}

// special is what findSpecial finds.
var special = func() (t [256]bool) {
	for _, c := range "%+&=;" {
		t[c] = true
	}
	for c := 0x80; c < len(t); c++ {
		t[c] = true
	}
	return t
}()

// end keeps the pair that ends with the decoded text at to.
func (s *Scanner) end(p Span, pair, to int, value, valid bool) error {
	start := pair
	if value {
		start = int(p.value)
	} else {
		p = Span{int32(pair), int32(to), int32(to), int32(to)}
	}
	if !valid && !utf8.Valid(s.text[start:to]) {
		return &Error{Offset: start, Err: ErrUTF8}
	}
	p.valueEnd = int32(to)
	s.spans = append(s.spans, p)
	return nil
}

// full returns an error if there is anything but empty pairs from i on.
func (s *Scanner) full(i int) error {
	for ; i < len(s.text); i++ {
		if s.text[i] != '&' {
			return &Error{Offset: i, Err: ErrTooMany}
		}
	}
	return nil
}

// load returns the eight bytes from i on, or as many as there are.
func load(text []byte, i int) uint64 {
	if i+8 <= len(text) {
		return binary.LittleEndian.Uint64(text[i:])
	}
	var w uint64
	for j, c := range text[i:] {
		w |= uint64(c) << (8 * j)
	}
	return w
}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// findSpecial sets the high bit of each of eight bytes that a scan has to look
// at: %, +, &, =, ; and what is not ASCII. It may set those of others behind
// the first such one.
func findSpecial(w uint64) uint64 {
	percent, plus, and, equals, semicolon := w^'%'*ones, w^'+'*ones, w^'&'*ones, w^'='*ones, w^';'*ones
	return ((percent-ones)&^percent | (plus-ones)&^plus | (and-ones)&^and |
		(equals-ones)&^equals | (semicolon-ones)&^semicolon | w) & highs
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
