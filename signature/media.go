package signature

import (
	"mime"
	"net/http"
	"strings"
)

// formType is the media type of a form. All others are treated alike: a hash in
// the query has to cover the body.
const formType = "application/x-www-form-urlencoded"

// mediaType returns the type in the Content-Type header in lower case, "" if
// there is none. The syntax of its parameters is checked, and they are ignored:
// Twilio signs UTF-8 whatever the charset is.
func mediaType(h http.Header) (string, *Error) {
	values := h["Content-Type"]
	switch len(values) {
	case 0:
		return "", nil
	case 1:
	default:
		return "", refuse(ErrMediaType, "more than one Content-Type")
	}
	// The spellings that Twilio uses. Parsing would double the allocations of
	// a verification.
	switch values[0] {
	case "":
		return "", nil
	case formType, formType + "; charset=utf-8", formType + "; charset=UTF-8":
		return formType, nil
	case "application/json", "application/json; charset=utf-8":
		return "application/json", nil
	}
	typ, _, err := mime.ParseMediaType(values[0])
	switch {
	case err != nil || !strings.Contains(typ, "/"):
		return "", refuse(ErrMediaType, "broken Content-Type")
	case strings.HasPrefix(typ, "multipart/"):
		return "", refuse(ErrMediaType, "multipart; Twilio never sends it")
	}
	return typ, nil
}

func isJSON(typ string) bool {
	return typ == "application/json" || typ == "text/json" ||
		strings.HasPrefix(typ, "application/") && strings.HasSuffix(typ, "+json")
}
