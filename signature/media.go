package signature

import (
	"mime"
	"net/http"
	"strings"
)

// Media types that the rules tell apart. Anything else is as JSON to them,
// but where no hash covers the body the refusal says that the type is wrong.
const formType = "application/x-www-form-urlencoded"

// mediaType returns the type in the Content-Type header in lower case, "" if
// there is none. The parameters are checked for syntax and ignored: whatever
// a charset says, Twilio signs UTF-8.
func mediaType(h http.Header) (string, *Error) {
	values := h["Content-Type"]
	switch len(values) {
	case 0:
		return "", nil
	case 1:
	default:
		return "", refuse(ErrMediaType, "more than one Content-Type")
	}
	// The spellings that Twilio uses, without the cost of parsing.
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
