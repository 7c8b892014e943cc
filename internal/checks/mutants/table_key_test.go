package mutants_test

// keyMutants are what other readers of the settings header do, and what they
// would do with several keys.
var keyMutants = []mutant{
	{"T01", "the first of two settings headers counts", settingsFile, "case len(lines) > 1:\n\t\treturn s, refuse", "case len(lines) > 2:\n\t\treturn s, refuse"},
	{"T01", "an empty settings header is none", settingsFile, `case len(lines) == 0:
		return s, nil`, `case len(lines) == 0 || lines[0] == "":
		return s, nil`},
	{"T01", "a repeated name is passed over", settingsFile, `case slices.Contains(names[:n], name):`, `case false:`},
	{"T01", "the case of a name does not matter", settingsFile, `case strings.EqualFold(name, "key"), strings.EqualFold(name, "algorithm"):`, `case false:`},
	{"T01", "no algorithm means SHA-1", settingsFile, "case s.algorithm == \"\":\n\t\treturn s, refuse(ErrSettings, \"no algorithm\")", "case s.algorithm == \"\":\n\t\ts.algorithm = SHA1\n\t\treturn s, nil"},
	{"T01", "an unknown algorithm is SHA-1", settingsFile, "default:\n\t\tname := string(s.algorithm)", "default:\n\t\tname := string(s.algorithm)\n\t\tif s.algorithm = SHA1; true {\n\t\t\treturn s, nil\n\t\t}"},
	{"T01", "items may be malformed", settingsFile, `case !found || !isSettingsName(name) || !isSettingsValue(value):`, `case !found && n < 0:`},
	{"T12", "a settings header of any length is read", settingsFile, `case len(lines[0]) > maxSettings:`, `case false:`},
	{"T12", "any number of items is read", settingsFile, `case n == maxItems:`, `case n == maxItems && len(names) == 0:`},
	{"T01", "the length follows no algorithm", settingsFile, `if set.algorithm == SHA256 {`, `if len(text) == SHA256.length() {`},
	{"T08", "shared keys are tried without a settings header", settingsFile, `if !s.shared() || !t.Shared() {
		return s.shared() == t.Shared()`, `if !s.shared() || !t.Shared() {
		return !s.shared() || t.Shared()`},
	{"T08", "auth tokens are tried with a settings header", settingsFile, `if !s.shared() || !t.Shared() {
		return s.shared() == t.Shared()`, `if !s.shared() || !t.Shared() {
		return s.shared() || !t.Shared()`},
	{"T08", "any key will do for any id", settingsFile, `if !s.anyID && t.key.id != s.keyID {`, `if false {`},
	{"T08", "a known id falls back to keys without id", settingsFile, "switch {\n\tcase known:\n\tcase fallback:", "switch {\n\tcase known && !fallback:\n\tcase fallback:"},
	{"T08", "an unknown id is tried with all keys", settingsFile, `return chosen, refuse(ErrKey, "")`, `chosen.anyID = true`},
	{"T08", "a key signs with every algorithm", settingsFile, `return slices.Contains(t.key.algorithms, s.algorithm)`, `return true`},
	{"T08", "no key of the algorithm is a wrong signature", settingsFile, `return chosen, refuse(ErrAlgorithm, "no key of that id is declared for it")`, `return chosen, nil`},
	{"T08", "an auth token will do where only keys are configured", settingsFile, `return chosen, refuse(ErrSettings, "missing, and only shared keys are configured")`, `return chosen, nil`},
	{"T12", "keys are looked for behind the body", verifyFile, `if v.fixed != nil {`, `if false {`},
	{"T02", "a shared key may be empty", tokenFile, "case secret == \"\":\n\t\treturn Token{}, errors.New(\"the secret", "case false:\n\t\treturn Token{}, errors.New(\"the secret"},
	{"T02", "white space around a shared key is kept", tokenFile, "case strings.TrimSpace(secret) != secret:\n\t\treturn Token{}, errors.New(\"the secret", "case false:\n\t\treturn Token{}, errors.New(\"the secret"},
	{"T02", "a shared key may be declared for any algorithm", tokenFile, `if a != SHA1 && a != SHA256 {`, `if false {`},
	{"T02", "a shared key is for both algorithms unless said otherwise", tokenFile, `algorithms = []Algorithm{SHA256}`, `algorithms = []Algorithm{SHA256, SHA1}`},
	{"T02", "an id may hold a separator", tokenFile, `case len(id) > maxKeyID || !isSettingsValue(id):`, `case len(id) > maxKeyID:`},
	{"T02", "keys that nobody has made are accepted", tokenFile, "if t.key == nil {\n\t\t\ts.err", "if t.key == nil && i < 0 {\n\t\t\ts.err"},
	{"T01", "SHA-256 is computed as SHA-1", tokenFile, `SHA256: sha256.New}`, `SHA256: func() hash.Hash { return struct{ hash.Hash }{sha256.New224()} }}`},
	{"T10", "an account without a key is refused at once", matchFile, "tokens = v.decoys[1:]", "return Token{}, matchedURL{}, refuse(ErrAccount, \"\")"},
	{"T10", "a source does not learn the key's id", matchFile, `KeyID:      q.settings.keyID,`, ``},
	{"T08", "a proof says SHA-1 of every key", verifyFile, `p.algorithm = q.settings.algorithm`, `_ = q.settings.algorithm`},
	{"T08", "a key without id names one", "signature/sign.go", `if t.key.id != "" {`, `if true {`},
	{"T08", "the settings header of another request stays", "signature/sign.go", `to.Del(name)`, `_ = name`},
}
