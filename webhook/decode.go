package webhook

import (
	"errors"
	"math/bits"
	"net/url"
	"strings"
	"time"
)

// A shape is what the facts say about the parameters of a kind. Each of them
// has a bit, its place in params.
type shape struct {
	kind   Kind
	params []string // names on the wire
	must   uint64   // the kind always has these; without them the request is refused
	full   uint64   // of must, those that cannot be empty
	always uint64   // sent even where the value is zero
}

// A decoder puts the parameters of one request into the fields of an event.
//
// The typed field is the first of its name (T05). A text that the field would
// not give back letter by letter stays in extra: repeats, "007", "True", and
// what is not a number at all.
type decoder struct {
	shape   *shape
	seen    uint64 // met
	have    uint64 // the field gives the text back
	zero    uint64 // of have, those whose value is zero
	aside   uint64 // the field has the value and extra the text
	extra   url.Values
	members map[string]JSON // what extra is to JSON
	raw     JSON            // the member being decoded, in JSON
	foreign bool            // raw is not of the type that Twilio uses
	errs    []error
}

// fields is what generated code implements for every event: set puts one
// parameter where it belongs, done takes over what the decoder has left.
type fields[E any] interface {
	*E
	set(d *decoder, name, value string)
	done(d *decoder)
}

// keep puts a parameter that no field can hold into extra.
func (d *decoder) keep(name, value string) {
	if d.raw != "" {
		if d.members == nil {
			d.members = make(map[string]JSON)
		}
		d.members[name] = d.raw
		return
	}
	if d.extra == nil {
		d.extra = make(url.Values)
	}
	d.extra[name] = append(d.extra[name], value)
}

// first reports whether a parameter is the first of its name; it keeps those
// that are not.
func (d *decoder) first(bit uint8, value string) bool {
	if d.seen&(1<<bit) != 0 {
		d.keep(d.shape.params[bit], value)
		return false
	}
	d.seen |= 1 << bit
	if d.foreign && (d.raw[0] == '{' || d.raw[0] == '[') {
		d.fail(bit, value, ErrSyntax)
		return false
	}
	return true
}

// fresh notes a parameter that is the first of its name, not empty, and given
// back by its field: the common case. It reports false for any other.
func (d *decoder) fresh(bit uint8, value string) bool {
	if value == "" || d.foreign || d.seen&(1<<bit) != 0 {
		return false
	}
	d.seen |= 1 << bit
	d.have |= 1 << bit
	return true
}

// settle notes how the text of a parameter and its field relate.
func (d *decoder) settle(bit uint8, value string, exact, zero bool) {
	if exact && !d.foreign {
		d.have |= 1 << bit
		if zero {
			d.zero |= 1 << bit
		}
		return
	}
	d.keep(d.shape.params[bit], value)
	if !zero {
		d.aside |= 1 << bit
	}
}

// fail keeps the text of a parameter that its field cannot hold. An empty text
// is no error, unless the kind cannot do without the value.
func (d *decoder) fail(bit uint8, value string, err error) {
	name := d.shape.params[bit]
	d.keep(name, value)
	fatal := d.shape.must&(1<<bit) != 0
	if value == "" && !fatal {
		return
	}
	d.errs = append(d.errs, &DecodeError{Kind: d.shape.kind, Param: name, Value: value, Err: err, fatal: fatal})
}

// odd returns the parameters whose presence differs from what the fields alone
// would say: sent although zero, left out although always sent, or written in
// extra in another spelling. Zero for a request without surprises, so that it
// decodes to the same value as the literal.
func (d *decoder) odd() uint64 {
	return d.zero&^d.shape.always | d.shape.always&^d.have | d.aside
}

// err returns what was wrong, with an error for each parameter that the kind
// cannot do without.
func (d *decoder) err() error {
	for missing := d.shape.must &^ d.seen; missing != 0; missing &= missing - 1 {
		name := d.shape.params[bits.TrailingZeros64(missing)]
		d.errs = append(d.errs, &DecodeError{Kind: d.shape.kind, Param: name, Err: ErrMissing, fatal: true})
	}
	if len(d.errs) == 1 {
		return d.errs[0]
	}
	return errors.Join(d.errs...)
}

// setText sets a field that holds any text. Nothing is trimmed or normalised
// (T14), and an enum takes values that we do not know (T15).
func setText[T ~string](d *decoder, bit uint8, dst *T, value string) {
	if d.fresh(bit, value) {
		*dst = T(value)
		return
	}
	if !d.first(bit, value) {
		return
	}
	if value == "" && d.shape.full&(1<<bit) != 0 {
		d.fail(bit, value, ErrSyntax)
		return
	}
	*dst = T(value)
	d.settle(bit, value, true, value == "")
}

// setSID sets a field that holds a SID or nothing.
func setSID(d *decoder, bit uint8, dst *SID, value string) {
	if SID(value).Valid() && d.fresh(bit, value) {
		*dst = SID(value)
		return
	}
	if !d.first(bit, value) {
		return
	}
	if !SID(value).Valid() && (value != "" || d.shape.must&(1<<bit) != 0) {
		d.fail(bit, value, ErrSyntax)
		return
	}
	*dst = SID(value)
	d.settle(bit, value, true, value == "")
}

// setAddress sets a field that holds an address. An address is free text but
// for control characters, which no network lets through.
func setAddress(d *decoder, bit uint8, dst *Address, value string) {
	if !hasControl(value) && d.fresh(bit, value) {
		*dst = Address(value)
		return
	}
	if !d.first(bit, value) {
		return
	}
	if hasControl(value) || value == "" && d.shape.full&(1<<bit) != 0 {
		d.fail(bit, value, ErrSyntax)
		return
	}
	*dst = Address(value)
	d.settle(bit, value, true, value == "")
}

// setInt sets a field that holds a number from 0 to 2147483647.
func setInt(d *decoder, bit uint8, dst *int, value string) {
	if !d.first(bit, value) {
		return
	}
	n, err := parseInt(value, maxInt)
	if err != nil {
		d.fail(bit, value, err)
		return
	}
	*dst = int(n)
	d.settle(bit, value, plainInt(value), n == 0)
}

// setInt64 sets a field that holds a number of bytes.
func setInt64(d *decoder, bit uint8, dst *int64, value string) {
	if !d.first(bit, value) {
		return
	}
	n, err := parseInt(value, maxInt64)
	if err != nil {
		d.fail(bit, value, err)
		return
	}
	*dst = n
	d.settle(bit, value, plainInt(value), n == 0)
}

// setDuration sets a field that Twilio sends as a whole number of units.
func setDuration(d *decoder, bit uint8, dst *time.Duration, unit time.Duration, value string) {
	if !d.first(bit, value) {
		return
	}
	n, err := parseInt(value, int64(maxDuration/unit))
	if err != nil {
		d.fail(bit, value, err)
		return
	}
	*dst = time.Duration(n) * unit
	d.settle(bit, value, plainInt(value), n == 0)
}

// setFloat sets a field that holds a decimal number.
func setFloat(d *decoder, bit uint8, dst *float64, value string) {
	if !d.first(bit, value) {
		return
	}
	f, err := parseFloat(value)
	if err != nil {
		d.fail(bit, value, err)
		return
	}
	*dst = f
	var buf [maxFloatText]byte
	d.settle(bit, value, string(appendFloat(buf[:0], f)) == value, f == 0)
}

// setBool sets a field that Twilio sends as true or false.
func setBool(d *decoder, bit uint8, dst *bool, value string) {
	if !d.first(bit, value) {
		return
	}
	switch {
	case value == "true" || value == "false":
		*dst = value == "true"
		d.settle(bit, value, true, !*dst)
	case strings.EqualFold(value, "true") || strings.EqualFold(value, "false"):
		*dst = len(value) == len("true")
		d.settle(bit, value, false, !*dst)
	default:
		d.fail(bit, value, ErrSyntax)
	}
}

// setTime sets a field that holds a time in one of Twilio's formats.
func setTime(d *decoder, bit uint8, dst *time.Time, format timeFormat, value string) {
	if !d.first(bit, value) {
		return
	}
	t, err := format.parse(value)
	if err != nil {
		d.fail(bit, value, err)
		return
	}
	*dst = t
	var buf [maxTimeText]byte
	d.settle(bit, value, string(format.append(buf[:0], t)) == value, t.IsZero())
}

// setConst sets a field that has one value in every request of its kind; with
// any other, the request is of another kind.
func setConst[T ~string](d *decoder, bit uint8, dst *T, want T, value string) {
	if !d.first(bit, value) {
		return
	}
	if T(value) != want {
		d.fail(bit, value, ErrSyntax)
		return
	}
	*dst = T(value)
	d.settle(bit, value, true, false)
}

// setFixed sets a field that has one value in every request but those of old:
// a literal that leaves it zero is encoded with that value, so an empty text
// has to be remembered apart.
func setFixed[T ~string](d *decoder, bit uint8, dst *T, value string) {
	if d.first(bit, value) {
		*dst = T(value)
		d.settle(bit, value, value != "", value == "")
	}
}

func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return true
		}
	}
	return false
}
