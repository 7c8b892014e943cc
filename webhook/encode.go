package webhook

import (
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Encode returns the parameters that Twilio would send for e. It is the inverse
// of [Parse] and [Decode], except that empty values are lost.
//
// A field that is zero is left out unless Twilio always sends it, such as the
// NumMedia of an incoming message. For a kind that arrives as JSON, use
// [EncodeBody].
func Encode(e Event) url.Values {
	form := url.Values{}
	for name, value := range Params(e) {
		form[name] = append(form[name], value)
	}
	return form
}

// Params yields the parameters of [Encode], with those of Extra last. Twilio
// itself does not promise an order.
func Params(e Event) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, p := range pairs(e) {
			if !yield(p.name, p.value) {
				return
			}
		}
	}
}

// EncodeBody returns the body that Twilio would send for e, and its media
// type: a form, or JSON for the kinds that arrive as JSON.
func EncodeBody(e Event) (contentType string, body []byte) {
	if j, ok := e.(jsonEvent); ok {
		if body := j.appendJSON(nil); body != nil {
			return "application/json", body
		}
	}
	var b strings.Builder
	for _, p := range pairs(e) {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(p.value))
	}
	return "application/x-www-form-urlencoded; charset=UTF-8", []byte(b.String())
}

// formEvent is an event that arrives as a form.
type formEvent interface{ encode(w *encoder) }

// jsonEvent is an event that can arrive as JSON. A nil result means that it did
// not.
type jsonEvent interface{ appendJSON(dst []byte) []byte }

func pairs(e Event) []pair {
	f, ok := e.(formEvent)
	if !ok {
		return nil
	}
	var w encoder
	f.encode(&w)
	return w.pairs
}

type pair struct{ name, value string }

// An encoder collects the parameters of an event.
type encoder struct {
	shape *shape
	held  uint64 // those of shape.held that are sent although zero
	bare  bool   // only fields that are set, without extra
	sids  bool   // only SIDs

	extra url.Values
	pairs []pair

	// JSON: members are appended to dst instead.
	json    bool
	dst     []byte
	members map[string]JSON
	written []string
}

// begin prepares the encoder for an event.
func (w *encoder) begin(s *shape, extra url.Values) { w.shape, w.extra = s, extra }

// end adds the parameters without a field.
func (w *encoder) end() {
	switch {
	case w.bare:
	case w.json:
		for _, name := range slices.Sorted(maps.Keys(w.members)) {
			if !slices.Contains(w.written, name) {
				w.member(name, string(w.members[name]))
			}
		}
	default:
		for _, name := range slices.Sorted(maps.Keys(w.extra)) {
			for _, value := range w.extra[name] {
				w.pair(name, value)
			}
		}
	}
}

func (w *encoder) pair(name, value string) { w.pairs = append(w.pairs, pair{name, value}) }

// sends reports whether a parameter is sent although it is zero.
func (w *encoder) sends(bit uint8) bool { return !w.bare && (w.shape.always|w.held)>>bit&1 != 0 }

// kept returns the text that extra holds under the name of a field.
func (w *encoder) kept(bit uint8) (string, bool) {
	name := w.shape.params[bit]
	if w.json {
		raw, ok := w.members[name]
		text, _ := raw.scalar()
		return text, ok
	}
	if all := w.extra[name]; len(all) > 0 {
		return all[0], true
	}
	return "", false
}

// scalar writes one parameter. quoted reports whether it is a string in JSON.
func (w *encoder) scalar(bit uint8, text string, quoted bool) {
	name := w.shape.params[bit]
	switch {
	case w.sids:
		return
	case !w.json:
		w.pair(name, text)
		return
	case quoted:
		text = quoteJSON(text)
	}
	w.written = append(w.written, name)
	w.member(name, text)
}

func putText[T ~string](w *encoder, bit uint8, v T) {
	if v == "" && !w.sends(bit) {
		return
	}
	if w.json {
		if text, ok := w.kept(bit); ok && (v == "" || text == string(v)) {
			return // extra has the original member
		}
	}
	w.scalar(bit, string(v), true)
}

// putDefault writes a field that has one value in nearly every request, even if
// the event is a literal without it.
func putDefault[T ~string](w *encoder, bit uint8, v, usual T) {
	if v == "" && !w.bare {
		v = usual
	}
	putText(w, bit, v)
}

func putSID(w *encoder, bit uint8, v SID) {
	if w.sids && v.Valid() && !slices.ContainsFunc(w.pairs, func(p pair) bool { return p.value == string(v) }) {
		w.pair(w.shape.params[bit], string(v))
	}
	putText(w, bit, v)
}

func putAddress(w *encoder, bit uint8, v Address) { putText(w, bit, v) }

func putJSON(w *encoder, bit uint8, v JSON) {
	if !w.json {
		putText(w, bit, v)
	} else if v != "" && !w.sids {
		w.written = append(w.written, w.shape.params[bit])
		w.member(w.shape.params[bit], string(v))
	}
}

func putValue[T any](w *encoder, bit uint8, v T, c *codec[T]) {
	zero := c.zero(v)
	if zero && !w.sends(bit) {
		return
	}
	text := c.text(v)
	if kept, ok := w.kept(bit); ok {
		// Either extra has the value in another spelling or, in a form, it has
		// the repeats that followed.
		other, err := c.parse(kept)
		same := err == nil && c.equal(v, other)
		if same && kept != text || w.json && (same || zero) {
			return
		}
	}
	w.scalar(bit, text, c.quoted)
}
