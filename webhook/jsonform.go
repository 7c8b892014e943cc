package webhook

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/ringback-go/ringback/signature"
)

// decodeBody decodes a request that is one JSON object.
func decodeBody[E any, P fields[E]](v *signature.Verified, s *shape) (E, error) {
	return decodeObject[E, P](JSON(v.Body()), s)
}

// decodeObject decodes the members of an object into an event of type E.
func decodeObject[E any, P fields[E]](text JSON, s *shape) (E, error) {
	var e E
	d := decoder{shape: s}
	if err := members(text, func(name string, raw JSON) { decodeMember(P(&e).set, &d, name, raw) }); err != nil {
		var none E
		return none, &DecodeError{Kind: s.kind, Err: err}
	}
	P(&e).done(&d)
	if err := d.err(); err != nil {
		var none E
		return none, err
	}
	return e, nil
}

func decodeMember(set func(*decoder, string, string) bool, d *decoder, name string, raw JSON) {
	d.raw, d.foreign = raw, false
	if !set(d, name, "") {
		d.keep(name, "")
	}
}

// members calls yield with each member of an object, in order. A repeated name
// is an error, because parsers differ about which one counts.
func members(text JSON, yield func(name string, raw JSON)) error {
	if tooDeep(string(text)) {
		return ErrDepth
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return ErrSyntax
	}
	type member struct {
		name string
		raw  json.RawMessage
	}
	var all []member
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok || seen[name] {
			return ErrSyntax
		}
		seen[name] = true
		m := member{name: name}
		if dec.Decode(&m.raw) != nil {
			return ErrSyntax
		}
		all = append(all, m)
	}
	if _, err := dec.Token(); err != nil {
		return ErrSyntax
	}
	if _, err := dec.Token(); err != io.EOF {
		return ErrSyntax
	}
	for _, m := range all {
		yield(m.name, JSON(m.raw))
	}
	return nil
}

// elements returns the elements of an array.
func elements(text JSON) ([]JSON, error) {
	if tooDeep(string(text)) {
		return nil, ErrDepth
	}
	var raw []json.RawMessage
	if json.Unmarshal([]byte(text), &raw) != nil {
		return nil, ErrSyntax
	}
	list := make([]JSON, len(raw))
	for i, r := range raw {
		list[i] = JSON(r)
	}
	return list, nil
}

// text returns value, or in JSON the text of the current member. quoted reports
// whether Twilio writes it as a string.
func (d *decoder) text(value string, quoted bool) string {
	if d.raw == "" {
		return value
	}
	text, first := d.raw.scalar()
	switch {
	case text == "null" && first != '"':
		d.foreign = quoted
		return ""
	case quoted:
		d.foreign = first != '"'
	default:
		d.foreign = first == '"' || first == '{' || first == '['
	}
	return text
}

// beginJSON prepares the encoder for the members of an object.
func (w *encoder) beginJSON(s *shape, extra map[string]JSON) {
	w.shape, w.members, w.json = s, extra, true
}

// member writes one member.
func (w *encoder) member(name, raw string) {
	if n := len(w.dst); n > 0 && w.dst[n-1] != '{' {
		w.dst = append(w.dst, ',')
	}
	w.dst = append(w.dst, quoteJSON(name)...)
	w.dst = append(w.dst, ':')
	w.dst = append(w.dst, raw...)
}

// appendObject appends an object with the members that write writes.
func appendObject(dst []byte, write func(*encoder)) []byte {
	w := encoder{dst: append(dst, '{')}
	write(&w)
	return append(w.dst, '}')
}

// isJSON reports whether a request is JSON. Its media type is not signed, but
// its body has been checked against the signed hash.
func isJSON(v *signature.Verified) bool {
	switch v.MediaType() {
	case "application/json", "application/cloudevents+json", "application/cloudevents-batch+json":
		return true
	}
	return false
}

// flatten returns the errors that err joins.
func flatten(err error) []*DecodeError {
	if e, ok := err.(*DecodeError); ok {
		return []*DecodeError{e}
	}
	var all []*DecodeError
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			all = append(all, flatten(e)...)
		}
	}
	return all
}
