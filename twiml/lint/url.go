package lint

import (
	"net/url"
	"strings"
)

// Twilio's errors for URLs.
const (
	codeBadURL       = 11100 // not well-formed
	codeBadSocketURL = 31923 // the same, for a WebSocket
)

// url checks the URL in an attribute, or in the text if attr is "". code is
// the attribute's error for bad values.
func (l *linter) url(attr, v string, code int) {
	if code == 0 {
		code = codeBadURL
	}
	u, wrong := parseURL(v)
	switch {
	case wrong != "":
		l.reportAttr(attr, ruleURL, code, "%s is not a URL that Twilio can request: %s.", quote(v), wrong)
	case u.Scheme != "":
		if !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
			l.reportAttr(attr, ruleURL, code, "%s has the scheme %s; Twilio uses http and https only.", quote(v), u.Scheme)
		}
	case l.relative(attr, v, u):
	case l.stack[l.depth-1].id == grammarRecording:
		l.reportAttr(attr, ruleRelativeURL, 0, "%s is relative; a recording started by Start needs an absolute URL.", quote(v))
	}
}

// relative reports a relative URL that looks like an absolute one.
func (l *linter) relative(attr, v string, u *url.URL) bool {
	switch {
	case u.Host != "":
		l.reportAttr(attr, ruleRelativeURL, 0, "%s has a host but no scheme, so it takes that of this document; add https: in front.", quote(v))
	case looksLikeHost(u.Path):
		l.reportAttr(attr, ruleRelativeURL, 0, "%s is a path below this document's URL, although it looks like a host; add the scheme in front.", quote(v))
	default:
		return false
	}
	return true
}

// socketURL checks the URL of a WebSocket.
func (l *linter) socketURL(g *attribute, v string, code int) {
	const wss = "wss://"
	rule, mayBeRelative := ruleRelayURL, g.form != "wss"
	if l.stack[l.depth-1].id == grammarStream {
		rule = ruleStreamURL
	}
	want := "begin with wss://"
	if mayBeRelative {
		want = "begin with wss:// or be relative"
	}
	u, wrong := parseURL(v)
	switch {
	case v == "" && mayBeRelative: // stream-target reports it
	case wrong != "" && len(v) >= len(wss) && strings.EqualFold(v[:len(wss)], wss):
		l.reportAttr(g.name, rule, codeBadSocketURL, "%s is not a URL: %s.", quote(v), wrong)
	case wrong == "" && mayBeRelative && u.Scheme == "":
		if !l.relative(g.name, v, u) {
			l.socketQuery(g, rule, u)
		}
	case wrong != "", !strings.EqualFold(u.Scheme, "wss") || u.Host == "":
		l.reportAttr(g.name, rule, code, "%s is not the URL of a WebSocket; it must %s.", quote(v), want)
	default:
		l.socketQuery(g, rule, u)
	}
}

// socketQuery reports the query of a Stream's URL. Twilio drops it and
// connects.
func (l *linter) socketQuery(g *attribute, rule string, u *url.URL) {
	if rule == ruleStreamURL && (u.RawQuery != "" || u.ForceQuery) {
		l.reportAttr(g.name, ruleStreamQuery, 0, "Twilio drops the query string of a Stream's URL; pass values with Parameter.")
	}
}

// parseURL parses a URL and returns what is wrong with it. [url.Parse] accepts
// broken escapes in a query, which Twilio does not.
func parseURL(v string) (u *url.URL, wrong string) {
	if strings.ContainsAny(v, " \t\r\n") {
		return nil, "it contains white space"
	}
	if _, err := url.PathUnescape(v); err != nil {
		return nil, "a % in it is not followed by two hexadecimal digits"
	}
	u, err := url.Parse(v)
	if err != nil {
		return nil, "it is not well-formed"
	}
	host := u.Hostname()
	switch {
	case u.Scheme != "" && u.Opaque == "" && host == "":
		return nil, "it has no host"
	case strings.Contains(host, "_"):
		return nil, "a host name has no underscore"
	}
	return u, ""
}

// looksLikeHost reports whether a relative path begins like a host:
// www.example.com/x, example.com/x.
func looksLikeHost(path string) bool {
	first, _, more := strings.Cut(path, "/")
	if strings.HasPrefix(first, "www.") {
		return true
	}
	i := strings.LastIndexByte(first, '.')
	if i <= 0 {
		return false
	}
	switch first[i+1:] {
	case "com", "net", "org", "io", "dev", "app":
		return true
	}
	return more && strings.Count(first, ".") >= 2 && !strings.HasPrefix(first, ".")
}
