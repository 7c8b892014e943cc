package twiml

import "strings"

// nodeOf returns a built document as a tree. It stops at the limits of a
// document, because a few elements that contain each other many times over
// would not fit in memory.
func nodeOf(root *element) *Node {
	if root == nil {
		root = new(element)
	}
	elements := 0
	return treeOf(root, rootName, 1, &elements)
}

func treeOf(e *element, name string, depth int, elements *int) *Node {
	if e.comment {
		text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(writable(e.text))
		return &Node{Name: nodeComment, Text: text}
	}
	n := &Node{Name: name}
	*elements++
	for _, a := range e.attrs {
		n.Attrs = append(n.Attrs, Attr{a.Name, writable(a.Value)})
	}
	n.addText(e.text)
	for _, c := range e.kids {
		if depth > MaxDepth || *elements > MaxElements {
			break
		}
		if k := c.part(); k.el == nil {
			n.addText(k.text)
		} else {
			n.Children = append(n.Children, treeOf(k.el, k.el.name, depth+1, elements))
		}
	}
	return n
}

// indent renders a document for people: one element per line, two spaces per
// level.
func indent(root *element) string {
	if _, err := appendDocument(nil, root); err != nil {
		return "<" + err.Error() + ">"
	}
	var b strings.Builder
	b.WriteString(declaration + "\n")
	indentNode(&b, nodeOf(root), "")
	return b.String()
}

// indentNode adds white space only where it has no meaning: between elements
// that have no text beside them.
func indentNode(b *strings.Builder, n *Node, margin string) {
	inline := len(n.Children) == 0 || n.Name == "Say"
	for _, c := range n.Children {
		inline = inline || c.Name == ""
	}
	if inline {
		b.WriteString(margin + n.String() + "\n")
		return
	}
	tag := (&Node{Name: n.Name, Attrs: n.Attrs}).String()
	b.WriteString(margin + strings.TrimSuffix(tag, "/>") + ">\n")
	for _, c := range n.Children {
		indentNode(b, c, margin+"  ")
	}
	b.WriteString(margin + "</" + n.Name + ">\n")
}
