package webhook

import "github.com/ringback-go/ringback/signature"

// Misrouted returns the kind that a request for a URL of another kind seems to be.
func Misrouted(v *signature.Verified, want Kind) Kind {
	e := zeroEvent(want)
	if e == nil {
		return ""
	}
	return misrouted(v, e)
}

// DecodeKind is Decode for a kind that is known at run time only.
func DecodeKind(k Kind, v *signature.Verified) (Event, error) {
	if e, err := decodeForm(k, v); e != nil || err != nil {
		return e, err
	}
	if e, err := decodeJSON(k, v); e != nil || err != nil {
		return e, err
	}
	texts, err := cloudTexts(v, k)
	if err != nil {
		return nil, err
	}
	return decodeCloudKind(k, texts[0])
}

// ZeroOf returns the zero event of a kind.
func ZeroOf(k Kind) Event { return zeroEvent(k) }
