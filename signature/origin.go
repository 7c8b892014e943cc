package signature

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// origin is what a request, or the proxies in front, state about the public
// address. Empty fields are unknown.
type origin struct {
	scheme string
	host   string // may include a port
	port   string // for a host without one
	prefix string // path prefix that a proxy removed
}

// originOf derives scheme and host if no BaseURL is configured: from the
// forwarding headers of trusted proxies, and for the rest from the request. The
// host must be in Config.Hosts, because a genuine signature for another host
// must not be accepted here (T07). With ErrHost it returns the refused origin,
// for [Verifier.Diagnose].
func (v *Verifier) originOf(r *http.Request) (origin, *Error) {
	var o origin
	if peer, ok := peerAddr(r.RemoteAddr); ok && v.trusts(peer) {
		forwarded, err := v.forwarded(r.Header)
		if err != nil {
			return o, err
		}
		x, err := v.xForwarded(r.Header)
		if err != nil {
			return o, err
		}
		if differ(forwarded.scheme, x.scheme) || differ(forwarded.host, x.host) {
			return o, refuse(ErrForwarded, "Forwarded and X-Forwarded-* contradict each other")
		}
		o = x
		if forwarded.scheme != "" {
			o.scheme = forwarded.scheme
		}
		if forwarded.host != "" {
			o.host = forwarded.host
		}
	}
	if o.scheme == "" {
		o.scheme = "http"
		if r.TLS != nil {
			o.scheme = "https"
		}
	}
	if o.host == "" {
		o.host = r.Host
	}
	if _, _, port := splitAuthority(o.host); port == "" && o.port != "" && ":"+o.port != defaultPort(o.scheme) {
		o.host += ":" + o.port
	}
	if o.host == "" || !isForwardedHost(o.host) || !v.knowsHost(o.host, o.scheme) {
		return o, refuse(ErrHost, "")
	}
	return o, nil
}

// differ reports whether a and b are both set and not equal.
func differ(a, b string) bool { return a != "" && b != "" && !strings.EqualFold(a, b) }

// knowsHost reports whether host, which may have a port, is in Config.Hosts. An
// entry without a port matches every port.
func (v *Verifier) knowsHost(host, scheme string) bool {
	_, name, port := splitAuthority(host)
	if port == "" {
		port = defaultPort(scheme)
	}
	for _, h := range v.hosts {
		if strings.EqualFold(h, name) || strings.EqualFold(h, name+port) {
			return true
		}
	}
	return false
}

func (v *Verifier) trusts(addr netip.Addr) bool {
	for _, p := range v.cfg.Proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// peerAddr parses an address with or without port, brackets or zone.
func peerAddr(s string) (netip.Addr, bool) {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return addr.Unmap().WithZone(""), err == nil
}

// hops returns the number of trusted proxies that a request passed: the peer
// and, from the nearest on, each named address that is trusted. Each proxy
// appends its value at the right end of its headers.
func (v *Verifier) hops(clients []string) int {
	n := 1
	for i := len(clients) - 1; i > 0; i-- {
		addr, ok := peerAddr(clients[i])
		if !ok || !v.trusts(addr) {
			break
		}
		n++
	}
	return n
}

// outermost returns the value that the outermost of n trusted hops wrote,
// counted from the right. Values to its left came from the client. With fewer
// values than hops, an inner hop passed on an outer one's value.
func outermost(values []string, n int) string {
	if len(values) == 0 {
		return ""
	}
	return values[max(0, len(values)-n)]
}

// forwardingHeaders are the names allowed in Config.ForwardedHeaders.
var forwardingHeaders = []string{
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", prefixHeader,
}

// prefixHeader is read only if the configuration names it: most proxies pass it
// on unchanged from the client.
const prefixHeader = "X-Forwarded-Prefix"

// claims returns the values of a header that the configuration names.
func (v *Verifier) claims(h http.Header, name string) []string {
	if !slices.Contains(v.cfg.ForwardedHeaders, name) {
		return nil
	}
	return listed(h[name])
}

// xForwarded reads X-Forwarded-Proto, -Host, -Port and -Prefix.
func (v *Verifier) xForwarded(h http.Header) (origin, *Error) {
	n := v.hops(v.claims(h, "X-Forwarded-For"))
	o := origin{
		scheme: outermost(v.claims(h, "X-Forwarded-Proto"), n),
		host:   outermost(v.claims(h, "X-Forwarded-Host"), n),
		port:   outermost(v.claims(h, "X-Forwarded-Port"), n),
		prefix: outermost(v.claims(h, "X-Forwarded-Prefix"), n),
	}
	switch {
	case !isScheme(o.scheme):
		return o, refuse(ErrForwarded, "X-Forwarded-Proto")
	case !isForwardedHost(o.host):
		return o, refuse(ErrForwarded, "X-Forwarded-Host")
	case !isPort(o.port):
		return o, refuse(ErrForwarded, "X-Forwarded-Port")
	case !isPrefix(o.prefix):
		return o, refuse(ErrForwarded, "X-Forwarded-Prefix")
	}
	o.scheme = strings.ToLower(o.scheme)
	o.prefix = strings.TrimSuffix(o.prefix, "/")
	return o, nil
}

// forwarded reads the Forwarded header of RFC 7239.
func (v *Verifier) forwarded(h http.Header) (origin, *Error) {
	lines := h["Forwarded"]
	if len(lines) == 0 || !slices.Contains(v.cfg.ForwardedHeaders, "Forwarded") {
		return origin{}, nil
	}
	elements, ok := parseForwarded(strings.Join(lines, ","))
	if !ok {
		return origin{}, refuse(ErrForwarded, "Forwarded is malformed")
	}
	clients := make([]string, len(elements))
	for i, e := range elements {
		clients[i] = e["for"]
	}
	e := elements[max(0, len(elements)-v.hops(clients))]
	o := origin{scheme: strings.ToLower(e["proto"]), host: e["host"]}
	if !isScheme(o.scheme) || !isForwardedHost(o.host) {
		return origin{}, refuse(ErrForwarded, "Forwarded has an impossible proto or host")
	}
	return o, nil
}
