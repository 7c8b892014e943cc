package webhook

// A SID identifies a resource at Twilio. It has two capital letters for the
// type of the resource, and 32 hexadecimal digits.
//
//	AC an account        CA a call        SM or MM a message
//	RE a recording       CF a conference  MG a Messaging Service
//
// A SID in a decoded event is well formed or empty, so it is safe as a key or
// as part of a file name.
type SID string

// Valid reports whether s has the format of a SID.
func (s SID) Valid() bool {
	if len(s) != 34 || !isUpper(s[0]) || !isUpper(s[1]) {
		return false
	}
	for i := 2; i < len(s); i++ {
		if c := s[i]; !isDigit(c) && !('a' <= c && c <= 'f') && !('A' <= c && c <= 'F') {
			return false
		}
	}
	return true
}

// Prefix returns the two letters for the type of the resource, or "" if s is
// not a SID.
func (s SID) Prefix() string {
	if !s.Valid() {
		return ""
	}
	return string(s[:2])
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
