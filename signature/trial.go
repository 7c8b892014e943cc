package signature

import (
	"hash/maphash"
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/form"
)

type pair = form.Pair

// trial is a request as Twilio may have signed it.
type trial struct {
	scheme, user, host, port string // with the @ and the colon
	prefix, path, query      string // the query with its question mark
	params                   string
}

func (t trial) url() string {
	return t.scheme + "://" + t.user + t.host + t.port + t.prefix + t.path + t.query
}

// withParams returns t with other parameters, in the order of signing.
func (t trial) withParams(pairs []pair) trial {
	sorted := slices.Clone(pairs)
	slices.SortFunc(sorted, func(a, b pair) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	t.params = joined(slices.Compact(sorted))
	return t
}

// joined writes pairs as they are signed, in the order given.
func joined(pairs []pair) string {
	var b strings.Builder
	for _, p := range pairs {
		b.WriteString(p.Name)
		b.WriteString(p.Value)
	}
	return b.String()
}

func parsePairs(text string) []pair {
	pairs, _ := form.Parse(text, form.Limits{Pairs: defaultMaxParams, Lenient: true})
	return pairs
}

// base returns the request as the verifier saw it.
func (d *diagnosis) base() trial {
	var t trial
	t.scheme, t.host = "https", ""
	if len(d.q.loc.heads) > 0 {
		rest := ""
		t.scheme, rest, _ = strings.Cut(d.q.loc.heads[0], "://")
		authority := rest
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			authority, t.prefix = rest[:i], rest[i:]
		}
		t.user, t.host, t.port = splitAuthority(authority)
	}
	t.path = d.q.loc.path()
	t.query = d.q.loc.target[len(t.path):]
	if d.q.hasForm() {
		t = t.withParams(d.pairs)
	}
	return t
}

// try reports whether one of the tokens signs t, with either port.
func (d *diagnosis) try(t trial) bool {
	_, ok := d.match(t)
	return ok
}

// match returns t with the authority that was signed, and whether one of the tokens
// has signed it. It fails without trying when the bounds are reached, or when t
// was tried before.
func (d *diagnosis) match(t trial) (trial, bool) {
	for i, head := range heads(t.scheme, t.user+t.host+t.port, t.prefix) {
		url := head + t.path + t.query
		size := len(url) + len(t.params)
		text := maphash.String(d.seed, url+"\x00"+t.params)
		if d.tried[text] {
			continue
		}
		d.tried[text] = true
		for _, token := range d.tokens {
			if d.trials <= 0 || d.bytes < size {
				d.exhausted = true
				return t, false
			}
			d.trials--
			d.bytes -= size
			if token.key.matches([]byte(url+t.params), d.q.signature) {
				if i%2 == 1 {
					t.port = "" // or the scheme's own, which may be left out
				}
				if i > 1 {
					t.user = ""
				}
				return t, true
			}
		}
	}
	return t, false
}

// change is a trial and what it would mean if it matched.
type change struct {
	trial   trial
	finding Finding

	// address is set where Config.BaseURL is to be mended: why it has to be the
	// address of the trial. The remedy names that once it is known whole.
	address string
}

// findings returns what to say of changes that made t match.
func (d *diagnosis) findings(t trial, changes ...change) []Finding {
	var list []Finding
	for _, c := range changes {
		if c.address != "" {
			c.finding.Remedy = d.setBaseURL(t, c.address)
		}
		list = append(list, c.finding)
	}
	return list
}

// kind yields the changes of one kind that can be made to a trial.
type kind func(d *diagnosis, t trial) iter.Seq[change]

// search tries single changes in the order of their frequency, then pairs of
// those that go together, and gives up with the likeliest causes.
func (d *diagnosis) search() []Finding {
	base := d.base()
	d.told = base.host + base.port
	singles := []kind{
		changeScheme, changeHost, changePort, changeSlash, changePrefix, changePath, changeQuery,
		changeMethod, changeParams, changeToken,
	}
	for _, k := range singles {
		for c := range k(d, base) {
			if t, ok := d.match(c.trial); ok {
				return d.findings(t, c)
			}
			if d.exhausted {
				break // and then, with the tokens as they were, give up
			}
		}
		if d.exhausted {
			return d.giveUp()
		}
	}
	for _, k := range [][2]kind{
		{changeScheme, changeHost}, {changeScheme, changePrefix}, {changeScheme, changeSlash}, {changeScheme, changePort},
		{changeHost, changePrefix}, {changeHost, changeSlash}, {changeHost, changePort}, {changeSlash, changePrefix},
		{changeScheme, changePath}, {changeScheme, changeQuery}, {changeHost, changePath}, {changeHost, changeQuery},
		{changePort, changeSlash}, {changeScheme, changeMethod}, {changeScheme, changeParams},
	} {
		for first := range k[0](d, base) {
			for second := range k[1](d, first.trial) {
				if t, ok := d.match(second.trial); ok {
					return d.findings(t, first, second)
				}
				if d.exhausted {
					return d.giveUp()
				}
			}
		}
	}
	return d.giveUp()
}

// changeToken tries what people do to tokens.
func changeToken(d *diagnosis, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		original := d.tokens
		defer func() { d.tokens = original }()
		for _, token := range original {
			secret := token.key.secret()
			for _, c := range []struct{ secret, cause, remedy string }{
				{strings.Trim(secret, "\"'` \t\r\n"), "has quotes around it", "Remove the quotes from the value that Config.Tokens gets; in an env file they may be part of it."},
				{strings.ToLower(secret), "is in capital letters", "Copy the token from the Twilio Console as it is."},
				{strings.TrimSuffix(secret, "\\n"), "ends in a backslash and an n", "Remove them from the value that Config.Tokens gets."},
			} {
				if c.secret == secret || c.secret == "" {
					continue
				}
				d.tokens = []Token{{key: newKey(c.secret)}}
				d.tried = map[uint64]bool{}
				if !yield(change{trial: t, finding: Finding{"token-spelling: the token " + token.String() + " " + c.cause, c.remedy}}) {
					return
				}
			}
		}
	}
}

// giveUp says what is left when nothing matched: what no search can try.
func (d *diagnosis) giveUp() []Finding {
	var findings []Finding
	add := func(label, cause, remedy string) { findings = append(findings, Finding{label + ": " + cause, remedy}) }
	token := "nothing that could be changed in the request makes it match, so the token is not the one that signed it"
	remedy := "Compare Config.Tokens with the primary auth token of the account that sent the request, in the Twilio Console. " +
		"A sub-account and each region have tokens of their own; a secondary token signs nothing until it is promoted; test credentials and API key secrets sign nothing at all."
	for _, t := range d.tokens {
		switch secret := t.key.secret(); {
		case len(secret) == 32 && strings.Trim(secret, "0123456789abcdef") != "":
			token = t.String() + " looks like an API key secret: an auth token is 32 characters from 0-9 and a-f"
			remedy = "Give Config.Tokens the account's auth token. API key secrets are for calling Twilio's API; webhooks are never signed with them."
		case len(secret) != 32:
			token = t.String() + " does not look like an auth token, which is 32 characters from 0-9 and a-f"
		}
	}
	for _, p := range d.pairs {
		if p.Name == "ParentAccountSid" && p.Value != "" {
			token = "the request comes from a sub-account, which signs with a token of its own"
			remedy = "Add the sub-account's auth token to Config.Tokens, or choose it by AccountSid with a TokenFunc."
		}
	}
	add("token", token, remedy)
	if d.q.loc.query() == "" {
		add("query-missing", "the URL has no query here; if the one in the Twilio Console has, it was lost on the way",
			"Have the proxy or the gateway pass the query on: the verifier needs the request target as Twilio sent it.")
	}
	if d.q.hasForm() && !slices.ContainsFunc(d.pairs, func(p pair) bool { return p.Value != strings.TrimSpace(p.Value) }) {
		add("param-trimmed", "no parameter has white space around it; if something trims values, what it removed cannot be guessed",
			verifyFirst)
	}
	if d.q.hasForm() {
		add("param-missing", "if something drops parameters that are not empty, what it dropped cannot be guessed", verifyFirst)
	}
	if d.q.method == http.MethodGet && !d.q.socket {
		add("redirect", "a redirect (301 or 302) turns a signed POST into a GET without its parameters",
			"Give Twilio the final URL, with https and the right slash at the end.")
	}
	return findings
}
