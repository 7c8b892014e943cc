package signature

import (
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
)

// maxPermuted is up to how many pairs of a query every order is tried.
const maxPermuted = 5

// The remedies for what happens to a query on the way.
const (
	keepQuery = "Have the query passed on as it was received, and do not build the URL from parsed parts: the verifier reads the request target by itself."
	cutQuery  = "Take it out of the way of the verifier: have whatever adds it (a proxy, a tracker, a router) leave Twilio's requests alone, or put it into the URL in the Twilio Console."
)

func changeQuery(d *diagnosis, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		emit := func(label, query, cause, remedy string) bool {
			c := t
			c.query = query
			return query == t.query || yield(change{trial: c, finding: Finding{label + ": " + cause, remedy}})
		}
		if before, _, found := strings.Cut(t.path+t.query, "#"); found {
			c := t
			c.path, c.query, _ = strings.Cut(before, "?")
			if strings.Contains(before, "?") {
				c.query = "?" + c.query
			}
			if !yield(change{trial: c, finding: Finding{"fragment: the URL has a fragment, which is never sent nor signed",
				"Leave out the # and what follows where the URL is handed to the verifier; in the Twilio Console it may stay."}}) {
				return
			}
		}
		if d.r.URL != nil && d.r.URL.RawQuery != "" &&
			!emit("query-missing", "?"+d.r.URL.RawQuery, "the query is in Request.URL and not in Request.RequestURI", "Let the adapter that makes the request put the whole target into RequestURI.") {
			return
		}
		if t.query == "" {
			// An escaped question mark, which some gateways make.
			for _, escaped := range []string{"%3F", "%3f"} {
				c := t
				path, query, found := strings.Cut(t.path, escaped)
				if !found {
					continue
				}
				c.path, c.query = path, "?"+query
				if !yield(change{trial: c, finding: Finding{"query-reencoded: the question mark was escaped on the way", keepQuery}}) {
					return
				}
			}
			emit("query-reencoded", "?", "Twilio signed a question mark without a query", keepQuery)
			return
		}
		if query := t.query[1:]; query == "" {
			emit("query-reencoded", "", "Twilio signed the URL without the question mark at its end", keepQuery)
			return
		}
		if !emit("query-extra", "", "Twilio signed the URL without any query", cutQuery) {
			return
		}
		changePairs(t.query[1:], emit)
	}
}

// changePairs tries other pairs, another order of them and other spellings in a
// query that is there.
func changePairs(query string, emit func(label, query, cause, remedy string) bool) {
	pairs := strings.Split(query, "&")
	if len(pairs) > 1 {
		for i := range pairs[:min(len(pairs), 100)] {
			rest := slices.Delete(slices.Clone(pairs), i, i+1)
			name, _, _ := strings.Cut(pairs[i], "=")
			if name != "" && !emit("query-extra", "?"+strings.Join(rest, "&"), fmt.Sprintf("%q was added to the query on the way", shortName(name)), cutQuery) {
				return
			}
		}
	}
	for order := range orders(pairs) {
		if !emit("query-order", "?"+strings.Join(order, "&"), "the query's parameters come in another order than Twilio signed", keepQuery) {
			return
		}
	}
	for _, encode := range encodings {
		if !emit("query-reencoded", "?"+encode.change(query), encode.cause, keepQuery) {
			return
		}
	}
	// Two at a time: an encoder changes more than one character.
	for _, first := range encodings {
		once := first.change(query)
		if once == query {
			continue
		}
		for _, second := range encodings {
			if !emit("query-reencoded", "?"+second.change(once), first.cause+", and "+second.cause, keepQuery) {
				return
			}
		}
	}
}

// orders yields the orders that pairs may have had: all of them if they are
// few, else the sorted and the reversed.
func orders(pairs []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if len(pairs) > maxPermuted {
			reversed := slices.Clone(pairs)
			slices.Reverse(reversed)
			_ = yield(slices.Sorted(slices.Values(pairs))) && yield(reversed)
			return
		}
		var permute func(k int) bool
		order := slices.Clone(pairs)
		permute = func(k int) bool {
			if k == len(order) {
				return yield(order)
			}
			for i := k; i < len(order); i++ {
				order[k], order[i] = order[i], order[k]
				ok := permute(k + 1)
				order[k], order[i] = order[i], order[k]
				if !ok {
					return false
				}
			}
			return true
		}
		permute(0)
	}
}

// encodings are the ways in which a query is written again, seen from here
// back to what was signed.
var encodings = []struct {
	cause  string
	change func(string) string
}{
	{"a space was signed as %20 and arrives as +", replace("+", "%20")},
	{"a space was signed as + and arrives as %20", replace("%20", "+")},
	{"an apostrophe was signed as it is and arrives escaped", replace("%27", "'")},
	{"an apostrophe was signed escaped and arrives as it is", replace("'", "%27")},
	{"colons and at signs were signed as they are and arrive escaped", replace("%3A", ":", "%3a", ":", "%40", "@")},
	{"punctuation was signed as it is and arrives escaped", replace("%21", "!", "%24", "$", "%27", "'", "%28", "(", "%29", ")", "%2A", "*", "%2a", "*",
		"%2C", ",", "%2c", ",", "%3A", ":", "%3a", ":", "%3B", ";", "%3b", ";", "%40", "@", "%2F", "/", "%2f", "/", "%3F", "?", "%3f", "?", "%7E", "~", "%7e", "~")},
	{"brackets were signed as they are and arrive escaped", replace("%5B", "[", "%5b", "[", "%5D", "]", "%5d", "]", "%7B", "{", "%7b", "{", "%7D", "}", "%7d", "}", "%7C", "|", "%7c", "|")},
	{"brackets were signed escaped and arrive as they are", replace("[", "%5B", "]", "%5D", "{", "%7B", "}", "%7D", "|", "%7C", "<", "%3C", ">", "%3E", `"`, "%22")},
	{"escapes were signed in upper case and arrive in lower case", func(s string) string { return escapeCase(s, strings.ToUpper) }},
	{"escapes were signed in lower case and arrive in upper case", func(s string) string { return escapeCase(s, strings.ToLower) }},
	{"letters outside ASCII were signed escaped and arrive as they are", escapeNonASCII},
	{"the query was signed decoded", func(s string) string { return unescaped(s, "") }},
	{"the query was signed decoded but for its separators", func(s string) string { return unescaped(s, "&=#%+") }},
	{"empty pairs were left out before it was signed", withoutEmpty},
	{"the query was parsed and encoded again", encodedAgain},
}

func replace(pairs ...string) func(string) string {
	r := strings.NewReplacer(pairs...)
	return r.Replace
}

// unescaped decodes the escapes of s, except of the characters in keep.
func unescaped(s, keep string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+3 <= len(s) {
			if c, err := url.PathUnescape(s[i : i+3]); err == nil && !strings.Contains(keep, c) {
				b.WriteString(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func withoutEmpty(query string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(query, "&"), func(p string) bool { return p == "" }), "&")
}

func encodedAgain(query string) string {
	var parts []string
	for _, p := range parsePairs(query) {
		parts = append(parts, url.QueryEscape(p.Name)+"="+url.QueryEscape(p.Value))
	}
	return strings.Join(parts, "&")
}
