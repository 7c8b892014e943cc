package diagnose

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ringback-go/ringback/internal/form"
)

// Header describes what was done to the lines of a signature header, which
// should be one value of length characters.
func Header(lines []string, length int) string {
	text := strings.Trim(lines[0], " \t\r\n\"'")
	sum, err := hex.DecodeString(text)
	switch {
	case len(lines) > 1:
		return "came more than once"
	case strings.Contains(text, ","):
		return "came more than once, joined by a comma"
	case strings.ContainsAny(text, "-_"):
		return "is in the URL-safe alphabet"
	case text != lines[0]:
		return "has quotes or white space around it"
	case err == nil && base64.StdEncoding.EncodedLen(len(sum)) == length:
		return "is in hexadecimal"
	case len(text) < length:
		return "is cut short"
	}
	return "is not base64 of the right length"
}

// Body describes what was done to a body after it was hashed, or returns "".
// Hashed reports whether the hash is that of text.
func Body(body []byte, hashed func(text []byte) bool) string {
	if len(body) == 0 {
		return "the body is empty, and bodySHA256 is the hash of something else: a middleware has read it"
	}
	var compact bytes.Buffer
	_ = json.Compact(&compact, body) // empty if it is not JSON
	text := string(body)
	for _, change := range []struct{ cause, text string }{
		{"the JSON was parsed and written again", compact.String()},
		{"a line break at the end was lost", text + "\n"},
		{"white space, a line break or a byte order mark was added around the body", strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))},
		{"line breaks were changed to CR LF", replace("\r\n", "\n")(text)},
		{"line breaks were changed from CR LF", replace("\r\n", "\r\n", "\n", "\r\n")(text)},
	} {
		if change.text != text && hashed([]byte(change.text)) {
			return change.cause + " after it was signed"
		}
	}
	return ""
}

// Retyped returns what a signed form was turned into, if the body of r is one,
// and otherwise "".
func Retyped(r *Request) string {
	var members map[string]any
	var pairs []form.Pair
	_ = json.Unmarshal(r.Body, &members) // only an object has members
	for name, value := range members {
		text := fmt.Sprint(value)
		if _, nested := value.(map[string]any); nested {
			text = "[object Object]" // as JavaScript prints it
		}
		pairs = append(pairs, form.Pair{Name: name, Value: text})
	}
	switch {
	case pairs != nil && Matches(r, pairs):
		return "JSON"
	case bytes.IndexByte(r.Body, '=') >= 0 && Matches(r, parse(string(r.Body))):
		return "another type"
	}
	return ""
}
