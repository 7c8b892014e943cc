// Package signature proves that an HTTP request comes from Twilio.
//
// Twilio signs each webhook with the account's auth token, or with a shared key,
// and sends the result in the X-Twilio-Signature header. A [Verifier] checks it,
// from the public URL to the last byte of the body, and returns what it has
// checked:
//
//	verifier, err := signature.New(signature.Config{
//		BaseURL: "https://hooks.example.com",
//		Tokens:  signature.Tokens(os.Getenv("TWILIO_AUTH_TOKEN")),
//	})
//	if err != nil {
//		log.Fatal(err)
//	}
//	http.Handle("POST /sms", verifier.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
//		m, _ := signature.FromContext(r.Context())
//		body, _ := m.Param("Body")
//		fmt.Fprintf(w, "you said %q", body)
//	})))
//
// There is no default for trust. Set the public address ([Config.BaseURL]), or the
// hosts and proxies that may name it ([Config.Hosts], [Config.Proxies]), and the
// tokens. No peer is trusted because it is local. The secret of an API key signs
// no webhooks.
//
// # Strict and lenient
//
// Twilio signs the URL and the parameters with nothing between them, so one
// signature fits several requests. The strict rules, the default, refuse broken
// escapes, a repeated or malformed AccountSid in a form, and requests whose text
// is also that of another URL or another account. In a form with an account, a
// parameter that sorts before AccountSid, such as 1st or $plan, could be the end
// of the URL and is refused. The names of parameters may be anything otherwise. [Config.Lenient] lifts these rules and no others.
//
// When a signature does not match, [Verifier.Diagnose] says why and which setting
// to change.
//
// A signature does not say when a request was made: see [ReplayWindow]. It proves
// who sent a request, not that its content is harmless: a stranger writes the text
// of a message. Package webhook decodes parameters into types.
package signature

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Config says what a [Verifier] trusts. Tokens is required, and one of BaseURL,
// BaseURLFunc and Hosts. Everything else has a default.
type Config struct {
	// BaseURL is the part of the address that all webhooks share, as Twilio
	// calls it: "https://hooks.example.com" or, with a prefix that a proxy
	// removes from the path, "https://hooks.example.com/twilio". The request's
	// path and query are appended as received. Write the host as in the Twilio
	// Console, in the same case. User information is tried with and without. A
	// fragment and a trailing slash are removed. Hosts and Proxies are not used
	// when BaseURL is set.
	BaseURL string

	// BaseURLFunc returns the base URL if it can change while the program runs,
	// such as the address of a tunnel. Set BaseURL or BaseURLFunc, not both. It
	// is called for each request but does not receive it, because a request
	// must not choose the address that it is verified for. It must be safe for
	// concurrent use. Requests are refused with [ErrBaseURL] while it returns
	// an invalid base URL.
	BaseURLFunc func() string

	// Proxies are the addresses of the proxies in front of the program, when
	// BaseURL is empty. Requests from them may name the public address in the
	// headers listed in ForwardedHeaders. If a header has several values, the
	// one that the outermost of these proxies wrote counts. The proxies must
	// set or remove every listed header; otherwise the client controls it.
	Proxies []netip.Prefix

	// ForwardedHeaders are the headers that Proxies set, among "Forwarded",
	// "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port",
	// "X-Forwarded-Proto" and "X-Forwarded-Prefix". No other forwarding header
	// is read. Empty means all except X-Forwarded-Prefix, which most proxies
	// pass on unchanged. List X-Forwarded-Prefix only if the proxy overwrites
	// what clients send.
	ForwardedHeaders []string

	// Hosts are the public host names that requests or proxies may name when
	// BaseURL is empty: "hooks.example.com", or with a port to allow only that
	// port. Case does not matter. A request for another host is refused even if
	// its signature is right, because the same token signs requests to every
	// URL of the account.
	Hosts []string

	// Tokens supplies the auth tokens and shared keys that may have signed:
	// [Tokens], [Keys], a [TokenSet] or a [TokenFunc].
	Tokens TokenSource

	// Methods are the accepted HTTP methods, such as "POST". GET includes HEAD
	// and WebSocket handshakes. Headers that override the method are ignored.
	//
	// If Methods is empty, the method in the pattern of [http.ServeMux] is
	// accepted, as in "GET /voice", or POST if the pattern has none. Requests
	// routed without a pattern may be POST or GET. Some routers, such as chi,
	// set a pattern without the method, so a GET route in those needs "GET" in
	// Methods. Signed WebSocket handshakes are then accepted on every route.
	Methods []string

	// MaxBody is the maximum size of a body in bytes. Zero means 1 MiB. A
	// larger body is refused, unread if its length is declared. Results of
	// add-ons, which are JSON in a parameter, may need more.
	MaxBody int64

	// MaxParams is the maximum number of parameters. Zero means 1000.
	MaxParams int

	// Lenient disables the content rules that the package comment lists, for
	// requests that other software signs the way Twilio does. Broken escapes
	// are then kept as text and verified as such.
	Lenient bool

	// Refused is called with each refused request and the reason, before the
	// answer, in the goroutine of the request. Use it to log or to call
	// [Verifier.Diagnose]. A body that was read can be read again.
	Refused func(*http.Request, *Error)
}

const (
	defaultMaxBody   = 1 << 20
	defaultMaxParams = 1000
)

// Verifier checks requests against a configuration. Use [New] to make one; the
// zero Verifier panics. It is immutable and safe for concurrent use.
type Verifier struct {
	cfg Config

	base    atomic.Pointer[publicURL] // of BaseURL, or the last one of BaseURLFunc
	hosts   []string                  // Config.Hosts, IPv6 literals in brackets
	methods string                    // Config.Methods, as in an Allow header
	fixed   []Token                   // what Config.Tokens always returns, if known
	decoys  [2]Token                  // an auth token and a shared key, for accounts without
	scratch sync.Pool
}

// New returns a verifier for a copy of cfg. The error joins every mistake in
// cfg, each with its field name and without secrets.
func New(cfg Config) (*Verifier, error) {
	v := &Verifier{cfg: cfg}
	v.scratch.New = func() any { return new(scratch) }
	var errs []error
	mistake := func(field, format string, args ...any) {
		errs = append(errs, fmt.Errorf("signature: Config.%s: %w", field, fmt.Errorf(format, args...)))
	}

	switch {
	case cfg.BaseURLFunc != nil:
		if cfg.BaseURL != "" {
			mistake("BaseURLFunc", "set beside BaseURL; set one of the two")
		}
	case cfg.BaseURL != "":
		base, problem := parseBaseURL(cfg.BaseURL)
		if problem != "" {
			mistake("BaseURL", "%s", problem)
		}
		v.base.Store(&base)
	default:
		if len(cfg.Hosts) == 0 {
			mistake("BaseURL", "missing; set the public address that Twilio calls, or set Hosts")
		}
		if len(cfg.Proxies) > 0 && len(cfg.Hosts) == 0 {
			mistake("Hosts", "missing; Proxies may only name hosts that are listed")
		}
	}
	for i, h := range cfg.Hosts {
		host, problem := cleanHost(h)
		if problem != "" {
			mistake("Hosts", "entry %d %s", i+1, problem)
		}
		v.hosts = append(v.hosts, host)
	}
	v.cfg.Proxies = slices.Clone(cfg.Proxies)
	for i, p := range cfg.Proxies {
		if !p.IsValid() {
			mistake("Proxies", "entry %d is not a valid prefix", i+1)
		}
	}
	v.cfg.ForwardedHeaders = slices.Clone(cfg.ForwardedHeaders)
	for i, name := range v.cfg.ForwardedHeaders {
		v.cfg.ForwardedHeaders[i] = http.CanonicalHeaderKey(name)
		if !slices.Contains(forwardingHeaders, v.cfg.ForwardedHeaders[i]) {
			mistake("ForwardedHeaders", "entry %d is not one of %s", i+1, strings.Join(forwardingHeaders, ", "))
		}
	}
	if err := checkTokens(cfg.Tokens); err != nil {
		mistake("Tokens", "%w", err)
	}
	v.cfg.Methods = slices.Clone(cfg.Methods)
	for i, m := range cfg.Methods {
		if m == "" || strings.Trim(m, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
			mistake("Methods", "entry %d is not a method in capital letters", i+1)
		}
	}
	v.methods = strings.Join(cfg.Methods, ", ")
	if cfg.MaxBody < 0 {
		mistake("MaxBody", "negative")
	}
	if cfg.MaxParams < 0 {
		mistake("MaxParams", "negative")
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}

	if v.cfg.MaxBody == 0 {
		v.cfg.MaxBody = defaultMaxBody
	}
	if v.cfg.MaxParams == 0 {
		v.cfg.MaxParams = defaultMaxParams
	}
	if s, ok := cfg.Tokens.(*fixedTokens); ok {
		v.fixed = s.list
	}
	if len(v.cfg.ForwardedHeaders) == 0 {
		v.cfg.ForwardedHeaders = slices.DeleteFunc(slices.Clone(forwardingHeaders), func(name string) bool { return name == prefixHeader })
	}
	v.decoys = [2]Token{{key: newKey("no account")}, {key: newKey("no account")}}
	v.decoys[1].key.algorithms = []Algorithm{SHA1, SHA256}
	return v, nil
}
