package signature

import (
	"context"
	"net/http"

	"github.com/ringback-go/ringback/internal/hookctx"
)

// contextKey is the key of the proof in a request's context.
type contextKey = hookctx.ProofKey

// FromContext returns the proof that [Verifier.Handler] stored in the request's
// context, and whether there is one.
func FromContext(ctx context.Context) (*Verified, bool) {
	switch v := ctx.Value(contextKey{}).(type) {
	case *Verified:
		return v, true
	case interface{ Proof() *Verified }: // a request that package webhook handles
		return v.Proof(), true
	}
	return nil, false
}

// Handler is the middleware. It calls next for verified requests only, with the
// proof in the context ([FromContext]) and a body that can be read again. Other
// requests are answered by [Error.Respond], which does not reveal the reason.
// Handler sets no deadline for slow bodies; use ReadTimeout of [http.Server].
// Handler panics if next is nil.
func (v *Verifier) Handler(next http.Handler) http.Handler {
	if next == nil {
		panic("signature: Handler of a nil http.Handler")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Verify changes this copy, not the caller's request.
		r = r.WithContext(r.Context())
		proof, err := v.Verify(r)
		if err != nil {
			err.(*Error).Respond(w, r)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, proof)))
	})
}
