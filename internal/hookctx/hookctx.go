// Package hookctx holds what the packages of this module pass to each other in
// a request's context.
package hookctx

import "context"

// ProofKey is the context key of the proof of a request: a
// *signature.Verified, or anything with a method Proof that returns it.
type ProofKey struct{}

// An Outcome says what the inner handler did with a request. It is for outer
// handlers that pass each request on only once.
type Outcome int

// The outcomes.
const (
	Unreported Outcome = iota // the inner handler does not report; use the status of its answer
	Answered                  // the user's function has answered
	Failed                    // the function was not called, or it failed: a retry may call it
	Unclear                   // the function was called, and it is unknown how far it got
)

type outcomeKey struct{}

type reported struct {
	outer   *reported
	outcome Outcome
}

// WithOutcome returns a context for the inner handler, and a function that
// returns the reported outcome.
func WithOutcome(ctx context.Context) (context.Context, func() Outcome) {
	outer, _ := ctx.Value(outcomeKey{}).(*reported)
	r := &reported{outer: outer}
	return context.WithValue(ctx, outcomeKey{}, r), func() Outcome { return r.outcome }
}

// Report notifies all outer handlers of how the request ended. It must be
// called in the goroutine of the request.
func Report(ctx context.Context, o Outcome) {
	r, _ := ctx.Value(outcomeKey{}).(*reported)
	for ; r != nil; r = r.outer {
		r.outcome = o
	}
}
