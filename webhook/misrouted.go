package webhook

import (
	"strconv"

	"github.com/ringback-go/ringback/signature"
)

// misrouted returns the apparent kind of a request that came to the wrong URL:
// a status callback at the URL of a document, or a request for a document at
// the URL of status callbacks. Decoding does not detect this, because the
// parameters of a status callback include those of the document's request. It
// returns "" if the URL is right.
func misrouted(v *signature.Verified, want Event) Kind {
	kind := lookalike(v, want.Kind())
	switch {
	case kind == "" || kind == KindUnknown:
		return ""
	case want.Kind() == KindMessageActionCallback && kind == KindMessageStatusCallback:
		return "" // they differ only in their URL
	}
	found := zeroEvent(kind)
	if found == nil || isNotice(found) == isNotice(want) {
		return ""
	}
	return kind
}

// lookalike returns the apparent kind of a form, or "" if it is want.
func lookalike(v *signature.Verified, want Kind) Kind {
	if isJSON(v) || want == KindUnknown || want == "" {
		return ""
	}
	if kind := detect(v); kind != want {
		return kind
	}
	return ""
}

func isNotice(e Event) bool {
	_, ok := e.(interface{ notice() })
	return ok
}

// settingOf says which setting to check when requests of a kind arrive at a
// wrong URL.
func settingOf(k Kind) string {
	if setting := k.Setting(); setting != "" {
		return "the setting " + strconv.Quote(setting) + " points at this URL"
	}
	return "a callback or action URL points at this URL"
}
