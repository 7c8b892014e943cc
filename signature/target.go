package signature

import (
	"net/http"
	"net/netip"
	"strings"
)

// location is the public URL of a request: a head (scheme, authority and the
// prefix that a proxy took away) and the target as it stands in the request
// line. There are several heads, because Twilio is not consistent about ports
// and user information.
type location struct {
	heads  []string
	target string

	// bare says that the target "/" may stand for no path at all, which
	// HTTP cannot express: https://example.com is requested as "/".
	bare bool
}

// targets returns the spellings of the target, most likely first.
func (l *location) targets() int {
	if l.bare {
		return 2
	}
	return 1
}

func (l *location) spelling(i int) string { return l.target[i:] }

// query returns what follows the first question mark.
func (l *location) query() string {
	_, query, _ := strings.Cut(l.target, "?")
	return query
}

func (l *location) path() string {
	path, _, _ := strings.Cut(l.target, "?")
	return path
}

// locate derives the public URL of r from the configuration.
func (v *Verifier) locate(r *http.Request, socket bool) (location, *Error) {
	target, origin, ok := requestTarget(r)
	if !ok {
		return location{}, refuse(ErrTarget, "")
	}
	loc := location{target: target}
	prefix := v.prefix
	switch {
	case v.cfg.BaseURL != "" && socket:
		loc.heads = v.socketHeads
	case v.cfg.BaseURL != "":
		loc.heads = v.heads
	default:
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

// requestTarget returns path and query as they were received. What
// [http.StripPrefix], routers and [url.URL] make of them plays no part. The
// scheme and authority of an absolute target are cut off: they are a claim of
// the client. Origin is false where the target had them.
func requestTarget(r *http.Request) (target string, origin, ok bool) {
	target = r.RequestURI
	if target == "" && r.URL != nil {
		// A request that did not come over the wire: an adapter's or a test's.
		target = r.URL.RawPath
		if target == "" {
			target = r.URL.EscapedPath()
		}
		if r.URL.RawQuery != "" || r.URL.ForceQuery {
			target += "?" + r.URL.RawQuery
		}
		return target, false, r.URL.Opaque == "" && (target == "" || target[0] == '/' || target[0] == '?')
	}
	if strings.HasPrefix(target, "/") {
		return target, true, true
	}
	_, rest, found := strings.Cut(target, "://")
	if !found {
		return "", false, false
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		return rest[i:], false, true
	}
	return "", false, true
}

// isWebSocket reports whether r opens a WebSocket, by upgrade or by extended
// CONNECT of HTTP/2. Twilio signs those as wss.
func isWebSocket(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet:
		for _, line := range r.Header["Upgrade"] {
			for protocol := range strings.SplitSeq(line, ",") {
				if strings.EqualFold(strings.TrimSpace(protocol), "websocket") {
					return true
				}
			}
		}
	case http.MethodConnect:
		protocol := r.Header[":protocol"]
		return len(protocol) == 1 && protocol[0] == "websocket"
	}
	return false
}

func socketScheme(scheme string) string {
	switch strings.ToLower(scheme) {
	case "https":
		return "wss"
	case "http":
		return "ws"
	}
	return scheme
}

func defaultPort(scheme string) string {
	switch strings.ToLower(scheme) {
	case "https", "wss":
		return ":443"
	}
	return ":80"
}

// splitAuthority cuts an authority into user information with its @, host, and
// port with its colon, either of which may be empty. The last @ counts; the
// colons inside an IPv6 literal do not.
func splitAuthority(authority string) (user, host, port string) {
	at := strings.LastIndexByte(authority, '@') + 1
	user, host = authority[:at], authority[at:]
	from := max(0, strings.IndexByte(host, ']'))
	if i := strings.IndexByte(host[from:], ':'); i >= 0 {
		host, port = host[:from+i], host[from+i:]
	}
	return user, host, port
}

// heads returns the candidates of signature.md section 2, in its order: as it
// is; with the default port where there is none, or without the port where
// there is one; and the same without user information.
func heads(scheme, authority, prefix string) []string {
	user, host, port := splitAuthority(authority)
	other := ""
	if port == "" {
		other = defaultPort(scheme)
	}
	list := []string{
		scheme + "://" + user + host + port + prefix,
		scheme + "://" + user + host + other + prefix,
	}
	if user != "" {
		list = append(list,
			scheme+"://"+host+port+prefix,
			scheme+"://"+host+other+prefix)
	}
	return list
}

// checkAuthority returns what is wrong with an authority, or "". Only syntax
// that would change what the text means is refused; the rest is kept as it is.
func checkAuthority(authority string) string {
	_, host, port := splitAuthority(authority)
	switch {
	case strings.ContainsFunc(authority, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`/\?#"<>`, r) }):
		return "holds a character that no host has"
	case host == "":
		return "has no host"
	}
	if literal, ok := strings.CutPrefix(host, "["); ok {
		literal, closed := strings.CutSuffix(literal, "]")
		if addr, err := netip.ParseAddr(literal); !closed || err != nil || !addr.Is6() {
			return "has a malformed IPv6 literal"
		}
	} else if strings.ContainsAny(host, "[]") {
		return "has a bracket out of place"
	}
	if len(port) > 1 && strings.Trim(port[1:], "0123456789") != "" {
		return "has a port that is not a number"
	}
	return ""
}
