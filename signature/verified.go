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

// Verified is the proof that a request came from Twilio. It holds exactly the
// bytes that were verified. Parameters are decoded from it alone, because
// another parser may read the same request differently (T05). It is immutable,
// safe for concurrent use, and may be used after the request.
type Verified struct {
	verifier          *Verifier // nil if not verified
	method, mediaType string
	signature         string
	target            string // as received
	head, signed      string // URL as signed
	params            []form.Pair
	body              []byte
	token             Token
	algorithm         Algorithm
}

// Params yields the parameters in the order of arrival, including repeated
// ones: those of the form or, for a GET, of the query. JSON has none. The query
// of a POST is never included; see [Verified.Query].
func (p *Verified) Params() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, pair := range p.params {
			if !yield(pair.Name, pair.Value) {
				return
			}
		}
	}
}

// Param returns the first parameter called name, and whether there is one. Case
// matters.
func (p *Verified) Param(name string) (string, bool) {
	for _, pair := range p.params {
		if pair.Name == name {
			return pair.Value, true
		}
	}
	return "", false
}

// Query returns the decoded query of the URL, which is signed too. Whoever
// configured the URL chose its names, so it never replaces one of Twilio's
// parameters. The caller owns the map.
func (p *Verified) Query() url.Values {
	values := url.Values{}
	_, query, _ := strings.Cut(p.target, "?")
	// The text was parsed before, so it cannot fail.
	pairs, _ := form.Parse(query, form.Limits{Lenient: true})
	for _, pair := range pairs {
		values.Add(pair.Name, pair.Value)
	}
	return values
}

// URL returns the public URL that Twilio signed, in the spelling that matched:
// a port may have been added or removed.
func (p *Verified) URL() string { return p.head + p.signed }

// Body returns the bytes of the body, or nil for a GET. It must not be changed.
func (p *Verified) Body() []byte { return p.body }

// Token returns the token that matched. A rotation is complete when the old
// token no longer matches any request. It is the zero Token if p comes from
// [Unverified].
func (p *Verified) Token() Token { return p.token }

// Algorithm returns the algorithm of the signature that matched. It is "" if p
// comes from [Unverified].
func (p *Verified) Algorithm() Algorithm { return p.algorithm }

// By reports whether v verified the request. A program with several verifiers,
// each with its own tokens, must not accept the proof of one for another (T10).
// It is false for the result of [Unverified].
func (p *Verified) By(v *Verifier) bool { return v != nil && p.verifier == v }

// Method returns the HTTP method. It is not signed.
func (p *Verified) Method() string { return p.method }

// MediaType returns the media type of the body in lower case, without
// parameters, or "" if there was none. It is not signed.
func (p *Verified) MediaType() string { return p.mediaType }

// Signature returns the signature. Together with [Verified.URL] it identifies a
// repeated request. Do not log it: whoever has it can repeat the request.
func (p *Verified) Signature() string { return p.signature }

// Unverified reads r without verifying it, for tools that show or repeat
// requests. Do not trust its result. The URL is built from the Host header, the
// token is the zero Token, and the limits are the defaults of [Config] with the
// lenient rules. The error is an [*Error].
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

// UnverifiedForm returns a form with the given parameters as if a request had
// brought it, for tests and for tools without a request. Do not trust its
// result. The parameters are sorted by name.
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
// omits the query, the parameters, the body and the signature, which are
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
