package webhook

import (
	"context"
	"net/http"

	"github.com/ringback-go/ringback/internal/hookctx"
	"github.com/ringback-go/ringback/signature"
)

// RequestFromContext returns the HTTP request from the context of a function
// that handles it. It has the path values of the route and the headers:
//
//	r, _ := webhook.RequestFromContext(ctx)
//	order := r.PathValue("order")
//
// The request must not be changed, and its body must not be read: everything
// that Twilio signed is in the event and in the proof that
// [signature.FromContext] returns. Headers are not signed.
func RequestFromContext(ctx context.Context) (*http.Request, bool) {
	x, ok := ctx.Value(hookctx.ProofKey{}).(*exchange)
	if !ok {
		return nil, false
	}
	return x.request, true
}

// Proof lets [signature.FromContext] find the proof of an exchange.
func (x *exchange) Proof() *signature.Verified { return x.proof }

// withProof returns a context in which [signature.FromContext] finds p.
func withProof(ctx context.Context, p *signature.Verified) context.Context {
	return context.WithValue(ctx, hookctx.ProofKey{}, p)
}
