package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// ErrForeign is the error of a request that was not sent because it is not
// addressed to the program.
var ErrForeign = fmt.Errorf("remote: the address is not the program's: %w", dialogue.ErrNotSent)

// ErrTarget is the error of a request target that cannot be forwarded unchanged.
var ErrTarget = errors.New("remote: the request target is not a path that can be forwarded")

// A Route sends requests for one base URL to the program, and refuses all
// others (T35). The scheme and host come from the configuration and never from
// a request.
type Route struct {
	base, app place
}

// A place is a scheme, a host and a path to which targets are appended.
type place struct{ scheme, host, path string }

func placeOf(address string) (place, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return place{}, fmt.Errorf("invalid URL %q: write it as http://127.0.0.1:8080", address)
	}
	return place{u.Scheme, u.Host, strings.TrimSuffix(u.EscapedPath(), "/")}, nil
}

// cut returns the target of u below the place, whatever the scheme of u is.
func (p place) cut(u *url.URL) (target string, ok bool) {
	if dialogue.HostOf(u.Scheme, u.Host) != dialogue.HostOf(p.scheme, p.host) || u.User != nil {
		return "", false
	}
	target, ok = strings.CutPrefix(targetOf(u), p.path)
	switch {
	case !ok:
		return "", false
	case target == "" || target[0] == '?':
		return "/" + target, true
	}
	return target, target[0] == '/'
}

// NewRoute returns the route to the program at app, whose requests are signed
// for base. An empty base is app. Both are URLs of http or https without a query.
func NewRoute(app, base string) (*Route, error) {
	if base == "" {
		base = app
	}
	a, err := placeOf(app)
	if err != nil {
		return nil, err
	}
	b, err := placeOf(base)
	if err != nil {
		return nil, err
	}
	return &Route{base: b, app: a}, nil
}

// Base returns the address that requests are signed for.
func (r *Route) Base() string { return r.base.scheme + "://" + r.base.host + r.base.path }

// Target returns what follows the base URL in address, a path with its query.
// It returns false for any other address.
func (r *Route) Target(address string) (string, bool) {
	rest, ok := strings.CutPrefix(address, r.Base())
	switch {
	case !ok:
		return "", false
	case rest == "" || rest[0] == '?':
		return "/" + rest, true
	}
	return rest, rest[0] == '/'
}

// Request makes a request to the base URL. target is sent as it is, byte for
// byte: a path that begins with a slash, with its query. Any other target is
// refused with [ErrTarget].
func (r *Route) Request(ctx context.Context, method, target string, body io.Reader) (*http.Request, error) {
	u, err := locate(r.base, target)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, r.Base(), body)
	if err != nil {
		return nil, err
	}
	req.URL, req.Host = u, r.base.host
	return req, nil
}

// Redirect returns a copy of req that goes to the program. The host that the
// program sees stays that of the base URL, as behind a proxy that passes it on.
// A request that is addressed to anything but the base URL or the program is
// refused with [ErrForeign]; localhost and the loopback addresses are one host.
// The scheme does not matter: behind a tunnel, programs
// build URLs of http although they are reached by https, or the other way round.
func (r *Route) Redirect(req *http.Request) (*http.Request, error) {
	target, ok := r.base.cut(req.URL)
	host := r.base.host
	if !ok {
		target, ok = r.app.cut(req.URL)
		host = r.app.host
	}
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrForeign, req.URL.Host)
	}
	if written := (&url.URL{Host: host}); !strings.EqualFold(written.Hostname(), req.URL.Hostname()) {
		host = req.URL.Host // localhost for 127.0.0.1: it is signed as the program writes it
	}
	u, err := locate(r.app, target)
	if err != nil {
		return nil, err
	}
	c := req.Clone(req.Context())
	c.URL, c.Host = u, host
	return c, nil
}

// locate returns the URL of target at p. A path that net/url would write in
// another way is kept as an opaque part, which net/http sends unchanged.
func locate(p place, target string) (*url.URL, error) {
	if !strings.HasPrefix(target, "/") {
		return nil, ErrTarget
	}
	for i := range len(target) {
		if c := target[i]; c <= ' ' || c == 0x7f || c == '#' {
			return nil, ErrTarget
		}
	}
	target = p.path + target
	path, query, asked := strings.Cut(target, "?")
	u := &url.URL{Scheme: p.scheme, Host: p.host, RawQuery: query, ForceQuery: asked && query == ""}
	if plain, err := url.PathUnescape(path); err == nil {
		u.Path, u.RawPath = plain, path
		if u.EscapedPath() == path {
			return u, nil
		}
	}
	if strings.HasPrefix(path, "//") {
		return nil, ErrTarget // as an opaque part this would name a host
	}
	u.Path, u.RawPath, u.Opaque = "", "", path
	return u, nil
}

// targetOf returns the request target that net/http sends for u.
func targetOf(u *url.URL) string { return u.RequestURI() }

// Address returns u as the text that is signed. [url.URL.String] may write the
// path of a URL from [Route.Request] differently.
func Address(u *url.URL) string {
	if u.Opaque == "" {
		return u.String()
	}
	return u.Scheme + "://" + u.Host + targetOf(u)
}
