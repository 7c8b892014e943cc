package twiml

import "strings"

// readMarkup reads back what speech wrote: XML without comments, references
// other than those of the escape tables, or errors. visit, which may be nil,
// gets each element with the offset it begins at, before its children are read.
func readMarkup(markup string, visit func(n *Node, at int)) []*Node {
	r := markupReader{src: markup, visit: visit}
	top := &Node{Name: "Say"}
	r.inside(top)
	return top.Children
}

type markupReader struct {
	src   string
	at    int
	visit func(*Node, int)
}

// inside reads children of n up to its end tag, or the end of the markup.
func (r *markupReader) inside(n *Node) {
	for r.at < len(r.src) {
		if r.src[r.at] != '<' {
			n.addText(unescape(r.until('<')))
			continue
		}
		if strings.HasPrefix(r.src[r.at:], "</") {
			r.until('>')
			r.at++
			return
		}
		start := r.at
		r.at++
		child := &Node{Name: r.name()}
		for r.src[r.at] == ' ' {
			r.at++
			name := r.name()
			r.at += len(`="`)
			child.Attrs = append(child.Attrs, Attr{Name: name, Value: unescape(r.until('"'))})
			r.at++
		}
		n.Children = append(n.Children, child)
		if r.visit != nil {
			r.visit(child, start)
		}
		if r.src[r.at] == '/' {
			r.at += len("/>")
			continue
		}
		r.at++
		r.inside(child)
	}
}

func (r *markupReader) until(c byte) string {
	i := strings.IndexByte(r.src[r.at:], c)
	if i < 0 {
		i = len(r.src) - r.at
	}
	text := r.src[r.at : r.at+i]
	r.at += i
	return text
}

func (r *markupReader) name() string {
	i := strings.IndexAny(r.src[r.at:], " =/>")
	name := r.src[r.at : r.at+i]
	r.at += i
	return name
}

func unescape(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&#34;", `"`,
		"&#9;", "\t", "&#10;", "\n", "&#13;", "\r").Replace(s)
}
