package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"

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
		return e, &DecodeError{Kind: s.kind, Err: err, fatal: true}
	}
	P(&e).done(&d)
	return e, d.err()
}

func decodeMember(set func(*decoder, string, string), d *decoder, name string, raw JSON) {
	d.raw, d.foreign = raw, false
	set(d, name, "")
}

// members calls yield with the members of an object in their order. A name
// that stands there twice is an error: parsers differ about which one counts.
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

// quoted returns the text of the member in hand, which Twilio writes as a
// string. Where it is something else, the member itself is kept as well.
func (d *decoder) quoted(string) string {
	text, first := d.raw.scalar()
	d.foreign = first != '"'
	if text == "null" && d.foreign {
		return ""
	}
	return text
}

// plain returns the text of the member in hand, which Twilio writes as a
// number, true or false.
func (d *decoder) plain(string) string {
	text, first := d.raw.scalar()
	d.foreign = first == '"' || first == '{' || first == '['
	if text == "null" {
		return ""
	}
	return text
}

// setRaw sets a field that holds the member as it stands.
func setRaw(d *decoder, bit uint8, dst *JSON) {
	if d.first(bit, "") {
		*dst = d.raw
		d.settle(bit, "", true, false)
	}
}

// beginJSON tells the encoder that members of an object follow.
func (w *encoder) beginJSON(s *shape, odd uint64, extra map[string]JSON) {
	w.shape, w.odd, w.members, w.json = s, odd, extra, true
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

func (w *encoder) rawJSON(bit uint8, v JSON) {
	if v != "" {
		w.member(w.shape.params[bit], string(v))
	}
}

// rest writes the members that have no field.
func (w *encoder) rest(extra map[string]JSON) {
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		w.member(name, string(extra[name]))
	}
}

// appendObject appends an object with the members that write writes.
func appendObject(dst []byte, write func(*encoder)) []byte {
	w := encoder{dst: append(dst, '{')}
	write(&w)
	return append(w.dst, '}')
}

// isJSON reports whether a request is JSON. Its media type is not signed, but
// where it is JSON the body has been checked against its hash.
func isJSON(v *signature.Verified) bool {
	switch v.MediaType() {
	case "application/json", "application/cloudevents+json", "application/cloudevents-batch+json":
		return true
	}
	return false
}

// softly makes the errors of an event that is kept in another form say that
// they are not fatal.
func softly(err error) error {
	if err == nil {
		return nil
	}
	var all []error
	for _, e := range flatten(err) {
		soft := *e
		soft.fatal = false
		all = append(all, &soft)
	}
	return errors.Join(all...)
}

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
