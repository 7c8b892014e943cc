package webhook

import "github.com/ringback-go/ringback/signature"

// Misrouted returns the kind that a request for a URL of another kind seems to be.
func Misrouted(v *signature.Verified, want Kind) Kind {
	e, _ := decodeKind(want, new(signature.Verified))
	if e == nil {
		return ""
	}
	return misrouted(v, e)
}
