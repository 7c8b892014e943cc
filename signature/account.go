package signature

import (
	"bytes"
	"errors"

	"github.com/ringback-go/ringback/internal/form"
)

// account holds the indexes of the parameters AccountSid and To, or -1 if they
// are missing.
type account struct {
	sid, to int
	more    bool // the query of a GET has another AccountSid
	differ  bool // which is another SID
}

// find looks up the parameters of q. A second AccountSid with another value is
// refused, because it would be unclear whose token to use (T10). In a form, the
// strict rules refuse any second AccountSid and any AccountSid that is not a
// SID.
//
// In a GET, Twilio appends its parameters to the query of the URL, which may
// hold an AccountSid of the developer's own. Twilio's is the last one that is a
// SID. If another one is a different SID, no token that is bound to an account
// is accepted, because a reader of Request.URL would take the other account.
func (a *account) find(s *scratch, q *request, strict bool) *Error {
	a.sid, a.to = -1, -1
	for i := range s.form.Len() {
		switch name := s.form.Name(i); {
		case string(name) == "AccountSid" && q.isGet():
			if a.sid >= 0 {
				a.more = true
				a.differ = a.differ || isSID(s.form.Value(i)) && isSID(s.form.Value(a.sid)) && !bytes.Equal(s.form.Value(i), s.form.Value(a.sid))
			}
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

// params returns the parameters. If the query of a GET has several AccountSids,
// only the verified one is returned, so that no reader can pick another.
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

// value returns the value of pair i, or "" if there is none.
func value(s *scratch, i int) string {
	if i < 0 {
		return ""
	}
	return string(s.form.Value(i))
}

// isSID reports whether id is AC followed by 32 hexadecimal digits.
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

// refuseForm converts an error of package form.
func refuseForm(err error) *Error {
	if errors.Is(err, form.ErrTooMany) || errors.Is(err, form.ErrTooLong) {
		return refuseFor(ErrTooLarge, "", err)
	}
	return refuseFor(ErrForm, "", err)
}
