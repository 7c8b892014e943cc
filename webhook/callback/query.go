package callback

import (
	"encoding"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"time"
)

// EncodeQuery returns the query of a [URL] from the exported fields of a
// struct. [DecodeQuery] returns the same type:
//
//	type Order struct {
//		ID   int64         `query:"order"`
//		Lang string        `query:"lang"`
//		Hold time.Duration `query:"hold"`
//	}
//
//	twiml.Gather().Action(callback.URL{
//		Base:  "/menu",
//		Query: callback.EncodeQuery(Order{ID: 4711, Lang: "de"}),
//	}.MustBuild())
//
// A parameter is named by the query tag of its field, or else by the field's
// name; "-" omits the field. Fields may be strings, booleans, integers,
// floating-point numbers, [time.Duration], types that implement
// [encoding.TextMarshaler] and [encoding.TextUnmarshaler] (such as
// [time.Time]), and slices of these, which repeat the parameter. Zero fields
// are omitted.
//
// EncodeQuery panics for a field of another type.
func EncodeQuery(v any) url.Values {
	if v == nil {
		panic("callback: a query is made from a struct, not from nil")
	}
	value := reflect.ValueOf(v)
	q := make(url.Values)
	for name, field := range queryFields(value.Type()) {
		f := value.FieldByIndex(field.Index)
		if f.IsZero() {
			continue
		}
		if !isScalar(f.Type()) {
			for i := range f.Len() {
				q.Add(name, queryText(name, f.Index(i)))
			}
			continue
		}
		q.Set(name, queryText(name, f))
	}
	return q
}

// DecodeQuery is the inverse of [EncodeQuery]: it decodes the query of a
// request into a T. A function finds the query in its context:
//
//	proof, _ := signature.FromContext(ctx)
//	order, err := callback.DecodeQuery[Order](proof.Query())
//
// A missing parameter leaves its field zero. A parameter without a field is
// ignored, because Twilio and proxies add their own. The first of a repeated
// parameter counts, unless the field is a slice. The error joins a
// [*QueryError] for each value that does not fit its field.
func DecodeQuery[T any](q url.Values) (T, error) {
	var t T
	value := reflect.ValueOf(&t).Elem()
	var errs []error
	for name, field := range queryFields(value.Type()) {
		texts := q[name]
		if len(texts) == 0 {
			continue
		}
		f := value.FieldByIndex(field.Index)
		if isScalar(f.Type()) {
			texts = texts[:1]
		} else {
			f.Set(reflect.MakeSlice(f.Type(), len(texts), len(texts)))
		}
		for i, text := range texts {
			target := f
			if !isScalar(f.Type()) {
				target = f.Index(i)
			}
			if err := setQuery(target, text); err != nil {
				errs = append(errs, &QueryError{Param: name, Err: err})
			}
		}
	}
	return t, errors.Join(errs...)
}

// A QueryError names a parameter that does not fit its field. Its text contains
// no value.
type QueryError struct {
	Param string
	Err   error
}

// Error names the parameter, never its value.
func (e *QueryError) Error() string { return fmt.Sprintf("callback: query: %q: %v", e.Param, e.Err) }

// Unwrap returns Err.
func (e *QueryError) Unwrap() error { return e.Err }

var (
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	durationType    = reflect.TypeFor[time.Duration]()
)

// queryFields yields the fields of t that belong in a query, in order.
func queryFields(t reflect.Type) func(yield func(string, reflect.StructField) bool) {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("callback: a query is made from a struct, not from %v", t))
	}
	return func(yield func(string, reflect.StructField) bool) {
		for field := range t.Fields() {
			name := field.Tag.Get("query")
			if name == "" {
				name = field.Name
			}
			if !field.IsExported() || name == "-" {
				continue
			}
			if !isScalar(field.Type) && (field.Type.Kind() != reflect.Slice || !isScalar(field.Type.Elem())) {
				panic(fmt.Sprintf("callback: the field %s of %v cannot be in a query", field.Name, t))
			}
			if !yield(name, field) {
				return
			}
		}
	}
}

func isScalar(t reflect.Type) bool {
	if isText(t) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return false
}

func isText(t reflect.Type) bool {
	return t.Implements(textMarshaler) && reflect.PointerTo(t).Implements(textUnmarshaler)
}

func queryText(name string, f reflect.Value) string {
	if isText(f.Type()) {
		text, err := f.Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			panic(fmt.Sprintf("callback: query: %q: %v", name, err))
		}
		return string(text)
	}
	switch f.Kind() {
	case reflect.String:
		return f.String()
	case reflect.Bool:
		return strconv.FormatBool(f.Bool())
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(f.Float(), 'g', -1, f.Type().Bits())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(f.Uint(), 10)
	}
	if f.Type() == durationType {
		return time.Duration(f.Int()).String()
	}
	return strconv.FormatInt(f.Int(), 10)
}

func setQuery(f reflect.Value, text string) error {
	if isText(f.Type()) {
		if err := f.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
			return fmt.Errorf("is not a valid %v", f.Type())
		}
		return nil
	}
	var err error
	switch f.Kind() {
	case reflect.String:
		f.SetString(text)
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		f.SetBool(b)
	case reflect.Float32, reflect.Float64:
		var x float64
		x, err = strconv.ParseFloat(text, f.Type().Bits())
		f.SetFloat(x)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		var n uint64
		n, err = strconv.ParseUint(text, 10, f.Type().Bits())
		f.SetUint(n)
	default:
		var n int64
		if f.Type() == durationType {
			var d time.Duration
			d, err = time.ParseDuration(text)
			n = int64(d)
		} else {
			n, err = strconv.ParseInt(text, 10, f.Type().Bits())
		}
		f.SetInt(n)
	}
	if err != nil {
		f.SetZero()
		return queryCause(f.Type(), err)
	}
	return nil
}

// queryCause drops the value, which errors of strconv and time contain.
func queryCause(t reflect.Type, err error) error {
	if errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("is out of the range of %v", t)
	}
	return fmt.Errorf("is not a valid %v", t)
}
