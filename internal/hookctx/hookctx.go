// Package hookctx holds what the packages of this module pass to each other in
// a request's context.
package hookctx

import "context"

// ProofKey is the context key of the proof of a request: a
// *signature.Verified, or anything with a method Proof that returns it.
type ProofKey struct{}

// An Outcome says what the handler inside did with a request. It is for the
// handlers around it that let each request through only once.
type Outcome int

// The outcomes.
const (
	Unreported Outcome = iota // the handler inside does not report; look at the status of its answer
	Answered                  // the user's function has answered
	Failed                    // the function was not called, or it failed: a retry may call it
	Unclear                   // the function was called, and nobody knows how far it got
)

type outcomeKey struct{}

type reported struct {
	outer   *reported
	outcome Outcome
}

// WithOutcome returns a context for the handler inside, and a function that
// returns what it has reported.
func WithOutcome(ctx context.Context) (context.Context, func() Outcome) {
	outer, _ := ctx.Value(outcomeKey{}).(*reported)
	r := &reported{outer: outer}
	return context.WithValue(ctx, outcomeKey{}, r), func() Outcome { return r.outcome }
}

// Report tells all handlers around how the request ended. It must be called in
// the goroutine of the request.
func Report(ctx context.Context, o Outcome) {
	r, _ := ctx.Value(outcomeKey{}).(*reported)
	for ; r != nil; r = r.outer {
		r.outcome = o
	}
}
