package signature

import (
	"mime"
	"net/http"
	"strings"
)

// formType is the media type of a form. A body of any other type needs a hash
// in the query.
const formType = "application/x-www-form-urlencoded"

// mediaType returns the type in the Content-Type header in lower case, or "" if
// there is none. It checks the syntax of parameters but ignores them: Twilio
// signs UTF-8 whatever the charset.
func mediaType(h http.Header) (string, *Error) {
	values := h["Content-Type"]
	switch len(values) {
	case 0:
		return "", nil
	case 1:
	default:
		return "", refuse(ErrMediaType, "more than one Content-Type")
	}
	// Twilio's usual spellings. Parsing them would double the allocations of a
	// verification.
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
