package twiml

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"
)

// The limits of one document. [Parse] refuses what goes past them and
// [Node.AppendText] does not write it. Twilio itself reads no more than 64 KiB
// (error 11750); the others are far above what a document needs.
const (
	nodeMaxBytes    = 64 << 10
	nodeMaxDepth    = 32
	nodeMaxElements = 2000
	nodeMaxAttrs    = 64 // of one element
)

// What is wrong with a document that cannot be read or written. [Parse] wraps
// them in a [SyntaxError] that says where; [Node.AppendText] names the part.
var (
	// ErrMalformed: the document is not well-formed XML. Twilio answers such a
	// document with error 12100; mend the program that wrote it.
	ErrMalformed = errors.New("twiml: malformed document")

	// ErrForbidden: the document is XML, but uses what no TwiML needs and what
	// is refused because it could harm: a document type, a processing
	// instruction, an encoding other than UTF-8, a name with two colons.
	ErrForbidden = errors.New("twiml: construct not allowed")

	// ErrTooLarge: the document is larger than the 64 KiB that Twilio reads
	// (error 11750). Shorten it, or split it by Redirect.
	ErrTooLarge = errors.New("twiml: document larger than 64 KiB")

	// ErrLimit: the document nests deeper than 32 elements, or has more than
	// 2,000 of them, or more than 64 attributes in one.
	ErrLimit = errors.New("twiml: document beyond limits")
)

// A Node is one part of a document as it is written: an element, a text, or a
// comment. [Parse] makes a tree of them, the String and Node methods of a
// built document give one, and any can be made by hand.
//
// Name decides what a Node is and which fields count:
//
//   - "" is a text: Text holds it, with references and CDATA resolved.
//   - "!--" is a comment: Text is what stands between the marks.
//   - all else is an element, named as written, prefix included ("say-as",
//     "amazon:effect"), with Attrs and Children in the order of the document.
//
// Parse leaves Text of an element empty; in a tree made by hand it is a short
// way to write a text before the first child. A nil child is skipped.
//
// Line and Column say where the Node begins, both from 1; Column counts bytes,
// as Go compilers do. Both are 0 in trees made by hand.
//
// A Node holds no locks: many goroutines may read one, none may write
// meanwhile. The strings of a parsed tree share one copy of the document, and its
// Nodes a few slabs, so keeping a part of a tree keeps all of it.
type Node struct {
	Name         string
	Attrs        []Attr
	Text         string
	Children     []*Node
	Line, Column int
}

// An Attr is one attribute of an element, its value with references resolved.
type Attr struct{ Name, Value string }

const nodeComment = "!--"

// Attr returns the value of the attribute called name, and whether the element
// has one. Names are compared as written. A nil Node has none.
func (n *Node) Attr(name string) (string, bool) {
	if n == nil {
		return "", false
	}
	for i := range n.Attrs {
		if n.Attrs[i].Name == name {
			return n.Attrs[i].Value, true
		}
	}
	return "", false
}

// Elements yields the children that are elements, in order: no text, no
// comments, no nil.
func (n *Node) Elements() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		if n == nil {
			return
		}
		for _, c := range n.Children {
			if c.isElement() && !yield(c) {
				return
			}
		}
	}
}

// Content returns the text directly inside an element, or the text of a text
// Node, as written: white space is kept, comments and the text of nested
// elements are left out.
func (n *Node) Content() string {
	if n == nil || n.Name == nodeComment {
		return ""
	}
	text, several := n.Text, false
	for _, c := range n.Children {
		if c == nil || c.Name != "" || c.Text == "" {
			continue
		}
		several = several || text != ""
		text = c.Text
	}
	if !several {
		return text
	}
	var b strings.Builder
	b.WriteString(n.Text)
	for _, c := range n.Children {
		if c != nil && c.Name == "" {
			b.WriteString(c.Text)
		}
	}
	return b.String()
}

func (n *Node) isElement() bool {
	return n != nil && n.Name != "" && n.Name != nodeComment
}

// AppendText appends the Node as XML, without a declaration, and returns the
// longer slice. It implements [encoding.TextAppender].
//
// What it writes is what [Parse] reads as an equal tree: names are checked,
// values escaped, and characters that XML cannot hold become U+FFFD. Texts
// that stand side by side are read back as one. A nil Node writes nothing.
//
// It returns dst as it was and an error that wraps [ErrMalformed] for a name
// that is no XML name, an attribute that stands twice and a comment that
// holds "--"; [ErrTooLarge] past 64 KiB; [ErrLimit] past the other limits, so a
// tree that holds itself is an error and no endless loop.
func (n *Node) AppendText(dst []byte) ([]byte, error) {
	w := nodeWriter{dst: dst, start: len(dst)}
	if err := w.node(n, 1); err != nil {
		return dst, err
	}
	return w.dst, nil
}

// String returns the Node as XML, or the error that [Node.AppendText] returns
// as text in angle brackets. It is meant for people and tests.
func (n *Node) String() string {
	b, err := n.AppendText(nil)
	if err != nil {
		return "<" + err.Error() + ">"
	}
	return string(b)
}

type nodeWriter struct {
	dst      []byte
	start    int
	elements int
}

func (w *nodeWriter) node(n *Node, depth int) error {
	if len(w.dst)-w.start > nodeMaxBytes {
		return ErrTooLarge
	}
	switch {
	case n == nil:
	case n.Name == "":
		w.dst = appendEscapedText(w.dst, n.Text)
	case n.Name == nodeComment:
		if err := w.comment(n.Text); err != nil {
			return err
		}
	default:
		if err := w.element(n, depth); err != nil {
			return err
		}
	}
	if len(w.dst)-w.start > nodeMaxBytes {
		return ErrTooLarge
	}
	return nil
}

func (w *nodeWriter) element(n *Node, depth int) error {
	w.elements++
	switch {
	case depth > nodeMaxDepth:
		return fmt.Errorf("%w: more than %d elements deep", ErrLimit, nodeMaxDepth)
	case w.elements > nodeMaxElements:
		return fmt.Errorf("%w: more than %d elements", ErrLimit, nodeMaxElements)
	case len(n.Attrs) > nodeMaxAttrs:
		return fmt.Errorf("%w: more than %d attributes in one element", ErrLimit, nodeMaxAttrs)
	case !nameIsValid(n.Name):
		return fmt.Errorf("%w: %q is no element name", ErrMalformed, n.Name)
	}
	w.dst = append(w.dst, '<')
	w.dst = append(w.dst, n.Name...)
	for i, a := range n.Attrs {
		if !nameIsValid(a.Name) {
			return fmt.Errorf("%w: %q is no attribute name", ErrMalformed, a.Name)
		}
		if nodeHasAttr(n.Attrs[:i], a.Name) {
			return fmt.Errorf("%w: attribute %q stands twice in %q", ErrMalformed, a.Name, n.Name)
		}
		w.dst = append(w.dst, ' ')
		w.dst = append(w.dst, a.Name...)
		w.dst = append(w.dst, '=', '"')
		w.dst = appendEscapedAttr(w.dst, a.Value)
		w.dst = append(w.dst, '"')
	}
	w.dst = append(w.dst, '>')
	inside := len(w.dst)
	w.dst = appendEscapedText(w.dst, n.Text)
	for _, c := range n.Children {
		if err := w.node(c, depth+1); err != nil {
			return err
		}
	}
	if len(w.dst) == inside {
		w.dst = append(w.dst[:inside-1], '/', '>')
		return nil
	}
	w.dst = append(w.dst, '<', '/')
	w.dst = append(w.dst, n.Name...)
	w.dst = append(w.dst, '>')
	return nil
}

// comment writes text between comment marks. There are no references in a
// comment, so a carriage return becomes what a parser would make of it.
func (w *nodeWriter) comment(text string) error {
	if strings.Contains(text, "--") || strings.HasSuffix(text, "-") {
		return fmt.Errorf("%w: a comment holds %q or ends in %q", ErrMalformed, "--", "-")
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
	return nil
}

func nodeHasAttr(attrs []Attr, name string) bool {
	for i := range attrs {
		if attrs[i].Name == name {
			return true
		}
	}
	return false
}
