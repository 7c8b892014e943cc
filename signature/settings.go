package signature

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// headerName is the header with the signature, in the spelling of net/http.
// settingsName is the header with the shared key that made it.
const (
	headerName   = "X-Twilio-Signature"
	settingsName = "X-Twilio-Webhooks-Signature-Settings"
)

// settings is the parsed settings header. It is not signed, so it may only
// select among the configured keys. The zero value means that there is no
// header, so an auth token signed.
type settings struct {
	keyID     string    // "" if no key is named
	algorithm Algorithm // "" without the header
}

// shared reports whether a shared key signed.
func (s settings) shared() bool { return s.algorithm != "" }

// Limits of a settings header.
const (
	maxSettings = 512
	maxItems    = 8
	maxKeyID    = 128
)

// settingsOf parses the settings header by the grammar of signature.md section
// 8.2. Names and values are exact, and nothing may be repeated: another reader
// might use the other value.
func settingsOf(h http.Header) (s settings, err *Error) {
	lines := h[settingsName]
	switch {
	case len(lines) == 0:
		return s, nil
	case len(lines) > 1:
		return s, refuse(ErrSettings, "more than one header")
	case len(lines[0]) > maxSettings:
		return s, refuse(ErrSettings, "too long")
	}
	var names [maxItems]string
	n := 0
	for item := range strings.SplitSeq(lines[0], ",") {
		name, value, found := strings.Cut(strings.Trim(item, " \t"), "=")
		switch {
		case !found || !isSettingsName(name) || !isSettingsValue(value):
			return s, refuse(ErrSettings, "not a list of name=value")
		case n == maxItems:
			return s, refuse(ErrSettings, "too many items")
		case slices.Contains(names[:n], name):
			return s, refuse(ErrSettings, "a name is repeated")
		}
		names[n] = name
		n++
		switch {
		case name == "key":
			s.keyID = value
		case name == "algorithm":
			s.algorithm = Algorithm(value)
		case strings.EqualFold(name, "key"), strings.EqualFold(name, "algorithm"):
			return s, refuse(ErrSettings, "a name is in the wrong case")
		}
	}
	switch {
	case s.algorithm == "":
		return s, refuse(ErrSettings, "no algorithm")
	case len(s.keyID) > maxKeyID:
		return s, refuse(ErrSettings, "the key's id is too long")
	}
	switch {
	case strings.EqualFold(string(s.algorithm), string(SHA256)):
		s.algorithm = SHA256
	case strings.EqualFold(string(s.algorithm), string(SHA1)):
		s.algorithm = SHA1
	default:
		name := string(s.algorithm)
		return s, refuse(ErrAlgorithm, "unknown: "+strconv.Quote(name[:min(len(name), 64)]))
	}
	return s, nil
}

const (
	letters     = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	settingsSet = letters + "0123456789_-"
)

func isSettingsName(s string) bool {
	return s != "" && strings.IndexByte(letters, s[0]) >= 0 && isSettingsValue(s)
}

func isSettingsValue(s string) bool { return strings.Trim(s, settingsSet) == "" }

// signatureOf returns the signature and the settings and checks their format.
// The check is cheap and avoids reading the bodies of strangers. The signature
// is compared as text later, so another spelling of the same bytes does not
// pass.
func signatureOf(h http.Header) (string, settings, *Error) {
	lines := h[headerName]
	switch {
	case len(lines) == 0 || len(lines) == 1 && lines[0] == "":
		return "", settings{}, refuse(ErrMissing, "")
	case len(lines) > 1:
		return "", settings{}, refuse(ErrHeader, "more than one")
	}
	set, err := settingsOf(h)
	if err != nil {
		return "", set, err
	}
	text, want := lines[0], SHA1.length()
	if set.algorithm == SHA256 {
		want = SHA256.length()
	}
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '+', c == '/', c == '=' && i >= want-1:
		default:
			return "", set, refuse(ErrHeader, "not base64")
		}
	}
	switch {
	case len(text) != want:
		return "", set, refuse(ErrHeader, "not "+strconv.Itoa(want)+" characters long")
	case text[want-1] != '=' || strings.IndexByte("AEIMQUYcgkosw048", text[want-2]) < 0:
		return "", set, refuse(ErrHeader, "not the canonical base64 of a hash")
	}
	return text, set, nil
}

// selection is the set of tokens that may have signed a request.
type selection struct {
	settings
	anyID bool // the request names no key
}

// choose applies the rules of signature.md section 8.3. Auth tokens and shared
// keys never replace each other, no other key replaces one known by its id, and
// a key is used only with its declared algorithms, whatever the request says.
func (s settings) choose(tokens []Token) (selection, *Error) {
	chosen := selection{settings: s, anyID: s.keyID == ""}
	if !s.shared() {
		for _, t := range tokens {
			if !t.Shared() {
				return chosen, nil
			}
		}
		return chosen, refuse(ErrSettings, "missing, and only shared keys are configured")
	}
	known, fallback := false, false
	for _, t := range tokens {
		known = known || t.Shared() && (chosen.anyID || t.key.id == s.keyID)
		fallback = fallback || t.Shared() && t.key.id == ""
	}
	switch {
	case known:
	case fallback:
		chosen.keyID = ""
	default:
		return chosen, refuse(ErrKey, "")
	}
	for _, t := range tokens {
		if chosen.takes(t) {
			return chosen, nil
		}
	}
	return chosen, refuse(ErrAlgorithm, "no key of that id is declared for it")
}

// takes reports whether t may have signed the request.
func (s *selection) takes(t Token) bool {
	if !s.shared() || !t.Shared() {
		return s.shared() == t.Shared()
	}
	if !s.anyID && t.key.id != s.keyID {
		return false
	}
	return slices.Contains(t.key.algorithms, s.algorithm)
}
