package signature

import (
	"net/http"
	"slices"
)

// accountMismatch is why a token that matches may be the wrong one.
const accountMismatch = "the token belongs to another one"

// matchedURL is the spelling of the URL that was signed.
type matchedURL struct{ head, target string }

// match looks for the token and the URL that give the signature.
func (v *Verifier) match(r *http.Request, q *request, s *scratch) (Token, matchedURL, *Error) {
	tokens, decoy := v.fixed, false
	if tokens == nil {
		var err error
		tokens, err = v.cfg.Tokens.Tokens(r.Context(), Query{
			AccountSID: value(s, q.account.sid),
			To:         value(s, q.account.to),
			Path:       q.loc.path(),
		})
		if err != nil {
			return Token{}, matchedURL{}, refuseFor(ErrTokens, "", err)
		}
		for _, t := range tokens {
			if t.key == nil {
				return Token{}, matchedURL{}, refuse(ErrTokens, "a token that NewToken did not make")
			}
		}
		if decoy = len(tokens) == 0; decoy {
			tokens = []Token{v.decoy}
		}
	}

	// The parameters stay where they are, and the spellings of the URL are put
	// in front of them one by one.
	room := 0
	for _, head := range q.loc.heads {
		room = max(room, len(head)+len(q.loc.target))
	}
	s.text = slices.Grow(s.text[:0], room)[:room]
	if q.hasForm() {
		s.canonical()
	}
	hit, url := try(tokens, q, s.text, room)
	if len(hit) == 0 && len(s.text) > room && q.hash != "" {
		// A hash in the URL binds a form as well as its parameters do.
		hit, url = try(tokens, q, s.text[:room], room)
	}
	switch {
	case decoy:
		return Token{}, url, refuse(ErrAccount, "no token for it")
	case len(hit) == 0:
		return Token{}, url, refuse(ErrMismatch, "")
	}
	for _, t := range hit {
		if t.AccountSID == "" || q.account.sid >= 0 && string(s.form.Value(q.account.sid)) == t.AccountSID {
			return t, url, nil
		}
	}
	return Token{}, url, refuse(ErrAccount, accountMismatch)
}

// try computes the signature of each spelling of the URL with each token. It
// writes the spelling into text so that it ends at room. No token is left out
// after a match, so that time does not tell which it was; the next spelling is
// tried only if nothing matched. It returns the tokens that matched, and what
// they have signed.
func try(tokens []Token, q *request, text []byte, room int) ([]Token, matchedURL) {
	for i := range q.loc.targets() {
		target := q.loc.spelling(i)
		for _, head := range q.loc.heads {
			start := room - len(head) - len(target)
			copy(text[start:], head)
			copy(text[start+len(head):], target)
			var hits []Token
			for j, t := range tokens {
				if t.key.matches(text[start:], q.signature) {
					if hits == nil {
						hits = tokens[j : j+1]
					} else {
						hits = append(hits[:len(hits):len(hits)], t)
					}
				}
			}
			if hits != nil {
				return hits, matchedURL{head, target}
			}
		}
	}
	return nil, matchedURL{}
}
