package signature

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/form"
	"github.com/ringback-go/ringback/signature/internal/diagnose"
)

// This file explains mix-ups of auth tokens and shared keys (signature.md
// section 7, items 15 to 22). The rules of the settings header come first, then
// the secret that signed, whatever the rules say.

// keys returns the finding about the settings header or the choice of the
// secret, or nil if there is none.
func (d *diagnosis) keys() []Finding {
	lines, set := d.r.Header[settingsName], d.q.settings
	switch {
	case len(lines) > 1:
		return found("settings-repeated", settingsName+" came more than once", "Look for what repeats this header between Twilio and here. Twilio sends it once.")
	case len(lines) == 1 && errors.Is(d.err, ErrSettings):
		return found("settings-malformed", fmt.Sprintf("%s is %.64q%s", settingsName, lines[0], d.detail()),
			"Look for what rewrites this header between Twilio and here. Twilio sends key=ID,algorithm=HMAC_SHA256 or the like.")
	case errors.Is(d.err, ErrAlgorithm) && set.algorithm != SHA1 && set.algorithm != SHA256:
		return found("algorithm-unknown", "the request names an algorithm"+d.detail(),
			"Only HMAC_SHA1 and HMAC_SHA256 are known. Choose one of them in the Webhook Setting at Twilio, or look for what rewrites "+settingsName+".")
	}
	switch {
	case errors.Is(d.err, ErrHeader), errors.Is(d.err, ErrSettings), errors.Is(d.err, ErrAlgorithm), errors.Is(d.err, ErrKey), errors.Is(d.err, ErrMismatch):
	case errors.Is(d.err, ErrAccount) && len(d.tokens) == 0 && set.shared():
	default:
		return nil
	}
	signer, hit := d.signer()
	switch {
	case !set.shared():
		return d.withoutSettings(signer, hit)
	case errors.Is(d.err, ErrKey), errors.Is(d.err, ErrAccount):
		cause := fmt.Sprintf("the request is signed with shared key %q, which is not configured", set.keyID)
		if hit {
			cause += "; the signature is that of " + signer.String()
		}
		return found("key-unknown", cause, "Configure the secret of that key with its id (in Go with NewSharedKey). Twilio shows the secret once, when the key is created. "+
			"Without shared keys, have the Webhook Rule of this URL use the auth token.")
	case errors.Is(d.err, ErrAlgorithm):
		cause := fmt.Sprintf("the request is signed with %s, and shared key %q is not configured for it", set.algorithm, set.keyID)
		if hit {
			cause += "; the signature is right"
		}
		return found("algorithm-not-allowed", cause, fmt.Sprintf("Let the Webhook Setting at Twilio and the configured key agree on the algorithm: add %s to the key (in Go the last parameters of NewSharedKey), or change the Setting.", set.algorithm))
	case !hit:
		return nil
	case !signer.Shared() && signer.key.odd != "":
		return found("key-configured-as-token", "the secret of the shared key is configured as an auth token", fmt.Sprintf("Configure it as a shared key with the id %q (in Go with NewSharedKey).", set.keyID))
	case !signer.Shared():
		return found("token-instead-of-key", "the request names a shared key, but the auth token signed it",
			"If you sign requests yourself, sign with the shared key. Otherwise something adds or keeps "+settingsName+" where it does not belong.")
	case len(d.q.signature) != set.algorithm.length():
		return found("algorithm-swapped", fmt.Sprintf("the signature is right for another algorithm than %s, which %s names", set.algorithm, settingsName), "Look for what rewrites that header between Twilio and here.")
	case signer.KeyID() != set.keyID:
		return found("key-mismatch", fmt.Sprintf("the request names shared key %q, but the secret of %s signed it", set.keyID, signer),
			"Two ids and their secrets were mixed up: compare them with those that Twilio showed when the keys were created.")
	}
	return nil
}

// withoutSettings explains a request without a settings header.
func (d *diagnosis) withoutSettings(signer Token, hit bool) []Finding {
	const passOn = "Have the proxy pass on " + settingsName + ": it drops headers that it does not know."
	switch {
	case hit && signer.Shared() && !slices.ContainsFunc(signer.key.algorithms, func(a Algorithm) bool { return a.length() == len(d.q.signature) }):
		return found("token-configured-as-key", "the auth token is configured as a shared key", "Configure it as an auth token (in Go with NewToken).")
	case hit && signer.Shared():
		return found("settings-stripped", "the request is signed with "+signer.String()+", and "+settingsName+" is missing", passOn)
	case len(d.q.signature) == SHA256.length() && strings.HasSuffix(d.q.signature, "="):
		return found("settings-stripped", "the signature has 44 characters, as those of shared keys have, and "+settingsName+" is missing", passOn)
	case errors.Is(d.err, ErrSettings):
		return found("settings-stripped", settingsName+" is missing, and only shared keys are configured",
			passOn+" If Twilio does not send it, no Webhook Rule matches this URL yet: a rule takes up to a minute to arrive. Until then, configure the auth token, too.")
	}
	return nil
}

// complete reads what Verify did not read of a request with refused headers.
func (d *diagnosis) complete(s *scratch) {
	if lines := d.r.Header[headerName]; len(lines) == 1 {
		d.q.signature = lines[0]
	}
	var err *Error
	if d.q.body != nil {
		return // and parsed
	}
	if d.q.loc, err = d.v.locate(d.r, d.q.socket); err != nil {
		return
	}
	if d.q.hash, err = bodyHash(d.q.loc.query()); err != nil {
		return
	}
	d.q.typ, _ = mediaType(d.r.Header)
	if d.v.read(d.r, d.q, s) == nil {
		_ = d.v.parse(d.q, s) // without parameters, nothing matches
	}
	if len(d.q.body) > 0 {
		d.r.Body = &replayed{d.q.body}
	}
}

// signer returns the token that signed the request, whatever kind of token the
// request names.
func (d *diagnosis) signer() (Token, bool) {
	view := d.view()
	var pairs []form.Pair
	if view.Form {
		pairs = view.Pairs
	}
	view.Keys = 1
	for _, t := range d.tokens {
		view.Signs = func(text string) bool { return t.key.matches([]byte(text), d.q.signature) }
		if diagnose.Matches(view, pairs) {
			return t, true
		}
	}
	return Token{}, false
}
