package webhooktest

import (
	"net/http"
	"slices"
	"testing"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// Tree is what [Explore] finds: the points at which a call waits for somebody,
// its ends, and the ways between them.
type Tree struct {
	// Calls is how many were made.
	Calls int
	// Complete says that no way was cut off by a limit.
	Complete bool

	tb   testing.TB
	tree *dialogue.Tree
}

// String draws the tree with lines of text.
func (t *Tree) String() string { return t.tree.String() }

// Mermaid draws it as a Mermaid flow chart, which a README shows as a picture.
func (t *Tree) Mermaid() string { return t.tree.Mermaid() }

// A Problem is something wrong with a call.
type Problem struct {
	// Rule names the kind of problem: "dead-end", a menu that nobody gets out of;
	// "loop", silence that leads in a circle; "silent-end", a call that ends
	// silently; the number of an error of Twilio, such as "11200"; or a rule
	// of lint.Check.
	Rule string
	At   string // the station, and the way from it
	Text string
}

// String returns the place and the sentence.
func (p Problem) String() string { return p.At + ": " + p.Text }

// Problems returns what is wrong.
func (t *Tree) Problems() []Problem {
	var out []Problem
	for _, p := range t.tree.Problems() {
		out = append(out, Problem(p))
	}
	return out
}

// HasNoProblems fails the test for each problem, but for those of the rules
// that are allowed.
func (t *Tree) HasNoProblems(allowed ...string) *Tree {
	t.tb.Helper()
	for _, p := range t.Problems() {
		if !slices.Contains(allowed, p.Rule) {
			t.tb.Errorf("%s (rule %q)", p, p.Rule)
		}
	}
	return t
}

// ExploreOptions bound an exploration.
type ExploreOptions struct {
	Depth int    // decisions in a row; default 4
	Calls int    // calls at most; default 2000
	Keys  string // the keys tried; default 1234567890*#
	// Outbound explores a call that the program makes, which a person answers.
	Outbound bool
	Options
}

// Explore tries every key of every menu of a call to path: silence, wrong
// keys, the hints of speech, dialed people who answer, are busy or do not, a
// message for each recording. Each way is a call of its own, so h may keep
// state by CallSid. Calls end with the exploration. The test ends at once when h
// is nil and opts name no Transport.
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
