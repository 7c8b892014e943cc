package signature

import (
	"net/http"
	"slices"
)

// accountMismatch is the detail of an error if the matching token is bound to
// another account.
const accountMismatch = "the token belongs to another one"

// matchedURL is the URL as it was signed.
type matchedURL struct {
	head, target string
	end          int  // end of the URL in scratch.text
	params       bool // the signed text continues with the parameters
}

// match finds the token and the URL that produce the signature.
func (v *Verifier) match(r *http.Request, q *request, s *scratch) (Token, matchedURL, *Error) {
	tokens, decoy := v.fixed, false
	if tokens == nil {
		var err error
		tokens, err = v.cfg.Tokens.Tokens(r.Context(), q.query(s))
		if err != nil {
			return Token{}, matchedURL{}, refuseFor(ErrTokens, "", err)
		}
		for _, t := range tokens {
			if t.key == nil {
				return Token{}, matchedURL{}, refuse(ErrTokens, "a token that neither NewToken nor NewSharedKey has made")
			}
		}
		if decoy = len(tokens) == 0; decoy {
			tokens = v.decoys[:1]
			if q.settings.shared() {
				tokens = v.decoys[1:]
			}
		}
	}
	chosen, err := q.settings.choose(tokens)
	if err != nil && !decoy {
		return Token{}, matchedURL{}, err
	}

	// The parameters stay in place. Each spelling of the URL is written in
	// front of them.
	room := 0
	for _, head := range q.loc.heads {
		room = max(room, len(head)+len(q.loc.target))
	}
	s.text = slices.Grow(s.text[:0], room)[:room]
	if q.hasForm() {
		s.canonical()
	}
	t := try{q: q, tokens: tokens, chosen: chosen, text: s.text, room: room}
	t.all()
	if len(t.hits) == 0 && len(s.text) > room && q.hash != "" {
		// A hash in the URL binds a form as well as its parameters do.
		t.text = s.text[:room]
		t.all()
	}
	switch {
	case decoy:
		return Token{}, t.url, refuse(ErrAccount, "no token for it")
	case len(t.hits) == 0:
		return Token{}, t.url, refuse(ErrMismatch, "")
	}
	for _, hit := range t.hits {
		if hit.AccountSID != "" && q.account.differ {
			return Token{}, t.url, refuse(ErrAccount, "the query names two accounts")
		}
		if hit.AccountSID == "" || q.account.sid >= 0 && string(s.form.Value(q.account.sid)) == hit.AccountSID {
			return hit, t.url, nil
		}
	}
	return Token{}, t.url, refuse(ErrAccount, accountMismatch)
}

// query returns what a token source may know about the request.
func (q *request) query(s *scratch) Query {
	return Query{
		AccountSID: value(s, q.account.sid),
		To:         value(s, q.account.to),
		Path:       q.loc.path(),
		KeyID:      q.settings.keyID,
		Algorithm:  q.settings.algorithm,
	}
}

// try computes the signature of each spelling of the URL with each token that
// may have signed. It writes the spelling into text so that it ends at room. It
// tries all tokens even after a match, so that the time does not reveal which
// one matched. It tries the next spelling only if none matched.
type try struct {
	q      *request
	tokens []Token
	chosen selection
	text   []byte
	room   int

	hits []Token    // the tokens that matched
	url  matchedURL // and the text they signed
}

func (t *try) all() {
	if t.target(t.q.loc.target) {
		return
	}
	for _, target := range t.q.spellings() {
		if t.target(target) {
			return
		}
	}
}

func (t *try) target(target string) bool {
	for _, head := range t.q.loc.heads {
		start := t.room - len(head) - len(target)
		copy(t.text[start:], head)
		copy(t.text[start+len(head):], target)
		for i, token := range t.tokens {
			if t.chosen.takes(token) && token.key.matches(t.text[start:], t.q.signature) {
				if t.hits == nil {
					t.hits = t.tokens[i : i+1 : i+1]
				} else {
					t.hits = append(t.hits, token)
				}
			}
		}
		if t.hits != nil {
			t.url = matchedURL{head, target, t.room, len(t.text) > t.room}
			return true
		}
	}
	return false
}
