package webhook

import (
	"strconv"
	"time"
)

// A timeFormat is one of Twilio's time formats.
type timeFormat uint8

const (
	rfc2822     timeFormat = iota // Thu, 27 May 2021 21:39:55 +0000
	rfc3339                       // 2024-06-25T18:45:12.135Z, with 3, 6 or 9 digits of fraction
	receipt                       // 2308102223: YYMMDDhhmm of a carrier, without a zone, read as UTC
	unixSeconds                   // 1719342312
	unixMillis                    // 1719342312000
)

// maxTimeText is longer than any time in these formats.
const maxTimeText = 48

// maxUnix is the end of the year 9999 in seconds.
const maxUnix = 253402300799

// parse parses a time in the format, or in another one that cannot be confused
// with it, because Twilio has changed formats before. The result is in UTC if
// the text says so.
func (f timeFormat) parse(s string) (time.Time, error) {
	if len(s) > maxTimeText {
		return time.Time{}, ErrSyntax
	}
	if digitsOnly(s) {
		return f.parseDigits(s)
	}
	first, second := time.RFC1123Z, time.RFC3339
	if f == rfc3339 {
		first, second = second, first
	}
	t, err := time.ParseInLocation(first, s, time.UTC)
	if err != nil {
		t, err = time.ParseInLocation(second, s, time.UTC)
	}
	if err != nil {
		return time.Time{}, ErrSyntax
	}
	return t, nil
}

// parseDigits parses the numeric formats.
func (f timeFormat) parseDigits(s string) (time.Time, error) {
	switch f {
	case receipt:
		if t, err := time.ParseInLocation("0601021504", s, time.UTC); err == nil {
			return t, nil
		}
	case unixSeconds, unixMillis:
		unit := int64(1000)
		if f == unixMillis {
			unit = 1
		}
		n, err := parseInt(s, maxUnix*1000/unit)
		if err != nil {
			return time.Time{}, err
		}
		return time.UnixMilli(n * unit).UTC(), nil
	}
	return time.Time{}, ErrSyntax
}

// append writes t as Twilio does.
func (f timeFormat) append(dst []byte, t time.Time) []byte {
	switch f {
	case rfc2822:
		return t.AppendFormat(dst, time.RFC1123Z)
	case rfc3339:
		switch n := t.Nanosecond(); {
		case n%1e6 == 0:
			return t.AppendFormat(dst, "2006-01-02T15:04:05.000Z07:00")
		case n%1e3 == 0:
			return t.AppendFormat(dst, "2006-01-02T15:04:05.000000Z07:00")
		}
		return t.AppendFormat(dst, "2006-01-02T15:04:05.000000000Z07:00")
	case receipt:
		return t.AppendFormat(dst, "0601021504")
	case unixSeconds:
		return strconv.AppendInt(dst, t.Unix(), 10)
	default:
		return strconv.AppendInt(dst, t.UnixMilli(), 10)
	}
}

// is reports whether append would write t as text.
func (f timeFormat) is(text string, t time.Time) bool {
	var buf [maxTimeText]byte
	return string(f.append(buf[:0], t)) == text
}
