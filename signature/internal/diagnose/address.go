package diagnose

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
)

func schemes(r *Request, t trial) iter.Seq[change] {
	var list []change
	for _, scheme := range []string{"https", "http", "wss", "ws"} {
		c := change{trial: t, label: "scheme", address: true, remedy: "TLS ends at a proxy, so this process sees another scheme than Twilio.",
			what: fmt.Sprintf("Twilio signed %s, and the request was checked as %s", scheme, t.scheme)}
		signed, seen := strings.HasPrefix(scheme, "ws"), strings.HasPrefix(t.scheme, "ws")
		if signed || seen {
			c.label, c.remedy = "scheme-websocket", "The address has the scheme https, which becomes wss by itself where a WebSocket is opened."
		}
		if signed && !seen {
			c.remedy = "Have the proxy pass on the Upgrade header, by which a WebSocket handshake is recognized."
			c.address = strings.Replace(scheme, "ws", "http", 1) != t.scheme
		}
		if c.scheme = scheme; scheme != t.scheme {
			list = append(list, c)
		}
	}
	return slices.Values(list)
}

func hosts(r *Request, t trial) iter.Seq[change] {
	var list []change
	add := func(authority, from string) {
		host, port := cutPort(strings.Trim(authority, " \t\""))
		if host == "" || strings.ContainsAny(host, "@/\\?#<>\" \t") {
			return
		}
		c := change{trial: t, label: "host", address: true, remedy: "That is the name that Twilio was given."}
		switch {
		case host == t.host:
			c.label, c.remedy = "port", portCounts
		case strings.EqualFold(host, t.host):
			c.label, c.remedy = "host-case", "Upper and lower case of the host count, and have to be as at Twilio."
		}
		c.host = host
		for _, c.port = range slices.Compact([]string{port, cmp.Or(port, t.port)}) {
			if c.host == t.host && c.port == t.port {
				continue
			}
			c.what = fmt.Sprintf("Twilio signed host %q (%s), and the request was checked for %q", c.host+c.port, from, t.host+t.port)
			list = append(list, c)
		}
	}
	for _, host := range r.Hosts {
		add(host, "the Host header or a configured name")
	}
	for _, name := range []string{"X-Forwarded-Host", "X-Original-Host"} {
		for _, host := range claims(r.Header[name]) {
			add(host, "the "+name+" header")
		}
	}
	for _, element := range claims(r.Header["Forwarded"]) {
		for part := range strings.SplitSeq(element, ";") {
			if name, host, _ := strings.Cut(strings.TrimSpace(part), "="); strings.EqualFold(name, "host") {
				add(host, "the Forwarded header")
			}
		}
	}
	add(strings.TrimSuffix(t.user, "@"), "what is in front of the @")
	if bare, ok := strings.CutPrefix(t.host, "www."); ok {
		add(bare, "without www")
	} else {
		add("www."+t.host, "with www")
	}
	labels := strings.Split(strings.ToLower(t.host), ".")
	for i, l := range labels {
		labels[i] = strings.ToUpper(l[:min(1, len(l))]) + l[min(1, len(l)):]
	}
	title := strings.Join(labels, ".")
	last := len(title) - len(labels[len(labels)-1])
	for _, host := range []string{strings.ToLower(title), strings.ToUpper(title), title, title[:last] + strings.ToLower(title[last:]), title[:last] + strings.ToUpper(title[last:])} {
		add(host, "in another case")
	}
	return slices.Values(list)
}

const portCounts = "The port counts; only the scheme's default port may be left out."

// commonPorts are those that development servers and proxies listen on.
var commonPorts = []string{"80", "443", "8080", "8443", "9443", "3000", "5000", "8000", "8081", "8888", "9000"}

func ports(r *Request, t trial) iter.Seq[change] {
	var list []change
	for _, port := range append(claims(r.Header["X-Forwarded-Port"]), commonPorts...) {
		if port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "" || ":"+port == t.port {
			continue
		}
		c := change{trial: t, label: "port", address: true, remedy: portCounts,
			what: fmt.Sprintf("Twilio signed port %s, and the request was checked for %q", port, t.host+t.port)}
		c.port = ":" + port
		list = append(list, c)
	}
	return slices.Values(list)
}

// claims returns the first values of header lines, each once. They are combined
// with all other changes, so a megabyte of commas must not become many.
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

// cutPort cuts the port with its colon off an authority. Colons in an IPv6
// literal do not count.
func cutPort(authority string) (host, port string) {
	if i := strings.LastIndexByte(authority, ':'); i > strings.LastIndexByte(authority, ']') {
		return authority[:i], authority[i:]
	}
	return authority, ""
}
