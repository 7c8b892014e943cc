package webhook

import (
	"iter"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Encode returns the parameters that Twilio would send for e: the inverse of
// [Parse] and [Decode]. A field that is zero is left out, unless Twilio always
// sends it (the Body of an incoming message, the StatusCallbackEvent that makes a
// conference event what it is) or did so in the request that e
// was decoded from.
//
// A kind that arrives as JSON has no parameters; use [EncodeBody].
func Encode(e Event) url.Values {
	form := url.Values{}
	for name, value := range Params(e) {
		form[name] = append(form[name], value)
	}
	return form
}

// Params yields the parameters of [Encode] in the order of Twilio's
// documentation, those of Extra at the end. Twilio itself promises no order.
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

// jsonEvent is an event that can arrive as JSON; nil means that it did not.
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
	odd   uint64
	extra url.Values

	// JSON: members are appended to dst instead.
	json    bool
	dst     []byte
	members map[string]JSON

	pairs []pair
}

// begin tells the encoder what it is about to encode.
func (w *encoder) begin(s *shape, odd uint64, extra url.Values) {
	w.shape, w.odd, w.extra = s, odd, extra
}

// end adds what has no field.
func (w *encoder) end() {
	if w.json {
		w.rest(w.members)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(w.extra)) {
		for _, value := range w.extra[name] {
			w.pair(name, value)
		}
	}
}

func (w *encoder) pair(name, value string) {
	w.pairs = append(w.pairs, pair{name, value})
}

// skips reports whether a parameter is left out: its value is zero and nothing
// says that zero was sent, or its text is in extra, where same recognises it.
func (w *encoder) skips(bit uint8, zero bool, same func(text string) bool) bool {
	odd, always := w.odd>>bit&1, w.shape.always>>bit&1
	if zero {
		return odd == always
	}
	if odd == 0 {
		return false
	}
	text, ok := w.aside(w.shape.params[bit])
	return ok && same(text)
}

// aside returns the text of a parameter that extra holds for its field.
func (w *encoder) aside(name string) (string, bool) {
	if w.json {
		raw, ok := w.members[name]
		if !ok {
			return "", false
		}
		text, _ := raw.scalar()
		return text, true
	}
	all := w.extra[name]
	if len(all) == 0 {
		return "", false
	}
	return all[0], true
}

// scalar writes one parameter; quoted is how its text stands in JSON.
func (w *encoder) scalar(bit uint8, text string, quoted bool) {
	name := w.shape.params[bit]
	switch {
	case !w.json:
		w.pair(name, text)
	case quoted:
		w.member(name, quoteJSON(text))
	default:
		w.member(name, text)
	}
}

func putText[T ~string](w *encoder, bit uint8, v T) {
	if !w.skips(bit, v == "", func(text string) bool { return text == string(v) }) {
		w.scalar(bit, string(v), true)
	}
}

// putFixed writes a field that has one value in every request, also where the
// event is a literal that does not bother to say so.
func putFixed[T ~string](w *encoder, bit uint8, v, fixed T) {
	if v == "" {
		if w.odd>>bit&1 != 0 {
			return
		}
		v = fixed
	}
	w.scalar(bit, string(v), true)
}

func (w *encoder) int(bit uint8, v int) { w.int64(bit, int64(v)) }

func (w *encoder) int64(bit uint8, v int64) {
	if !w.skips(bit, v == 0, func(text string) bool { n, err := parseInt(text, maxInt64); return err == nil && n == v }) {
		w.scalar(bit, strconv.FormatInt(v, 10), false)
	}
}

func (w *encoder) duration(bit uint8, v, unit time.Duration) { w.int64(bit, int64(v/unit)) }

func (w *encoder) float(bit uint8, v float64) {
	if !w.skips(bit, v == 0, func(text string) bool { f, err := parseFloat(text); return err == nil && f == v }) {
		w.scalar(bit, string(appendFloat(nil, v)), false)
	}
}

func (w *encoder) bool(bit uint8, v bool) {
	if !w.skips(bit, !v, func(text string) bool { return strings.EqualFold(text, "true") }) {
		w.scalar(bit, strconv.FormatBool(v), false)
	}
}

func (w *encoder) time(bit uint8, v time.Time, format timeFormat) {
	same := func(text string) bool { t, err := format.parse(text); return err == nil && t.Equal(v) }
	if !w.skips(bit, v.IsZero(), same) {
		w.scalar(bit, string(format.append(nil, v)), format != unixMillis && format != unixSeconds)
	}
}

func (w *encoder) text(bit uint8, v string)     { putText(w, bit, v) }
func (w *encoder) sid(bit uint8, v SID)         { putText(w, bit, v) }
func (w *encoder) address(bit uint8, v Address) { putText(w, bit, v) }
