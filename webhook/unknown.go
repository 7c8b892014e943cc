package webhook

import (
	"log/slog"
	"net/url"

	"github.com/ringback-go/ringback/signature"
)

// KindUnknown is the kind of an [Unknown].
const KindUnknown Kind = "Unknown"

// An Unknown is a request of a kind without a type: a new kind, or a request
// that only its URL identifies. It holds the complete request.
type Unknown struct {
	Extra url.Values // all parameters
	Body  JSON       // the whole body of a JSON request
}

// Kind returns [KindUnknown].
func (*Unknown) Kind() Kind { return KindUnknown }

// LogValue shows the kind and the size.
func (u *Unknown) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", string(KindUnknown)), slog.Int("params", len(u.Extra)), slog.Int("bytes", len(u.Body)))
}

func (*Unknown) event()  {}
func (*Unknown) notice() {}

// decode accepts any request.
func (*Unknown) decode(v *signature.Verified) (*Unknown, error) {
	if isJSON(v) {
		return unknownJSON(v), nil
	}
	return unknownForm(v), nil
}

func (u *Unknown) encode(w *encoder) {
	w.begin(&shape{}, u.Extra)
	w.end()
}

func (u *Unknown) appendJSON(dst []byte) []byte {
	if u.Body == "" {
		return nil
	}
	return append(dst, u.Body...)
}

func unknownForm(v *signature.Verified) *Unknown {
	u := &Unknown{Extra: url.Values{}}
	for name, value := range v.Params() {
		u.Extra[name] = append(u.Extra[name], value)
	}
	return u
}

func unknownJSON(v *signature.Verified) *Unknown { return &Unknown{Body: JSON(v.Body())} }
