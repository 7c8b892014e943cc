package media

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// newTransport returns a transport that connects to public addresses only, or
// to loopback addresses only if there is a base URL. It uses no proxy, because
// a proxy would bypass the check, and does not decompress.
func newTransport(base *url.URL) *http.Transport {
	allowed := isPublic
	if base != nil {
		allowed = func(a netip.Addr) bool { return a.Unmap().IsLoopback() }
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, ControlContext: checkAddress(allowed)}
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// checkAddress returns a hook that runs after the DNS lookup and before
// connecting, with the address that is connected to. So a name that changes its
// address in between does not bypass the check.
func checkAddress(allowed func(netip.Addr) bool) func(context.Context, string, string, syscall.RawConn) error {
	return func(_ context.Context, _, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil || !allowed(a.Addr()) {
			return ErrAddress
		}
		return nil
	}
}

// Networks that are not part of the public internet although they look global,
// from the special-purpose registries.
// https://www.iana.org/assignments/iana-ipv4-special-registry
// https://www.iana.org/assignments/iana-ipv6-special-registry
var specialNetworks = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // shared by carriers
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // relays of 6to4
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, and broadcast
	netip.MustParsePrefix("2001::/23"),       // protocol assignments, Teredo among them
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("2002::/16"),       // 6to4, which holds an IPv4 address
	netip.MustParsePrefix("3fff::/20"),       // documentation
}

var (
	globalUnicast6 = netip.MustParsePrefix("2000::/3")
	// nat64 holds an IPv4 address in its last four bytes; hosts with IPv6 only
	// reach all of IPv4 through it.
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
)

// isPublic reports whether a is an address on the public internet. An IPv4
// address embedded in an IPv6 one is checked if that form is in use, and
// otherwise refused.
func isPublic(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	switch {
	case !a.IsValid(), a.IsUnspecified(), a.IsLoopback(), a.IsPrivate(), a.IsMulticast(), a.IsLinkLocalUnicast():
		return false
	case a.Is6() && !globalUnicast6.Contains(a):
		return false
	}
	for _, p := range specialNetworks {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
