package live

import "log/slog"

// CallSID returns the attribute of a log record that names the call. It is
// empty, and therefore not logged, if sid is not well formed: the peer could
// have put any text there.
func CallSID(sid string) slog.Attr {
	if !wellFormed(sid) {
		return slog.Attr{}
	}
	return slog.String("call", sid)
}

// wellFormed reports whether sid has two capital letters and 32 hexadecimal
// digits.
func wellFormed(sid string) bool {
	if len(sid) != 34 {
		return false
	}
	for i := range len(sid) {
		c := sid[i]
		letter := 'A' <= c && c <= 'Z'
		digit := '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
		if i < 2 && !letter || i >= 2 && !digit {
			return false
		}
	}
	return true
}
