package signature

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/ringback-go/ringback/internal/form"
)

// account is whose request it is said to be: where the parameters AccountSid
// and To lie in the scanner, -1 if they are missing.
type account struct{ sid, to int }

// find looks for the parameters, and on the way at the names if these are to
// be Twilio's. A second AccountSid is always refused if it differs, since it
// would be open whose token to ask for (T10); the strict rules refuse any
// second one and any that is no SID.
func (a *account) find(s *scratch, names, strict bool) *Error {
	a.sid, a.to = -1, -1
	for i := range s.form.Len() {
		name := s.form.Name(i)
		if names && !isName(name) {
			return refuse(ErrForm, "a parameter name that Twilio never sends")
		}
		switch {
		case string(name) == "AccountSid":
			switch {
			case a.sid < 0:
				a.sid = i
			case strict || !bytes.Equal(s.form.Value(i), s.form.Value(a.sid)):
				return refuse(ErrAccount, "AccountSid is repeated")
			}
		case a.to < 0 && string(name) == "To":
			a.to = i
		}
	}
	if a.sid >= 0 && strict && !isSID(s.form.Value(a.sid), "AC") {
		return refuse(ErrAccount, "AccountSid is malformed")
	}
	return nil
}

// value returns the value of pair i, "" where there is none.
func value(s *scratch, i int) string {
	if i < 0 {
		return ""
	}
	return string(s.form.Value(i))
}

// isSID reports whether id is prefix followed by 32 hexadecimal digits.
func isSID(id []byte, prefix string) bool {
	if len(id) != len(prefix)+32 || string(id[:len(prefix)]) != prefix {
		return false
	}
	for _, c := range id[len(prefix):] {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return false
		}
	}
	return true
}

// maxName is the longest parameter name that the strict rules accept, in bytes.
const maxName = 128

// isName reports whether name is one that Twilio may send. The pattern leaves
// out the characters that URLs have between names, so that a piece of a URL
// cannot be moved into a name.
func isName(name []byte) bool {
	if len(name) == 0 || len(name) > maxName || notInName[name[0]] != 0 {
		return false
	}
	for len(name) >= 8 && allLetters(binary.LittleEndian.Uint64(name)) {
		name = name[8:]
	}
	var bad uint8
	for _, c := range name {
		bad |= notInName[c]
	}
	return bad < never
}

// allLetters reports whether each of eight bytes is a letter, as most of
// Twilio's names have nothing else: a carry into the high bit tells the bytes
// from 'a' on, and another one those behind 'z'.
func allLetters(w uint64) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	lower := w | 0x20*ones
	return w&highs == 0 && (lower+(0x80-'a')*ones)&^(lower+(0x7f-'z')*ones)&highs == highs
}

// notInName is 0 for what may stand anywhere in a name, and for the rest one
// of the constants below.
var notInName = func() (t [256]uint8) {
	for c := range t {
		t[c] = never
	}
	for c := range 26 {
		t['a'+c], t['A'+c] = 0, 0
	}
	for _, c := range "0123456789_.-[]" {
		t[c] = notFirst
	}
	return t
}()

const (
	notFirst = 1
	never    = 2
)

// refuseForm turns an error of package form into ours.
func refuseForm(err error) *Error {
	if errors.Is(err, form.ErrTooMany) || errors.Is(err, form.ErrTooLong) {
		return refuseFor(ErrTooLarge, "", err)
	}
	return refuseFor(ErrForm, "", err)
}
