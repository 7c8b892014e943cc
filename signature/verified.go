package signature

import (
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/form"
)

// Verified is the proof that a request came from Twilio, and holds exactly the
// bytes that were checked. Parameters are decoded from it alone: what another
// parser makes of the same request may be something else (T05). It is
// immutable, safe for concurrent use, and may be used after the request.
type Verified struct {
	verifier          *Verifier // nil if nobody has verified it
	method, mediaType string
	signature         string
	target            string // as it was received
	head, signed      string // the URL as it was signed
	params            []form.Pair
	body              []byte
	token             Token
	algorithm         Algorithm
}

// Params yields the parameters in the order of arrival, repeated ones
// included: those of the form or, for a GET, of the query. JSON has none. The
// query of a POST is never mixed in; see [Verified.Query].
func (p *Verified) Params() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, pair := range p.params {
			if !yield(pair.Name, pair.Value) {
				return
			}
		}
	}
}

// Param returns the first parameter called name and whether there is one. Case
// matters.
func (p *Verified) Param(name string) (string, bool) {
	for _, pair := range p.params {
		if pair.Name == name {
			return pair.Value, true
		}
	}
	return "", false
}

// Query returns the decoded query of the URL, which is signed too. Its names
// are chosen by whoever configured the URL, so nothing in it replaces a
// parameter of Twilio's. The caller owns the map.
func (p *Verified) Query() url.Values {
	values := url.Values{}
	_, query, _ := strings.Cut(p.target, "?")
	// The text has been read before, so it can be read now.
	pairs, _ := form.Parse(query, form.Limits{Lenient: true})
	for _, pair := range pairs {
		values.Add(pair.Name, pair.Value)
	}
	return values
}

// URL returns the public URL that Twilio has signed, in the spelling that
// matched: perhaps with a port inserted or removed.
func (p *Verified) URL() string { return p.head + p.signed }

// Body returns the bytes of the body, nil for a GET. It must not be changed.
func (p *Verified) Body() []byte { return p.body }

// Token returns the token that matched. When an old token no longer matches any
// request, its replacement is complete. It is the zero Token if p comes from
// [Unverified].
func (p *Verified) Token() Token { return p.token }

// Algorithm returns the algorithm of the signature that matched. It is "" if p
// comes from [Unverified].
func (p *Verified) Algorithm() Algorithm { return p.algorithm }

// By reports whether v has verified the request. A program with several
// verifiers, each with tokens of its own, must not take the proof of one for
// that of another (T10). Nobody has verified what [Unverified] returns.
func (p *Verified) By(v *Verifier) bool { return v != nil && p.verifier == v }

// Method returns the HTTP method. It is not signed.
func (p *Verified) Method() string { return p.method }

// MediaType returns the media type of the body in lower case and without
// parameters, "" if none was given. It is not signed.
func (p *Verified) MediaType() string { return p.mediaType }

// Signature returns the signature, which together with [Verified.URL] tells a
// repeated request from a new one. It should not be logged: whoever has it can
// repeat the request.
func (p *Verified) Signature() string { return p.signature }

// Unverified reads r without verifying anything, for tools that show or repeat
// requests. Nothing that it returns may be trusted. The URL is made of the Host
// header, the token is the zero Token, and the limits are the defaults of
// [Config] with the lenient rules. The error is an [*Error].
func Unverified(r *http.Request) (*Verified, error) {
	q := request{method: r.Method, socket: isWebSocket(r)}
	if q.method == "" {
		q.method = http.MethodGet
	}
	target, _, err := requestTarget(r)
	if err != nil {
		return nil, err
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if q.socket {
		scheme = socketScheme(scheme)
	}
	p := &Verified{method: q.method, head: scheme + "://" + r.Host, target: target, signed: target}
	if len(r.Header[headerName]) > 0 {
		p.signature = r.Header[headerName][0]
	}
	if !q.socket {
		// A media type that cannot be verified can still be shown.
		q.typ, _ = mediaType(r.Header)
		if p.body, err = readBody(r, defaultMaxBody); err != nil {
			return nil, err
		}
		r.Body = &replayed{p.body}
	}
	p.mediaType = q.typ
	text := p.body
	if q.isGet() {
		_, query, _ := strings.Cut(target, "?")
		text = []byte(query)
	} else if !q.hasForm() {
		return p, nil
	}
	pairs, malformed := form.Parse(text, form.Limits{Pairs: defaultMaxParams, Lenient: true})
	if malformed != nil {
		return nil, refuseForm(malformed)
	}
	p.params = pairs
	return p, nil
}

// UnverifiedForm returns a form with the given parameters as if it had come in
// a request, for tests and for tools that have no request. Nothing that it
// returns may be trusted. The parameters are in the order of their names.
func UnverifiedForm(params url.Values) *Verified {
	p := &Verified{method: http.MethodPost, mediaType: formType, target: "/", signed: "/"}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		for _, value := range params[name] {
			p.params = append(p.params, form.Pair{Name: name, Value: value})
		}
	}
	p.body = form.Append(nil, p.params...)
	return p
}

// String returns the method, the path, and whether the request was verified. It
// leaves out the query, the parameters, the body and the signature, which are
// personal or can be used to repeat the request.
func (p *Verified) String() string {
	by := "verified by " + p.token.String()
	if p.verifier == nil {
		by = "unverified"
	}
	path, _, _ := strings.Cut(p.target, "?")
	return fmt.Sprintf("%s %q, %s", p.method, path, by)
}

// Format writes what [Verified.String] returns, whatever the verb.
func (p *Verified) Format(f fmt.State, _ rune) { fmt.Fprint(f, p.String()) }

// LogValue returns what [Verified.String] returns.
func (p *Verified) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText returns what [Verified.String] returns.
func (p *Verified) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
