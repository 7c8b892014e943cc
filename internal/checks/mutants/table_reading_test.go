package mutants_test

const readingFile = "signature/onereading.go"

// readingMutants let one signed text, or one request line, be read in two ways.
var readingMutants = []mutant{
	{"T07", "a request line is cut at the first ://", targetFile, `u, err := url.ParseRequestURI(target) // as net/http does`, "if _, rest, found := strings.Cut(target, \"://\"); found {\nif i := strings.IndexAny(rest, \"/?#\"); i >= 0 {\nreturn rest[i:], false, nil\n}\n}\nu, err := url.ParseRequestURI(target)"},
	{"T07", "a URL without a host is an absolute one", targetFile, `err != nil || u.Host == "" ||`, `err != nil ||`},
	{"T07", "an absolute URL may have any scheme", targetFile, `|| !isScheme(u.Scheme) {`, `{`},
	{"T07", "the prefix of an absolute URL need not be found", targetFile, `if !found || rest != "" && rest[0] != '/' && rest[0] != '?' {`, `if !found && false {`},
	{"T07", "what is routed is not compared", verifyFile, `if err == nil && !routes(r.URL, q.loc.target) {`, `if false {`},
	{"T07", "an unsigned query reaches the router", targetFile, `u.RawQuery != "" && u.RawQuery != query ||`, `query == "\x00" ||`},
	{"T07", "the path is not compared", targetFile, `return endsIn(path, u.Path)`, `return true`},
	{"T07", "the escaped path is not compared", targetFile, `|| u.RawPath != "" && !endsIn(path, u.RawPath) {`, `{`},
	{"T07", "more than was verified is routed", targetFile, `return strings.HasSuffix(whole, rest) ||`, `return strings.HasSuffix(whole, rest) || strings.HasPrefix(rest, whole) ||`},
	{"T07", "what is stripped of the URL fails", targetFile, `return strings.HasSuffix(whole, rest) || strings.HasSuffix(strings.TrimSuffix(whole, "/"), strings.TrimSuffix(rest, "/"))`, `return whole == rest`},
	{"T07", "X-Forwarded-Prefix is read unasked", "signature/signature.go", `return name == prefixHeader`, `return false`},
	{"T07", "forwarding headers are read that nobody has named", originFile, `if !slices.Contains(v.cfg.ForwardedHeaders, name) {`, `if false {`},
	{"T07", "Forwarded is read though it is not named", originFile, `|| !slices.Contains(v.cfg.ForwardedHeaders, "Forwarded") {`, `{`},
	{"T07", "any name is a forwarding header", "signature/signature.go", `if !slices.Contains(forwardingHeaders, v.cfg.ForwardedHeaders[i]) {`, `if false {`},
	{"T07", "an address that changes is read once", targetFile, `known != nil && known.text == text {`, `known != nil {`},
	{"T07", "an address that cannot be used is used", targetFile, "if problem != \"\" {\n\t\treturn nil, refuse(ErrBaseURL", "if false {\n\t\treturn nil, refuse(ErrBaseURL"},
	{"T07", "a port may have any number", authorityFile, `case !isPort(port):`, `case false:`},
	{"T07", "an address may have dot segments", authorityFile, `case ".", "..":`, `case "":`},
	{"T07", "a host may be escaped", authorityFile, `case strings.Contains(host, "%"):`, `case false:`},
	{"T07", "the query of a POST is unescaped", targetFile, `if !q.isGet() || strings.IndexByte(q.loc.target, '%') < 0 {`, `if strings.IndexByte(q.loc.target, '%') < 0 {`},
	{"T07", "a separator is unescaped", targetFile, `strings.NewReplacer("%27", "'"),`, `strings.NewReplacer("%27", "'", "%26", "&"),`},
	{"T07", "the path of a GET is unescaped", targetFile, `path, query, _ := strings.Cut(q.loc.target, "?")
	for`, `path, query := "", q.loc.target
	path, query, _ = strings.Cut(unescapers[0].Replace(q.loc.target), "?")
	for`},
	{"T05", "what was signed is what was received", verifyFile, `p.target, p.head, p.signed, p.token = q.loc.target, url.head, url.target, token`, `p.target, p.head, p.signed, p.token = url.target, url.head, url.target, token`},

	{"T03", "one signed text has several readings", verifyFile, `err = q.checkReading(s, url)`, `_ = q.checkReading`},
	{"T03", "a signed text has one reading in lenient mode only", verifyFile, `if err == nil && !v.cfg.Lenient {`, `if err == nil && v.cfg.Lenient {`},
	{"T03", "the URL may hold the account", readingFile, `if strings.Contains(url.target, anchor) {`, `if false {`},
	{"T03", "the account may be anywhere in the text", readingFile, `[]byte(anchor)) != want {`, `[]byte(anchor)) < want {`},
	{"T03", "a parameter may hold the account where none is named", readingFile, "want := -1\n", "want := bytes.Index(text, []byte(anchor))\n"},
	{"T03", "a parameter may have no name", readingFile, `case len(name) == 0:`, `case false:`},
	{"T03", "a name may be a query", readingFile, `case bytes.ContainsAny(name, "=&?"):`, `case false:`},
	{"T03", "a name may be the end of a URL", readingFile, `case string(name) < "AccountSid" && (q.account.sid >= 0 || strings.Contains(url.target, "?")):`, `case false:`},
	{"T03", "a name may be the end of a path", readingFile, `(q.account.sid >= 0 || strings.Contains(url.target, "?")):`, `strings.Contains(url.target, "?"):`},
	{"T03", "names that sort behind are refused", readingFile, `case string(name) < "AccountSid" && (`, `case string(name) < "b" && (`},
	{"T03", "the URL of a GET is a form", readingFile, `bytes.Contains(text, []byte("AccountSid=AC")) ||`, ``},
	{"T03", "the URL of JSON is a form", readingFile, `|| q.hash == "" && holdsHash(text)) {`, `) {`},
	{"T03", "any mention of a hash is refused", readingFile, `if len(rest) >= 64 {`, "if true {\nreturn true\n}\nif len(rest) >= 64 {"},
	{"T10", "the query of a GET names two accounts", "signature/match.go", `if hit.AccountSID != "" && q.account.differ {`, `if false {`},
	{"T29", "an error shows the digits of a name", readingFile, `if unicode.IsDigit(r) {`, `if unicode.IsDigit(r) && false {`},
	{"T29", "an error shows all of a name", readingFile, `runes = runes[:min(len(runes), 40)]`, ``},
	{"T03", "names behind the account are looked at", readingFile, "\t\t\twant = len(url.target)\n\t\t\tbreak\n", "\t\t\twant = len(url.target)\n\t\t\tcontinue\n"},
	{"T29", "an error shows what may be a value", readingFile, `name = name[:i+1]`, `_ = i`},
	{"T29", "a proof prints its parameters", "signature/verified.go", `func (p *Verified) Format(f fmt.State, _ rune) { fmt.Fprint(f, p.String()) }`, `func (p *Verified) Format(f fmt.State, _ rune) { fmt.Fprint(f, p.String(), p.params) }`},
	{"T29", "a proof logs its signature", "signature/verified.go", `return slog.StringValue(p.String())`, `return slog.StringValue(p.String() + p.signature)`},
	{"T29", "a proof prints its query", "signature/verified.go", `return fmt.Sprintf("%s %q, %s", p.method, path, by)`, `return fmt.Sprintf("%s %q, %s", p.method, p.target, path+by)`},
	{"T29", "an error shows the text of a source's error", "signature/errors.go", `case e.Status == http.StatusServiceUnavailable:`, `case false:`},
}
