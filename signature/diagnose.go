package signature

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Finding is one reason why a request was refused.
type Finding struct {
	// Cause begins with a short name that stays the same between versions
	// ("scheme", "port", "trailing-slash", "param-missing", ...) and a colon,
	// and then says what is wrong. Values of parameters and of the query do not
	// appear in it.
	Cause string

	// Remedy says what to do about it; where the configuration is to be
	// mended, it names the field and the value.
	Remedy string
}

// String returns cause and remedy on two lines.
func (f Finding) String() string { return f.Cause + "\n\t" + f.Remedy }

func found(label, cause, remedy string) []Finding {
	return []Finding{{label + ": " + cause, remedy}}
}

const (
	maxTrials     = 2000     // signatures that one diagnosis computes
	maxTrialBytes = 64 << 20 // and how much text it hashes for them
)

// Diagnose says why r is refused: it looks for the one change of URL,
// parameters or token, or the pair of changes, that would have made the
// signature match, and names the line of configuration to mend. It returns nil
// for a request that verifies, and never nothing for one that does not.
//
// It computes up to 2,000 signatures, so it is for a debugging switch, a test,
// or a request that was kept: a handler that runs it for every refusal can be
// kept busy by strangers. Its result belongs in a log and never in an answer.
// Like [Verifier.Verify] it reads the body and puts a copy in its place, and it
// may be called with a request that Verify has refused. [Config.Refused] is not
// called. It never makes Verify accept anything.
func (v *Verifier) Diagnose(r *http.Request) []Finding {
	d := v.diagnosisOf(r)
	if d == nil {
		return nil
	}
	return d.explain()
}

// diagnosisOf prepares the diagnosis of r; it returns nil if r verifies.
func (v *Verifier) diagnosisOf(r *http.Request) *diagnosis {
	s := new(scratch)
	// A request that is refused before its parameters are read has no account.
	q := &request{account: account{sid: -1, to: -1}}
	d := &diagnosis{v: v, r: r, q: q, trials: maxTrials, bytes: maxTrialBytes, seed: maphash.MakeSeed(), tried: map[uint64]bool{}}
	if d.refusal = d.checkCopy(r, d.q, s); d.refusal == nil {
		return nil
	}
	f := s.form.Form(nil)
	for name, value := range f.All() {
		d.pairs = append(d.pairs, pair{Name: name, Value: value})
	}
	d.tokens = v.fixed
	if d.tokens == nil {
		// The source was asked before; an error of its own is the finding then.
		d.tokens, _ = v.cfg.Tokens.Tokens(r.Context(), Query{
			AccountSID: value(s, d.q.account.sid), To: value(s, d.q.account.to), Path: d.q.loc.path(),
		})
		d.tokens = slices.DeleteFunc(slices.Clone(d.tokens), func(t Token) bool { return t.key == nil })
	}
	return d
}

// checkCopy verifies a copy of r and leaves a body that can be read again, in
// the original too.
func (d *diagnosis) checkCopy(r *http.Request, q *request, s *scratch) *Error {
	copied := r.WithContext(r.Context())
	_, _, err := d.v.check(copied, q, s)
	d.r.Body = copied.Body
	if len(q.body) > 0 {
		d.r.Body = &replayed{q.body}
	}
	return err
}

// diagnosis is the state of one call.
type diagnosis struct {
	v         *Verifier
	r         *http.Request
	q         *request
	refusal   *Error
	pairs     []pair // decoded parameters, of the form or of the query
	tokens    []Token
	told      string // host and port that the verifier was told
	trials    int
	bytes     int
	exhausted bool // trials or bytes are used up
	seed      maphash.Seed
	tried     map[uint64]bool // hashes of the texts that were tried
}

// explain turns a refusal into findings. What is not a matter of the signature
// is known already; for the rest the search begins.
func (d *diagnosis) explain() []Finding {
	err := d.refusal
	switch {
	case errors.Is(err, ErrMissing):
		return d.missing()
	case errors.Is(err, ErrHeader):
		return d.header()
	case errors.Is(err, ErrMethod):
		return found("method", fmt.Sprintf("%s is not accepted here", d.q.method),
			fmt.Sprintf("Set the method to POST in the Twilio Console, or accept it: write %q in front of the route's pattern, or set Config.Methods to []string{%q}. "+
				"If Twilio is set to POST already, a redirect on the way has turned it into a GET: give Twilio the final URL.", d.q.method+" ", d.q.method))
	case errors.Is(err, ErrHost):
		o, _ := d.v.originOf(d.r)
		return found("host", fmt.Sprintf("the request is for host %q, which is not in Config.Hosts", o.host),
			"If that is the public name, add it to Config.Hosts. If it is an internal one, a proxy has replaced the Host header: "+
				"set Config.BaseURL to the address in the Twilio Console, or list the proxy in Config.Proxies and have it send X-Forwarded-Host.")
	case errors.Is(err, ErrForwarded):
		return found("forwarded", "the forwarding headers of the proxy cannot be used: "+err.detail,
			"Have the proxy write one family, Forwarded or X-Forwarded-*, and remove what clients send; or set Config.BaseURL, which needs neither.")
	case errors.Is(err, ErrTarget):
		return found("target", "the request line has no path", "Nothing to mend: Twilio does not send such requests.")
	case errors.Is(err, ErrEncoding):
		return found("content-encoding", "the request has a Content-Encoding, and Twilio sends none",
			"Look for a proxy that compresses requests, or that unpacks them and leaves the header, and switch that off for this path.")
	case errors.Is(err, ErrTooLarge):
		return found("too-large", "the request is larger than the limits allow",
			fmt.Sprintf("If it is genuine, raise Config.MaxBody (now %d bytes) or Config.MaxParams (now %d).", d.v.cfg.MaxBody, d.v.cfg.MaxParams))
	case errors.Is(err, ErrRead):
		return d.unread()
	case errors.Is(err, ErrForm):
		return found("form", "the form is not one that Twilio writes: "+err.Error(),
			"If something between Twilio and here rewrites bodies, switch that off. If the sender is not Twilio itself but signs alike, set Config.Lenient.")
	case errors.Is(err, ErrUnexpectedBody):
		return found("unexpected-body", "a GET came with a body, which its signature does not cover",
			"Look for a proxy or client library that adds bodies to GET requests. Twilio never does.")
	case errors.Is(err, ErrBodyHashAmbiguous):
		return found("body-hash-ambiguous", "bodySHA256 stands in the query more than once, with different values",
			"Remove bodySHA256 from the URL in the Twilio Console; Twilio adds it by itself.")
	case errors.Is(err, ErrBodyHash):
		return d.hashMismatch()
	case errors.Is(err, ErrBodyUnsigned), errors.Is(err, ErrMediaType):
		return d.unsigned(err)
	case errors.Is(err, ErrTokens):
		return found("tokens", "Config.Tokens gave no usable token: "+err.Error(), "Mend the token source; the request itself has not been judged.")
	case errors.Is(err, ErrAccount):
		return d.account(err)
	}
	return d.search()
}

func (d *diagnosis) missing() []Finding {
	remedy := "If the request was made by hand, sign it (Sign). If Twilio made it, a proxy, gateway or function platform drops headers that it does not know: let X-Twilio-Signature through."
	for _, other := range []struct{ header, product string }{
		{"X-Authy-Signature", "Authy"},
		{"X-Twilio-Email-Event-Webhook-Signature", "SendGrid"},
	} {
		if d.r.Header.Get(other.header) != "" {
			remedy = other.product + " signs its webhooks by another scheme, which this package does not check. Route them elsewhere."
		}
	}
	return found("header-missing", "there is no X-Twilio-Signature header", remedy)
}

// header looks for the damage that was done to the signature.
func (d *diagnosis) header() []Finding {
	lines := d.r.Header[headerName]
	cause, repaired := "X-Twilio-Signature is not 28 characters of base64", ""
	if len(lines) > 1 {
		cause, repaired = "X-Twilio-Signature came more than once", lines[0]
	} else {
		text := lines[0]
		clean := strings.Trim(text, " \t\r\n\"'")
		first, _, joined := strings.Cut(clean, ",")
		sum, notHex := hex.DecodeString(clean)
		switch {
		case joined:
			cause, repaired = "X-Twilio-Signature came more than once, joined by a comma", strings.TrimSpace(first)
		case strings.ContainsAny(clean, "-_"):
			cause, repaired = "X-Twilio-Signature is in the URL-safe alphabet", strings.NewReplacer("-", "+", "_", "/").Replace(clean)
		case clean != text:
			cause, repaired = "X-Twilio-Signature has quotes or white space around it", clean
		case notHex == nil && len(sum) == 20:
			cause, repaired = "X-Twilio-Signature is in hexadecimal", base64.StdEncoding.EncodeToString(sum)
		case len(text) == signatureLength && strings.HasSuffix(text, "="):
			// The last character carries two bits that belong to nothing.
			cause = "X-Twilio-Signature spells its last byte in a way that no encoder does"
			if sum, err := base64.StdEncoding.DecodeString(text); err == nil {
				repaired = base64.StdEncoding.EncodeToString(sum)
			}
		case len(text) < signatureLength:
			cause = "X-Twilio-Signature is cut short"
		}
	}
	remedy := "Look at what stands between Twilio and here: something rewrites or repeats this header. Twilio sends it once, as 28 characters of base64."
	if len(repaired) == signatureLength && d.matchesRepaired(repaired) {
		remedy = "Undone, the signature is right, so nothing else is wrong. " + remedy
	}
	return found("header-malformed", cause, remedy)
}

// matchesRepaired reports whether the request verifies with another header.
func (d *diagnosis) matchesRepaired(signature string) bool {
	r := d.r.Clone(d.r.Context())
	r.Header[headerName] = []string{signature}
	return d.checkCopy(r, new(request), new(scratch)) == nil
}

func (d *diagnosis) unread() []Finding {
	if len(d.q.body) == 0 && (d.r.PostForm != nil || d.r.Form != nil || d.r.MultipartForm != nil) {
		return found("body-consumed", "the form was parsed before it was verified, so the body is empty now",
			"Put the verifier in front of whatever calls ParseForm, FormValue or the like; the handler gets the parameters from FromContext.")
	}
	return found("body-consumed", "the body ended before the length that the request declares",
		"If this happens with every request, a middleware has read the body: put the verifier in front of it. Now and then it is a lost connection, and Twilio tries again.")
}

// hashMismatch looks for what was done to the body since it was hashed.
func (d *diagnosis) hashMismatch() []Finding {
	const label = "body-hash-mismatch"
	body := d.q.body
	if len(body) == 0 {
		if hashMatches(d.q.hash, []byte("{}")) {
			return found(label, "the body is empty, and bodySHA256 is the hash of {}",
				"Something reads JSON before the verifier and drops the body; put the verifier in front of it.")
		}
		return found(label, "the body is empty, and bodySHA256 is the hash of something else",
			"A middleware has read the body: put the verifier in front of it.")
	}
	var compact, pretty bytes.Buffer
	_ = json.Compact(&compact, body) // what is not JSON leaves it empty
	for _, indent := range []string{"  ", "    ", "\t"} {
		pretty.Reset()
		_ = json.Indent(&pretty, bytes.TrimSpace(body), "", indent)
		if hashMatches(d.q.hash, pretty.Bytes()) {
			compact = pretty
			break
		}
	}
	for _, change := range []struct {
		text, cause string
	}{
		{compact.String(), "the JSON was parsed and written again"},
		{spaced(body), "the JSON was parsed and written again without its spaces"},
		{string(body) + "\n", "a line break at the end was lost"},
		{strings.TrimRight(string(body), "\r\n"), "a line break was added at the end"},
		{strings.TrimSpace(string(body)), "white space was added around the body"},
		{strings.TrimPrefix(string(body), "\ufeff"), "a byte order mark was added"},
		{"\ufeff" + string(body), "a byte order mark was lost"},
		{strings.ReplaceAll(string(body), "\r\n", "\n"), "line breaks were changed to CR LF"},
		{strings.ReplaceAll(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n", "\r\n"), "line breaks were changed from CR LF"},
		{latin1(body), "the charset was changed to UTF-8"},
	} {
		if change.text != string(body) && hashMatches(d.q.hash, []byte(change.text)) {
			return found(label, change.cause+" after it was signed",
				"Verify the bytes as they arrive: put the verifier in front of whatever does that, proxies included.")
		}
	}
	if len(d.q.hash) != 64 {
		return found(label, "bodySHA256 is not 64 hexadecimal digits",
			"Something cuts or rewrites the query on the way; let it through as it is.")
	}
	if d.q.typ == formType {
		return found(label, "the form is not the body that bodySHA256 stands for",
			"If bodySHA256 is part of the URL in the Twilio Console, remove it there: Twilio adds it by itself where it is needed. Otherwise somebody is replaying another request's URL.")
	}
	return found(label, "the body is not the one that was signed",
		"Verify the bytes as they arrive, before any parser or proxy rewrites them. If nothing does, the request is a forgery.")
}

// spaced returns compact JSON as Python's and others' encoders write it, with
// a space behind each comma and colon outside of strings.
func spaced(body []byte) string {
	var b strings.Builder
	quoted := false
	for i, c := range body {
		if c == '"' && (i == 0 || body[i-1] != '\\') {
			quoted = !quoted
		}
		b.WriteByte(c)
		if !quoted && (c == ',' || c == ':') {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// latin1 returns text as it was in Latin-1, if it can have been.
func latin1(body []byte) string {
	var b strings.Builder
	for _, r := range string(body) {
		if r > 0xff {
			return string(body)
		}
		b.WriteByte(byte(r))
	}
	return b.String()
}

// unsigned explains a body that nothing covers: the query with the hash was
// lost, or the content type is not what Twilio sent.
func (d *diagnosis) unsigned(err *Error) []Finding {
	if d.q.body == nil {
		d.q.body = d.readRest()
	}
	base := d.base()
	for _, as := range []struct {
		pairs []pair
		is    string
	}{{jsonPairs(d.q.body), "JSON"}, {parsePairs(string(d.q.body)), "another type"}} {
		if len(as.pairs) > 0 && (as.is == "JSON" || bytes.Contains(d.q.body, []byte("="))) && d.try(base.withParams(as.pairs)) {
			return found("content-type", "Twilio sent a form, and it arrives as "+as.is,
				"Something between Twilio and here rewrites the body or its Content-Type; let both through as they are.")
		}
	}
	if errors.Is(err, ErrMediaType) {
		return found("content-type", "the body's media type is one that no signature covers: "+err.detail,
			"Twilio sends "+formType+", or JSON with bodySHA256 in the query. If it does, something on the way changes Content-Type; let it through.")
	}
	cause := "the body is JSON, and the URL has no bodySHA256 that binds it"
	if d.try(base) {
		cause += "; the signature of the URL by itself is right"
	}
	return found("body-hash-missing", cause,
		"If the URL of the request lost its query, pass the whole request target on to the verifier. If it never had one, the request is not Twilio's, or it is a replay with another body.")
}

// readRest reads what Verify has left unread, up to the limit.
func (d *diagnosis) readRest() []byte {
	if d.r.Body == nil {
		return nil
	}
	// What cannot be read cannot be diagnosed; the rest may do.
	body, _ := io.ReadAll(io.LimitReader(d.r.Body, d.v.cfg.MaxBody))
	d.r.Body = &replayed{body}
	return body
}

func (d *diagnosis) account(err *Error) []Finding {
	switch {
	case len(d.tokens) == 0 && d.v.fixed == nil:
		return found("account", "Config.Tokens has no token for the request's AccountSid",
			"If the account is yours, add its token to the token source. A sub-account signs with a token of its own.")
	case err.detail == accountMismatch:
		return found("account", "the signature is right, but the token that made it is bound to another AccountSid than the request has",
			"Bind the token to the account that owns it (Token.AccountSID). For JSON webhooks, which name no account, return an unbound token for their path.")
	}
	return found("account", err.detail, "Twilio names one well-formed AccountSid. Look for what adds one to the URL or the form; if that has to stay, set Config.Lenient.")
}
