package mutants_test

const (
	verifyFile   = "signature/verify.go"
	settingsFile = "signature/settings.go"
)

// requestMutants get the decision wrong: which check a request needs, in which
// order, and what its headers and body may be.
var requestMutants = []mutant{
	{"T01", "a refused request reaches the handler", "signature/handler.go", "err.(*Error).Respond(w, r)\n\t\t\treturn", "err.(*Error).Respond(w, r)"},
	{"T01", "the first of two signatures counts", settingsFile, "case len(lines) > 1:\n\t\treturn \"\", settings{}", "case len(lines) > 2:\n\t\treturn \"\", settings{}"},
	{"T01", "a second spelling of a signature gets through to the check", settingsFile, `|| strings.IndexByte("AEIMQUYcgkosw048", text[want-2]) < 0:`, `:`},
	{"T01", "parameters are not signed", "signature/match.go", `if q.hasForm() {`, `if false {`},
	{"T04", "a signature of the URL alone is good for a form", "signature/match.go", `len(s.text) > room && q.hash != "" {`, `len(s.text) > room {`},
	{"T04", "a GET may have a body that nothing covers", verifyFile, `if len(q.body) > 0 && !hashMatches(q.hash, q.body) {`, `if len(q.body) > 0 && q.hash != "" && !hashMatches(q.hash, q.body) {`},
	{"T04", "the method of the route is not looked at", verifyFile, `if method, _, found := strings.Cut(r.Pattern, " "); found {`, `if method, _, found := strings.Cut("POST, GET ", " /"); !found {`},
	{"T04", "a route without a method takes all of them", verifyFile, "\treturn http.MethodPost\n", "\treturn r.Method\n"},
	{"T04", "any method where nothing says which", verifyFile, `return "POST, GET"`, `return r.Method`},
	{"T04", "Methods is not looked at", verifyFile, `if method == q.method ||`, `if true ||`},
	{"T04", "a WebSocket handshake is accepted where Methods has no GET", verifyFile, `if q.socket && len(v.cfg.Methods) == 0 {`, `if q.socket {`},
	{"T05", "what a middleware has parsed before reaches the handler", verifyFile, `r.Form, r.PostForm, r.MultipartForm = nil, nil, nil`, `r.MultipartForm = nil`},
	{"T05", "the last of several values is the value", "signature/verified.go", "for _, pair := range p.params {\n\t\tif pair.Name == name {", "for i := range p.params {\n\t\tpair := p.params[len(p.params)-1-i]\n\t\tif pair.Name == name {"},
	{"T12", "a signature of any shape has the body read", settingsFile, `case len(text) != want:`, `case len(text) < want:`},
	{"T12", "a signature of any characters has the body read", settingsFile, "default:\n\t\t\treturn \"\", set, refuse(ErrHeader, \"not base64\")", "default:"},
	{"T05", "the first of two media types counts", "signature/media.go", "case 1:\n\tdefault:", "case 1, 2:\n\tdefault:"},
	{"T05", "multipart is a media type like any other", "signature/media.go", `strings.HasPrefix(typ, "multipart/")`, `typ == "multipart"`},
	{"T05", "the case of a media type matters", "signature/media.go", "typ, _, err := mime.ParseMediaType(values[0])", "typ, _, err := mime.ParseMediaType(values[0])\n\tif !strings.HasPrefix(values[0], typ) {\n\t\ttyp = \"a/b\"\n\t}"},
	{"T05", "an encoded body is read as it is", verifyFile, `if coding != "" {`, `if coding == "br" {`},
	{"T05", "the path is rewritten", "signature/target.go", `target = r.RequestURI`, `target = r.URL.RequestURI()`},
	{"T05", "the query is part of the form's parameters", verifyFile, `err = form.Scan(&s.form, q.body, limits)`, `err = form.Scan(&s.form, append(append(q.body[:len(q.body):len(q.body)], '&'), q.loc.query()...), limits)`},
	{"T06", "the hash of the body is not compared", verifyFile, "\t\tif !hashMatches(q.hash, q.body) {", "\t\tif false {"},
	{"T06", "the hash is compared unless the body is a form", verifyFile, "\t\tif !hashMatches(q.hash, q.body) {", "\t\tif q.typ != formType && !hashMatches(q.hash, q.body) {"},
	{"T06", "JSON needs no hash", verifyFile, `return refuse(ErrBodyUnsigned, "no bodySHA256 in the query")`, `return nil`},
	{"T06", "a body of no declared length needs no hash", verifyFile, "case len(q.body) > 0:\n\t\treturn q.checkCovered()", "case false:"},
	{"T06", "a body without a media type needs no hash", verifyFile, `case q.typ == formType || q.hash != "":`, `case q.typ == formType || q.typ == "" || q.hash != "":`},
	{"T06", "the first of two hashes counts", "signature/bodyhash.go", `if found && !strings.EqualFold(value, hash) {`, "if found {\n\t\t\tcontinue\n\t\t}\n\t\tif false {"},
	{"T06", "an escaped name of the hash is overlooked", "signature/bodyhash.go", `if decode(name) != hashName {`, `if name != hashName {`},
	{"T06", "the case of the hash's name does not matter", "signature/bodyhash.go", `if decode(name) != hashName {`, `if !strings.EqualFold(decode(name), hashName) {`},
	{"T06", "what follows a right hash does not matter", "signature/bodyhash.go", `if len(hash) != len(text) {`, `if len(hash) < len(text) {`},
	{"T06", "upper-case digits make a hash wrong", "signature/bodyhash.go", `given[i] |= 0x20`, `given[i] |= 0`},
	{"T06", "half of a hash is compared", "signature/bodyhash.go", `subtle.ConstantTimeCompare(text[:], given[:])`, `subtle.ConstantTimeCompare(text[:32], given[:32])`},
	{"T06", "hashes are compared byte by byte", "signature/bodyhash.go", `subtle.ConstantTimeCompare(text[:], given[:]) == 1`, `string(text[:]) == string(given[:]) && subtle.ConstantTimeEq(1, 1) == 1`},
	{"T12", "a body that nothing covers is read first", verifyFile, "if r.ContentLength > 0 {\n\t\treturn q.checkCovered()", "if false {\n\t\treturn q.checkCovered()"},
	{"T12", "a declared length over the limit is read anyway", "signature/body.go", `case declared > limit:`, `case false:`},
	{"T12", "a body just as long as the limit is too long", "signature/body.go", `case declared > limit:`, `case declared >= limit:`},
	{"T12", "a body without a length has no limit", "signature/body.go", `return buf, refuse(ErrTooLarge, "body over Config.MaxBody")`, `return buf, nil`},
	{"T12", "memory for whatever is declared", "signature/body.go", `size = min(size, firstChunk)`, `size = most + 1`},
	{"T05", "a body shorter than declared is whole", "signature/body.go", `if int64(len(buf)) < declared {`, `if false {`},
	{"T05", "a body longer than declared is cut", "signature/body.go", `return buf, refuse(ErrRead, "longer than its Content-Length")`, `return buf[:most], nil`},
	{"T12", "an error halfway ends the body", "signature/body.go", `return buf, refuseFor(ErrRead, "", err)`, `return buf, nil`},
	{"T29", "the client learns why", "signature/errors.go", `w.WriteHeader(e.Status)`, "w.WriteHeader(e.Status)\n\tw.Write([]byte(e.Error()))"},
}
