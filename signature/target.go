package signature

import (
	"net/http"
	"net/url"
	"strings"
)

// location is the public URL of a request: a head (scheme, authority, and the
// prefix that a proxy removed) and the target from the request line. There are
// several heads, because Twilio is not consistent about ports and user
// information.
type location struct {
	heads  []string
	target string

	// bare reports that the target "/" may mean an empty path, which HTTP
	// cannot express: https://example.com is requested as "/".
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

// spellings returns other spellings of the target that Twilio may have signed.
func (q *request) spellings() (list []string) {
	if q.loc.bare {
		list = append(list, q.loc.target[1:])
	}
	if !q.isGet() || strings.IndexByte(q.loc.target, '%') < 0 {
		return list
	}
	// Twilio escapes some characters in the query of a GET after signing it
	// (twilio-node 621 and 1059, twilio-ruby 528). They are not separators, so
	// both spellings mean the same.
	path, query, _ := strings.Cut(q.loc.target, "?")
	for _, r := range unescapers {
		if raw := r.Replace(query); raw != query {
			list = append(list, path+"?"+raw)
		}
	}
	return list
}

// unescapers undo the escapes that Twilio may add to a query after signing.
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

// publicURL returns the configured address, or nil if it comes from the
// request.
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

// requestTarget returns path and query as received. It accepts the two
// unambiguous forms of a request line: the origin form, which starts with a
// slash, and the absolute form with a scheme and a host, which the client
// controls and which are removed. In all others, such as
// "http:/refund/1?x=://h/sms", net/http finds another path than a reader that
// searches for "://". Origin is false if the target had a scheme and a host.
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
		rest, found := strings.CutPrefix(target, u.Scheme+"://"+u.Host) // not found if there is user information
		if !found || rest != "" && rest[0] != '/' && rest[0] != '?' {
			return "", false, refuse(ErrTarget, "the URL in the request line can be read in two ways")
		}
		target = rest
	}
	return target, origin, nil
}

// madeTarget returns the target of a request that an adapter or a test made.
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

// routes reports whether u, the URL used for routing, equals the verified
// target or a part of it: [http.StripPrefix] removes the start of the path, and
// routers add or remove a trailing slash.
func routes(u *url.URL, target string) bool {
	if u == nil {
		return true // it cannot be used for routing
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

// endsIn reports whether whole ends in rest, ignoring a trailing slash.
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
		// No HTTP/1.1 header can have this name.
		protocol := r.Header[":protocol"]
		return len(protocol) == 1 && protocol[0] == "websocket"
	}
	return false
}
