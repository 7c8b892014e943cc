// Package form reads and writes application/x-www-form-urlencoded text without
// losing anything: order, repeated names, and empty names and values survive.
// It splits at & only, as browsers do, and turns + into a space.
//
//	pairs, err := form.Parse("Body=hi+there&MediaUrl0=", form.Limits{})
//
// [url.ParseQuery] loses the order, drops pairs that it cannot read, and returns the rest with an error. A verifier must not do that: a parameter that is missing from the signed text, or that the handler reads differently, is a forgery that passes.
//
// The package does not handle charsets or multipart bodies.
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

	// ErrTooLong means that the text is too long for 32-bit offsets.
	ErrTooLong = errors.New("form: text longer than 2 GiB")
)

// Error says where in the encoded text reading stopped. It never quotes the
// input.
type Error struct {
	Offset int   // in bytes, of the encoded text
	Err    error // one of the sentinels above
}

// Error returns the reason and the offset.
func (e *Error) Error() string { return fmt.Sprintf("%v at byte %d", e.Err, e.Offset) }

// Unwrap returns the sentinel.
func (e *Error) Unwrap() error { return e.Err }

// Limits bounds the input.
type Limits struct {
	// Pairs is the maximum number of pairs; zero means no limit. It is checked
	// while reading, so the excess costs nothing.
	Pairs int

	// Lenient keeps broken escapes as text, as browsers do. Otherwise a broken
	// escape is an error.
	Lenient bool
}

// Pair is a decoded name and value. They may hold any bytes.
type Pair struct {
	Name, Value string
}

// Parse reads text into pairs in the order of arrival. The strings share one
// allocation. An error is an [*Error] and comes without pairs.
func Parse[T ~string | ~[]byte](text T, limits Limits) ([]Pair, error) {
	var s Scanner
	if err := Scan(&s, text, limits); err != nil {
		return nil, err
	}
	return s.Pairs(), nil
}

// Scanner holds a copy of a text and decodes each name and value in place. It
// can be reused without allocating, so it may be pooled. The results of
// [Scanner.Name] and [Scanner.Value] are valid until the next [Scan]. The zero
// value is empty.
type Scanner struct {
	text  []byte
	spans []span
}

// span is the position of a pair in a text. The bytes between its four offsets
// are separators and remains of decoding.
type span struct{ name, nameEnd, value, valueEnd int32 }

// Scan reads text into s and replaces what s held. Text is not changed or kept.
// An error is an [*Error]; s is then empty.
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

// Pairs returns a copy of the pairs, which stays valid when s is reused.
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

// Cap returns the size of the scanner's buffer, so that a pool can drop large
// ones.
func (s *Scanner) Cap() int { return cap(s.text) + 16*cap(s.spans) }

// Reset clears the pairs and keeps the memory.
func (s *Scanner) Reset() { s.text, s.spans = s.text[:0], s.spans[:0] }

// unhex holds the value of each hexadecimal digit, and a value with the high
// bit set for other bytes, so that two can be checked together.
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

// Append appends the encoded pairs to dst so that [Parse] can read them:
// letters, digits and *-._ unchanged, a space as +, anything else escaped.
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
