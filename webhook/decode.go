package webhook

import (
	"errors"
	"math/bits"
	"net/url"
	"slices"
)

// A shape describes the parameters of a kind. Each has a bit, which is its
// index in params. Those of an embedded struct come first, so that its code can
// use the same bits in every kind.
type shape struct {
	kind   Kind
	params []string // names on the wire
	must   uint64   // required: the request is refused without a usable value
	strict uint64   // optional, but the request is refused if it is malformed
	usual  uint64   // usual: a request without it is logged
	always uint64   // sent even if the value is zero
	bools  uint64   // written as true or false
	held   uint64   // sent with the value zero if some other field is set
}

// A decoder stores the parameters of one request in the fields of an event.
//
// The first parameter of a name sets the field (T05). Everything that encoding
// the field would not reproduce is kept in extra: repeats, numbers in an
// unusual format, and malformed values.
type decoder struct {
	shape   *shape
	seen    uint64 // parameters that occurred
	zero    uint64 // those of shape.held that occurred with the value zero
	extra   url.Values
	members map[string]JSON // extra of an event in JSON
	raw     JSON            // member being decoded, in JSON
	foreign bool            // raw is not of the type that Twilio uses
	errs    []error
}

// fields is implemented by generated code for every event: set stores one
// parameter and reports whether it has a field, and done handles the rest.
type fields[E any] interface {
	*E
	set(d *decoder, name, value string) bool
	done(d *decoder)
}

// keep puts a parameter without a usable field into extra.
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

// first reports whether a parameter is the first of its name. It keeps later
// ones in extra.
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

// fresh reports whether a parameter is the first of its name, not empty, and of
// the expected type, and records that it occurred. This is the common case.
func (d *decoder) fresh(bit uint8, value string) bool {
	if value == "" || d.foreign || d.seen&(1<<bit) != 0 {
		return false
	}
	d.seen |= 1 << bit
	return true
}

// again keeps a repeat. If it looks like another spelling of the first value,
// the usual spelling is kept before it, so that encoding writes the field too.
func (d *decoder) again(bit uint8, value, usual string, same bool) {
	name := d.shape.params[bit]
	if same && value != usual && len(d.extra[name]) == 0 && d.raw == "" {
		d.keep(name, usual)
	}
	d.keep(name, value)
}

// settle keeps the text of a parameter that encoding its field would not
// reproduce.
func (d *decoder) settle(bit uint8, value string, exact, zero bool) {
	switch {
	case exact && !d.foreign && !zero:
	case exact && !d.foreign && d.shape.always&(1<<bit) != 0:
	case exact && !d.foreign && d.shape.held&(1<<bit) != 0:
		d.zero |= 1 << bit
	default:
		d.keep(d.shape.params[bit], value)
	}
}

// release puts the zeros of mask into extra, because the field that would
// reproduce them is not set.
func (d *decoder) release(mask uint64) {
	for left := d.zero & mask; left != 0; left &= left - 1 {
		bit := bits.TrailingZeros64(left)
		text := "0"
		if d.shape.bools&(1<<bit) != 0 {
			text = "false"
		}
		d.keepFirst(d.shape.params[bit], text)
	}
}

// fail keeps a value that does not fit its field. It is an error if the kind
// requires the value.
func (d *decoder) fail(bit uint8, value string, err error) {
	name := d.shape.params[bit]
	if value != "" || d.raw != "" {
		d.keep(name, value)
	}
	switch {
	case value == "" && d.shape.must&(1<<bit) != 0:
		d.missing(name)
	case value != "" && (d.shape.must|d.shape.strict)&(1<<bit) != 0:
		d.errs = append(d.errs, &DecodeError{Kind: d.shape.kind, Param: name, Value: value, Err: err})
	}
}

// missing records that a required parameter is missing.
func (d *decoder) missing(name string) {
	d.errs = append(d.errs, &DecodeError{Kind: d.shape.kind, Param: name, Err: ErrMissing})
}

// saw reports whether a parameter with a field occurred.
func (d *decoder) saw(name string) bool {
	i := slices.Index(d.shape.params, name)
	return i >= 0 && d.seen&(1<<i) != 0
}

// err returns why the event is unusable, or nil.
func (d *decoder) err() error {
	for left := d.shape.must &^ d.seen; left != 0; left &= left - 1 {
		d.missing(d.shape.params[bits.TrailingZeros64(left)])
	}
	return d.joined()
}

func (d *decoder) joined() error {
	if len(d.errs) == 1 {
		return d.errs[0]
	}
	return errors.Join(d.errs...)
}

// setText sets a field that holds any text. The text is not trimmed or changed
// (T14), and an enum accepts unknown values (T15).
func setText[T ~string](d *decoder, bit uint8, dst *T, value string) {
	value = d.text(value, true)
	if d.fresh(bit, value) {
		*dst = T(value)
		return
	}
	if !d.first(bit, value) {
		return
	}
	if value == "" {
		d.empty(bit)
		return
	}
	*dst = T(value)
	d.settle(bit, value, true, false)
}

// empty records that the text of a parameter is empty.
func (d *decoder) empty(bit uint8) {
	switch {
	case d.shape.must&(1<<bit) != 0:
		d.fail(bit, "", ErrSyntax)
	case d.raw != "" && (d.raw != `""` || d.shape.always&(1<<bit) == 0):
		d.keep(d.shape.params[bit], "")
	}
}

// setSID sets a field that holds a SID or is empty.
func setSID(d *decoder, bit uint8, dst *SID, value string) {
	value = d.text(value, true)
	valid := SID(value).Valid()
	if valid && d.fresh(bit, value) {
		*dst = SID(value)
		return
	}
	switch {
	case !d.first(bit, value):
	case value == "":
		d.empty(bit)
	case !valid:
		d.fail(bit, value, ErrSyntax)
	default:
		*dst = SID(value)
		d.settle(bit, value, true, false)
	}
}

// setAddress sets a field that holds an address. An address is free text
// without control characters, which no network transmits.
func setAddress(d *decoder, bit uint8, dst *Address, value string) {
	value = d.text(value, true)
	bad := hasControl(value)
	if !bad && d.fresh(bit, value) {
		*dst = Address(value)
		return
	}
	switch {
	case !d.first(bit, value):
	case value == "":
		d.empty(bit)
	case bad:
		d.fail(bit, value, ErrSyntax)
	default:
		*dst = Address(value)
		d.settle(bit, value, true, false)
	}
}

// setJSON sets a field that holds a JSON text, unchanged.
func setJSON(d *decoder, bit uint8, dst *JSON, value string) {
	if d.raw == "" {
		setText(d, bit, dst, value)
		return
	}
	if d.first(bit, "") {
		*dst = d.raw
	}
}

// setValue sets a field whose text has to be parsed.
func setValue[T any](d *decoder, bit uint8, dst *T, value string, c *codec[T]) {
	value = d.text(value, c.quoted)
	repeated := d.seen&(1<<bit) != 0
	if !repeated && !d.first(bit, value) {
		return
	}
	v, err := c.parse(value)
	switch {
	case repeated:
		d.again(bit, value, c.text(*dst), err == nil && c.equal(v, *dst))
	case value == "":
		d.empty(bit)
	case err != nil:
		d.fail(bit, value, err)
	default:
		*dst = v
		d.settle(bit, value, c.exact(value, v), c.zero(v))
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
