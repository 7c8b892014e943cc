package signature

import (
	"cmp"
	"fmt"
	"iter"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// address returns the part of t that a BaseURL holds: for a WebSocket that of
// the other requests, from which the verifier makes it. User information is a
// secret and left out.
func (t trial) address() string { return httpScheme(t.scheme) + "://" + t.host + t.port + t.prefix }

func httpScheme(scheme string) string { return strings.Replace(scheme, "ws", "http", 1) }

// setBaseURL is the remedy for everything in front of the path.
func (d *diagnosis) setBaseURL(t trial, why string) string {
	kept := ""
	if t.user != "" {
		kept = ", with the user information that it has,"
	}
	remedy := fmt.Sprintf("Set Config.BaseURL to %q%s: %s", t.address(), kept, why)
	if d.v.cfg.BaseURL == "" {
		remedy += " Or list the proxy in Config.Proxies, the name in Config.Hosts, and have the proxy send X-Forwarded-Proto, -Host and -Port."
	}
	return remedy
}

// maxClaims is how many values of one header are tried. Each goes together with
// all other changes, so that a megabyte of commas would cost minutes.
const maxClaims = 16

// claims returns the first values of header lines, each once.
func claims(lines []string) []string {
	var values []string
	for _, line := range lines {
		for value := range strings.SplitSeq(line, ",") {
			if len(values) == maxClaims {
				return values
			}
			if value = strings.Trim(value, " \t"); !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
	}
	return values
}

// The kinds below follow signature.md section 7, in its order.

func changeScheme(d *diagnosis, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		for _, scheme := range []string{"https", "http", "wss", "ws"} {
			if scheme == t.scheme {
				continue
			}
			c := t
			c.scheme = scheme
			label, why, remedy := "scheme", "TLS ends at a proxy, so this process sees another scheme than Twilio.", ""
			signed, told := strings.HasPrefix(scheme, "ws"), strings.HasPrefix(t.scheme, "ws")
			if signed || told {
				label = "scheme-websocket"
			}
			switch {
			case signed && told:
				why = "Twilio opens WebSockets with TLS only."
			case told:
				why = "it is turned into wss by itself where a WebSocket is opened."
			case signed && httpScheme(scheme) == t.scheme:
				why, remedy = "", "Have the proxy pass the Upgrade header on, by which a WebSocket handshake is known."
			case signed:
				why = "TLS ends at a proxy. And have the proxy pass the Upgrade header on, by which a WebSocket handshake is known."
			}
			cause := fmt.Sprintf("%s: Twilio signed %s, and the verifier was told %s", label, scheme, t.scheme)
			if !yield(change{c, Finding{cause, remedy}, why}) {
				return
			}
		}
	}
}

func changeHost(d *diagnosis, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		h := d.r.Header
		type candidate struct{ host, from string }
		candidates := []candidate{{d.r.Host, "the Host header"}}
		for _, name := range []string{"X-Forwarded-Host", "X-Original-Host", "X-Forwarded-Server", "X-Host"} {
			for _, host := range claims(h[name]) {
				candidates = append(candidates, candidate{host, "the " + name + " header"})
			}
		}
		if elements, ok := parseForwarded(strings.Join(h["Forwarded"], ",")); ok {
			for _, e := range elements[:min(len(elements), maxClaims)] {
				candidates = append(candidates, candidate{e["host"], "the Forwarded header"})
			}
		}
		for _, host := range d.v.hosts {
			candidates = append(candidates, candidate{host, "Config.Hosts"})
		}
		if user := strings.TrimSuffix(t.user, "@"); user != "" {
			candidates = append(candidates, candidate{user, "what stands before the @"})
		}
		if bare, ok := strings.CutPrefix(t.host, "www."); ok {
			candidates = append(candidates, candidate{bare, "leaving out www"})
		} else {
			candidates = append(candidates, candidate{"www." + t.host, "adding www"})
		}
		for _, spelling := range spellings(t.host) {
			candidates = append(candidates, candidate{spelling, "another spelling"})
		}
		for _, cand := range candidates {
			c := t
			c.user, c.host, c.port = splitAuthority(cand.host)
			if c.host == "" || checkAuthority(cand.host) != "" {
				continue
			}
			label, why := "host", "that is the name in the Twilio Console."
			if strings.EqualFold(c.host, t.host) {
				label, why = "host-case", "the case of the host counts, and has to be as in the Twilio Console."
			}
			// A name without a port may go with that of the verifier.
			for _, port := range slices.Compact([]string{c.port, cmp.Or(c.port, t.port)}) {
				c.port = port
				if c.host == t.host && c.port == t.port && t.user == "" {
					continue
				}
				cause := fmt.Sprintf("%s: Twilio signed host %q (%s), and the verifier was told %q", label, c.host+c.port, cand.from, t.host+t.port)
				if !yield(change{c, Finding{Cause: cause}, why}) {
					return
				}
			}
		}
	}
}

// spellings returns ways in which people write a host name in capitals.
func spellings(host string) []string {
	labels := strings.Split(strings.ToLower(host), ".")
	title := func(s string) string {
		if s == "" {
			return s
		}
		return strings.ToUpper(s[:1]) + s[1:]
	}
	all := make([]string, len(labels))
	for i, l := range labels {
		all[i] = title(l)
	}
	last := len(labels) - 1
	mixed := append(slices.Clone(all[:last]), strings.ToUpper(labels[last]))
	lower := append(slices.Clone(all[:last]), labels[last])
	first := append([]string{all[0]}, labels[1:]...)
	return []string{
		strings.ToLower(host), strings.ToUpper(host), strings.Join(all, "."), strings.Join(mixed, "."),
		strings.Join(lower, "."), strings.Join(first, "."),
	}
}

func changePort(d *diagnosis, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		ports := claims(d.r.Header["X-Forwarded-Port"])
		_, _, port := splitAuthority(d.r.Host)
		ports = append(ports, strings.TrimPrefix(port, ":"))
		if addr, ok := d.r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
			if _, port, err := net.SplitHostPort(addr.String()); err == nil {
				ports = append(ports, port)
			}
		}
		ports = append(ports, "80", "443", "8080", "8443", "9443", "3000", "5000", "8000", "8081", "8888", "9000", "4567", "1234")
		for _, port := range ports {
			if port == "" || ":"+port == t.port || !isPort(port) {
				continue
			}
			c := t
			c.port = ":" + port
			cause := fmt.Sprintf("port: Twilio signed port %s, and the verifier was told %q", port, d.told)
			if !yield(change{c, Finding{Cause: cause}, "with the port as in the Twilio Console; only the scheme's default port may be left out."}) {
				return
			}
		}
	}
}

func changeSlash(d *diagnosis, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		c := t
		cause, remedy := "Twilio signed the path with a slash at the end, and it arrives without", "without"
		if bare, ok := strings.CutSuffix(t.path, "/"); ok {
			c.path = bare
			cause, remedy = "Twilio signed the path without a slash at the end, and it arrives with one", "with"
		} else {
			c.path += "/"
		}
		yield(change{trial: c, finding: Finding{"trailing-slash: " + cause,
			"Something on the way adds or removes it. Write the URL in the Twilio Console " + remedy + " the slash, as it arrives here, or stop the proxy or the router from changing it."}})
	}
}

// stages are path prefixes that gateways and routers commonly take away.
var stages = []string{"/prod", "/Prod", "/dev", "/stage", "/Stage", "/staging", "/test", "/live", "/default", "/api", "/v1", "/api/v1", "/twilio", "/webhook", "/webhooks", "/hooks", "/app"}

func changePrefix(d *diagnosis, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		emit := func(prefix, path, cause string) bool {
			c := t
			c.prefix, c.path = prefix, path
			if c.url() == t.url() {
				return true
			}
			return yield(change{c, Finding{Cause: "path-prefix: " + cause}, "a prefix that a gateway or a proxy takes off the path has to be put back."})
		}
		h := d.r.Header
		for _, name := range []string{"X-Forwarded-Prefix", "X-Script-Name", "X-Forwarded-Path", "X-Envoy-Original-Path"} {
			for _, prefix := range claims(h[name]) {
				if isPrefix(prefix) && prefix != "" && !emit(strings.TrimSuffix(prefix, "/"), t.path, "the prefix of the "+name+" header is missing from the path") {
					return
				}
			}
		}
		if t.prefix != "" {
			if !emit("", t.path, fmt.Sprintf("Config.BaseURL has the prefix %q, which the request's path has already or which is not public", t.prefix)) {
				return
			}
		}
		for _, stage := range stages {
			if !emit(t.prefix+stage, t.path, fmt.Sprintf("Twilio signed the path with %q in front, and it arrives without", stage)) {
				return
			}
		}
		// One segment less, then two: somebody has put them in front.
		rest := t.path
		for range 2 {
			i := strings.IndexByte(strings.TrimPrefix(rest, "/"), '/')
			if i < 0 {
				return
			}
			extra := t.path[:len(t.path)-len(rest)+i+1]
			rest = rest[i+1:]
			if strings.Contains(extra, "..") {
				return
			}
			c := t
			c.path = rest
			if !yield(change{trial: c, finding: Finding{fmt.Sprintf("path-prefix: the path arrives with %q in front, and Twilio signed it without", extra),
				"Something in front of this process adds that prefix. Stop it, or verify before it does: the verifier reads the request target as it was received."}}) {
				return
			}
		}
	}
}

func changePath(d *diagnosis, t trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		emit := func(label, path, cause, remedy string) bool {
			c := t
			c.path = path
			return path == t.path || yield(change{trial: c, finding: Finding{label + ": " + cause, remedy}})
		}
		const keep = "Have the path passed on as it was received; in nginx, write proxy_pass without a path behind the host."
		for _, name := range []string{"X-Original-Uri", "X-Original-Url", "X-Forwarded-Uri", "X-Rewrite-Url", "X-Envoy-Original-Path"} {
			lines := d.r.Header[name]
			for _, line := range lines[:min(len(lines), maxClaims)] {
				c := t
				p, query, found := strings.Cut(line, "?")
				if !strings.HasPrefix(p, "/") {
					continue
				}
				c.path, c.prefix = p, ""
				label := "path-rewrite"
				if p == t.prefix+t.path {
					label = "query-missing"
				}
				if found {
					c.query = "?" + query
				}
				if !yield(change{trial: c, finding: Finding{label + ": the request target was rewritten; Twilio signed the one in the " + name + " header", keep}}) {
					return
				}
			}
		}
		if u := d.r.URL; u != nil && u.Path != "" {
			c := t
			c.path = u.EscapedPath()
			if c.path != t.path && !yield(change{trial: c, finding: Finding{"path-rewrite: Twilio signed the path in Request.URL, not the one in Request.RequestURI",
				"Let the adapter that makes the request put the target, as received, into RequestURI."}}) {
				return
			}
		}
		doubled := strings.ReplaceAll(t.path, "/", "//")
		decoded, err := url.PathUnescape(t.path)
		if err != nil || strings.Contains(decoded, "?") {
			decoded = t.path
		}
		dir, file := path.Split(t.path)
		for _, c := range [][3]string{
			{"path-normalised", "/" + t.path, "Twilio signed the path with a double slash at the start"},
			{"path-normalised", doubled, "Twilio signed the path with double slashes, which something has cleaned"},
			{"path-normalised", dir + "/" + file, "Twilio signed the path with a double slash, which something has cleaned"},
			{"path-normalised", strings.ReplaceAll(t.path, "//", "/"), "Twilio signed the path with single slashes where it arrives with double ones"},
			{"path-normalised", path.Clean("/" + t.path), "Twilio signed the path cleaned of dots and double slashes"},
			{"path-escape", decoded, "Twilio signed the path decoded, and it arrives escaped"},
			{"path-escape", (&url.URL{Path: decoded}).EscapedPath(), "Twilio signed the path escaped in another way"},
			{"path-escape", escapeCase(t.path, strings.ToUpper), "the escapes in the path are in lower case here, and were signed in upper case"},
			{"path-escape", escapeCase(t.path, strings.ToLower), "the escapes in the path are in upper case here, and were signed in lower case"},
			{"path-escape", escapeNonASCII(t.path), "Twilio signed the path escaped, and it arrives decoded"},
			{"path-rewrite", strings.TrimSuffix(dir, "/"), "the path ends in a file that the web server has filled in"},
			{"path-rewrite", dir, "the path ends in a file that the web server has filled in"},
			{"path-rewrite", t.path + "/index.php", "Twilio signed the path with index.php"},
			{"path-rewrite", t.path + "index.php", "Twilio signed the path with index.php"},
			{"path-rewrite", t.path + "/index.html", "Twilio signed the path with index.html"},
			{"path-rewrite", strings.ToLower(t.path), "Twilio signed the path in lower case"},
		} {
			if !emit(c[0], c[1], c[2], keep) {
				return
			}
		}
	}
}

// escapeCase applies change to the two digits of each escape.
func escapeCase(s string, change func(string) string) string {
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

// escapeNonASCII escapes the bytes that cannot stand in a URL.
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
