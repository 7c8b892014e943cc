package capture

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Term is one condition of a search. Not negates it.
type Term struct {
	Key   string // of [Keys]; empty: Value is anywhere in the exchange
	Value string // in lower case
	Not   bool
}

// Keys are the names that a term may have before a colon, with an example of
// each.
var Keys = [][2]string{
	{"code", "code:12100"}, {"status", "status:403"}, {"kind", "kind:IncomingCall"}, {"from", "from:+15550101"}, {"to", "to:+15550100"},
	{"path", "path:/voice"}, {"field", "field:Digits=1"}, {"is", "is:failed"}, {"source", "source:tunnel"}, {"method", "method:GET"},
	{"sid", "sid:CA0123"}, {"since", "since:2026-11-30"}, {"until", "until:2026-12-01"},
}

// States are the values of the key "is".
var States = []string{"failed", "fault", "outbound", "pinned", "refused", "replay", "unanswered", "warning"}

// maxTerms bounds how many conditions a search has.
const maxTerms = 30

// ParseSearch reads what a person types to search: words, "phrases in quotes",
// and terms such as code:12100 or field:Digits=1, each negated by a minus sign. A
// text with a colon after an unknown name, such as a URL, is a word. A term with
// an invalid value is left out, and problems says why.
func ParseSearch(text string) (terms []Term, problems []string) {
	for _, word := range split(text) {
		if len(terms) == maxTerms {
			return terms, append(problems, fmt.Sprintf("a search has at most %d conditions", maxTerms))
		}
		t := Term{}
		if rest, ok := strings.CutPrefix(word.text, "-"); ok && rest != "" && !word.quoted {
			t.Not, word.text = true, rest
		}
		key, value, ok := strings.Cut(word.text, ":")
		if word.start == 0 || !ok || !known(strings.ToLower(key)) {
			t.Value = strings.ToLower(word.text)
			terms = append(terms, t)
			continue
		}
		t.Key, t.Value = strings.ToLower(key), strings.ToLower(value)
		if problem := t.check(); problem != "" {
			problems = append(problems, problem)
			continue
		}
		terms = append(terms, t)
	}
	return terms, problems
}

func known(key string) bool {
	return slices.ContainsFunc(Keys, func(k [2]string) bool { return k[0] == key })
}

// check returns what is wrong with a value, or "".
func (t Term) check() string {
	wrong := func(how string) string { return fmt.Sprintf("%s:%s is not a search: %s", t.Key, t.Value, how) }
	switch t.Key {
	case "code":
		if _, err := strconv.Atoi(t.Value); err != nil {
			return wrong("use an error number, as in code:12100")
		}
	case "status":
		if _, err := strconv.Atoi(strings.TrimSuffix(t.Value, "xx")); err != nil && t.Value != "none" {
			return wrong("use status:403, status:4xx or status:none")
		}
	case "is":
		if !slices.Contains(States, t.Value) {
			return wrong("use is: with " + strings.Join(States, ", "))
		}
	case "since", "until":
		if _, err := day(t.Value); err != nil {
			return wrong("use a date or a time, as in since:2026-11-30 or since:2026-11-30T14:00")
		}
	default:
		if t.Value == "" {
			return wrong("a value is missing")
		}
	}
	return ""
}

// day reads a date, or a date and a time, of this machine's time zone.
func day(text string) (time.Time, error) {
	if t, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return t, nil
	}
	return time.ParseInLocation("2006-01-02t15:04", text, time.Local)
}

// A word of a search; start is how many bytes it has before the first quote.
type word struct {
	text   string
	quoted bool // it begins with a quote
	start  int
}

// split cuts a search at blanks outside of quotes.
func split(text string) (words []word) {
	var b strings.Builder
	open, begun, w := false, false, word{start: -1}
	end := func() {
		if w.text = b.String(); w.text != "" {
			if w.start < 0 {
				w.start = len(w.text)
			}
			words = append(words, w)
		}
		b.Reset()
		begun, w = false, word{start: -1}
	}
	for _, c := range text {
		switch {
		case c == '"':
			if w.start < 0 {
				w.start = b.Len()
			}
			w.quoted = w.quoted || !begun
			open, begun = !open, true
		case !open && (c == ' ' || c == '\t' || c == '\n'):
			end()
		default:
			begun = true
			b.WriteRune(c)
		}
	}
	end()
	return words
}

// holds reports whether an exchange meets the condition.
func (t Term) holds(e *entry) bool {
	x := &e.head
	switch t.Key {
	case "":
		return strings.Contains(e.text, t.Value) || strings.Contains(e.form, t.Value)
	case "code":
		return x.Code != 0 && strconv.Itoa(x.Code) == t.Value || e.field("errorcode", func(v string) bool { return v == t.Value })
	case "status":
		class, ok := strings.CutSuffix(t.Value, "xx")
		switch {
		case t.Value == "none":
			return x.Response.Status == 0
		case ok:
			return strconv.Itoa(x.Response.Status/100) == class
		}
		return strconv.Itoa(x.Response.Status) == t.Value
	case "kind":
		return strings.Contains(strings.ToLower(x.Kind), t.Value)
	case "from", "to":
		return e.field(t.Key, func(v string) bool { return strings.Contains(v, t.Value) })
	case "path":
		return strings.Contains(strings.ToLower(x.Request.Path()), t.Value)
	case "field":
		name, value, given := strings.Cut(t.Value, "=")
		return e.field(name, func(v string) bool { return !given || v == value })
	case "source":
		return strings.HasPrefix(string(x.Source), t.Value)
	case "method":
		return strings.EqualFold(x.Request.Method, t.Value)
	case "sid":
		return strings.HasPrefix(strings.ToLower(x.SID), t.Value) || strings.HasPrefix(strings.ToLower(x.Thread), t.Value)
	case "since", "until":
		at, err := day(t.Value)
		return err == nil && x.At.Before(at) == (t.Key == "until")
	case "is":
		return x.is(t.Value)
	}
	return false
}

func (e *Exchange) is(state string) bool {
	switch state {
	case "failed":
		return e.Failed()
	case "fault":
		return e.Fault != ""
	case "outbound":
		return e.Source == API
	case "pinned":
		return e.Pinned
	case "refused":
		return e.Verdict != "" && e.Verdict != "valid"
	case "replay":
		return e.Parent != 0
	case "unanswered":
		return e.Response.Status == 0
	case "warning":
		return e.Lint > 0
	}
	return false
}

// Failed reports whether Twilio would reject the answer, or the program rejected
// the request: the status is neither 2xx nor that of an open
// WebSocket, or there is an error number or a wrong signature.
func (e *Exchange) Failed() bool {
	taken := e.Response.Status/100 == 2 || e.Response.Status == http.StatusSwitchingProtocols
	return !taken || e.Code != 0 || e.Verdict != "valid" && e.Source != API
}

// field reports whether a parameter of that name, in lower case, has a value that
// passes.
func (e *entry) field(name string, passes func(string) bool) bool {
	for rest := e.form; ; {
		_, after, ok := strings.Cut(rest, "\n"+name+"=")
		if !ok {
			return false
		}
		value, _, _ := strings.Cut(after, "\n")
		if passes(value) {
			return true
		}
		rest = after
	}
}

// searched bounds how much of a body can be found by its words.
const searched = 16 << 10

// words is the text that is searched, in lower case, without the
// parameters.
func (e *Exchange) words() string {
	body := ""
	if !e.Request.IsForm() {
		body = string(clip(e.Request.Body, searched))
	}
	parts := []string{
		e.Summary, e.Kind, e.SID, e.Thread, e.Request.Method, e.Request.URL, e.Error, e.Verdict, e.Fault, body, string(clip(e.Response.Body, searched)),
	}
	if e.Code != 0 {
		parts = append(parts, strconv.Itoa(e.Code))
	}
	return strings.ToLower(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n"))
}

// parameters are those of the query and of the form, in lower case, a line each
// with a line break before it.
func (e *Exchange) parameters() string {
	var b strings.Builder
	add := func(text string) {
		for pair := range strings.SplitSeq(text, "&") {
			if pair == "" {
				continue
			}
			if plain, err := url.QueryUnescape(pair); err == nil {
				pair = plain
			}
			b.WriteString("\n" + strings.NewReplacer("\n", " ", "\r", " ").Replace(strings.ToLower(pair)))
		}
	}
	if e.Request.IsForm() {
		add(string(clip(e.Request.Body, searched)))
	}
	if _, query, ok := strings.Cut(e.Request.URL, "?"); ok {
		add(query)
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}
