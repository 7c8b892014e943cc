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
	{"T01", "the beginning of a signature is enough", tokenFile, `subtle.ConstantTimeCompare(m.text[:], []byte(want))`, `subtle.ConstantTimeCompare(m.text[:20], []byte(want)[:20])`},
	{"T01", "the end of a signature does not matter", tokenFile, `subtle.ConstantTimeCompare(m.text[:], []byte(want))`, `subtle.ConstantTimeCompare(m.text[:26], []byte(want)[:26])`},
	{"T01", "signatures are compared byte by byte", tokenFile, `subtle.ConstantTimeCompare(m.text[:], []byte(want)) == 1`, `string(m.text[:]) == want && subtle.ConstantTimeEq(1, 1) == 1`},
	{"T01", "a hash goes on where the last request ended", tokenFile, "\tm.Reset()\n", ""},
	{"T01", "the first token that matches ends the search", matchFile, `hits = tokens[j : j+1]`, `return tokens[j : j+1], matchedURL{head, target}`},
	{"T02", "an empty token signs", tokenFile, `case secret == "":`, `case false:`},
	{"T02", "white space around a token is kept", tokenFile, `case strings.TrimSpace(secret) != secret:`, `case strings.TrimSpace(secret) == "":`},
	{"T02", "no token at all is a list of tokens", tokenFile, `if len(secrets) == 0 {`, `if false {`},
	{"T02", "a token that nobody made is skipped", matchFile, `return Token{}, matchedURL{}, refuse(ErrTokens, "a token that NewToken did not make")`, "return Token{}, matchedURL{}, refuse(ErrMismatch, \"\")"},
	{"T02", "what stands in for a missing token can be signed with", matchFile, `case decoy:`, `case decoy && len(hit) == 0:`},
	{"T02", "a verifier can be made without tokens", "signature/signature.go", `if err := checkTokens(cfg.Tokens); err != nil {`, `if err := checkTokens(cfg.Tokens); err != nil && cfg.Tokens == nil {`},
	{"T08", "only the newest token is tried", matchFile, `for j, t := range tokens {`, `for j, t := range tokens[:1] {`},
	{"T08", "the caller can change a set of tokens afterwards", tokenFile, `list := append([]Token(nil), tokens...)`, `list := tokens`},
	{"T08", "a set can be emptied", tokenFile, "if len(tokens) == 0 {\n\t\treturn errors.New(\"signature: no auth token\")", "if len(tokens) == 0 {\n\t\ts.list.Store(&tokens)\n\t\treturn errors.New(\"signature: no auth token\")"},
	{"T10", "a bound token is good for every account", matchFile, `if t.AccountSID == "" ||`, `if true ||`},
	{"T10", "a bound token needs no AccountSid", matchFile, `q.account.sid >= 0 && string(`, `q.account.sid < 0 || string(`},
	{"T10", "the first token that matches decides on the account", matchFile, "hits = append(hits[:len(hits):len(hits)], t)", "_ = t"},
	{"T10", "an unknown account is refused at once", matchFile, "tokens = []Token{v.decoy}", "return Token{}, matchedURL{}, refuse(ErrAccount, \"\")"},
	{"T10", "the first of two accounts counts", "signature/account.go", `case strict || !bytes.Equal(s.form.Value(i), s.form.Value(a.sid)):`, `case false && !bytes.Equal(s.form.Value(i), s.form.Value(a.sid)):`},
	{"T10", "the last of two accounts counts", "signature/account.go", `case a.sid < 0:`, `case a.sid < 0 || !strict:`},
	{"T10", "any text is an AccountSid", "signature/account.go", `if a.sid >= 0 && strict && !isSID(`, `if a.sid >= 0 && false && !isSID(`},
	{"T10", "a SID of another kind is an AccountSid", "signature/account.go", `|| string(id[:len(prefix)]) != prefix {`, `{`},
	{"T10", "the failure of a token source is a wrong signature", matchFile, `refuseFor(ErrTokens, "", err)`, `refuseFor(ErrMismatch, "", err)`},
	{"T29", "a token prints its secret", tokenFile, `fmt.Fprint(f, t.String())`, `fmt.Fprint(f, t.String(), t.key.secret())`},
	{"T29", "a token logs its secret", tokenFile, `return slog.StringValue(t.String())`, `return slog.StringValue(t.String() + t.key.secret())`},
	{"T29", "a token is its secret in JSON", tokenFile, `return []byte(t.String()), nil`, `return []byte(t.key.secret()), nil`},
	{"T29", "an error quotes the secret", tokenFile, `errors.New("the auth token has white space at its ends")`, `fmt.Errorf("the auth token %q has white space at its ends", secret)`},
	{"T09", "a repeated request passes", replayFile, `err != nil || claim.Owner != owner {`, `err != nil || claim.Owner == "" {`},
	{"T09", "requests pass while the store is down", replayFile, `err != nil || claim.Owner != owner {`, `err == nil && claim.Owner != owner {`},
	{"T09", "a failed request may not come again", replayFile, `watched.status >= http.StatusInternalServerError`, `watched.status >= 600`},
	{"T09", "any answer but success lets a request come again", replayFile, `watched.status >= http.StatusInternalServerError`, `watched.status >= http.StatusBadRequest`},
	{"T09", "hanging up lets a request come again", replayFile, `again && r.Context().Err() == nil`, `again`},
	{"T09", "an unsigned header makes a request new", replayFile, `if w.DistinctTokens {`, `if true {`},
	{"T09", "a key is held for ever", claimFile, `!now.Before((*q)[0].expires)`, `false`},
	{"T09", "memory grows with the requests", claimFile, `for len(m.known) >= limit {`, `for false {`},
	{"T09", "the newest requests are forgotten first", claimFile, `q[i].expires.Before(q[j].expires)`, `q[j].expires.Before(q[i].expires)`},
	{"T09", "anybody can release a claim", claimFile, `c.claim.Owner == owner && owner != ""`, `true`},
}
