package twiml

// indent renders for people: an element a line, two spaces a level.
func indent(root *element) string {
	if root == nil {
		return declaration + "\n<Response/>\n"
	}
	if _, err := appendDocument(nil, root); err != nil {
		return "<" + err.Error() + ">"
	}
	b := append([]byte(declaration), '\n')
	return string(append(appendIndented(b, root, 0), '\n'))
}

// appendIndented adds white space only inside elements that hold nothing but
// elements. It is called for documents that can be rendered.
func appendIndented(b []byte, e *element, level int) []byte {
	if e.inline() {
		r := renderer{end: len(b) + nodeMaxBytes}
		return r.element(b, e, level+1)
	}
	b = append(b, '<')
	b = append(b, e.name()...)
	b = e.appendAttrs(b)
	b = append(b, '>')
	for _, k := range e.kids() {
		b = appendLine(b, level+1)
		b = appendIndented(b, k.el, level+1)
	}
	b = appendLine(b, level)
	b = append(b, '<', '/')
	b = append(b, e.name()...)
	return append(b, '>')
}

// inline reports whether white space inside the element would count, or is not
// needed.
func (e *element) inline() bool {
	if len(e.kids()) == 0 || e.text != "" || e.tag == tagCustom || tags[e.tag].mixed {
		return true
	}
	for _, k := range e.kids() {
		if k.el == nil || k.text != "" {
			return true
		}
	}
	return false
}

func appendLine(b []byte, level int) []byte {
	b = append(b, '\n')
	for range level {
		b = append(b, "  "...)
	}
	return b
}
