package signature

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/form"
	"github.com/ringback-go/ringback/signature/internal/diagnose"
)

// A Finding is one reason why a request was refused.
type Finding struct {
	// Cause starts with a short name that is stable between versions ("scheme",
	// "port", "trailing-slash", "param-missing", ...) and a colon, followed by
	// a description. It contains no values of parameters or of the query.
	Cause string

	// Remedy says what to do. If a setting has to change, it names the field of
	// [Config] and the value.
	Remedy string
}

// String returns the cause and the remedy on two lines.
func (f Finding) String() string { return f.Cause + "\n\t" + f.Remedy }

// Diagnose explains why r is refused. It searches for a change of the URL or
// the parameters, or a pair of changes, that makes the signature match, and
// says how to fix the cause. It returns nil for a request that verifies. If it
// finds nothing, it lists what it tried and what to check next.
//
// Diagnose computes up to 5,000 signatures. Use it behind a debugging switch,
// in a test, or on a stored request: if a handler runs it for every refusal,
// strangers can keep the server busy. Log its result but never send it in an
// answer. Like [Verifier.Verify], it reads the body and replaces it with a
// copy, and it accepts a request that Verify has refused. It does not call
// [Config.Refused]. Diagnose never makes Verify accept anything.
func (v *Verifier) Diagnose(r *http.Request) []Finding {
	s := new(scratch)
	// A request that was refused before its parameters were read has no
	// account.
	q := &request{account: account{sid: -1, to: -1}}
	_, _, err := v.check(r, q, s)
	if len(q.body) > 0 {
		r.Body = &replayed{q.body}
	}
	if err == nil {
		return nil
	}
	d := &diagnosis{v: v, r: r, q: q, err: err}
	if errors.Is(err, ErrHeader) || errors.Is(err, ErrSettings) || errors.Is(err, ErrAlgorithm) || errors.Is(err, ErrKey) {
		d.complete(s)
	}
	d.pairs = s.form.Pairs()
	d.tokens = v.fixed
	if d.tokens == nil {
		// An error of the source is the finding.
		d.tokens, _ = v.cfg.Tokens.Tokens(r.Context(), q.query(s))
		d.tokens = slices.DeleteFunc(slices.Clone(d.tokens), func(t Token) bool { return t.key == nil })
	}
	return d.findings()
}

// diagnosis is what is known about a refused request.
type diagnosis struct {
	v      *Verifier
	r      *http.Request
	q      *request
	err    *Error
	pairs  []form.Pair
	tokens []Token
}

// refusals explains what is known without a search, in the order of the checks.
var refusals = []struct {
	err                  error
	label, cause, remedy string
}{
	{ErrForwarded, "forwarded", "the forwarding headers of the proxy cannot be used",
		"Have the proxy write one family, Forwarded or X-Forwarded-*, and remove what clients send. Or set the public address (Config.BaseURL in Go), which needs neither."},
	{ErrBaseURL, "base-url", "the public address that the program returned cannot be used", "Fix the setting that it comes from (Config.BaseURLFunc in Go). The request itself has not been judged."},
	{ErrTarget, "target", "the target of the request cannot be verified", rewrittenTarget},
	{ErrEncoding, "content-encoding", "the request has a Content-Encoding, and Twilio sends none",
		"Look for a proxy that compresses requests, or that unpacks them and leaves the header, and switch that off for this path."},
	{ErrUnexpectedBody, "unexpected-body", "a GET came with a body, which its signature does not cover",
		"Look for a proxy or client library that adds bodies to GET requests. Twilio never does."},
	{ErrBodyHashAmbiguous, "body-hash-ambiguous", "bodySHA256 is in the query more than once, with different values", "Remove bodySHA256 from the URL at Twilio, which adds it by itself."},
}

const rewrittenTarget = "Verify before anything rewrites Request.URL. If an adapter makes the request, have it put the target, as received, into RequestURI. Otherwise the request is a forgery: Twilio does not send such requests."

// findings explains the refusal.
func (d *diagnosis) findings() []Finding {
	for _, known := range refusals {
		if errors.Is(d.err, known.err) {
			return found(known.label, known.cause+d.detail(), known.remedy)
		}
	}
	if list := d.keys(); list != nil {
		return list
	}
	q, err := d.q, d.err
	switch {
	case errors.Is(err, ErrMissing):
		return d.missing()
	case errors.Is(err, ErrHeader):
		length := signatureLength
		if q.settings.algorithm == SHA256 {
			length = SHA256.length()
		}
		return found("header-malformed", headerName+" "+diagnose.Header(d.r.Header[headerName], length), fmt.Sprintf("Look for what rewrites or repeats this header between Twilio and here. "+
			"Twilio sends it once, as %d characters of base64 (28 for HMAC_SHA1, 44 for HMAC_SHA256).", length))
	case errors.Is(err, ErrMethod):
		remedy := fmt.Sprintf("Set the method to POST at Twilio, or accept it (in Go write %q in front of the route's pattern, or set Config.Methods to []string{%q}).", q.method+" ", q.method)
		if q.isGet() {
			remedy += " If Twilio is set to POST already, a redirect on the way has turned it into a GET, which has the parameters in its query: give Twilio the final URL."
		}
		return found("method", fmt.Sprintf("%s is not accepted here", q.method), remedy)
	case errors.Is(err, ErrHost):
		o, _ := d.v.originOf(d.r)
		_, host, port := splitAuthority(o.host)
		return found("host", fmt.Sprintf("the request is for host %q, which is not an expected one", host+port),
			"If that is the public name, add it (Config.Hosts in Go). If it is an internal one, a proxy has replaced the Host header: "+
				"set the public address (Config.BaseURL), or list the proxy in Config.Proxies and have it send X-Forwarded-Host.")
	case errors.Is(err, ErrTokens):
		cause := "the token source gave no usable token"
		if err.cause != nil {
			cause += fmt.Sprintf(": its error is a %T", err.cause) // and its text may hold anything
		}
		return found("tokens", cause, "Fix the token source (Config.Tokens in Go). The request itself has not been judged.")
	case errors.Is(err, ErrTooLarge):
		return found("too-large", "the request is larger than the limits allow",
			fmt.Sprintf("If it is genuine, raise the limits (Config.MaxBody is %d bytes, Config.MaxParams %d).", d.v.cfg.MaxBody, d.v.cfg.MaxParams))
	case errors.Is(err, ErrRead):
		if len(q.body) == 0 && (d.r.PostForm != nil || d.r.Form != nil || d.r.MultipartForm != nil) {
			return found("body-consumed", "the form was parsed before it was verified, so the body is empty now",
				"Run the verifier before whatever calls ParseForm or FormValue. The handler gets the parameters from FromContext.")
		}
		return found("body-consumed", "the body ended before the length that the request declares",
			"If this happens with every request, a middleware has read the body: run the verifier before it. If it is rare, a connection was lost, and Twilio tries again.")
	case errors.Is(err, ErrForm):
		return found("form", "the form cannot be read in one way only"+d.detail(),
			"If something between Twilio and here rewrites bodies, switch that off. If the parameter is one of your own, rename it so that it starts with a lower-case letter, or accept such forms (Config.Lenient in Go).")
	case errors.Is(err, ErrBodyHash):
		return d.bodyHash()
	case errors.Is(err, ErrBodyUnsigned), errors.Is(err, ErrMediaType):
		return d.unsigned()
	case errors.Is(err, ErrAccount):
		return d.account()
	case !errors.Is(err, ErrMismatch):
		return found("refused", err.Error(), "The documentation of package signature says what this error means.")
	}
	var findings []Finding
	if !routes(d.r.URL, q.loc.target) {
		findings = found("target", "Request.URL differs from the request line, which was checked", rewrittenTarget)
	}
	for _, f := range diagnose.Mismatch(d.view()) {
		findings = append(findings, Finding(f))
	}
	return findings
}

func found(label, cause, remedy string) []Finding { return []Finding{{label + ": " + cause, remedy}} }

// detail returns the text of the error after its sentinel.
func (d *diagnosis) detail() string { return strings.TrimPrefix(d.err.Error(), d.err.Err.Error()) }

// view returns what the search may see.
func (d *diagnosis) view() *diagnose.Request {
	chosen, _ := d.q.settings.choose(d.tokens) // fails if the request was refused before
	tokens := slices.DeleteFunc(slices.Clone(d.tokens), func(t Token) bool { return !chosen.takes(t) })
	path := d.q.loc.path()
	view := &diagnose.Request{
		Form: d.q.hasForm(), Socket: d.q.socket, Scheme: "https", Path: path, Query: d.q.loc.target[len(path):], Configured: d.v.cfg.BaseURL != "" || d.v.cfg.BaseURLFunc != nil,
		Pairs: d.pairs, Body: d.q.body, Header: d.r.Header, Hosts: append([]string{d.r.Host}, d.v.hosts...), Key: d.q.settings.keyID, Keys: len(tokens),
		Signs: func(text string) bool {
			return slices.ContainsFunc(tokens, func(t Token) bool { return t.key.matches([]byte(text), d.q.signature) })
		},
	}
	for _, t := range tokens {
		if t.key.odd == "" {
			continue
		}
		name := "the token"
		if len(tokens) > 1 {
			name = t.String()
		}
		view.Odd = fmt.Sprintf(t.key.odd, name)
	}
	if len(d.q.loc.heads) > 0 {
		scheme, rest, _ := strings.Cut(d.q.loc.heads[0], "://")
		authority, prefix, found := strings.Cut(rest, "/")
		if found {
			view.Prefix = "/" + prefix
		}
		view.Scheme = scheme
		view.User, view.Host, view.Port = splitAuthority(authority)
	}
	return view
}

func (d *diagnosis) missing() []Finding {
	remedy := "If the request was made by hand, sign it (in Go with Sign). If Twilio made it, a proxy, gateway or function platform drops headers that it does not know: let X-Twilio-Signature through. " +
		"If a Webhook Rule matches this URL, its Setting may have signing switched off: turn it on."
	for header, product := range map[string]string{"X-Authy-Signature": "Authy", "X-Twilio-Email-Event-Webhook-Signature": "SendGrid"} {
		if d.r.Header.Get(header) != "" {
			remedy = product + " signs its webhooks in another way, which is not checked here. Route them elsewhere."
		}
	}
	return found("header-missing", "there is no X-Twilio-Signature header", remedy)
}

func (d *diagnosis) bodyHash() []Finding {
	const label = "body-hash-mismatch"
	cause := diagnose.Body(d.q.body, func(text []byte) bool { return hashMatches(d.q.hash, text) })
	switch {
	case cause != "":
		return found(label, cause, "Verify the bytes as they arrive: run the verifier before whatever changes them, proxies included.")
	case len(d.q.hash) != 64:
		return found(label, "bodySHA256 is not 64 hexadecimal digits", "Something cuts or rewrites the query on the way; have it passed on as it is.")
	case d.q.typ == formType:
		return found(label, "the form is not the body that bodySHA256 stands for",
			"If bodySHA256 is part of the URL at Twilio, remove it there: Twilio adds it by itself where it is needed. Otherwise someone replays the URL of another request.")
	}
	return found(label, "the body is not the one that was signed, nor what common rewriting makes of it",
		"Verify the bytes as they arrive, before any parser or proxy rewrites them. If nothing does, the request is a forgery.")
}

// unsigned explains a body that nothing covers: either the query with the hash
// was lost, or the content type was changed.
func (d *diagnosis) unsigned() []Finding {
	if d.q.body == nil && d.r.Body != nil {
		// Verify did not read it. An unreadable body cannot be diagnosed.
		d.q.body, _ = io.ReadAll(io.LimitReader(d.r.Body, d.v.cfg.MaxBody))
		d.r.Body = &replayed{d.q.body}
	}
	view := d.view()
	if is := diagnose.Retyped(view); is != "" {
		return found("content-type", "Twilio sent a form, and it arrives as "+is,
			"Something between Twilio and here rewrites the body or its Content-Type; have both passed on as they are.")
	}
	if errors.Is(d.err, ErrMediaType) {
		return found("content-type", "no signature covers a body of this media type"+d.detail(),
			"Twilio sends "+formType+", or JSON with bodySHA256 in the query. If something on the way changes Content-Type, have it passed on.")
	}
	cause := "the body is JSON, and the URL has no bodySHA256 that covers it"
	if diagnose.Matches(view, nil) {
		cause += "; the signature of the URL alone is right"
	}
	return found("body-hash-missing", cause,
		"If the request's URL lost its query, have the whole request target passed on. If it never had one, the request is not Twilio's, or someone replays it with another body.")
}

func (d *diagnosis) account() []Finding {
	switch {
	case len(d.tokens) == 0 && d.v.fixed == nil:
		return found("account", "no token is configured for the request's AccountSid",
			"If the account is yours, add its token to the token source (Config.Tokens in Go). A sub-account signs with a token of its own.")
	case d.err.detail == accountMismatch:
		return found("account", "the signature is right, but its token is bound to another AccountSid than the request has",
			"Bind the token to the account that owns it (Token.AccountSID in Go). For JSON webhooks, which name no account, return an unbound token for their path.")
	}
	return found("account", d.err.detail, "Twilio names one well-formed AccountSid. Look for what adds one to the URL or the form. If that has to stay, set Config.Lenient.")
}

// oddityOf returns a cause with a placeholder for the token's name, or "". It
// is stored with the key, so that the secret need not be stored.
func oddityOf(secret string) string {
	const digits = "0123456789abcdef"
	switch {
	case strings.Trim(secret, "\"'`") != secret:
		return "token-spelling: %s has quotes around it"
	case strings.Trim(secret, digits) == "" && len(secret) == 32:
		return ""
	case strings.Trim(strings.ToLower(secret), digits) == "" && len(secret) == 32:
		return "token-spelling: %s is in capital letters"
	case len(secret) == 32:
		return "token: %s looks like an API key secret"
	}
	return "token: %s does not look like an auth token"
}
