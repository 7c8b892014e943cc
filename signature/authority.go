package signature

import (
	"net/netip"
	"strconv"
	"strings"
)

// This file handles the authority of a URL, the part between "://" and the
// path.

// isScheme reports whether s is empty or a scheme that Twilio calls, in any
// case.
func isScheme(s string) bool {
	switch strings.ToLower(s) {
	case "", "http", "https", "ws", "wss":
		return true
	}
	return false
}

// socketScheme returns the scheme that Twilio signs for a WebSocket.
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

// splitAuthority splits an authority into user information with its @, host,
// and port with its colon. Each may be empty. The last @ counts. Colons inside
// an IPv6 literal do not.
func splitAuthority(authority string) (user, host, port string) {
	at := strings.LastIndexByte(authority, '@') + 1
	user, host = authority[:at], authority[at:]
	from := max(0, strings.IndexByte(host, ']'))
	if i := strings.IndexByte(host[from:], ':'); i >= 0 {
		host, port = host[:from+i], host[from+i:]
	}
	return user, host, port
}

// checkAuthority returns what is wrong with an authority, or "".
func checkAuthority(authority string) string {
	_, host, port := splitAuthority(authority)
	switch {
	case strings.ContainsFunc(authority, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`/\?#"<>`, r) }):
		return "has a character that is not allowed in a host"
	case host == "":
		return "has no host"
	case strings.Contains(host, "%"):
		return "has an escape in its host; write the host without escapes"
	case strings.ContainsFunc(host, func(r rune) bool { return r >= 0x80 }):
		return "has a host outside ASCII; write its ASCII form, which begins with xn--"
	}
	if literal, ok := strings.CutPrefix(host, "["); ok {
		literal, closed := strings.CutSuffix(literal, "]")
		if addr, err := netip.ParseAddr(literal); !closed || err != nil || !addr.Is6() {
			return "has a malformed IPv6 literal"
		}
	} else if strings.ContainsAny(host, "[]") {
		return "has a bracket out of place"
	}
	switch port := strings.TrimPrefix(port, ":"); {
	case strings.Trim(port, "0123456789") != "":
		return "has a port that is not a number"
	case !isPort(port):
		return "has a port over 65535"
	}
	return ""
}

// isPort reports whether s is a port number, or empty.
func isPort(s string) bool {
	if s == "" {
		return true
	}
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil && s[0] != '+'
}

// heads returns the candidates of signature.md section 2, in that order: the
// authority as it is; with the default port added or the port removed; and the
// same without user information.
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

// publicURL is a parsed base URL.
type publicURL struct {
	text               string
	prefix             string   // its path, without a slash at the end
	heads, socketHeads []string // for requests and for WebSockets
}

// parseBaseURL splits a base URL as text. It returns what is wrong with it, or
// "".
func parseBaseURL(text string) (u publicURL, problem string) {
	base, _, _ := strings.Cut(text, "#")
	scheme, rest, ok := strings.Cut(base, "://")
	if !ok || scheme == "" {
		return u, "needs a scheme, as in https://hooks.example.com"
	}
	if !isScheme(scheme) {
		return u, "needs the scheme https, http, wss or ws"
	}
	if strings.Contains(rest, "?") {
		return u, "has a query; Twilio's query comes with each request"
	}
	authority, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority, path = rest[:i], strings.TrimSuffix(rest[i:], "/")
	}
	if problem := checkAuthority(authority); problem != "" {
		return u, problem
	}
	if strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return u, "has a character in its path that is not allowed in a URL"
	}
	for segment := range strings.SplitSeq(path, "/") {
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case ".", "..":
			return u, "has a dot segment in its path; write the path that Twilio calls"
		}
	}
	return publicURL{text, path, heads(scheme, authority, path), heads(socketScheme(scheme), authority, path)}, ""
}

// cleanHost returns h as written in a URL, and what is wrong with it.
func cleanHost(h string) (host, problem string) {
	if addr, err := netip.ParseAddr(h); err == nil && addr.Is6() {
		return "[" + h + "]", ""
	}
	if strings.Contains(h, "*") {
		return "", "is a pattern; list each host"
	}
	if strings.Contains(h, "@") || strings.Contains(h, "/") {
		return "", "is not a plain host name, as in hooks.example.com"
	}
	return h, checkAuthority(h)
}
