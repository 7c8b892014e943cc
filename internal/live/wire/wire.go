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

var (
	errSyntax = errors.New("not a JSON object")
	errDeep   = errors.New("nested too deeply")
)

// An Object reads the members of a JSON object one by one.
type Object struct {
	rest []byte
	seen [12][]byte
	n    int
	more map[string]bool
	err  error
}

// Message starts a complete message: data must be one JSON object in UTF-8 and
// nothing else.
func Message(data []byte) Object {
	switch {
	case !json.Valid(data):
		return Object{err: errSyntax}
	case !utf8.Valid(data):
		return Object{err: errors.New("not UTF-8")}
	}
	return Members(data)
}

// Members starts an object that [Object.Next] of another has returned.
func Members(data []byte) Object {
	data = skipSpace(data)
	if len(data) == 0 || data[0] != '{' {
		return Object{err: errSyntax}
	}
	return Object{rest: data[1:]}
}

// Next returns the decoded name of the next member, and its raw value. It
// returns false at the end of the object or at an error.
func (o *Object) Next() (name, value []byte, ok bool) {
	if o.err != nil {
		return nil, nil, false
	}
	if o.rest = skipSpace(o.rest); o.rest[0] == ',' {
		o.rest = skipSpace(o.rest[1:])
	}
	if o.rest[0] == '}' {
		return nil, nil, false
	}
	size := length(o.rest)
	name, o.rest = o.rest[1:size-1], skipSpace(o.rest[size:])
	if bytes.IndexByte(name, '\\') >= 0 {
		var decoded string
		o.err = json.Unmarshal([]byte(`"`+string(name)+`"`), &decoded)
		name = []byte(decoded)
	}
	if o.repeated(name) {
		o.err = errors.New("a member occurs twice")
	}
	o.rest = skipSpace(o.rest[1:]) // the colon
	if size = length(o.rest); size == 0 {
		o.err = errDeep
	}
	value, o.rest = o.rest[:size], o.rest[size:]
	return name, value, o.err == nil
}

// Err returns what was wrong with the object.
func (o *Object) Err() error { return o.err }

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

func skipSpace(data []byte) []byte {
	for len(data) > 0 && (data[0] == ' ' || data[0] == '\t' || data[0] == '\n' || data[0] == '\r') {
		data = data[1:]
	}
	return data
}

// length returns how long the value is that valid JSON starts with, or 0 if it is
// nested too deeply.
func length(data []byte) int {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			for i++; data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			if depth++; depth > maxDepth {
				return 0
			}
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			} else if depth < 0 {
				return i // behind a number or a word
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return len(data)
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
