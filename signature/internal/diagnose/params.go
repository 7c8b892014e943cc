package diagnose

import (
	"fmt"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/form"
)

const (
	verifyFirst = "The verifier needs the body as it arrived: run it before every middleware that reads, cleans or rewrites parameters."
	signAll     = "Twilio signs each distinct value, sorted. If you sign requests yourself, do the same (in Go with Sign). Otherwise a parameter was added to a genuine request: a forgery."
	sortNames   = "Twilio sorts names as bytes. If you sign requests yourself, do the same (in Go with Sign)."
	signQuery   = "For a GET or a WebSocket the URL alone is signed, query included. Do not append the parameters again where the request is signed."
	signForm    = "Twilio signs the parameters of the body only. Whoever signed this took the query for parameters, as PHP's $_REQUEST and Go's Request.Form do."
)

// methods tries mix-ups of query and parameters.
func methods(r *Request, t trial) iter.Seq[change] {
	query := parse(strings.TrimPrefix(t.query, "?"))
	merged := append(slices.Clone(query), r.Pairs...)
	bare, without := t, t
	bare.params, without.query = "", ""
	var list []change
	switch {
	case r.Form:
		list = []change{{trial: bare, label: "method", what: "the URL alone was signed, as for a GET, and the request arrives as a POST with a form",
			remedy: "Twilio makes no such request. If you sign requests yourself, sign the parameters too. Otherwise someone replays a signature with another body."},
			{trial: t.withParams(merged), label: "query-merged-into-params", what: "the query was signed among the parameters as well", remedy: signForm},
			{trial: without.withParams(merged), label: "query-merged-into-params", what: "the query was signed as parameters and not as part of the URL", remedy: signForm}}
	case len(query) > 0:
		list = []change{
			{trial: t.withParams(query), label: "get-params-appended", what: "the query was signed as part of the URL and again as parameters", remedy: signQuery},
			{trial: without.withParams(query), label: "get-params-appended", what: "the URL was signed without its query, and the query as parameters", remedy: signQuery}}
	}
	return slices.Values(list)
}

// paramRewrites turn parameters back into what was signed. Undo may change its
// argument. With inOrder it returns them in signing order, too.
var paramRewrites = []struct {
	label, what, remedy string
	undo                func([]form.Pair) []form.Pair
	inOrder             bool
}{
	{"param-duplicates", "only the first value of a repeated name was signed", signAll, repeated(func(v []string) []string { return v[:1] }), false},
	{"param-duplicates", "only the last value of a repeated name was signed", signAll, repeated(func(v []string) []string { return v[len(v)-1:] }), false},
	{"param-duplicates", "the values of a repeated name were signed in the order of arrival", signAll, repeated(slices.Clone[[]string]), true},
	{"param-duplicates", "the values of a repeated name were signed joined by commas", signAll, repeated(func(v []string) []string { return []string{strings.Join(v, ",")} }), false},
	{"param-duplicates", "the values of a repeated name were signed joined", signAll, repeated(func(v []string) []string { return []string{strings.Join(v, "")} }), false},
	{"param-plus-decoded", "a + at the start of a value was decoded twice and became a space", verifyFirst, values(leadingPlus), false},
	{"param-plus-decoded", "each + was decoded twice and became a space", verifyFirst, values(replace(" ", "+")), false},
	{"param-not-decoded", "the values were signed still encoded", verifyFirst, values(url.QueryEscape), false},
	{"param-decoded-twice", "the values were decoded again before they were signed", verifyFirst, values(decodedAgain), false},
	{"param-newlines", "line breaks were changed to CR LF", verifyFirst, values(replace("\r\n", "\n")), false},
	{"param-newlines", "line breaks were changed from CR LF", verifyFirst, values(replace("\r\n", "\r\n", "\n", "\r\n")), false},
	{"param-names", "a dot in a name became an underscore, as in PHP", verifyFirst, names("."), false},
	{"param-names", "a space in a name became an underscore, as in PHP", verifyFirst, names(" "), false},
	{"param-order", "the parameters were signed in the order of arrival, unsorted", sortNames, slices.Clone[[]form.Pair], true},
	{"param-order", "the parameters were signed sorted by name and value joined", sortNames, sortedBy(func(p form.Pair) string { return p.Name + p.Value }), true},
	{"param-order", "the parameters were signed sorted without regard to case", sortNames, sortedBy(func(p form.Pair) string { return strings.ToLower(p.Name) }), true},
}

// dropped are parameters that parsers drop, as forms: those that Twilio often
// sends empty, alone and together, and those with a known value. A name in
// braces is replaced by the value of that parameter.
var dropped = strings.Fields(`Body= Digits= FinishedOnKey= ForwardedFrom= CallerName= SpeechResult= ErrorCode= RecordingUrl= TranscriptionText= AddOns=
	FromCity= FromState= FromZip= FromCountry= ToCity= ToState= ToZip= ToCountry= FromCity=&FromState=&FromZip= ToCity=&ToState=&ToZip=
	FromCity=&FromState=&FromZip=&ToCity=&ToState=&ToZip= FromCity=&FromState=&FromZip=&FromCountry=&ToCity=&ToState=&ToZip=&ToCountry=
	CallerCity= CallerState= CallerZip= CallerCountry= CalledCity= CalledState= CalledZip= CalledCountry=
	CallerCity=&CallerState=&CallerZip=&FromCity=&FromState=&FromZip= CalledCity=&CalledState=&CalledZip=&ToCity=&ToState=&ToZip=
	CallerCity=&CallerState=&CallerZip=&FromCity=&FromState=&FromZip=&CalledCity=&CalledState=&CalledZip=&ToCity=&ToState=&ToZip=
	ApiVersion=2010-04-01 NumMedia=0 NumSegments=1 Direction=inbound SmsStatus=received SmsStatus={MessageStatus} SmsSid={MessageSid} SmsMessageSid={MessageSid}
	MessageSid={SmsSid} Called={To} Caller={From}`)

// parameters tries what frameworks and signers do to the parameters of a form.
func parameters(r *Request, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		if !r.Form {
			return
		}
		for _, part := range []func(*Request, trial) iter.Seq[change]{rewritten, extra, missing, trimmed} {
			for c := range part(r, t) {
				if !yield(c) {
					return
				}
			}
		}
	}
}

func rewritten(r *Request, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		for _, rewrite := range paramRewrites {
			pairs := rewrite.undo(slices.Clone(r.Pairs))
			c := change{trial: t.withParams(pairs), label: rewrite.label, what: rewrite.what, remedy: rewrite.remedy}
			if rewrite.inOrder {
				c.params = joined(pairs)
			}
			if !yield(c) {
				return
			}
		}
	}
}

// extra leaves out each parameter in turn.
func extra(r *Request, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		for i, p := range r.Pairs[:min(len(r.Pairs), 200)] {
			c := change{trial: t.withParams(slices.Delete(slices.Clone(r.Pairs), i, i+1)), label: "param-extra",
				what:   fmt.Sprintf("%s, at place %d, was added after the request was signed", safe(p.Name, "a parameter"), i+1),
				remedy: "If a framework adds it (controller, action, _token), verify before the framework's parser. If nobody adds it, the request is a forgery."}
			if !yield(c) {
				return
			}
		}
	}
}

// missing adds parameters that may have been dropped.
func missing(r *Request, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		has := map[string]string{}
		for _, p := range r.Pairs {
			has[p.Name] = p.Value
		}
		for _, text := range dropped {
			pairs := slices.Clone(r.Pairs)
			var added []string
			for _, p := range parse(text) {
				if name := strings.Trim(p.Value, "{}"); name != p.Value {
					p.Value = has[name]
				}
				if _, ok := has[p.Name]; !ok {
					pairs, added = append(pairs, p), append(added, p.Name)
				}
			}
			c := change{trial: t.withParams(pairs), label: "param-missing", what: strings.Join(added, ", ") + " was dropped on the way", remedy: verifyFirst}
			if added != nil && !yield(c) {
				return
			}
		}
	}
}

// trimmed adds a little white space, which is all that can be guessed.
func trimmed(r *Request, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		for i, p := range r.Pairs {
			if p.Name != "Body" && p.Name != "SpeechResult" {
				continue
			}
			for _, around := range [][2]string{{"", " "}, {" ", ""}, {" ", " "}, {"", "\n"}, {"", "\r\n"}, {"", "  "}, {"  ", ""}, {"  ", "  "}, {"  ", " "}, {" ", "  "}} {
				pairs := slices.Clone(r.Pairs)
				pairs[i].Value = around[0] + p.Value + around[1]
				if !yield(change{trial: t.withParams(pairs), label: "param-trimmed", what: "white space around the value of " + p.Name + " was removed", remedy: verifyFirst}) {
					return
				}
			}
		}
	}
}

func values(change func(string) string) func([]form.Pair) []form.Pair {
	return func(pairs []form.Pair) []form.Pair {
		for i := range pairs {
			pairs[i].Value = change(pairs[i].Value)
		}
		return pairs
	}
}

// names changes the underscores in names.
func names(to string) func([]form.Pair) []form.Pair {
	return func(pairs []form.Pair) []form.Pair {
		for i := range pairs {
			pairs[i].Name = strings.ReplaceAll(pairs[i].Name, "_", to)
		}
		return pairs
	}
}

func sortedBy(key func(form.Pair) string) func([]form.Pair) []form.Pair {
	return func(pairs []form.Pair) []form.Pair {
		slices.SortStableFunc(pairs, func(a, b form.Pair) int { return strings.Compare(key(a), key(b)) })
		return pairs
	}
}

// repeated picks among the values of each name, in the order of names.
func repeated(pick func(values []string) []string) func([]form.Pair) []form.Pair {
	return func(pairs []form.Pair) (picked []form.Pair) {
		byName := map[string][]string{}
		for _, p := range pairs {
			byName[p.Name] = append(byName[p.Name], p.Value)
		}
		for _, name := range slices.Sorted(maps.Keys(byName)) {
			for _, value := range pick(byName[name]) {
				picked = append(picked, form.Pair{Name: name, Value: value})
			}
		}
		return picked
	}
}

func leadingPlus(s string) string {
	if rest, ok := strings.CutPrefix(s, " "); ok {
		return "+" + rest
	}
	return s
}

func decodedAgain(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return s
}
