package twiml

import "unicode/utf8"

// Bits of parseClass: what a byte may be, and where a scan must stop.
const (
	classText  = 1 << iota // ends the plain run of a text
	classValue             // ends the plain run of an attribute value
	classStart             // may begin a name
	className              // may be in a name
	classSpace             // space, tab, line feed
)

// parseClass classifies each byte for the scanner. Bytes above ASCII stop every
// scan, so that the whole character is checked. Carriage returns have been
// replaced before the scan begins.
var parseClass = parseClasses()

func parseClasses() *[256]uint8 {
	var t [256]uint8
	for b := range t {
		c := byte(b)
		switch {
		case c >= utf8.RuneSelf, c < ' ' && c != '\t' && c != '\n', c == '<', c == '&':
			t[b] |= classText | classValue
		case c == ']':
			t[b] |= classText
		case c == '"', c == '\'':
			t[b] |= classValue
		}
		switch {
		case c == '\t', c == '\n':
			t[b] |= classSpace | classValue
		case c == ' ':
			t[b] |= classSpace
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
			t[b] |= classStart | className
		case '0' <= c && c <= '9', c == '-', c == '.':
			t[b] |= className
		}
	}
	return &t
}

// nameIsValid reports whether s is a name of XML 1.0 (fifth edition, section
// 2.3) with at most one colon, neither first nor last. It keeps a name given by
// a caller from adding markup.
func nameIsValid(s string) bool {
	n, colons := nameScan(s)
	return n > 0 && n == len(s) && colons <= 1 && s[0] != ':' && s[n-1] != ':'
}

// nameScan returns how many bytes at the start of s make a name, and how many
// of them are colons.
func nameScan(s string) (n, colons int) {
	class := parseClass
	if s != "" && class[s[0]]&classStart != 0 {
		for n = 1; n < len(s) && class[s[n]]&className != 0; n++ {
		}
	}
	for n < len(s) {
		c := s[n]
		switch {
		case class[c]&className != 0:
			if n == 0 && class[c]&classStart == 0 {
				return 0, 0
			}
			n++
		case c == ':':
			colons++
			n++
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[n:])
			if !nameIsStart(r, size) && (n == 0 || !nameIsLater(r)) {
				return n, colons
			}
			n += size
		default:
			return n, colons
		}
	}
	return n, colons
}

// nameIsStart reports whether the character above ASCII may begin a name.
func nameIsStart(r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1:
		return false
	case 0xC0 <= r && r <= 0x2FF:
		return r != 0xD7 && r != 0xF7
	case 0x370 <= r && r <= 0x1FFF:
		return r != 0x37E
	}
	return r == 0x200C || r == 0x200D || 0x2070 <= r && r <= 0x218F || 0x2C00 <= r && r <= 0x2FEF ||
		0x3001 <= r && r <= 0xD7FF || 0xF900 <= r && r <= 0xFDCF || 0xFDF0 <= r && r <= 0xFFFD ||
		0x10000 <= r && r <= 0xEFFFF
}

// nameIsLater reports whether the character above ASCII may be in a name but
// not begin one.
func nameIsLater(r rune) bool {
	return r == 0xB7 || 0x300 <= r && r <= 0x36F || r == 0x203F || r == 0x2040
}

// nameIsChar reports whether XML 1.0 allows the character at all.
func nameIsChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || ' ' <= r && r <= 0xD7FF ||
		0xE000 <= r && r <= 0xFFFD || 0x10000 <= r && r <= utf8.MaxRune
}
