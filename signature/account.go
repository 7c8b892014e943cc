package signature

import (
	"bytes"
	"errors"

	"github.com/ringback-go/ringback/internal/form"
)

// account is whose request it claims to be: the indexes of the parameters
// AccountSid and To, -1 if they are missing.
type account struct {
	sid, to int
	more    bool // the query of a GET has another AccountSid
}

// find looks for the parameters of q. An AccountSid that is repeated with
// another value is refused, because it would be open whose token to ask for
// (T10). In a form the strict rules refuse any second one, and one that is not
// a SID.
//
// In a GET, Twilio appends its parameters to the query that the URL has, which
// may have an AccountSid of the developer's own. Twilio's is the last one that
// is a SID.
func (a *account) find(s *scratch, q *request, strict bool) *Error {
	a.sid, a.to = -1, -1
	for i := range s.form.Len() {
		switch name := s.form.Name(i); {
		case string(name) == "AccountSid" && q.isGet():
			a.more = a.more || a.sid >= 0
			if a.sid < 0 || isSID(s.form.Value(i)) || !isSID(s.form.Value(a.sid)) {
				a.sid = i
			}
		case string(name) == "AccountSid":
			switch {
			case a.sid < 0:
				a.sid = i
			case strict && q.hasForm() || !bytes.Equal(s.form.Value(i), s.form.Value(a.sid)):
				return refuse(ErrAccount, "AccountSid is repeated")
			}
		case a.to < 0 && string(name) == "To":
			a.to = i
		}
	}
	if a.sid >= 0 && strict && q.hasForm() && !isSID(s.form.Value(a.sid)) {
		return refuse(ErrAccount, "AccountSid is malformed")
	}
	return nil
}

// params returns the parameters. Where the query of a GET has several
// AccountSids, the one that was verified is left, so that no reader takes
// another one.
func (a *account) params(s *scratch) []form.Pair {
	pairs := s.form.Pairs()
	if !a.more {
		return pairs
	}
	kept := pairs[:0]
	for i, p := range pairs {
		if i == a.sid || p.Name != "AccountSid" {
			kept = append(kept, p)
		}
	}
	return kept
}

// value returns the value of pair i, "" where there is none.
func value(s *scratch, i int) string {
	if i < 0 {
		return ""
	}
	return string(s.form.Value(i))
}

// isSID reports whether id is AC and 32 hexadecimal digits.
func isSID(id []byte) bool {
	if len(id) != 34 || string(id[:2]) != "AC" {
		return false
	}
	for _, c := range id[2:] {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return false
		}
	}
	return true
}

// refuseForm turns an error of package form into ours.
func refuseForm(err error) *Error {
	if errors.Is(err, form.ErrTooMany) || errors.Is(err, form.ErrTooLong) {
		return refuseFor(ErrTooLarge, "", err)
	}
	return refuseFor(ErrForm, "", err)
}
