package signature

import (
	"net/http"
	"net/url"
	"strings"
)

// location is the public URL of a request: a head (scheme, authority and the
// prefix that a proxy cut off) and the target as it is in the request line.
// There are several heads, because Twilio is not consistent about ports and
// user information.
type location struct {
	heads  []string
	target string

	// bare says that the target "/" may stand for no path at all, which
	// HTTP cannot express: https://example.com is requested as "/".
	bare bool
}

// query returns what follows the first question mark.
func (l *location) query() string {
	_, query, _ := strings.Cut(l.target, "?")
	return query
}

func (l *location) path() string {
	path, _, _ := strings.Cut(l.target, "?")
	return path
}

// spellings returns other texts of the target that may be signed.
func (q *request) spellings() (list []string) {
	if q.loc.bare {
		list = append(list, q.loc.target[1:])
	}
	if !q.isGet() || strings.IndexByte(q.loc.target, '%') < 0 {
		return list
	}
	// Twilio escapes some characters in the query of a GET after it has signed
	// it (twilio-node 621 and 1059, twilio-ruby 528). They separate nothing, so
	// both spellings mean the same.
	path, query, _ := strings.Cut(q.loc.target, "?")
	for _, r := range unescapers {
		if raw := r.Replace(query); raw != query {
			list = append(list, path+"?"+raw)
		}
	}
	return list
}

// unescapers are the ways in which Twilio may have left characters unescaped
// when it signed a query.
var unescapers = []*strings.Replacer{
	strings.NewReplacer("%27", "'", "%3A", ":", "%3a", ":", "%40", "@"),
	strings.NewReplacer("%27", "'"),
	strings.NewReplacer("%3A", ":", "%3a", ":", "%40", "@"),
}

// locate derives the public URL of r from the configuration.
func (v *Verifier) locate(r *http.Request, socket bool) (location, *Error) {
	target, origin, err := requestTarget(r)
	if err != nil {
		return location{}, err
	}
	loc := location{target: target}
	prefix := ""
	if base, err := v.publicURL(); err != nil {
		return location{}, err
	} else if base != nil {
		prefix = base.prefix
		loc.heads = base.heads
		if socket {
			loc.heads = base.socketHeads
		}
	} else {
		o, err := v.originOf(r)
		if err != nil {
			return location{}, err
		}
		if socket {
			o.scheme = socketScheme(o.scheme)
		}
		prefix = o.prefix
		loc.heads = heads(o.scheme, o.host, prefix)
	}
	loc.bare = origin && prefix == "" && loc.path() == "/"
	return loc, nil
}

// publicURL returns the configured address, or nil if it comes from the request.
func (v *Verifier) publicURL() (*publicURL, *Error) {
	if v.cfg.BaseURLFunc == nil {
		return v.base.Load(), nil
	}
	text := v.cfg.BaseURLFunc()
	if known := v.base.Load(); known != nil && known.text == text {
		return known, nil
	}
	u, problem := parseBaseURL(text)
	if problem != "" {
		return nil, refuse(ErrBaseURL, "the address "+problem)
	}
	v.base.Store(&u)
	return &u, nil
}

// requestTarget returns path and query as they were received. It accepts the
// two forms of a request line that can be read in one way only: the origin
// form, which begins with a slash, and the absolute form with a scheme and a
// host, which are a claim of the client and are cut off. In all others, such as
// "http:/refund/1?x=://h/sms", net/http finds another path than a reader who
// looks for "://". Origin is false where the target had a scheme and a host.
func requestTarget(r *http.Request) (target string, origin bool, err *Error) {
	target = r.RequestURI
	switch {
	case target == "":
		return madeTarget(r.URL)
	case target[0] == '/':
		origin = true
	default:
		u, err := url.ParseRequestURI(target) // as net/http does
		if err != nil || u.Host == "" || u.Opaque != "" || !isScheme(u.Scheme) {
			return "", false, refuse(ErrTarget, "the request line has neither a path nor a whole URL")
		}
		rest, found := strings.CutPrefix(target, u.Scheme+"://"+u.Host) // not found where there is user information
		if !found || rest != "" && rest[0] != '/' && rest[0] != '?' {
			return "", false, refuse(ErrTarget, "the URL in the request line can be read in two ways")
		}
		target = rest
	}
	return target, origin, nil
}

// madeTarget returns the target of a request that did not come over the wire
// but from an adapter or a test.
func madeTarget(u *url.URL) (target string, origin bool, err *Error) {
	if u == nil || u.Opaque != "" {
		return "", false, refuse(ErrTarget, "the request has no URL with a path")
	}
	target = u.RawPath
	if target == "" {
		target = u.EscapedPath()
	}
	if target != "" && target[0] != '/' {
		return "", false, refuse(ErrTarget, "the request has no URL with a path")
	}
	if u.RawQuery != "" || u.ForceQuery {
		target += "?" + u.RawQuery
	}
	return target, false, nil
}

// routes reports whether u, by which a request is routed, says the same as the
// target that was verified, or less: [http.StripPrefix] cuts the beginning of
// the path, and routers add or remove a slash at its end.
func routes(u *url.URL, target string) bool {
	if u == nil {
		return true // nothing can be routed by it
	}
	path, query, _ := strings.Cut(target, "?")
	if u.Opaque != "" || u.RawQuery != "" && u.RawQuery != query || u.RawPath != "" && !endsIn(path, u.RawPath) {
		return false
	}
	if strings.IndexByte(path, '%') >= 0 {
		decoded, err := url.PathUnescape(path)
		if err != nil {
			return false
		}
		path = decoded
	}
	return endsIn(path, u.Path)
}

// endsIn reports whether whole ends in rest, but for a slash at the end.
func endsIn(whole, rest string) bool {
	return strings.HasSuffix(whole, rest) || strings.HasSuffix(strings.TrimSuffix(whole, "/"), strings.TrimSuffix(rest, "/"))
}

// isWebSocket reports whether r opens a WebSocket, by upgrade or by extended
// CONNECT of HTTP/2. Twilio signs those as wss.
func isWebSocket(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet:
		for _, protocol := range listed(r.Header["Upgrade"]) {
			if strings.EqualFold(protocol, "websocket") {
				return true
			}
		}
	case http.MethodConnect:
		// No header of HTTP/1.1 can be called so.
		protocol := r.Header[":protocol"]
		return len(protocol) == 1 && protocol[0] == "websocket"
	}
	return false
}
