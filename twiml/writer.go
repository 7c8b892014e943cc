package twiml

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A writer appends elements to dst, within the limits of a document.
type writer struct {
	dst      []byte
	start    int // where the document begins
	elements int
}

// open writes a start tag. Names that the caller gave must be checked.
func (w *writer) open(name string, attrs []Attr, depth int, check bool) error {
	w.elements++
	switch {
	case depth > MaxDepth:
		return fmt.Errorf("%w: more than %d elements deep", ErrLimit, MaxDepth)
	case w.elements > MaxElements:
		return fmt.Errorf("%w: more than %d elements", ErrLimit, MaxElements)
	case len(attrs) > MaxAttrs:
		return fmt.Errorf("%w: more than %d attributes in one element", ErrLimit, MaxAttrs)
	}
	if check {
		if err := checkNames(name, attrs); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, '<')
	w.dst = append(w.dst, name...)
	for _, a := range attrs {
		w.dst = append(w.dst, ' ')
		w.dst = append(w.dst, a.Name...)
		w.dst = append(w.dst, '=', '"')
		w.dst = appendEscapedAttr(w.dst, a.Value)
		w.dst = append(w.dst, '"')
	}
	w.dst = append(w.dst, '>')
	return w.sized()
}

// checkNames reports what is wrong with the names of an element.
func checkNames(name string, attrs []Attr) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: an element was not made by its constructor", ErrMalformed)
	case !nameIsValid(name):
		return fmt.Errorf("%w: %q is not an element name", ErrMalformed, name)
	}
	for i, a := range attrs {
		if !nameIsValid(a.Name) {
			return fmt.Errorf("%w: %q is not an attribute name", ErrMalformed, a.Name)
		}
		if hasAttr(attrs[:i], a.Name) {
			return fmt.Errorf("%w: duplicate attribute %q in %q", ErrMalformed, a.Name, name)
		}
	}
	return nil
}

// close writes the end tag of an element whose content begins at inside.
func (w *writer) close(name string, inside int) {
	if len(w.dst) == inside {
		w.dst = append(w.dst[:inside-1], '/', '>')
		return
	}
	w.dst = append(w.dst, '<', '/')
	w.dst = append(w.dst, name...)
	w.dst = append(w.dst, '>')
}

func (w *writer) sized() error {
	if len(w.dst)-w.start > MaxBytes {
		return ErrTooLarge
	}
	return nil
}

func (w *writer) node(n *Node, depth int) error {
	switch {
	case n == nil:
		return nil
	case n.Name == "":
		w.dst = appendEscapedText(w.dst, n.Text)
		return w.sized()
	case n.Name == nodeComment:
		return w.comment(n.Text)
	}
	if err := w.open(n.Name, n.Attrs, depth, true); err != nil {
		return err
	}
	inside := len(w.dst)
	w.dst = appendEscapedText(w.dst, n.Text)
	for _, c := range n.Children {
		if err := w.node(c, depth+1); err != nil {
			return err
		}
	}
	w.close(n.Name, inside)
	return w.sized()
}

// comment writes text between comment marks. A comment cannot contain
// references, so a carriage return is written as the line feed that a parser
// would read.
func (w *writer) comment(text string) error {
	if strings.Contains(text, "--") || strings.HasSuffix(text, "-") {
		return fmt.Errorf("%w: a comment contains %q or ends in %q", ErrMalformed, "--", "-")
	}
	w.dst = append(w.dst, "<!--"...)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\r':
			w.dst = append(w.dst, '\n')
			if strings.HasPrefix(text[i+1:], "\n") {
				size = 2
			}
		case nameIsChar(r):
			w.dst = utf8.AppendRune(w.dst, r)
		default:
			w.dst = append(w.dst, escapeReplacement...)
		}
		i += size
	}
	w.dst = append(w.dst, "-->"...)
	return w.sized()
}

func hasAttr(attrs []Attr, name string) bool {
	for i := range attrs {
		if attrs[i].Name == name {
			return true
		}
	}
	return false
}
