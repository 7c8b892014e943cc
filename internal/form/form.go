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
	"errors"
	"fmt"
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
	return s.AppendPairs(nil), nil
}

// Scanner holds a text decoded into one buffer and where in it the names and
// values lie. It can be used again and again without allocating, so it may be
// pooled, but what it hands out ([Scanner.Name], [Scanner.Value]) is only good
// until the next [Scan]; [Scanner.AppendPairs] copies. The zero value is empty.
type Scanner struct {
	text  []byte
	spans []span
}

// span is where a pair lies in the decoded text: the name from start to mid,
// the value from mid to end.
type span struct{ start, mid, end int32 }

// Len returns the number of pairs.
func (s *Scanner) Len() int { return len(s.spans) }

// Name returns the name of pair i.
func (s *Scanner) Name(i int) []byte {
	p := s.spans[i]
	return s.text[p.start:p.mid:p.mid]
}

// Value returns the value of pair i.
func (s *Scanner) Value(i int) []byte {
	p := s.spans[i]
	return s.text[p.mid:p.end:p.end]
}

// Cap returns how many bytes the scanner holds on to, for a pool that does
// not want to keep giants.
func (s *Scanner) Cap() int { return cap(s.text) + 12*cap(s.spans) }

// Reset forgets the pairs and keeps the memory.
func (s *Scanner) Reset() { s.text, s.spans = s.text[:0], s.spans[:0] }

// AppendPairs appends all pairs to dst. They share one freshly allocated
// string and stay valid when the scanner is used again.
func (s *Scanner) AppendPairs(dst []Pair) []Pair {
	text := string(s.text)
	for _, p := range s.spans {
		dst = append(dst, Pair{text[p.start:p.mid], text[p.mid:p.end]})
	}
	return dst
}

// The bytes that a scan has to look at; all others are copied.
const (
	plain = iota
	special
)

var kind = [256]uint8{'%': special, '+': special, '&': special, '=': special, ';': special}

// Scan reads text into s in one pass, replacing what s held. Text is not
// changed and not kept. An error is an [*Error]; s is empty then.
func Scan[T ~string | ~[]byte](s *Scanner, text T, limits Limits) error {
	err := scan(s, text, limits)
	if err != nil {
		s.Reset()
	}
	return err
}

func scan[T ~string | ~[]byte](s *Scanner, text T, limits Limits) error {
	s.Reset()
	if len(text) > 1<<31-1 {
		return &Error{Err: ErrTooLong}
	}
	if cap(s.text) < len(text) {
		s.text = make([]byte, 0, len(text))
	}
	// Decoding never makes a text longer, so out has room for all of it.
	out := s.text[:len(text)]
	n := 0
	for i := 0; i < len(text); i++ {
		if text[i] == '&' {
			continue // an empty pair says nothing
		}
		if limits.Pairs > 0 && len(s.spans) >= limits.Pairs {
			return &Error{Offset: i, Err: ErrTooMany}
		}
		start, mid := n, -1
	pair:
		for ; i < len(text); i++ {
			c := text[i]
			if kind[c] == plain {
				out[n] = c
				n++
				continue
			}
			switch c {
			case '&':
				break pair
			case '=':
				if mid < 0 {
					mid = n
					continue
				}
			case '+':
				c = ' '
			case ';':
				if !limits.Lenient {
					return &Error{Offset: i, Err: ErrSemicolon}
				}
			case '%':
				if i+2 < len(text) && unhex[text[i+1]]|unhex[text[i+2]] < 16 {
					c = unhex[text[i+1]]<<4 | unhex[text[i+2]]
					i += 2
				} else if !limits.Lenient {
					return &Error{Offset: i, Err: ErrEscape}
				}
			}
			out[n] = c
			n++
		}
		if mid < 0 {
			mid = n
		}
		s.spans = append(s.spans, span{int32(start), int32(mid), int32(n)})
	}
	s.text = out[:n]
	if !limits.Lenient && !s.valid() {
		return &Error{Err: ErrUTF8}
	}
	return nil
}

// valid reports whether each name and value is UTF-8 by itself. The whole is
// looked at first: only where that holds could a character lie across two.
func (s *Scanner) valid() bool {
	if !utf8.Valid(s.text) {
		return false
	}
	for _, p := range s.spans {
		if int(p.start) < len(s.text) && !utf8.RuneStart(s.text[p.start]) ||
			int(p.mid) < len(s.text) && !utf8.RuneStart(s.text[p.mid]) {
			return false
		}
	}
	return true
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
