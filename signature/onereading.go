package signature

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
)

// This file holds the strict rules. They refuse a request whose signed text is
// also the text of another request.
//
// The signed text is the URL followed by the sorted parameters, with no
// separators (T03). An attacker with one signed request can split its text
// differently and move pieces between the path, the query and the parameters.
// Developers choose some parameter names, so names do not mark the boundaries.
// But Twilio always sends the account, and its parameter is the first one: no
// other name that Twilio sends sorts before AccountSid. The text "AccountSidAC"
// therefore marks the end of the URL.
//
// With the rules below, all accepted requests whose text has an account have
// the same URL and the same account, on whatever path they are sent. The URL of
// a GET that names an account and the URL of a body with a hash are not the text
// of a form (TestT03OneReading, TestT03URLIsNoForm). Only the boundaries between
// parameters after the account remain open: decoding refuses requests that lack
// what a webhook must have. A form without AccountSid, which Twilio does not
// send, has no such mark: the end of its path is open, too, and it can be the
// URL of a media file that Twilio fetches.

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
	text := s.text[url.end-len(url.target):]
	want := -1
	for _, i := range s.order {
		if i == q.account.sid {
			want = len(url.target)
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
		case string(name) < "AccountSid" && (q.account.sid >= 0 || strings.Contains(url.target, "?")):
			// The end of the path or query moved into the parameters.
			return refuse(ErrForm, "the parameter "+shown(name)+" sorts before AccountSid, and so could be the end of the URL")
		}
	}
	// An account that is part of a name or a value, or split by the end of the
	// URL.
	if bytes.Index(text, []byte(anchor)) != want {
		return refuse(ErrForm, "AccountSid is in another place than the parameter AccountSid")
	}
	if want < 0 && (bytes.Contains(text, []byte("AccountSid=AC")) || q.hash == "" && holdsHash(text)) {
		return refuse(ErrForm, "without AccountSid, the form could be the end of the URL of a GET or of a body with a hash")
	}
	return nil
}

// holdsHash reports whether text holds a bodySHA256 with a hash, as in the URL
// of JSON.
func holdsHash(text []byte) bool {
	for {
		_, rest, found := bytes.Cut(text, []byte(hashName+"="))
		if !found {
			return false
		}
		if len(rest) >= 64 {
			if _, err := hex.Decode(make([]byte, 32), rest[:64]); err == nil {
				return true
			}
		}
		text = rest
	}
}

// shown returns a name as an error may show it: at most 40 characters, up to
// the point where a value could start, and with # for each digit. A name can
// hold personal data if it is part of something else.
func shown(name []byte) string {
	if i := bytes.IndexAny(name, "=&?"); i >= 0 {
		name = name[:i+1]
	}
	runes := bytes.Runes(name)
	runes = runes[:min(len(runes), 40)]
	for i, r := range runes {
		if unicode.IsDigit(r) {
			runes[i] = '#'
		}
	}
	return strconv.Quote(string(runes))
}
