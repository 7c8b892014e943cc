package diagnose

import (
	"fmt"
	"iter"
	"net/url"
	pathpkg "path"
	"slices"
	"strings"
)

const (
	keepPath = "Have the path passed on as it was received. In nginx, write proxy_pass without a path behind the host."
	setSlash = "Write the URL at Twilio %s the slash, as it arrives here, or stop the proxy or router from changing it."
)

// pathRewrites turn a path back into what was signed.
var pathRewrites = []struct {
	label, what, remedy string
	undo                func(string) string
}{
	{"trailing-slash", "Twilio signed the path without a slash at its end, and it arrives with one", fmt.Sprintf(setSlash, "with"), func(p string) string { return strings.TrimSuffix(p, "/") }},
	{"trailing-slash", "Twilio signed the path with a slash at its end, and it arrives without", fmt.Sprintf(setSlash, "without"), func(p string) string { return strings.TrimSuffix(p, "/") + "/" }},
	{"path-normalised", "Twilio signed a double slash at the start", keepPath, func(p string) string { return "/" + p }},
	{"path-normalised", "Twilio signed double slashes, which something has merged", keepPath, replace("/", "//")},
	{"path-normalised", "Twilio signed a double slash, which something has merged", keepPath, func(p string) string { dir, file := pathpkg.Split(p); return dir + "/" + file }},
	{"path-normalised", "Twilio signed single slashes where double ones arrive", keepPath, replace("//", "/")},
	{"path-normalised", "Twilio signed the path cleaned of dots and double slashes", keepPath, func(p string) string { return pathpkg.Clean("/" + p) }},
	{"path-escape", "Twilio signed the path decoded, and it arrives escaped", keepPath, decodedPath},
	{"path-escape", "Twilio signed the path escaped in another way", keepPath, func(p string) string { return (&url.URL{Path: decodedPath(p)}).EscapedPath() }},
	{"path-escape", "escapes in the path arrive in lower case and were signed in upper case", keepPath, func(p string) string { return mapEscapes(p, strings.ToUpper) }},
	{"path-escape", "escapes in the path arrive in upper case and were signed in lower case", keepPath, func(p string) string { return mapEscapes(p, strings.ToLower) }},
	{"path-escape", "Twilio signed the path escaped, and it arrives decoded", keepPath, escapeNonASCII},
	{"path-rewrite", "the path ends in a file that the web server has added", keepPath, func(p string) string { dir, _ := pathpkg.Split(p); return strings.TrimSuffix(dir, "/") }},
	{"path-rewrite", "the path ends in a file that the web server has added", keepPath, func(p string) string { dir, _ := pathpkg.Split(p); return dir }},
	{"path-rewrite", "Twilio signed the path with index.php", keepPath, func(p string) string { return strings.TrimSuffix(p, "/") + "/index.php" }},
	{"path-rewrite", "Twilio signed the path in another case", keepPath, strings.ToLower},
}

func paths(r *Request, t trial) iter.Seq[change] {
	var list []change
	for _, name := range []string{"X-Original-Uri", "X-Original-Url", "X-Forwarded-Uri", "X-Rewrite-Url", "X-Envoy-Original-Path"} {
		lines := r.Header[name]
		for _, line := range lines[:min(len(lines), maxClaims)] {
			c := change{trial: t, label: "path-rewrite", what: "the request target was rewritten; Twilio signed the one in the " + name + " header", remedy: keepPath}
			path, query, found := strings.Cut(line, "?")
			if !strings.HasPrefix(path, "/") {
				continue
			}
			if path == t.prefix+t.path {
				c.label = "query-missing"
			}
			if c.path, c.prefix = path, ""; found {
				c.query = "?" + query
			}
			list = append(list, c)
		}
	}
	for _, rewrite := range pathRewrites {
		c := change{trial: t, label: rewrite.label, what: rewrite.what, remedy: rewrite.remedy}
		if c.path = rewrite.undo(t.path); c.path != t.path {
			list = append(list, c)
		}
	}
	// Something may have added one or two segments in front.
	for rest, n := t.path, 0; n < 2; n++ {
		i := strings.IndexByte(strings.TrimPrefix(rest, "/"), '/')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		extra := t.path[:len(t.path)-len(rest)]
		c := change{trial: t, label: "path-prefix", what: "the path arrives with " + safe(extra, "a prefix") + " in front, and Twilio signed it without",
			remedy: "Something in front of this process adds that prefix. Stop it, or verify before it does."}
		if c.path = rest; !strings.Contains(extra, "..") {
			list = append(list, c)
		}
	}
	return slices.Values(list)
}

func decodedPath(path string) string {
	if decoded, err := url.PathUnescape(path); err == nil && !strings.Contains(decoded, "?") {
		return decoded
	}
	return path
}

// mapEscapes applies change to each escape.
func mapEscapes(s string, change func(string) string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 || i+3 > len(s) {
			return b.String() + s
		}
		b.WriteString(s[:i] + change(s[i:i+3]))
		s = s[i+3:]
	}
}

// escapeNonASCII escapes the bytes that a URL cannot contain.
func escapeNonASCII(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
