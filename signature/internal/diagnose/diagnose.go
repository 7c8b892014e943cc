// Package diagnose finds the reason why a signature does not match. It changes
// a request in the ways in which proxies, frameworks and settings change it,
// and checks for each variant whether a token signs it. It never sees a token:
// the caller does that check.
//
// Each file holds the causes for one part of a request: address, path, query,
// parameters. A cause is data: its stable label, what happened, what to do, and
// how the request was before. To add a cause, add an entry.
package diagnose

import (
	"fmt"
	"hash/maphash"
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/form"
)

// Request is the part of a request that a diagnosis looks at.
type Request struct {
	Form   bool // the parameters are in the body
	Socket bool // the request opens a WebSocket

	// The URL as the verifier derived it. User includes the @, Port its colon
	// and Query its question mark.
	Scheme, User, Host, Port, Prefix string
	Path, Query                      string

	// Configured reports whether the address comes from the configuration and
	// not from the request and its proxies.
	Configured bool

	Pairs []form.Pair // parameters of the form, decoded, in the order of arrival
	Body  []byte

	Header http.Header // read only
	Hosts  []string    // the Host header and the configured names

	// Signs reports whether a token signs text. Keys is how many signatures it
	// computes for that.
	Signs func(text string) bool
	Keys  int
	Odd   string // cause: what is unusual about a token, or ""
	Key   string // the shared key that the request names, if any
}

// Finding is one reason, as in package signature.
type Finding struct{ Cause, Remedy string }

// Limits of one diagnosis. A hostile request reaches them within a tenth of a
// second.
const (
	MaxTrials = 5000     // signatures that are computed
	MaxBytes  = 32 << 20 // bytes of text that are put together
	maxClaims = 16       // values of one header
)

// trial is a request as Twilio may have signed it.
type trial struct {
	scheme, user, host, port string
	prefix, path, query      string
	params                   string
}

func (t trial) url() string {
	return t.scheme + "://" + t.user + t.host + t.port + t.prefix + t.path + t.query
}

// address returns the BaseURL for t. A WebSocket's address is that of the other
// requests. User information is secret and left out.
func (t trial) address() string {
	if t.port == defaultPort(t.scheme) {
		t.port = ""
	}
	return strings.Replace(t.scheme, "ws", "http", 1) + "://" + t.host + t.port + t.prefix
}

func defaultPort(scheme string) string {
	if strings.HasSuffix(scheme, "s") {
		return ":443"
	}
	return ":80"
}

// withParams returns t with pairs as its signed parameters.
func (t trial) withParams(pairs []form.Pair) trial {
	sorted := slices.Clone(pairs)
	slices.SortFunc(sorted, func(a, b form.Pair) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	t.params = joined(slices.Compact(sorted))
	return t
}

// joined writes pairs in the given order.
func joined(pairs []form.Pair) string {
	var b strings.Builder
	for _, p := range pairs {
		b.WriteString(p.Name + p.Value)
	}
	return b.String()
}

// change is a trial and its meaning if it matches. A change of the address has
// no label.
type change struct {
	trial
	label, what, remedy string
}

// kinds are the parts of a request that are changed, most frequent first.
var kinds = []struct {
	what    string
	changes func(*Request, trial) iter.Seq[change]
}{
	{"scheme", schemes}, {"host", hosts}, {"port", ports}, {"path prefix", prefixes}, {"path", paths},
	{"query", queries}, {"method", methods}, {"parameters", parameters},
}

// search is the state of one diagnosis.
type search struct {
	*Request
	trials, bytes int // remaining
	seed          maphash.Seed
	tried         map[uint64]bool
	cut           bool // rearrange did not try everything
}

// Mismatch returns the change, or the two changes, that make the signature of r
// match. If there is none, the findings list what was tried and what to check
// next.
func Mismatch(r *Request) []Finding {
	s, base := newSearch(r)
	for _, kind := range kinds {
		for c := range kind.changes(r, base) {
			if t, ok := s.match(c.trial); ok {
				return r.findings(base, t, c)
			}
			if s.exhausted() {
				return s.nothing()
			}
		}
	}
	if list := s.rearrange(base); list != nil {
		return list
	}
	// Frequent pairs come first, and pairs of two rare kinds are left out.
	for sum := 1; sum < len(kinds); sum++ {
		for i := 0; 2*i < sum; i++ {
			for first := range kinds[i].changes(r, base) {
				for second := range kinds[sum-i].changes(r, first.trial) {
					if t, ok := s.match(second.trial); ok {
						return r.findings(base, t, first, second)
					}
					if s.exhausted() {
						return s.nothing()
					}
				}
			}
		}
	}
	return s.nothing()
}

// Matches reports whether the request is signed with pairs as its parameters.
func Matches(r *Request, pairs []form.Pair) bool {
	s, base := newSearch(r)
	_, ok := s.match(base.withParams(pairs))
	return ok
}

// newSearch returns a search and the request as the verifier saw it.
func newSearch(r *Request) (*search, trial) {
	t := trial{r.Scheme, r.User, r.Host, r.Port, r.Prefix, r.Path, r.Query, ""}
	if r.Form {
		t = t.withParams(r.Pairs)
	}
	return &search{r, MaxTrials, MaxBytes, maphash.MakeSeed(), map[uint64]bool{}, false}, t
}

func (s *search) exhausted() bool { return s.trials < s.Keys || s.bytes <= 0 }

// match reports whether t is signed, with or without the default port and the
// user information, as the verifier tries it. It returns what was signed.
func (s *search) match(t trial) (trial, bool) {
	other := t
	other.port = ""
	if t.port == "" {
		other.port = defaultPort(t.scheme)
	}
	variants := []trial{t, other}
	if t.user != "" {
		t.user, other.user = "", ""
		variants = append(variants, t, other)
	}
	for _, v := range variants {
		if s.exhausted() {
			break
		}
		text := v.url() + v.params
		s.bytes -= len(text)
		key := maphash.String(s.seed, text)
		if s.tried[key] {
			continue
		}
		s.tried[key] = true
		s.trials -= s.Keys
		s.bytes -= len(text) * (s.Keys - 1)
		if s.Signs(text) {
			return v, true
		}
	}
	return t, false
}

// findings describes the changes that led from base to t. It describes an
// address once, when all of it is known.
func (r *Request) findings(base, t trial, changes ...change) []Finding {
	var list []Finding
	if slices.ContainsFunc(changes, func(c change) bool { return c.label == "" }) {
		list = r.addressFindings(base, t)
	}
	for _, c := range changes {
		if c.label != "" {
			list = append(list, Finding{c.label + ": " + c.what, c.remedy})
		}
	}
	return list
}

// nothing lists what was tried and what cannot be tried.
func (s *search) nothing() []Finding {
	var tried []string
	for _, k := range kinds {
		tried = append(tried, k.what)
	}
	cause := fmt.Sprintf("token: none of the %d variants of the request that were tried has this signature (other %s, alone and in likely pairs)",
		len(s.tried), strings.Join(tried, ", "))
	if s.exhausted() || s.cut {
		cause += "; the limit was reached before all were tried"
	}
	if s.Odd != "" {
		cause = s.Odd + "; " + strings.TrimPrefix(cause, "token: ")
	}
	list := []Finding{{cause, "Check that the token is the primary auth token of the account that sent the request, as the Twilio Console shows it: 32 characters from 0-9 and a-f, without quotes. " +
		"A sub-account and each region have tokens of their own; a secondary token signs nothing until it is promoted; API key secrets and test credentials never sign webhooks."}}
	if s.Key != "" {
		list[0] = Finding{"none: " + strings.TrimPrefix(cause, "token: "), fmt.Sprintf("Check the secret of shared key %q. Twilio shows it once, when the key is created; if it was lost, create another key.", s.Key)}
	}
	if slices.ContainsFunc(s.Pairs, func(p form.Pair) bool { return p.Name == "ParentAccountSid" && p.Value != "" }) {
		list[0].Remedy = "The request comes from a sub-account (it has ParentAccountSid), which signs with a token of its own: add the sub-account's auth token, or choose the token by AccountSid (in Go with a TokenFunc)."
	}
	pairs := strings.Split(strings.TrimPrefix(s.Query, "?"), "&")
	if f := (Finding{fmt.Sprintf("query-order: with %d pairs in the query the order cannot be tried, except for likely ones", len(pairs)), sortQuery}); !everyOrder(pairs) {
		if isSorted(pairs) {
			f.Cause += "; they arrive sorted, so something may have sorted them"
			list = append([]Finding{f}, list...)
		} else {
			list = append(list, f)
		}
	}
	if s.Query == "" {
		f := Finding{"query-missing: the URL has no query here, and a query that was lost cannot be guessed",
			"If the URL at Twilio has a query, have the proxy or gateway pass it on unchanged."}
		if s.Socket {
			f.Remedy += " Twilio itself drops the query of a Stream's url: pass values with Parameter elements."
		}
		list = append(list, f)
	}
	if s.Form {
		list = append(list, Finding{"param-missing: values that were dropped, trimmed or replaced on the way cannot be guessed", verifyFirst})
	}
	return list
}
