package webhook

import (
	"strconv"
	"strings"
	"time"
)

// A codec reads and writes the values of a type in Twilio's format. parse
// returns ErrSyntax or ErrRange.
type codec[T any] struct {
	quoted bool // a string in JSON
	parse  func(text string) (T, error)
	append func(dst []byte, v T) []byte
	exact  func(text string, v T) bool // text is what append would write
	zero   func(v T) bool
	equal  func(a, b T) bool
}

func (c *codec[T]) text(v T) string { return string(c.append(nil, v)) }

var (
	intCodec   = number[int](maxInt)
	int64Codec = number[int64](maxInt64)

	secondCodec      = duration(time.Second)
	millisecondCodec = duration(time.Millisecond)

	floatCodec = &codec[float64]{
		parse: parseFloat, append: appendFloat, exact: isFloat,
		zero: isZero[float64], equal: isEqual[float64],
	}
	boolCodec = &codec[bool]{
		parse: parseBool, append: strconv.AppendBool, exact: isBool,
		zero: isZero[bool], equal: isEqual[bool],
	}

	rfc2822Codec    = timestamp(rfc2822)
	rfc3339Codec    = timestamp(rfc3339)
	receiptCodec    = timestamp(receipt)
	unixCodec       = timestamp(unixSeconds)
	unixMillisCodec = timestamp(unixMillis)
)

func isZero[T comparable](v T) bool     { var zero T; return v == zero }
func isEqual[T comparable](a, b T) bool { return a == b }

// number is for whole numbers from 0 to most.
func number[T int | int64](most int64) *codec[T] {
	return &codec[T]{
		parse: func(text string) (T, error) {
			n, err := parseInt(text, most)
			return T(n), err
		},
		append: func(dst []byte, v T) []byte { return strconv.AppendInt(dst, int64(v), 10) },
		exact:  func(text string, _ T) bool { return plainInt(text) },
		zero:   isZero[T], equal: isEqual[T],
	}
}

// duration is for times that Twilio sends as a whole number of units.
func duration(unit time.Duration) *codec[time.Duration] {
	return &codec[time.Duration]{
		parse: func(text string) (time.Duration, error) {
			n, err := parseInt(text, int64(maxDuration/unit))
			return time.Duration(n) * unit, err
		},
		append: func(dst []byte, v time.Duration) []byte { return strconv.AppendInt(dst, int64(v/unit), 10) },
		exact:  func(text string, _ time.Duration) bool { return plainInt(text) },
		zero:   isZero[time.Duration], equal: isEqual[time.Duration],
	}
}

func timestamp(f timeFormat) *codec[time.Time] {
	return &codec[time.Time]{
		quoted: f != unixMillis && f != unixSeconds,
		parse:  f.parse, append: f.append, exact: f.is,
		zero: time.Time.IsZero, equal: time.Time.Equal,
	}
}

func isBool(text string, _ bool) bool { return text == "true" || text == "false" }

func isFloat(text string, v float64) bool {
	var buf [maxFloatText]byte
	return string(appendFloat(buf[:0], v)) == text
}

func parseBool(text string) (bool, error) {
	switch {
	case strings.EqualFold(text, "true"):
		return true, nil
	case strings.EqualFold(text, "false"):
		return false, nil
	}
	return false, ErrSyntax
}
