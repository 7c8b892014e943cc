package twiml

import (
	"fmt"
	"strconv"
)

// ruleWholeUnits is the rule that only a builder can break: what it writes has
// been rounded already.
const ruleWholeUnits = "whole-units"

// lintBuilt is Lint for a built document. To what the tree shows it adds each
// length of time that was rounded, with the rule "whole-units".
func lintBuilt(root *element, kind DocumentKind) []Problem {
	if root == nil {
		return nil
	}
	tree := &builtTree{rounded: map[*Node][]string{}}
	doc := tree.node(root)
	found := Lint(doc, kind)
	found = append(found, tree.problems(doc, "/"+doc.Name)...)
	for _, err := range tree.broken {
		found = append(found, Problem{Path: "/" + doc.Name, Rule: ruleWellFormed, Code: codeUnreadable, Stops: true,
			Text: "The document cannot be written: " + err.Error() + "."})
	}
	return found
}

// A builtTree makes a tree of a built document. When asked to, it remembers
// what the tree does not show.
//
// It opens no element past the limits of a document: a few elements that stand
// in each other many times over make more of them than any memory holds.
type builtTree struct {
	rounded map[*Node][]string // names of attributes
	broken  []error

	depth, elements int
}

// nodeOf returns a built document as a tree.
func nodeOf(root *element) *Node {
	if root == nil {
		return &Node{Name: "Response"}
	}
	return new(builtTree).node(root)
}

func (t *builtTree) node(e *element) *Node {
	n := &Node{Name: e.name()}
	t.depth++
	t.elements += 1 + int(e.elements)
	defer func() { t.depth-- }()
	for _, a := range e.attrs {
		value := a.value
		if kind := a.kind &^ kindRounded; kind != kindText {
			value = string(appendNumber(nil, kind, int64(a.num)))
		}
		n.Attrs = append(n.Attrs, Attr{Name: e.attrName(a), Value: writable(value)})
		if a.kind&kindRounded != 0 {
			t.round(n, e.attrName(a))
		}
	}
	if e.markup {
		n.Children = t.markup(e)
	} else {
		n.addText(e.text)
	}
	for _, k := range e.kids() {
		if t.depth > nodeMaxDepth || t.elements > nodeMaxElements {
			break
		}
		if k.el != nil {
			n.Children = append(n.Children, t.node(k.el))
		}
		n.addText(k.text)
	}
	return n
}

func (t *builtTree) markup(e *element) []*Node {
	rare := e.rare()
	if rare == nil {
		return readMarkup(e.text, nil)
	}
	if rare.err != nil {
		t.broken = append(t.broken, rare.err)
	}
	return readMarkup(e.text, func(n *Node, at int) {
		for _, m := range rare.marks {
			if m.at == at {
				open := attrOpens[m.id]
				t.round(n, open[1:len(open)-2])
			}
		}
	})
}

func (t *builtTree) round(n *Node, attr string) {
	if t.rounded != nil {
		t.rounded[n] = append(t.rounded[n], attr)
	}
}

// problems lists the rounded lengths in the order of the document.
func (t *builtTree) problems(n *Node, path string) (found []Problem) {
	for _, attr := range t.rounded[n] {
		value, _ := n.Attr(attr)
		found = append(found, Problem{Path: path + "/@" + attr, Rule: ruleWholeUnits,
			Text: fmt.Sprintf("Twilio takes whole units here, so the length was rounded up to %s.", value)})
	}
	count := map[string]int{}
	for c := range n.Elements() {
		count[c.Name]++
		found = append(found, t.problems(c, path+"/"+c.Name+"["+strconv.Itoa(count[c.Name])+"]")...)
	}
	return found
}
