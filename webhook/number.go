package webhook

import (
	"math"
	"strconv"
	"time"
)

const (
	maxInt       = math.MaxInt32
	maxInt64     = math.MaxInt64
	maxDuration  = 100 * 365 * 24 * time.Hour
	maxFloatText = 32
)

// parseInt parses a number from 0 to most. It accepts ASCII digits only,
// without signs or spaces (T13).
func parseInt(s string, most int64) (int64, error) {
	if !digitsOnly(s) {
		return 0, ErrSyntax
	}
	var n int64
	for i := range len(s) {
		digit := int64(s[i] - '0')
		if n > (most-digit)/10 {
			return 0, ErrRange
		}
		n = n*10 + digit
	}
	return n, nil
}

// plainInt reports whether s, which parseInt accepts, has no leading zeros.
func plainInt(s string) bool { return s[0] != '0' || len(s) == 1 }

// parseFloat parses a decimal number: a sign, digits, a point, an exponent.
// Twilio does not send the other formats of strconv (hexadecimal, Inf, NaN,
// underscores).
func parseFloat(s string) (float64, error) {
	if s == "" || len(s) > maxFloatText {
		return 0, ErrSyntax
	}
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c), c == '.', c == '-', c == 'e', c == 'E', c == '+':
		default:
			return 0, ErrSyntax
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err == nil:
		return f, nil
	case math.IsInf(f, 0):
		return 0, ErrRange
	}
	return 0, ErrSyntax
}

func appendFloat(dst []byte, f float64) []byte {
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}
