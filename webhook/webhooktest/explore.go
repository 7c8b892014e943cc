package webhooktest

import (
	"net/http"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// Tree is what [Explore] finds: the points at which a call waits for somebody,
// its ends, and the ways between them.
type Tree struct {
	// Calls is how many were made.
	Calls int
	// Complete says that no way was cut off by a limit.
	Complete bool

	tree *dialogue.Tree
}

// Text draws the tree with lines of text.
func (t *Tree) Text() string { return t.tree.Text() }

// Mermaid draws it as a Mermaid flow chart, which a README shows as a picture.
func (t *Tree) Mermaid() string { return t.tree.Mermaid() }

// DOT draws it in the language of Graphviz.
func (t *Tree) DOT() string { return t.tree.DOT() }

// SVG draws it as a picture that stands alone, light and dark.
func (t *Tree) SVG() string { return t.tree.SVG() }

// Problems lists what is wrong, a sentence each: menus that nobody gets out
// of, silence that leads in a circle, calls that end without a word, answers
// that Twilio refuses, and what lint.Check finds.
func (t *Tree) Problems() []string { return t.tree.Problems() }

// ExploreOptions bound an exploration.
type ExploreOptions struct {
	Depth int    // decisions in a row; default 4
	Calls int    // calls at most; default 2000
	Keys  string // the keys tried; default 1234567890*#
	Options
}

// Explore walks every key of every menu of a call to path: silence, wrong
// keys, the hints of speech, dialed people who answer, are busy or do not, a
// message for each recording. Each way is a call of its own, so h may keep
// what it likes by CallSid. Calls end with the exploration.
//
//	tree := webhooktest.Explore(handler, "/voice", nil)
//	for _, p := range tree.Problems() {
//		t.Error(p)
//	}
func Explore(h http.Handler, path string, opts *ExploreOptions) *Tree {
	var o ExploreOptions
	if opts != nil {
		o = *opts
	}
	o.fill()
	call := o.call(path)
	call.From.Address, call.To.Address = string(Person), string(o.To)
	tree := dialogue.Explore(dialogue.Exploration{Depth: o.Depth, Calls: o.Calls, Keys: o.Keys, Config: o.config(h), Call: call})
	return &Tree{Calls: tree.Calls, Complete: tree.Complete, tree: tree}
}
