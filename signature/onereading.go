package signature

import (
	"bytes"
	"strconv"
	"strings"
)

// This file holds the strict rules: what they refuse has a signed text that is
// also the text of another request.
//
// The text is the URL and then the parameters, sorted, with nothing between
// (T03). Whoever has one signed request can cut its text anew, and so move
// pieces between the path, the query and the parameters. The names of
// parameters are the developer's own, so they cannot be used to find the cuts.
// But Twilio names the account, and the text "AccountSidAC" tells where:
// everything in front of it is the URL, or parameters whose names sort before
// AccountSid.
//
// With the rules below, all accepted requests that have a text with an account
// and the same path have the same URL and the same account, and a text without
// parameters is not the text of a form (TestT03OneReading). What is left is the
// cut between two parameters behind the account: decoding finds those that
// leave out what a webhook has to have.

// anchor is where the account begins in a signed text.
const anchor = "AccountSidAC"

// checkReading refuses a request whose signed text has another reading. The
// text that was signed ends s.text, and its URL ends with target.
func (q *request) checkReading(s *scratch, url matchedURL) *Error {
	// Parameters that were moved to the end of the URL.
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
			// A query that was moved into the parameters.
			return refuse(ErrForm, "the parameter "+shown(name)+" could be a part of the URL's query")
		case hasQuery && string(name) < "AccountSid":
			// The end of a query that was moved into the parameters.
			return refuse(ErrForm, "the parameter "+shown(name)+" sorts before AccountSid, and so could be the end of the URL's query")
		}
		place += len(name) + len(s.form.Value(i))
	}
	// An account that is part of a name or a value, or cut by the end of the URL.
	want := -1
	if found {
		want = len(url.target) + place
	}
	if bytes.Index(s.text[url.end-len(url.target):], []byte(anchor)) != want {
		return refuse(ErrForm, "AccountSid is in another place than the parameter AccountSid")
	}
	return nil
}

// shown returns a name as it may be shown in an error: up to where a value
// could begin, if it is a piece of something else.
func shown(name []byte) string {
	if i := bytes.IndexAny(name, "=&?"); i >= 0 {
		name = name[:i+1]
	}
	return strconv.Quote(string(name[:min(len(name), 64)]))
}
