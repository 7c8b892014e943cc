// Package wire reads and writes the JSON of Twilio's WebSockets: one flat
// object per message, with members in any order. It is stricter than
// encoding/json: a repeated member is an error, because parsers differ about
// which one counts, and so is text that is not UTF-8.
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"
)

// maxDepth is the maximum nesting of a message.
const maxDepth = 32

var errSyntax = errors.New("not a JSON object")

// An Object reads the members of a JSON object one by one.
type Object struct {
	data []byte
	pos  int
	seen [12][]byte
	n    int
	more map[string]bool
	err  error
}

// Message starts a complete message: data must be one JSON object in UTF-8 and
// nothing else.
func Message(data []byte) Object {
	o := Members(data)
	if o.err == nil && !utf8.Valid(data) {
		o.err = errors.New("not UTF-8")
	}
	return o
}

// Members starts an object that [Object.Next] of another has returned.
func Members(data []byte) Object {
	o := Object{data: data}
	o.space()
	if o.pos == len(data) || data[o.pos] != '{' {
		o.err = errSyntax
		return o
	}
	o.pos++
	return o
}

// Next returns the decoded name of the next member, and its raw value. It
// returns false at the end of the object or at an error.
func (o *Object) Next() (name, value []byte, ok bool) {
	if o.err != nil || o.data == nil {
		return nil, nil, false
	}
	o.space()
	if o.pos < len(o.data) && o.data[o.pos] == '}' && o.n == 0 {
		return o.finish()
	}
	if o.n > 0 {
		switch {
		case o.pos < len(o.data) && o.data[o.pos] == '}':
			return o.finish()
		case o.pos == len(o.data) || o.data[o.pos] != ',':
			return o.fail(errSyntax)
		}
		o.pos++
		o.space()
	}
	from := o.pos
	if !o.text() {
		return o.fail(errSyntax)
	}
	name = o.data[from+1 : o.pos-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		decoded, err := Text(o.data[from:o.pos])
		if err != nil {
			return o.fail(err)
		}
		name = []byte(decoded)
	}
	if o.repeated(name) {
		return o.fail(errors.New("a member occurs twice"))
	}
	o.space()
	if o.pos == len(o.data) || o.data[o.pos] != ':' {
		return o.fail(errSyntax)
	}
	o.pos++
	o.space()
	from = o.pos
	if !o.value(maxDepth) {
		return o.fail(errSyntax)
	}
	return name, o.data[from:o.pos], true
}

// Err returns what was wrong with the object.
func (o *Object) Err() error { return o.err }

func (o *Object) fail(err error) ([]byte, []byte, bool) {
	o.err = err
	return nil, nil, false
}

func (o *Object) finish() ([]byte, []byte, bool) {
	o.pos++
	o.space()
	if o.pos != len(o.data) {
		o.err = errSyntax
	}
	o.data = nil
	return nil, nil, false
}

func (o *Object) repeated(name []byte) bool {
	for _, s := range o.seen[:min(o.n, len(o.seen))] {
		if bytes.Equal(s, name) {
			return true
		}
	}
	if o.n < len(o.seen) {
		o.seen[o.n] = name
		o.n++
		return false
	}
	if o.more == nil {
		o.more = map[string]bool{}
	}
	if o.more[string(name)] {
		return true
	}
	o.more[string(name)] = true
	o.n++
	return false
}

func (o *Object) space() {
	for o.pos < len(o.data) {
		switch o.data[o.pos] {
		case ' ', '\t', '\n', '\r':
			o.pos++
		default:
			return
		}
	}
}

// value skips one value.
func (o *Object) value(depth int) bool {
	if o.pos == len(o.data) || depth == 0 {
		return false
	}
	switch c := o.data[o.pos]; {
	case c == '"':
		return o.text()
	case c == '{':
		return o.list('}', depth, true)
	case c == '[':
		return o.list(']', depth, false)
	case c == 't':
		return o.word("true")
	case c == 'f':
		return o.word("false")
	case c == 'n':
		return o.word("null")
	}
	return o.number()
}

func (o *Object) list(end byte, depth int, named bool) bool {
	o.pos++
	o.space()
	if o.pos < len(o.data) && o.data[o.pos] == end {
		o.pos++
		return true
	}
	for {
		if named {
			if o.space(); !o.text() {
				return false
			}
			if o.space(); o.pos == len(o.data) || o.data[o.pos] != ':' {
				return false
			}
			o.pos++
		}
		if o.space(); !o.value(depth - 1) {
			return false
		}
		o.space()
		if o.pos == len(o.data) {
			return false
		}
		o.pos++
		switch o.data[o.pos-1] {
		case end:
			return true
		case ',':
		default:
			return false
		}
	}
}

func (o *Object) word(w string) bool {
	if !bytes.HasPrefix(o.data[o.pos:], []byte(w)) {
		return false
	}
	o.pos += len(w)
	return true
}

// text skips a string.
func (o *Object) text() bool {
	if o.pos == len(o.data) || o.data[o.pos] != '"' {
		return false
	}
	for i := o.pos + 1; i < len(o.data); i++ {
		switch c := o.data[i]; {
		case c == '"':
			o.pos = i + 1
			return true
		case c < ' ':
			return false
		case c == '\\':
			i++
			if i == len(o.data) {
				return false
			}
			switch o.data[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if i+4 >= len(o.data) {
					return false
				}
				for _, h := range o.data[i+1 : i+5] {
					if !('0' <= h && h <= '9' || 'a' <= h && h <= 'f' || 'A' <= h && h <= 'F') {
						return false
					}
				}
				i += 4
			default:
				return false
			}
		}
	}
	return false
}

func (o *Object) digits() bool {
	from := o.pos
	for o.pos < len(o.data) && '0' <= o.data[o.pos] && o.data[o.pos] <= '9' {
		o.pos++
	}
	return o.pos > from
}

func (o *Object) number() bool {
	if o.data[o.pos] == '-' {
		o.pos++
	}
	from := o.pos
	if !o.digits() || o.data[from] == '0' && o.pos > from+1 {
		return false
	}
	if o.pos < len(o.data) && o.data[o.pos] == '.' {
		o.pos++
		if !o.digits() {
			return false
		}
	}
	if o.pos < len(o.data) && (o.data[o.pos] == 'e' || o.data[o.pos] == 'E') {
		o.pos++
		if o.pos < len(o.data) && (o.data[o.pos] == '+' || o.data[o.pos] == '-') {
			o.pos++
		}
		return o.digits()
	}
	return true
}

// Text returns a string. null is empty. A number or a boolean is returned as
// text, in case Twilio stops quoting a value.
func Text(value []byte) (string, error) {
	if len(value) == 0 {
		return "", errSyntax
	}
	switch value[0] {
	case '"':
		inner := value[1 : len(value)-1]
		if bytes.IndexByte(inner, '\\') < 0 {
			return string(inner), nil
		}
		var s string
		err := json.Unmarshal(value, &s)
		return s, err
	case '{', '[':
		return "", errors.New("not a string")
	case 'n':
		return "", nil
	}
	return string(value), nil
}

// Int returns a count: a number or a string of decimal digits. null and an
// empty string are zero.
func Int(value []byte) (int64, error) {
	if len(value) >= 2 && value[0] == '"' {
		value = value[1 : len(value)-1]
	} else if string(value) == "null" {
		return 0, nil
	}
	if len(value) == 0 {
		return 0, nil
	}
	n, err := strconv.ParseUint(string(value), 10, 63)
	if err != nil {
		// A whole number may be written with a fraction or an exponent.
		f, err := strconv.ParseFloat(string(value), 64)
		if err != nil || !(f >= 0 && f < 1<<62) || value[0] > '9' || value[0] < '0' {
			return 0, errors.New("not a count")
		}
		return int64(f), nil
	}
	return int64(n), nil
}

// Bool returns a boolean, which may be quoted. null is false.
func Bool(value []byte) (bool, error) {
	switch string(value) {
	case "true", `"true"`:
		return true, nil
	case "false", `"false"`, "null", `""`:
		return false, nil
	}
	return false, errors.New("neither true nor false")
}

const hex = "0123456789abcdef"

// AppendText appends s as a JSON string. It escapes only what JSON requires,
// and writes U+FFFD for bytes that are not UTF-8.
func AppendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\uFFFD"...)
			i++
			start = i
			continue
		}
		i += size
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
