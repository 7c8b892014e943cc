package twiml

import (
	"net/url"
	"strings"
)

// codeBadURL is Twilio's number for a URL that is not well-formed.
const codeBadURL = 11100

// url checks the URL in an attribute, or in the text when attr is "". code is
// the number that the attribute has for bad values.
func (l *linter) url(attr, v string, code int) {
	if code == 0 {
		code = codeBadURL
	}
	u, wrong := lintURL(v)
	switch {
	case wrong != "":
		l.reportAttr(attr, ruleURL, code, "%s is no URL that Twilio can ask for: %s.", lintQuote(v), wrong)
	case u.Scheme != "":
		if !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
			l.reportAttr(attr, ruleURL, code, "%s has the scheme %s; Twilio asks by http and https.", lintQuote(v), u.Scheme)
		}
	case u.Host != "":
		l.reportAttr(attr, ruleRelativeURL, 0, "%s has a host and no scheme, so it takes that of this document; write https: in front.", lintQuote(v))
	case lintLooksLikeHost(u.Path):
		l.reportAttr(attr, ruleRelativeURL, 0, "%s is a path below this document's URL, although it looks like a host; write https:// in front.", lintQuote(v))
	case l.stack[l.depth-1].id == grammarRecording:
		l.reportAttr(attr, ruleRelativeURL, 0, "%s is relative; a recording that was started by Start asks for absolute URLs only.", lintQuote(v))
	}
}

// codeBadSocketURL is Twilio's number for the URL of a WebSocket that begins
// well and is not well-formed.
const codeBadSocketURL = 31923

// socketURL checks the URL of a WebSocket.
func (l *linter) socketURL(attr, v string, code int) {
	const wss = "wss://"
	rule := ruleSocketURL
	if l.stack[l.depth-1].id == grammarStream {
		rule = ruleStreamURL
	}
	u, wrong := lintURL(v)
	switch {
	case wrong != "" && len(v) > len(wss) && strings.EqualFold(v[:len(wss)], wss), strings.EqualFold(v, wss):
		l.reportAttr(attr, rule, codeBadSocketURL, "%s is no URL: %s.", lintQuote(v), wrong)
	case wrong != "", !strings.EqualFold(u.Scheme, "wss") || u.Host == "":
		l.reportAttr(attr, rule, code, "%s is not the URL of a WebSocket; it must be absolute and begin with wss://.", lintQuote(v))
	case rule == ruleStreamURL && (u.RawQuery != "" || u.ForceQuery):
		l.reportAttr(attr, rule, code, "The url of a Stream has no query string; pass values by Parameter.")
	}
}

// lintURL parses a URL and says what is wrong with it, or nothing.
func lintURL(v string) (u *url.URL, wrong string) {
	if strings.ContainsAny(v, " \t\r\n") {
		return nil, "it holds white space"
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

// lintLooksLikeHost reports whether a relative path begins with what people
// take for a host: www.example.com/x, example.com/x.
func lintLooksLikeHost(path string) bool {
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
