package diagnose

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// The changes of this file are values for a part of the address.
// addressFindings derives their meaning from the address that matches in the
// end.

func each(values []string, set func(value string) trial) iter.Seq[change] {
	return func(yield func(change) bool) {
		for _, value := range values {
			if !yield(change{trial: set(value)}) {
				return
			}
		}
	}
}

func schemes(_ *Request, t trial) iter.Seq[change] {
	return each([]string{"https", "http", "wss", "ws"}, func(scheme string) trial { t.scheme = scheme; return t })
}

func hosts(r *Request, t trial) iter.Seq[change] {
	names := append(slices.Clone(r.Hosts), claims(r.Header["X-Forwarded-Host"])...)
	names = append(names, claims(r.Header["X-Original-Host"])...)
	for _, element := range claims(r.Header["Forwarded"]) {
		for part := range strings.SplitSeq(element, ";") {
			if name, host, _ := strings.Cut(strings.TrimSpace(part), "="); strings.EqualFold(name, "host") {
				names = append(names, strings.Trim(host, `"`))
			}
		}
	}
	names = append(names, strings.TrimSuffix(t.user, "@"), "www."+t.host, strings.TrimPrefix(t.host, "www."))
	labels := strings.Split(strings.ToLower(t.host), ".")
	for i, l := range labels {
		labels[i] = strings.ToUpper(l[:min(1, len(l))]) + l[min(1, len(l)):]
	}
	title := strings.Join(labels, ".")
	last := len(title) - len(labels[len(labels)-1])
	names = append(names, strings.ToLower(title), strings.ToUpper(title), title, title[:last]+strings.ToLower(title[last:]), title[:last]+strings.ToUpper(title[last:]))
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" || strings.ContainsAny(name, "@/\\?#<>\" \t") })
	for _, name := range names {
		if host, port := cutPort(name); host != "" && port == "" {
			names = append(names, name+t.port) // the port may be right
		}
	}
	return each(names, func(name string) trial { t.host, t.port = cutPort(name); return t })
}

// cutPort removes the port with its colon from an authority. It ignores colons
// in an IPv6 literal.
func cutPort(authority string) (host, port string) {
	if i := strings.LastIndexByte(authority, ':'); i > strings.LastIndexByte(authority, ']') {
		return authority[:i], authority[i:]
	}
	return authority, ""
}

func ports(r *Request, t trial) iter.Seq[change] {
	// The last ones are common ports of development servers and proxies.
	numbers := append(claims(r.Header["X-Forwarded-Port"]), "80", "443", "8080", "8443", "9443", "3000", "5000", "8000", "8081", "8888", "9000")
	numbers = slices.DeleteFunc(numbers, func(n string) bool { return n == "" || len(n) > 5 || strings.Trim(n, "0123456789") != "" })
	return each(numbers, func(number string) trial { t.port = ":" + number; return t })
}

func prefixes(r *Request, t trial) iter.Seq[change] {
	list := []string{""}
	for _, prefix := range claims(r.Header["X-Forwarded-Prefix"]) {
		if strings.HasPrefix(prefix, "/") {
			list = append(list, strings.TrimSuffix(prefix, "/"))
		}
	}
	// Gateways and routers commonly remove these.
	for _, stage := range strings.Fields("/prod /Prod /dev /stage /Stage /staging /test /live /default /api /v1 /api/v1 /twilio /webhook /webhooks /hooks") {
		list = append(list, t.prefix+stage)
	}
	return each(list, func(prefix string) trial { t.prefix = prefix; return t })
}

// claims returns the first distinct values of header lines. They are combined
// with all other changes, so a megabyte of commas must not produce many.
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

// addressFindings says in which parts the address that Twilio signed differs
// from the checked one. Setting the whole address fixes any of them.
func (r *Request) addressFindings(base, signed trial) []Finding {
	set := fmt.Sprintf("Set the public address to %q", signed.address())
	if signed.user != "" {
		set += ", keeping its user information"
	}
	set += " (Config.BaseURL in Go, --base-url in ringback). "
	if !r.Configured {
		set += "Or list the proxy in Config.Proxies and the name in Config.Hosts, and have the proxy send X-Forwarded-Proto, -Host and -Port. "
	}
	var list []Finding
	add := func(label, remedy, format string, args ...any) {
		list = append(list, Finding{label + ": " + fmt.Sprintf(format, args...), remedy})
	}
	const (
		scheme  = "Twilio signed %s, and the request was checked as %s"
		host    = "Twilio signed host %q, and the request was checked for %q"
		upgrade = "A WebSocket handshake is recognized by its Upgrade header, which the proxy has to pass on."
	)
	switch isSocket, wasSocket := strings.HasPrefix(signed.scheme, "ws"), strings.HasPrefix(base.scheme, "ws"); {
	case signed.scheme == base.scheme:
	case isSocket && signed.address() == base.address():
		add("scheme-websocket", upgrade, scheme, signed.scheme, base.scheme)
	case isSocket || wasSocket:
		add("scheme-websocket", set+upgrade, scheme, signed.scheme, base.scheme)
	default:
		add("scheme", set+"A proxy terminates TLS, so this process sees another scheme than Twilio.", scheme, signed.scheme, base.scheme)
	}
	switch signedHost, checkedHost := signed.host+signed.port, base.host+base.port; {
	case strings.EqualFold(signed.host, base.host) && signed.host != base.host:
		add("host-case", set+"The host must be in the same case as at Twilio.", host, signedHost, checkedHost)
	case signed.host != base.host:
		add("host", set+"Use the host name that is configured at Twilio.", host, signedHost, checkedHost)
	case signed.port != base.port && signed.scheme == base.scheme:
		add("port", set+"The port matters; only the scheme's default port may be left out.", host, signedHost, checkedHost)
	}
	switch added, longer := strings.CutPrefix(signed.prefix, base.prefix); {
	case signed.prefix == base.prefix:
	case longer:
		add("path-prefix", set+"Add the prefix that a gateway or proxy removes.", "Twilio signed the path with %q in front, and it arrives without", added)
	default:
		add("path-prefix", set+"Leave out of the address what the request's path already has.", "Twilio signed the path without %q in front, which the configured address has", base.prefix)
	}
	return list
}
