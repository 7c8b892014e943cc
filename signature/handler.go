package signature

import (
	"context"
	"net/http"

	"github.com/ringback-go/ringback/internal/hookctx"
)

// contextKey is where [Verifier.Handler] leaves the proof.
type contextKey = hookctx.ProofKey

// FromContext returns the proof that [Verifier.Handler] has left in the
// request's context, and whether there is one.
func FromContext(ctx context.Context) (*Verified, bool) {
	p, ok := ctx.Value(contextKey{}).(*Verified)
	return p, ok
}

// Handler is the middleware: next sees verified requests only, with the proof
// in the context ([FromContext]) and with a body that can be read again. All
// others get the answer of [Error.ServeHTTP], which does not say what was wrong.
// Handler sets no deadline for slow bodies; ReadTimeout of
// [http.Server] does. It panics if next is nil.
func (v *Verifier) Handler(next http.Handler) http.Handler {
	if next == nil {
		panic("signature: Handler of a nil http.Handler")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := &proofContext{Context: r.Context()}
		// The copy keeps what Verify does to the body away from the caller.
		r = r.WithContext(ctx)
		proof, err := v.Verify(r)
		if err != nil {
			err.(*Error).ServeHTTP(w, r)
			return
		}
		// What a middleware has parsed before is not what was verified.
		r.Form, r.PostForm, r.MultipartForm = nil, nil, nil
		ctx.proof = proof
		next.ServeHTTP(w, r)
	})
}

// proofContext is a context that holds a proof once there is one. Nobody but
// the handler's own goroutine sees it before.
type proofContext struct {
	context.Context
	proof *Verified
}

func (c *proofContext) Value(key any) any {
	if key == (contextKey{}) && c.proof != nil {
		return c.proof
	}
	return c.Context.Value(key)
}
