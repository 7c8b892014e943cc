package twiml

import (
	"errors"
	"iter"
	"strings"
)

// The limits of a document. [Parse] refuses a document that exceeds them, and
// rendering fails. Twilio reads no more than 64 KiB (error 11750); the others
// are far above what a document needs.
const (
	MaxBytes    = 64 << 10
	MaxDepth    = 32
	MaxElements = 2000
	MaxAttrs    = 64 // of one element
)

// Errors of documents that cannot be parsed or rendered. [SyntaxError] and
// [RenderError] wrap them and add the place.
var (
	// ErrMalformed means that the document is not well-formed XML. Twilio
	// reports error 12100 for it.
	ErrMalformed = errors.New("twiml: malformed document")

	// ErrForbidden means that the document uses XML that TwiML does not need
	// and that could do harm: a document type, a processing instruction, an
	// encoding other than UTF-8, or a name with two colons.
	ErrForbidden = errors.New("twiml: construct not allowed")

	// ErrTooLarge means that the document is larger than the 64 KiB that Twilio
	// reads (error 11750). Shorten it, or split it with Redirect.
	ErrTooLarge = errors.New("twiml: document larger than 64 KiB")

	// ErrLimit means that the document exceeds [MaxDepth], [MaxElements] or
	// [MaxAttrs].
	ErrLimit = errors.New("twiml: document beyond limits")
)

// A Node is one part of a document: an element, a text or a comment. [Parse]
// and the Node method of a built document return trees of them, and a tree can
// be made by hand.
//
// Name says what a Node is:
//
//   - "" is a text, and Text holds it with references and CDATA resolved.
//   - "!--" is a comment, and Text is the text between the marks.
//   - Anything else is an element, named as written, including the prefix
//     ("say-as", "amazon:effect"), with its attributes and children in order.
//
// Text of an element is empty in a parsed tree. In a hand-made tree it is a
// text before the first child. Nil children are skipped.
//
// Line and Column are the place where the Node begins, counted from 1; Column
// counts bytes. Both are 0 in a hand-made tree.
type Node struct {
	Name         string
	Attrs        []Attr
	Text         string
	Children     []*Node
	Line, Column int
}

// An Attr is one attribute of an element, with references in its value resolved.
type Attr struct{ Name, Value string }

const nodeComment = "!--"

// Attr returns the value of the attribute called name, and whether there is
// one. A nil Node has none.
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

// Elements yields the children that are elements, in order.
func (n *Node) Elements() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		if n == nil {
			return
		}
		for _, c := range n.Children {
			if c.IsElement() && !yield(c) {
				return
			}
		}
	}
}

// Content returns the text directly inside an element, or the text of a text
// Node, with white space as written. It omits comments and the text of nested
// elements.
func (n *Node) Content() string {
	if n == nil || n.Name == nodeComment {
		return ""
	}
	text := n.Text
	for _, c := range n.Children {
		if c != nil && c.Name == "" {
			text += c.Text
		}
	}
	return text
}

// IsElement reports whether a Node is an element, and not nil, a text or a
// comment.
func (n *Node) IsElement() bool {
	return n != nil && n.Name != "" && n.Name != nodeComment
}

// AppendText appends the Node as XML, without a declaration, and returns the
// longer slice. It implements [encoding.TextAppender]. [Parse] reads what it
// writes as an equal tree, except that adjacent texts become one.
//
// It returns dst unchanged and an error that wraps [ErrMalformed] for a name
// that is not an XML name, a duplicate attribute, or a comment that holds "--";
// [ErrTooLarge] past 64 KiB; and [ErrLimit] past the other limits, which a tree
// that contains itself exceeds.
func (n *Node) AppendText(dst []byte) ([]byte, error) {
	w := writer{dst: dst, start: len(dst)}
	if err := w.node(n, 1); err != nil {
		return dst, err
	}
	return w.dst, nil
}

// String returns the Node as XML, or the error of [Node.AppendText] in angle
// brackets.
func (n *Node) String() string {
	b, err := n.AppendText(nil)
	if err != nil {
		return "<" + err.Error() + ">"
	}
	return string(b)
}

// addText adds a text; adjacent texts become one, as a parser reads them.
func (n *Node) addText(text string) {
	if text == "" {
		return
	}
	text = writable(text)
	if last := len(n.Children) - 1; last >= 0 && n.Children[last].Name == "" {
		n.Children[last].Text += text
		return
	}
	n.Children = append(n.Children, &Node{Text: text})
}

// writable returns s as it is read back after rendering, with U+FFFD in place
// of characters that XML cannot hold and bytes that are not UTF-8.
func writable(s string) string {
	var b strings.Builder
	for i, r := range s {
		if nameIsChar(r) && (r != '\uFFFD' || strings.HasPrefix(s[i:], escapeReplacement)) {
			continue
		}
		b.Grow(len(s))
		for _, r := range s {
			if !nameIsChar(r) {
				r = '\uFFFD'
			}
			b.WriteRune(r)
		}
		return b.String()
	}
	return s
}
