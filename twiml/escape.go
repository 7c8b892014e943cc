package twiml

import "unicode/utf8"

// escapeReplacement stands for a character that XML 1.0 cannot hold, and for
// each byte that is not UTF-8.
const escapeReplacement = "\uFFFD"

// The classes of a byte: it is copied, or the whole character must be decoded,
// or escapeWith has its replacement at that index.
const (
	escapeCopy  = 0
	escapeRune  = 1
	escapeFirst = 2
)

// escapeWith holds the replacements of single bytes. Tabs, line feeds and
// carriage returns are written as references where a parser would turn them
// into spaces or line feeds.
var escapeWith = [...]string{
	escapeFirst:     "&amp;",
	escapeFirst + 1: "&lt;",
	escapeFirst + 2: "&gt;",
	escapeFirst + 3: "&#34;",
	escapeFirst + 4: "&#9;",
	escapeFirst + 5: "&#10;",
	escapeFirst + 6: "&#13;",
	escapeFirst + 7: escapeReplacement,
}

var (
	escapeInText = escapeTable("&<>\r")
	escapeInAttr = escapeTable("&<>\r\"\t\n")
)

// escapeTable makes the table that replaces the bytes of special and those that
// XML cannot hold.
func escapeTable(special string) *[256]uint8 {
	const order = "&<>\"\t\n\r"
	var t [256]uint8
	for b := range t {
		switch {
		case b >= utf8.RuneSelf:
			t[b] = escapeRune
		case b < ' ' && b != '\t' && b != '\n' && b != '\r':
			t[b] = escapeFirst + uint8(len(order))
		}
	}
	for i := range len(order) {
		for j := range len(special) {
			if special[j] == order[i] {
				t[order[i]] = escapeFirst + uint8(i)
			}
		}
	}
	return &t
}

// appendEscapedText appends s as character data. Any parser reads back the same
// text, except that characters XML cannot hold become U+FFFD.
func appendEscapedText(dst []byte, s string) []byte {
	return appendEscaped(dst, s, escapeInText)
}

// appendEscapedAttr appends s as an attribute value in double quotes. Unlike
// [appendEscapedText], it keeps tabs and line feeds from being read as spaces.
func appendEscapedAttr(dst []byte, s string) []byte {
	return appendEscaped(dst, s, escapeInAttr)
}

func appendEscaped(dst []byte, s string, table *[256]uint8) []byte {
	clean := 0
	for i := 0; i < len(s); {
		what := table[s[i]]
		if what == escapeCopy {
			i++
			continue
		}
		with, size := "", 1
		if what == escapeRune {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != '\uFFFE' && r != '\uFFFF' && (r != utf8.RuneError || n > 1) {
				i += n
				continue
			}
			with, size = escapeReplacement, n
		} else {
			with = escapeWith[what]
		}
		dst = append(dst, s[clean:i]...)
		dst = append(dst, with...)
		i += size
		clean = i
	}
	return append(dst, s[clean:]...)
}
