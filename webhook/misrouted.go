package webhook

import (
	"strconv"

	"github.com/ringback-go/ringback/signature"
)

// misrouted returns the kind that a request seems to be if it has come to the
// wrong URL: a status callback at the URL of a document, or a request for a
// document where only status callbacks belong. The parameters of a status
// callback include those of the document's request, so decoding alone does not
// find it. It returns "" if all is well.
func misrouted(v *signature.Verified, want Event) Kind {
	kind := lookalike(v, want.Kind())
	switch {
	case kind == "" || kind == KindUnknown:
		return ""
	case want.Kind() == KindMessageActionCallback && kind == KindMessageStatusCallback:
		return "" // only the URL tells them apart
	}
	found := zeroEvent(kind)
	if found == nil || isNotice(found) == isNotice(want) {
		return ""
	}
	return kind
}

// lookalike returns the kind that a form seems to be, or "" if that is want.
func lookalike(v *signature.Verified, want Kind) Kind {
	if isJSON(v) || want == KindUnknown {
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

// settingOf says what to look at when requests of a kind arrive at a wrong URL.
func settingOf(k Kind) string {
	if setting := k.Setting(); setting != "" {
		return "the setting " + strconv.Quote(setting) + " points at this URL"
	}
	return "a callback or action URL points at this URL"
}
