package signature

import (
	"bytes"
	"strconv"
	"strings"
)

// This file holds the strict rules. They refuse a request whose signed text is
// also the text of another request.
//
// The signed text is the URL followed by the sorted parameters, with no
// separators (T03). An attacker with one signed request can split its text
// differently and move pieces between the path, the query and the parameters.
// Developers choose some parameter names, so names do not mark the boundaries.
// But Twilio always sends the account, and the text "AccountSidAC" marks its
// position: everything before it is the URL, or parameters whose names sort
// before AccountSid.
//
// With the rules below, all accepted requests whose text has an account and the
// same path have the same URL and the same account, and a text without
// parameters is not the text of a form (TestT03OneReading). Only the boundaries
// between parameters after the account remain open: decoding refuses requests
// that lack what a webhook must have.

// anchor marks the account in a signed text.
const anchor = "AccountSidAC"

// checkReading refuses a request whose signed text has another reading. The
// signed text ends s.text, and its URL ends with target.
func (q *request) checkReading(s *scratch, url matchedURL) *Error {
	// Parameters moved to the end of the URL.
	if strings.Contains(url.target, anchor) {
		return refuse(ErrTarget, "the URL holds parameters")
	}
	if !url.params {
		return nil
	}
	hasQuery, found, place := strings.Contains(url.target, "?"), false, 0
	for _, i := range s.order {
		if i == q.account.sid {
			found = true
			break
		}
		name := s.form.Name(i)
		switch {
		case len(name) == 0:
			// Its value follows the URL.
			return refuse(ErrForm, "a parameter without a name")
		case bytes.ContainsAny(name, "=&?"):
			// A query moved into the parameters.
			return refuse(ErrForm, "the parameter "+shown(name)+" could be a part of the URL's query")
		case hasQuery && string(name) < "AccountSid":
			// The end of a query moved into the parameters.
			return refuse(ErrForm, "the parameter "+shown(name)+" sorts before AccountSid, and so could be the end of the URL's query")
		}
		place += len(name) + len(s.form.Value(i))
	}
	// An account that is part of a name or a value, or split by the end of the
	// URL.
	want := -1
	if found {
		want = len(url.target) + place
	}
	if bytes.Index(s.text[url.end-len(url.target):], []byte(anchor)) != want {
		return refuse(ErrForm, "AccountSid is in another place than the parameter AccountSid")
	}
	return nil
}

// shown returns a name as an error may show it: up to the point where a value
// could start, in case it is part of something else.
func shown(name []byte) string {
	if i := bytes.IndexAny(name, "=&?"); i >= 0 {
		name = name[:i+1]
	}
	return strconv.Quote(string(name[:min(len(name), 64)]))
}
