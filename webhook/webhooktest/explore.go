package webhooktest

import (
	"net/http"
	"slices"
	"testing"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// Tree is the result of [Explore]: the points at which a call waits for
// someone, its ends, and the paths between them.
type Tree struct {
	// Calls is how many calls were made.
	Calls int
	// Complete reports whether every path was explored within the limits.
	Complete bool

	tb   testing.TB
	tree *dialogue.Tree
}

// String draws the tree as text.
func (t *Tree) String() string { return t.tree.String() }

// Mermaid draws it as a Mermaid flow chart, which a README shows as a picture.
func (t *Tree) Mermaid() string { return t.tree.Mermaid() }

// A Problem is something wrong with a call.
type Problem struct {
	// Rule names the kind of problem: "dead-end", a menu without a way out;
	// "loop", a menu that repeats forever for a silent caller; "silent-end", a
	// call that ends silently; the number of a Twilio error, such as
	// "11200"; or a rule of lint.Check.
	Rule string
	At   string // the station, and the path from it
	Text string
}

// String returns the place and the problem.
func (p Problem) String() string { return p.At + ": " + p.Text }

// Problems returns what is wrong.
func (t *Tree) Problems() []Problem {
	var out []Problem
	for _, p := range t.tree.Problems() {
		out = append(out, Problem(p))
	}
	return out
}

// HasNoProblems fails the test for each problem, except those of the allowed
// rules.
func (t *Tree) HasNoProblems(allowed ...string) *Tree {
	t.tb.Helper()
	for _, p := range t.Problems() {
		if !slices.Contains(allowed, p.Rule) {
			t.tb.Errorf("%s (rule %q)", p, p.Rule)
		}
	}
	return t
}

// ExploreOptions limit an exploration.
type ExploreOptions struct {
	Depth int    // decisions in a row; default 4
	Calls int    // maximum number of calls; default 2000
	Keys  string // the keys tried; default 1234567890*#
	// Outbound explores a call that the program makes, which a person answers.
	Outbound bool
	Options
}

// Explore tries everything that a caller to path can do: every key of every
// menu, silence, wrong keys and the speech hints; for each recording a message,
// silence and hanging up; and dialed people who answer, are busy, do not answer,
// or answer and press nothing. Each path is a separate call, so h may keep state
// by CallSid. Explore ends the test if h is nil and opts has no Transport.
//
//	webhooktest.Explore(t, handler, "/voice", nil).HasNoProblems("loop")
func Explore(tb testing.TB, h http.Handler, path string, opts *ExploreOptions) *Tree {
	tb.Helper()
	var o ExploreOptions
	if opts != nil {
		o = *opts
	}
	if h == nil && o.Transport == nil {
		tb.Fatalf("webhooktest: Explore needs a handler, or Options.Transport")
	}
	o.fill()
	call := o.call(path)
	call.From.Address, call.To.Address = string(Person), string(o.To)
	if o.Outbound {
		call.From, call.To, call.Outbound = call.To, call.From, true
	}
	tree := dialogue.Explore(dialogue.Exploration{Depth: o.Depth, Calls: o.Calls, Keys: o.Keys, Config: o.config(h), Call: call})
	return &Tree{Calls: tree.Calls, Complete: tree.Complete, tb: tb, tree: tree}
}
