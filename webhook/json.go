package webhook

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
)

// maxDepth bounds the nesting of JSON (T12).
const maxDepth = 64

// JSON is a JSON text as Twilio sent it: the value of a parameter, or a member
// without a field. [JSON.Decode] decodes it.
type JSON string

// Decode decodes the text into v like encoding/json. An empty text leaves v
// unchanged. It returns [ErrDepth] for a text nested deeper than 64 levels, and
// the errors of encoding/json.
func (j JSON) Decode(v any) error {
	if j == "" {
		return nil
	}
	if tooDeep(string(j)) {
		return ErrDepth
	}
	return json.Unmarshal([]byte(j), v)
}

// LogValue shows only the length of the text.
func (j JSON) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("bytes", len(j)))
}

// tooDeep reports whether arrays and objects are nested deeper than maxDepth.
// It does not validate the text.
func tooDeep(text string) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// scalar returns a string, a number, true or false as text, and its first byte
// in JSON. Anything else is returned unchanged.
func (j JSON) scalar() (text string, first byte) {
	s := strings.TrimLeft(string(j), " \t\r\n")
	if s == "" {
		return "", 0
	}
	if s[0] == '"' {
		if json.Unmarshal([]byte(s), &text) != nil {
			return s, '{'
		}
		return text, '"'
	}
	return strings.TrimRight(s, " \t\r\n"), s[0]
}

// quoteJSON writes s as a JSON string, without the escapes for HTML.
func quoteJSON(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// AddOns holds the results of Marketplace add-ons for a message or a call. Decode
// it from the field of that name:
//
//	var found webhook.AddOns
//	err := m.AddOns.Decode(&found)
type AddOns struct {
	Status  string                 `json:"status"` // "successful" or "failed"
	Message string                 `json:"message"`
	Code    int                    `json:"code"`    // Twilio's error number, if any
	Results map[string]AddOnResult `json:"results"` // by the name of the add-on
}

// An AddOnResult is the result of one add-on.
type AddOnResult struct {
	RequestSID SID             `json:"request_sid"`
	Status     string          `json:"status"`
	Message    string          `json:"message"`
	Code       int             `json:"code"`
	Result     json.RawMessage `json:"result"` // in the add-on's own format
}

// A Transcript is the text of one utterance in a real-time transcription.
type Transcript struct {
	Text       string  `json:"transcript"`
	Confidence float64 `json:"confidence"` // 0 to 1; final results only
}

// Transcript decodes the text of the utterance from TranscriptionData.
func (e TranscriptionCallback) Transcript() (Transcript, error) {
	var t Transcript
	err := e.TranscriptionData.Decode(&t)
	return t, err
}

// A CallToken proves the caller's number of an incoming call. To keep that
// number when you forward the call, pass the token unchanged as the CallToken
// parameter of the REST API.
type CallToken string

// A CallTokenContent is the content of a [CallToken]: signed tokens (JWT).
type CallTokenContent struct {
	ParentCallInfo string   `json:"parentCallInfoToken"`
	Identities     []string `json:"identityHeaderTokens"`
}

// Decode decodes the token, which is percent-encoded JSON. An empty token has
// empty content. Decode does not check signatures.
func (t CallToken) Decode() (CallTokenContent, error) {
	var c CallTokenContent
	text := string(t)
	if strings.HasPrefix(text, "%") {
		plain, err := url.PathUnescape(text)
		if err != nil {
			return c, ErrSyntax
		}
		text = plain
	}
	err := JSON(text).Decode(&c)
	return c, err
}

// LogValue hides the token.
func (t CallToken) LogValue() slog.Value { return slog.StringValue("[call token]") }
