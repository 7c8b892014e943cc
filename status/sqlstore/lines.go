package sqlstore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ringback-go/ringback/status"
)

// A row holds lines of JSON, each a state of the same SID; their merge is the
// state of the row. JSON has no line breaks of its own. Writers append; a row
// that has become long is merged into one line.

// maxLines is how many lines a row may have before it is merged into one. A
// message usually ends with three.
const maxLines = 8

// line encodes one state, in ASCII: not every database can hold, and not every
// session carry, all of Unicode. A State always can be encoded.
func line(s status.State) (string, error) {
	text, err := json.Marshal(s)
	return ascii(text), err
}

// ascii writes the characters beyond ASCII as JSON escapes.
func ascii(text []byte) string {
	i := bytes.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if i < 0 {
		return string(text)
	}
	out := append(make([]byte, 0, 2*len(text)), text[:i]...)
	for _, r := range string(text[i:]) {
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r <= 0xffff:
			out = fmt.Appendf(out, "\\u%04x", r)
		default:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, "\\u%04x\\u%04x", high, low)
		}
	}
	return string(out)
}

// merged decodes a row.
func merged(text string) (status.State, error) {
	var out status.State
	for part := range strings.SplitSeq(text, "\n") {
		var s status.State
		if err := s.UnmarshalJSON([]byte(part)); err != nil {
			return status.State{}, fmt.Errorf("a stored state cannot be read: %w", err)
		}
		if out.SID == "" {
			out = s
			continue
		}
		out = out.Merge(s)
	}
	return out, nil
}

// before decodes what a row was before its last line was appended: the zero
// State for a new row.
func before(text string) (status.State, error) {
	i := strings.LastIndexByte(text, '\n')
	if i < 0 {
		return status.State{}, nil
	}
	return merged(text[:i])
}

// long reports whether a row is due to be merged.
func long(text string) bool { return strings.Count(text, "\n") >= maxLines }
