package diagnose

import (
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/ringback-go/ringback/internal/form"
)

const (
	keepQuery = "Have the query passed on as it was received, and do not rebuild the URL from parsed parameters."
	cutQuery  = "Have whatever adds it (a proxy, a tracker, a router) leave Twilio's requests alone, or write it into the URL at Twilio. For a Stream, pass values with Parameter elements: its url has no query."

	// Some signers sort a query before they sign it (twilio-php issue 790).
	sortQuery = keepQuery + " If nothing on the way reorders it, Twilio may have sorted it: write the pairs in alphabetical order in the URL that you give to Twilio."

	// And some sign characters unescaped that they send escaped (twilio-node
	// pull request 621, issue 1059).
	unescaped = "Twilio itself signs some characters unescaped and sends them escaped. For a GET, have Twilio send this webhook by POST; " +
		"for a POST, leave these characters out of the URL. If a proxy escapes them, have it pass the query on as it was received."
)

// rewrite turns a query back into what was signed.
type rewrite struct {
	what, remedy string
	undo         func(string) string
}

// queryRewrites begin with one that changes nothing.
var queryRewrites = []rewrite{
	{"", "", replace()},
	{"a space was signed as %20 and arrives as +", keepQuery, replace("+", "%20")},
	{"a space was signed as + and arrives as %20", keepQuery, replace("%20", "+")},
	{"an apostrophe was signed as it is and arrives escaped", unescaped, replace("%27", "'")},
	{"an apostrophe was signed escaped and arrives as it is", keepQuery, replace("'", "%27")},
	{"colons and at signs were signed as they are and arrive escaped", unescaped, replace("%3A", ":", "%3a", ":", "%40", "@")},
	{"punctuation was signed as it is and arrives escaped", unescaped, func(q string) string { return unescape(q, "!$'()*,:;@/?~") }},
	{"brackets were signed as they are and arrive escaped", unescaped, func(q string) string { return unescape(q, "[]{}|") }},
	{"brackets were signed escaped and arrive as they are", keepQuery, replace("[", "%5B", "]", "%5D", "{", "%7B", "}", "%7D", "|", "%7C", "<", "%3C", ">", "%3E", `"`, "%22")},
	{"escapes were signed in upper case and arrive in lower case", keepQuery, func(q string) string { return mapEscapes(q, strings.ToUpper) }},
	{"escapes were signed in lower case and arrive in upper case", keepQuery, func(q string) string { return mapEscapes(q, strings.ToLower) }},
	{"characters outside ASCII were signed escaped and arrive as they are", keepQuery, escapeNonASCII},
	{"the query was signed decoded", keepQuery, func(q string) string { return unescape(q, "") }},
	{"empty pairs were left out before it was signed", keepQuery, withoutEmpty},
	{"the query was parsed and encoded again", keepQuery, encodedAgain},
}

func replace(oldnew ...string) func(string) string { return strings.NewReplacer(oldnew...).Replace }

// unescape decodes the escapes of s: those of the characters in only, or all if
// only is empty.
func unescape(s, only string) string {
	return mapEscapes(s, func(escape string) string {
		if c, err := url.PathUnescape(escape); err == nil && (only == "" || strings.Contains(only, c)) {
			return c
		}
		return escape
	})
}

func withoutEmpty(query string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(query, "&"), func(p string) bool { return p == "" }), "&")
}

func encodedAgain(query string) string {
	var parts []string
	for _, p := range parse(query) {
		parts = append(parts, url.QueryEscape(p.Name)+"="+url.QueryEscape(p.Value))
	}
	return strings.Join(parts, "&")
}

func parse(text string) []form.Pair {
	pairs, _ := form.Parse(text, form.Limits{Pairs: 1000, Lenient: true})
	return pairs
}

func queries(r *Request, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		add := func(path, query, label, what, remedy string) bool {
			c := change{trial: t, label: label, what: what, remedy: remedy}
			c.path, c.query = path, query
			return c.trial == t || yield(c)
		}
		if before, _, found := strings.Cut(t.path+t.query, "#"); found {
			path, query, asks := strings.Cut(before, "?")
			if asks {
				query = "?" + query
			}
			if !add(path, query, "fragment", "the URL has a fragment, which is never sent nor signed", "Leave out the # and what follows where the URL is given to the verifier; at Twilio it may stay.") {
				return
			}
		}
		if t.query == "" {
			path, query, found := strings.Cut(replace("%3f", "%3F")(t.path), "%3F")
			_ = (!found || add(path, "?"+query, "query-reencoded", "the question mark was escaped on the way", keepQuery)) &&
				add(t.path, "?", "query-reencoded", "Twilio signed a question mark without a query", keepQuery)
			return
		}
		if !add(t.path, "", "query-extra", "Twilio signed the URL without any query", cutQuery) {
			return
		}
		pairs := strings.Split(t.query[1:], "&")
		for i, pair := range pairs[:min(len(pairs), 100)] {
			name, _, _ := strings.Cut(pair, "=")
			if pair != "" && !add(t.path, "?"+strings.Join(slices.Delete(slices.Clone(pairs), i, i+1), "&"), "query-extra", safe(name, "a parameter")+" was added to the query on the way", cutQuery) {
				return
			}
		}
		for _, rewrite := range queryRewrites {
			if !add(t.path, "?"+rewrite.undo(t.query[1:]), "query-reencoded", rewrite.what, rewrite.remedy) {
				return
			}
		}
	}
}

// safe quotes a name or a path for a log, unless it may be part of a message or
// a number.
func safe(name, instead string) string {
	digits := 0
	odd := strings.ContainsFunc(name, func(c rune) bool {
		if unicode.IsDigit(c) {
			digits++
		}
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("_-.[]:/", c)
	})
	if odd || digits > 6 || len(name) > 40 {
		return instead
	}
	return fmt.Sprintf("%q", name)
}

// rearrange tries other orders and spellings of the query's pairs together,
// because software that sorts a query also encodes it. It leaves a third of the
// trials to the search that follows.
func (s *search) rearrange(base trial) []Finding {
	query := strings.TrimPrefix(base.query, "?")
	if query == "" {
		return nil
	}
	all, seen := everyOrder(strings.Split(query, "&")), map[string]bool{}
	for _, first := range queryRewrites {
		for _, second := range queryRewrites {
			spelled := second.undo(first.undo(query))
			if seen[spelled] {
				continue
			}
			seen[spelled] = true
			pairs := strings.Split(spelled, "&")
			for order := range orders(pairs, all && len(pairs) <= 5) {
				if s.cut = s.trials < MaxTrials/3 || s.bytes < MaxBytes/3; s.cut {
					return nil
				}
				t := base
				t.query = "?" + strings.Join(order, "&")
				if _, ok := s.match(t); !ok {
					continue
				}
				var list []Finding
				if !slices.Equal(order, pairs) {
					list = append(list, Finding{"query-order: the pairs of the query arrive in another order than they were signed in", sortQuery})
				}
				for _, r := range []rewrite{first, second} {
					if r.what != "" {
						list = append(list, Finding{"query-reencoded: " + r.what, r.remedy})
					}
				}
				return list
			}
		}
	}
	return nil
}

// everyOrder reports whether all orders of pairs are tried: of up to four, and
// of five that arrive sorted.
func everyOrder(pairs []string) bool { return len(pairs) <= 4 || len(pairs) == 5 && isSorted(pairs) }

func isSorted(pairs []string) bool {
	return slices.IsSortedFunc(pairs, func(a, b string) int {
		a, _, _ = strings.Cut(a, "=")
		b, _, _ = strings.Cut(b, "=")
		return strings.Compare(a, b)
	})
}

// orders yields every order of pairs, or only the likely ones: as they are,
// sorted, reversed, and with one pair moved to either end.
func orders(pairs []string, all bool) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if all {
			permute(slices.Clone(pairs), 0, yield)
			return
		}
		reversed := slices.Clone(pairs)
		slices.Reverse(reversed)
		if !yield(pairs) || !yield(slices.Sorted(slices.Values(pairs))) || !yield(reversed) {
			return
		}
		for i := range pairs[:min(len(pairs), 40)] {
			rest := slices.Delete(slices.Clone(pairs), i, i+1)
			if !yield(append([]string{pairs[i]}, rest...)) || !yield(append(rest, pairs[i])) {
				return
			}
		}
	}
}

func permute(pairs []string, from int, yield func([]string) bool) bool {
	if from == len(pairs) {
		return yield(pairs)
	}
	for i := from; i < len(pairs); i++ {
		pairs[from], pairs[i] = pairs[i], pairs[from]
		ok := permute(pairs, from+1, yield)
		pairs[from], pairs[i] = pairs[i], pairs[from]
		if !ok {
			return false
		}
	}
	return true
}
