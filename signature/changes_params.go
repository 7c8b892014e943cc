package signature

import (
	"encoding/json"
	"fmt"
	"html"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// verifyFirst is the remedy for everything that happens to parameters on the
// way.
const verifyFirst = "The verifier has to see the body as it arrived: put it in front of every middleware that reads, cleans or rewrites parameters."

// changeMethod tries mix-ups of query and parameters.
func changeMethod(d *diagnosis, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		query := parsePairs(d.q.loc.query())
		without := t
		without.query = ""
		if !d.q.hasForm() {
			const remedy = "For a GET the URL alone is signed, its query included. Do not append the parameters a second time where the request is signed."
			if len(query) > 0 {
				_ = yield(change{trial: t.withParams(query), finding: Finding{"get-params-appended: the query was signed as part of the URL and a second time as parameters", remedy}}) &&
					yield(change{trial: without.withParams(query), finding: Finding{"get-params-appended: the URL was signed without its query, and the query as parameters", remedy}})
			}
			return
		}
		bare := t
		bare.params = ""
		if !yield(change{trial: bare, finding: Finding{"method: the URL alone was signed, as for a GET, and the request arrives as a POST with a form",
			"Twilio made no such request. If you sign requests yourself, give the parameters to Sign. Otherwise somebody replays a signature with a body of their own."}}) {
			return
		}
		if len(query) == 0 {
			return
		}
		const remedy = "Whoever signed this took the query for parameters (as PHP's $_REQUEST or Request.Form in Go do). Sign and verify the parameters of the body only."
		over := slices.Clone(d.pairs)
		for _, p := range query {
			if !slices.ContainsFunc(d.pairs, func(b pair) bool { return b.Name == p.Name }) {
				over = append(over, p)
			}
		}
		_ = yield(change{trial: t.withParams(append(slices.Clone(query), d.pairs...)), finding: Finding{"query-merged-into-params: the query was signed among the parameters as well", remedy}}) &&
			yield(change{trial: t.withParams(over), finding: Finding{"query-merged-into-params: the query was signed among the parameters as well", remedy}}) &&
			yield(change{trial: without.withParams(append(slices.Clone(query), d.pairs...)), finding: Finding{"query-merged-into-params: the query was signed as parameters and not as part of the URL", remedy}})
	}
}

// changeParams tries what frameworks do to parameters. The cheap and likely
// come first.
func changeParams(d *diagnosis, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		if !d.q.hasForm() {
			return
		}
		for _, step := range []func(*diagnosis, trial, func(change) bool) bool{
			changeDuplicates, changeValues, changeExtra, changeMissing, changeTrimmed, changeNames, changeOrder,
		} {
			if !step(d, t, yield) {
				return
			}
		}
	}
}

func changeDuplicates(d *diagnosis, t trial, yield func(change) bool) bool {
	byName := map[string][]string{}
	for _, p := range d.pairs {
		byName[p.Name] = append(byName[p.Name], p.Value)
	}
	if len(byName) == len(d.pairs) {
		return true
	}
	for _, way := range []struct {
		cause string
		pick  func(values []string) []string
	}{
		{"only the first value of a repeated name was signed", func(v []string) []string { return v[:1] }},
		{"only the last value of a repeated name was signed", func(v []string) []string { return v[len(v)-1:] }},
		{"all values of a repeated name were signed in the order of arrival", nil},
		{"the values of a repeated name were signed joined by commas", func(v []string) []string { return []string{strings.Join(v, ",")} }},
		{"the values of a repeated name were signed glued together", func(v []string) []string { return []string{strings.Join(v, "")} }},
	} {
		c := t
		c.params = ""
		for _, name := range slices.Sorted(maps.Keys(byName)) {
			values := byName[name]
			if way.pick != nil {
				values = way.pick(values)
			}
			for _, v := range values {
				c.params += name + v
			}
		}
		if !yield(change{trial: c, finding: Finding{"param-duplicates: " + way.cause,
			"Twilio signs each distinct value, sorted. If you sign requests yourself, do the same (Sign does). Otherwise a parameter was added to a request that had one of that name: a forgery."}}) {
			return false
		}
	}
	return true
}

// changeValues tries changes that are made to all values at once.
func changeValues(d *diagnosis, t trial, yield func(change) bool) bool {
	all := func(change func(string) string) []pair {
		pairs := slices.Clone(d.pairs)
		for i := range pairs {
			pairs[i].Value = change(pairs[i].Value)
		}
		return pairs
	}
	var raw []pair
	for part := range strings.SplitSeq(string(d.q.body), "&") {
		name, value, _ := strings.Cut(part, "=")
		raw = append(raw, pair{Name: name, Value: value})
	}
	for _, way := range []struct {
		label, cause string
		pairs        []pair
	}{
		{"param-plus-decoded", "a + in a value was decoded twice and became a space", all(func(s string) string {
			if strings.HasPrefix(s, " ") {
				return "+" + s[1:]
			}
			return s
		})},
		{"param-plus-decoded", "each + was decoded twice and became a space", all(replace(" ", "+"))},
		{"param-not-decoded", "the values were signed as they stand in the body, still encoded", raw},
		{"param-not-decoded", "the values were signed still encoded", all(url.QueryEscape)},
		{"param-not-decoded", "the values were signed still encoded", all(func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") })},
		{"param-decoded-twice", "the values were decoded once more before they were signed", all(func(s string) string {
			if u, err := url.QueryUnescape(s); err == nil {
				return u
			}
			return s
		})},
		{"param-html", "the values arrive escaped for HTML", all(html.UnescapeString)},
		{"param-html", "the values were signed escaped for HTML", all(html.EscapeString)},
		{"param-newlines", "line breaks were changed to CR LF", all(replace("\r\n", "\n"))},
		{"param-newlines", "line breaks were changed from CR LF", all(func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n") })},
		{"param-unicode", "letters with accents were decomposed", all(composed)},
		{"param-unicode", "letters with accents were composed", all(decomposed)},
		{"param-charset", "bytes that are not UTF-8 were replaced", all(func(s string) string { return strings.ToValidUTF8(s, "\ufffd") })},
	} {
		if !yield(change{trial: t.withParams(way.pairs), finding: Finding{way.label + ": " + way.cause, verifyFirst}}) {
			return false
		}
	}
	return true
}

// changeExtra leaves out each parameter in turn.
func changeExtra(d *diagnosis, t trial, yield func(change) bool) bool {
	for i := range d.pairs[:min(len(d.pairs), 200)] {
		c := t.withParams(slices.Delete(slices.Clone(d.pairs), i, i+1))
		f := Finding{fmt.Sprintf("param-extra: parameter %d, %q, was added after the request was signed", i+1, shortName(d.pairs[i].Name)),
			"If a framework adds it (controller, action, _token and the like), put the verifier in front of the framework's parser. If nobody does, it is a forgery."}
		if !yield(change{trial: c, finding: f}) {
			return false
		}
	}
	return true
}

// shortName keeps a name that is a piece of a message out of logs.
func shortName(name string) string {
	if !isName([]byte(name)) || len(name) > 40 {
		return "(a name that Twilio never sends)"
	}
	return name
}

// blanks are parameters that Twilio often sends empty, in the groups in which
// parsers lose them.
var blanks = [][]string{
	{"FromCity"}, {"FromState"}, {"FromZip"}, {"FromCountry"}, {"ToCity"}, {"ToState"}, {"ToZip"}, {"ToCountry"}, {"Body"}, {"Digits"},
	{"CallerCity"}, {"CallerState"}, {"CallerZip"}, {"CallerCountry"}, {"CalledCity"}, {"CalledState"}, {"CalledZip"}, {"CalledCountry"},
	{"FinishedOnKey"}, {"ForwardedFrom"}, {"CallerName"}, {"SpeechResult"}, {"ErrorCode"}, {"RecordingUrl"}, {"TranscriptionText"}, {"AddOns"},
	{"FromCity", "FromState", "FromZip"}, {"ToCity", "ToState", "ToZip"},
	{"FromCity", "FromState", "FromZip", "ToCity", "ToState", "ToZip"},
	{"CallerCity", "CallerState", "CallerZip", "FromCity", "FromState", "FromZip"},
	{"CalledCity", "CalledState", "CalledZip", "ToCity", "ToState", "ToZip"},
	{"CallerCity", "CallerState", "CallerZip", "CalledCity", "CalledState", "CalledZip", "FromCity", "FromState", "FromZip", "ToCity", "ToState", "ToZip"},
}

// changeMissing adds parameters that may have been lost: empty ones, and those
// whose value is known.
func changeMissing(d *diagnosis, t trial, yield func(change) bool) bool {
	has := map[string]string{}
	for _, p := range d.pairs {
		has[p.Name] = p.Value
	}
	emit := func(cause string, added ...pair) bool {
		for _, p := range added {
			if _, ok := has[p.Name]; ok {
				return true
			}
		}
		return yield(change{trial: t.withParams(append(slices.Clone(d.pairs), added...)), finding: Finding{"param-missing: " + cause, verifyFirst}})
	}
	for _, group := range blanks {
		var added []pair
		for _, name := range group {
			added = append(added, pair{Name: name})
		}
		if !emit("the empty parameter "+strings.Join(group, ", ")+" was dropped", added...) {
			return false
		}
	}
	for _, p := range []pair{
		{Name: "ApiVersion", Value: "2010-04-01"}, {Name: "NumMedia", Value: "0"}, {Name: "NumSegments", Value: "1"},
		{Name: "SmsStatus", Value: "received"}, {Name: "SmsStatus", Value: has["MessageStatus"]}, {Name: "Direction", Value: "inbound"},
		{Name: "SmsSid", Value: has["MessageSid"]}, {Name: "SmsMessageSid", Value: has["MessageSid"]}, {Name: "MessageSid", Value: has["SmsSid"]},
		{Name: "Called", Value: has["To"]}, {Name: "Caller", Value: has["From"]}, {Name: "ToCountry", Value: "US"}, {Name: "FromCountry", Value: "US"},
	} {
		if !emit("the parameter "+p.Name+" was dropped", p) {
			return false
		}
	}
	return true
}

// changeTrimmed puts a little white space back, which is all that can be guessed.
func changeTrimmed(d *diagnosis, t trial, yield func(change) bool) bool {
	for i, p := range d.pairs {
		if p.Name != "Body" && p.Name != "SpeechResult" && p.Name != "TranscriptionText" {
			continue
		}
		for _, around := range [][2]string{{"", " "}, {" ", ""}, {" ", " "}, {"", "\n"}, {"", "\r\n"}, {"", "  "}, {"  ", ""}, {"  ", "  "}, {"  ", " "}, {" ", "  "}, {"\n", ""}} {
			pairs := slices.Clone(d.pairs)
			pairs[i].Value = around[0] + p.Value + around[1]
			if !yield(change{trial: t.withParams(pairs), finding: Finding{"param-trimmed: white space around the value of " + p.Name + " was removed", verifyFirst}}) {
				return false
			}
		}
	}
	return true
}

func changeNames(d *diagnosis, t trial, yield func(change) bool) bool {
	renamed := func(change func(string) string) []pair {
		pairs := slices.Clone(d.pairs)
		for i := range pairs {
			pairs[i].Name = change(pairs[i].Name)
		}
		return pairs
	}
	known := map[string]string{}
	for _, name := range []string{"AccountSid", "MessageSid", "SmsSid", "SmsMessageSid", "CallSid", "From", "To", "Body", "ApiVersion", "NumMedia", "NumSegments",
		"SmsStatus", "MessageStatus", "CallStatus", "Direction", "Called", "Caller", "Digits", "MessagingServiceSid"} {
		known[strings.ToLower(name)] = name
	}
	for _, group := range blanks {
		known[strings.ToLower(group[0])] = group[0]
	}
	for _, way := range []struct {
		cause  string
		change func(string) string
	}{
		{"a dot in a name was turned into an underscore, as PHP does", replace("_", ".")},
		{"a space in a name was turned into an underscore, as PHP does", replace("_", " ")},
		{"the names were turned into lower case", func(s string) string {
			if name, ok := known[strings.ToLower(s)]; ok {
				return name
			}
			return s
		}},
		{"the first letters of names were turned into lower case", func(s string) string {
			if s == "" {
				return s
			}
			return strings.ToUpper(s[:1]) + s[1:]
		}},
		{"brackets were taken off the names", func(s string) string { return s + "[]" }},
	} {
		if !yield(change{trial: t.withParams(renamed(way.change)), finding: Finding{"param-names: " + way.cause, verifyFirst}}) {
			return false
		}
	}
	return true
}

// changeOrder tries the ways in which signers sort wrongly.
func changeOrder(d *diagnosis, t trial, yield func(change) bool) bool {
	for _, way := range []struct {
		cause   string
		compare func(a, b pair) int
	}{
		{"in the order of arrival, without sorting", nil},
		{"sorted by name and value joined", func(a, b pair) int { return strings.Compare(a.Name+a.Value, b.Name+b.Value) }},
		{"sorted without regard to case", func(a, b pair) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) }},
		{"sorted by UTF-16, as JavaScript and Java do", func(a, b pair) int { return slices.Compare(utf16Of(a.Name), utf16Of(b.Name)) }},
	} {
		pairs := slices.Clone(d.pairs)
		if way.compare != nil {
			slices.SortStableFunc(pairs, way.compare)
		}
		c := t
		c.params = joined(pairs)
		if !yield(change{trial: c, finding: Finding{"param-order: the parameters were signed " + way.cause,
			"Twilio sorts names as bytes. If you sign requests yourself, do the same (Sign does)."}}) {
			return false
		}
	}
	return true
}

// jsonPairs returns the members of a JSON object as if they were parameters.
func jsonPairs(body []byte) []pair {
	var members map[string]any
	if json.Unmarshal(body, &members) != nil {
		return nil
	}
	pairs := make([]pair, 0, len(members))
	for name, value := range members {
		text, ok := value.(string)
		if _, nested := value.(map[string]any); nested {
			text = "[object Object]" // as JavaScript prints it
		} else if !ok {
			text = fmt.Sprint(value)
		}
		pairs = append(pairs, pair{Name: name, Value: text})
	}
	return pairs
}
