// Package form reads and writes application/x-www-form-urlencoded text
// without losing anything: order, repeated names, empty names and values all
// survive. It splits as browsers do, at & alone, and turns + into a space.
//
// [url.ParseQuery] loses the order, drops pairs that it cannot read, and
// returns the rest beside an error. A verifier must not do that: a parameter
// that is left out of the signed text, or read differently by the handler, is a
// forgery that passes.
//
//	pairs, err := form.Parse("Body=hi+there&MediaUrl0=", form.Limits{})
//
// The package knows nothing of Twilio, charsets or multipart bodies.
package form

import (
	"errors"
	"fmt"
	"math"
)

// The reasons why a text is refused. An [Error] wraps one of them.
var (
	// ErrTooMany means that there are more pairs than [Limits.Pairs].
	ErrTooMany = errors.New("form: too many parameters")

	// ErrEscape means that a % is not followed by two hexadecimal digits.
	ErrEscape = errors.New("form: malformed escape")

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

// Limits bounds what is read.
type Limits struct {
	// Pairs is how many pairs are allowed; zero means no limit. It is checked
	// while reading, so what is beyond it costs nothing.
	Pairs int

	// Lenient keeps broken escapes as text, as browsers do. Otherwise each is
	// an error.
	Lenient bool
}

// Pair is one name with its value, both decoded. They may hold any bytes.
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
	return s.Pairs(), nil
}

// Scanner holds a copy of a text, each name and value decoded in its place. It
// can be used again and again without allocating, so it may be pooled. What
// [Scanner.Name] and [Scanner.Value] return is good until the next [Scan].
// The zero value is empty.
type Scanner struct {
	text  []byte
	spans []span
}

// span is where a pair is in a text. What is between the four places is
// separators and what decoding has left over.
type span struct{ name, nameEnd, value, valueEnd int32 }

// Scan reads text into s, replacing what s held. Text is not changed and not
// kept. An error is an [*Error]; s is empty then.
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

// Pairs returns a copy of the pairs, which stays good when s is used again.
func (s *Scanner) Pairs() []Pair {
	if len(s.spans) == 0 {
		return nil
	}
	text := string(s.text)
	pairs := make([]Pair, len(s.spans))
	for i, p := range s.spans {
		pairs[i] = Pair{text[p.name:p.nameEnd], text[p.value:p.valueEnd]}
	}
	return pairs
}

// Cap returns how many bytes the scanner holds on to, for a pool that does
// not want to keep giants.
func (s *Scanner) Cap() int { return cap(s.text) + 16*cap(s.spans) }

// Reset forgets the pairs and keeps the memory.
func (s *Scanner) Reset() { s.text, s.spans = s.text[:0], s.spans[:0] }

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
