package mutants_test

const (
	originFile    = "signature/origin.go"
	targetFile    = "signature/target.go"
	authorityFile = "signature/authority.go"
	forwardedFile = "signature/forwarded.go"
)

// originMutants get the public URL wrong, or believe those who may not name it.
var originMutants = []mutant{
	{"T07", "forwarding headers count whoever wrote them", originFile, `ok && v.trusts(peer) {`, `ok || v.trusts(peer) {`},
	{"T07", "local peers are trusted", originFile, `if p.Contains(addr) {`, `if p.Contains(addr) || addr.IsLoopback() {`},
	{"T07", "any host will do", originFile, `|| !v.knowsHost(o.host, o.scheme) {`, `{`},
	{"T07", "a host that ends in a listed one will do", originFile, `if strings.EqualFold(h, name) ||`, `if strings.HasSuffix(strings.ToLower(name), strings.ToLower(h)) ||`},
	{"T07", "a host that begins with a listed one will do", originFile, `if strings.EqualFold(h, name) ||`, `if strings.HasPrefix(strings.ToLower(name), strings.ToLower(h)) ||`},
	{"T07", "the case of a host's name matters", originFile, `if strings.EqualFold(h, name) ||`, `if h == name ||`},
	{"T07", "a listed port stands for every port", originFile, `strings.EqualFold(h, name+port) {`, `strings.HasPrefix(h, name+":") {`},
	{"T07", "the leftmost value counts", originFile, `return values[max(0, len(values)-n)]`, `return values[0]`},
	{"T07", "the rightmost value counts, whoever wrote it", originFile, `return values[max(0, len(values)-n)]`, `return values[len(values)-1]`},
	{"T07", "the leftmost element of Forwarded counts", originFile, `elements[max(0, len(elements)-v.hops(clients))]`, `elements[0]`},
	{"T07", "every address in X-Forwarded-For is a proxy", originFile, `if !ok || !v.trusts(addr) {`, `if !ok || !addr.IsValid() {`},
	{"T07", "Forwarded and X-Forwarded-Host may contradict each other", originFile, `|| differ(forwarded.host, x.host) {`, `{`},
	{"T07", "Forwarded and X-Forwarded-Proto may contradict each other", originFile, `if differ(forwarded.scheme, x.scheme) ||`, `if`},
	{"T07", "a host may hold user information", forwardedFile, `&& !strings.Contains(s, "@")`, ``},
	{"T07", "IPv4 written as IPv6 is another peer", originFile, `addr.Unmap().WithZone("")`, `addr.WithZone("")`},
	{"T07", "a prefix may begin with two slashes", forwardedFile, `if s[0] != '/' || strings.HasPrefix(s, "//") {`, `if s[0] != '/' {`},
	{"T07", "a prefix may hold a question mark", forwardedFile, "strings.ContainsRune(`?#@", "strings.ContainsRune(`#@"},
	{"T07", "any scheme may be forwarded", originFile, `case !isScheme(o.scheme):`, `case false:`},
	{"T07", "the last of two values in one element of Forwarded counts", forwardedFile, `if _, repeated := element[name]; !found || repeated ||`, `if !found ||`},
	{"T07", "a semicolon within quotes ends a value", forwardedFile, "if !strings.HasPrefix(s, `\"`) {", "if true {"},
	{"T07", "TLS is not looked at", originFile, `if r.TLS != nil {`, `if false {`},
	{"T07", "a port that is forwarded is lost", originFile, `o.host += ":" + o.port`, `o.host += ""`},

	{"T07", "the host of an absolute target is part of the path", targetFile, "\t\ttarget = rest\n", "\t\ttarget = \"/\" + u.Host + rest\n"},
	{"T07", "no path may be left out after a prefix", targetFile, `loc.bare = origin && prefix == "" && loc.path() == "/"`, `loc.bare = origin && loc.path() == "/"`},
	{"T07", "a slash more or less never matters", targetFile, `loc.bare = origin && prefix == "" && loc.path() == "/"`, `loc.bare = origin && prefix == ""`},
	{"T07", "a bare host is never signed", targetFile, `loc.bare = origin && prefix == "" && loc.path() == "/"`, `loc.bare = false && origin && prefix == ""`},
	{"T07", "WebSockets are signed as https", authorityFile, `return "wss"`, `return "https"`},
	{"T07", "the default port of wss is 80", authorityFile, `case "https", "wss":`, `case "https":`},
	{"T07", "user information ends at the first @", authorityFile, `at := strings.LastIndexByte(authority, '@') + 1`, `at := strings.IndexByte(authority, '@') + 1`},
	{"T07", "the colons of an IPv6 literal begin a port", authorityFile, `from := max(0, strings.IndexByte(host, ']'))`, `from := max(0, strings.IndexByte(host, '['))`},
	{"T07", "the default port is never inserted", authorityFile, `other = defaultPort(scheme)`, `other = ""`},
	{"T07", "a port is never removed", authorityFile, "other := \"\"\n", "other := port\n"},
	{"T07", "user information is always signed", authorityFile, `if user != "" {`, `if false {`},

	{"T07", "a base URL may have a query", authorityFile, `if strings.Contains(rest, "?") {`, `if false {`},
	{"T07", "hosts may be patterns", authorityFile, `if strings.Contains(h, "*") {`, `if false {`},
	{"T07", "neither address nor hosts need be said", "signature/signature.go", `if len(cfg.Hosts) == 0 {`, `if false {`},
	{"T07", "the caller can change the list of proxies afterwards", "signature/signature.go", `v.cfg.Proxies = slices.Clone(cfg.Proxies)`, `v.cfg.Proxies = cfg.Proxies`},
}
