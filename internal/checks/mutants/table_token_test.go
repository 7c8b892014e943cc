package mutants_test

const (
	tokenFile  = "signature/token.go"
	matchFile  = "signature/match.go"
	replayFile = "signature/replay.go"
	claimFile  = "signature/claim.go"
)

// tokenMutants confuse tokens and accounts, let secrets out, and let requests
// come again.
var tokenMutants = []mutant{
	{"T01", "the beginning of a signature is enough", tokenFile, `subtle.ConstantTimeCompare(m.sign(text, len(want)), []byte(want))`, `subtle.ConstantTimeCompare(m.sign(text, len(want))[:20], []byte(want)[:20])`},
	{"T01", "the end of a signature does not matter", tokenFile, `subtle.ConstantTimeCompare(m.sign(text, len(want)), []byte(want))`, `subtle.ConstantTimeCompare(m.sign(text, len(want))[:26], []byte(want)[:26])`},
	{"T01", "signatures are compared byte by byte", tokenFile, `subtle.ConstantTimeCompare(m.sign(text, len(want)), []byte(want)) == 1`, `string(m.sign(text, len(want))) == want && subtle.ConstantTimeEq(1, 1) == 1`},
	{"T01", "a hash goes on where the last request ended", tokenFile, "\tm.Reset()\n", ""},
	{"T01", "the first token that matches ends the search", matchFile, `t.hits = t.tokens[i : i+1 : i+1]`, "t.hits = t.tokens[i : i+1 : i+1]\nbreak"},
	{"T02", "an empty token signs", tokenFile, "case secret == \"\":\n\t\treturn Token{}, errors.New(\"the auth", "case false:\n\t\treturn Token{}, errors.New(\"the auth"},
	{"T02", "white space around a token is kept", tokenFile, "case strings.TrimSpace(secret) != secret:\n\t\treturn Token{}, errors.New(\"the auth", "case strings.TrimSpace(secret) == \"\":\n\t\treturn Token{}, errors.New(\"the auth"},
	{"T02", "no token at all is a list of tokens", tokenFile, `if len(secrets) == 0 {`, `if false {`},
	{"T02", "a token that nobody made is skipped", matchFile, `return Token{}, matchedURL{}, refuse(ErrTokens, "a token that neither NewToken nor NewSharedKey has made")`, "return Token{}, matchedURL{}, refuse(ErrMismatch, \"\")"},
	{"T02", "the substitute for a missing token can be signed with", matchFile, `case decoy:`, `case decoy && len(t.hits) == 0:`},
	{"T02", "a verifier can be made without tokens", "signature/signature.go", `if err := checkTokens(cfg.Tokens); err != nil {`, `if err := checkTokens(cfg.Tokens); err != nil && cfg.Tokens == nil {`},
	{"T08", "only the newest token is tried", matchFile, `for i, token := range t.tokens {`, `for i, token := range t.tokens[:1] {`},
	{"T08", "the caller can change a set of tokens afterwards", tokenFile, `list := append([]Token(nil), tokens...)`, `list := tokens`},
	{"T08", "a set can be emptied", tokenFile, "if len(tokens) == 0 {\n\t\treturn errors.New(\"signature: no auth token\")", "if len(tokens) == 0 {\n\t\ts.list.Store(&tokens)\n\t\treturn errors.New(\"signature: no auth token\")"},
	{"T10", "a bound token is good for every account", matchFile, `if hit.AccountSID == "" ||`, `if true ||`},
	{"T10", "the first AccountSid of a GET is Twilio's", "signature/account.go", `if a.sid < 0 || isSID(s.form.Value(i)) || !isSID(s.form.Value(a.sid)) {`, `if a.sid < 0 {`},
	{"T10", "the last AccountSid of a GET is Twilio's, SID or not", "signature/account.go", `if a.sid < 0 || isSID(s.form.Value(i)) || !isSID(s.form.Value(a.sid)) {`, `if true {`},
	{"T10", "an AccountSid that was not verified is a parameter", "signature/account.go", `if !a.more {`, `if true {`},
	{"T10", "a bound token needs no AccountSid", matchFile, `q.account.sid >= 0 && string(`, `q.account.sid < 0 || string(`},
	{"T10", "the first token that matches decides on the account", matchFile, "t.hits = append(t.hits, token)", "_ = token"},
	{"T10", "an unknown account is refused at once", matchFile, "tokens = v.decoys[:1]", "return Token{}, matchedURL{}, refuse(ErrAccount, \"\")"},
	{"T10", "the first of two accounts counts", "signature/account.go", `case strict && q.hasForm() || !bytes.Equal(s.form.Value(i), s.form.Value(a.sid)):`, `case false && !bytes.Equal(s.form.Value(i), s.form.Value(a.sid)):`},
	{"T10", "the last of two accounts counts", "signature/account.go", `case a.sid < 0:`, `case a.sid < 0 || true:`},
	{"T10", "any text is an AccountSid", "signature/account.go", `if a.sid >= 0 && strict && q.hasForm() && !isSID(`, `if a.sid >= 0 && false && !isSID(`},
	{"T10", "a SID of another kind is an AccountSid", "signature/account.go", `|| string(id[:2]) != "AC" {`, `{`},
	{"T10", "the failure of a token source is a wrong signature", matchFile, `refuseFor(ErrTokens, "", err)`, `refuseFor(ErrMismatch, "", err)`},
	{"T29", "an error quotes the secret", tokenFile, `errors.New("the auth token has white space at its ends")`, `fmt.Errorf("the auth token %q has white space at its ends", secret)`},
	{"T09", "a repeated request passes", replayFile, `err != nil || claim.Owner != owner {`, `err != nil || claim.Owner == "" {`},
	{"T09", "requests pass while the store is down", replayFile, `err != nil || claim.Owner != owner {`, `err == nil && claim.Owner != owner {`},
	{"T09", "a failed request may not come again", replayFile, `watched.status >= http.StatusInternalServerError`, `watched.status >= 600`},
	{"T09", "any answer but success lets a request come again", replayFile, `watched.status >= http.StatusInternalServerError`, `watched.status >= http.StatusBadRequest`},
	{"T09", "hanging up lets a request come again", replayFile, `again && r.Context().Err() == nil`, `again`},
	{"T09", "an unsigned header makes a request new", replayFile, `if w.DistinctTokens {`, `if true {`},
	{"T09", "a key is held forever", claimFile, `!now.Before((*q)[0].expires)`, `false`},
	{"T09", "memory grows with the requests", claimFile, `for len(m.known) >= limit {`, `for false {`},
	{"T09", "the newest requests are forgotten first", claimFile, `q[i].expires.Before(q[j].expires)`, `q[j].expires.Before(q[i].expires)`},
	{"T09", "anybody can release a claim", claimFile, `c.claim.Owner == owner && owner != ""`, `true`},
}
