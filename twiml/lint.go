package twiml

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A DocumentKind says what a document answers, and so which verbs it may hold.
type DocumentKind uint8

// The kinds of document.
const (
	VoiceDocument     DocumentKind = iota // answers a call
	MessagingDocument                     // answers a message
	FaxDocument                           // answers a fax; Twilio's fax product ended in 2021
)

// String returns "voice", "messaging" or "fax".
func (k DocumentKind) String() string {
	switch k {
	case VoiceDocument:
		return "voice"
	case MessagingDocument:
		return "messaging"
	case FaxDocument:
		return "fax"
	}
	return "DocumentKind(" + strconv.Itoa(int(k)) + ")"
}

// A Problem is one thing that [Lint] finds in a document.
type Problem struct {
	// Path names the element, or the attribute, such as
	// /Response/Gather[1]/Say[2]/@voice. The number counts the elements of that
	// name inside the same parent, from 1.
	Path string

	// Line and Column say where the element begins; 0 when the document was
	// built and not parsed.
	Line, Column int

	// Rule is the stable name of what is broken; see [Rules].
	Rule string

	// Code is the number that Twilio logs for it; 0 when Twilio accepts the
	// document without a word and it only does not do what it seems to.
	Code int

	// Stops says that Twilio ends the call, or sends no reply. Otherwise it logs
	// a warning, leaves out what it does not understand, and goes on.
	Stops bool

	// Text is a sentence or two for the person who wrote the document. It may
	// quote a name or a value from it, cut to a few words; texts that are spoken
	// or sent, and passwords, are not quoted.
	Text string
}

// String returns the Problem in one line, such as
//
//	/Response/Say[1]/@voice: There is no voice "robot". (13511)
func (p Problem) String() string {
	s := p.Path + ": " + p.Text
	if p.Line > 0 {
		s = fmt.Sprintf("%d:%d: %s", p.Line, p.Column, s)
	}
	if p.Code != 0 {
		s += " (" + strconv.Itoa(p.Code) + ")"
	}
	return s
}

// Lint compares a document with the grammar of TwiML and with what is known of
// how Twilio runs it, and returns what it finds in the order of the document.
// It is for tests, editors and consoles; nothing in this module calls it while
// answering a request.
//
// It looks for elements and attributes that do not exist or do not belong where
// they are, values of a wrong type or out of range, texts and attributes that
// are missing, limits of text and document, rules between attributes, verbs
// that are never reached, and URLs that would lead elsewhere. [Rules] lists
// all. Inside an element that is not known, or may not stand where it stands,
// it does not look further: Twilio leaves the whole element out.
//
// A value that holds {{...}}, as in a TwiML Bin, is filled in later and not
// judged.
//
// Trees made by hand are read like parsed ones; of those it also says what
// [Node.AppendText] would refuse to write. A tree deeper than 32 elements, or with more
// than 2,000, is reported and not read to the end. A nil document has no
// problems: it is the empty response.
//
// It panics when kind is none of the constants. Concurrent calls are fine, as
// long as nobody changes the tree.
func Lint(doc *Node, kind DocumentKind) []Problem {
	l := newLinter(kind)
	l.document(doc)
	return l.found
}

// Stops returns the first problem of a document for which Twilio would end the
// call or send no reply, and whether there is one. It runs the rules of [Lint]
// and writes none of its other reports, so that a program that plays Twilio can
// ask before each document it runs.
func Stops(doc *Node, kind DocumentKind) (Problem, bool) {
	l := newLinter(kind)
	l.stopsOnly = true
	l.document(doc)
	if len(l.found) == 0 {
		return Problem{}, false
	}
	return l.found[0], true
}

// A linter walks one document. The elements on the way to the present one are
// in stack.
type linter struct {
	kind      DocumentKind
	found     []Problem
	stopsOnly bool // of what is found only the first that stops
	stack     [nodeMaxDepth]lintPlace
	depth     int
	elements  int
	beyond    bool // the walk ended at a limit
	notes     []lintNote
	reach     [len(grammarRoots)]*[grammarCount]bool
}

// A lintNote is a problem of an element that its parent has found: it is
// reported when the walk comes there, so that problems keep their order.
type lintNote struct {
	node *Node
	rule string
	code int
	text string
}

// A lintPlace is an element and what it is in the grammar.
type lintPlace struct {
	node *Node
	id   grammarID
}

func newLinter(kind DocumentKind) linter {
	if int(kind) >= len(grammarRoots) {
		panic("twiml: lint of an unknown kind of document: " + kind.String())
	}
	return linter{kind: kind}
}

// document checks what concerns the document as a whole, then walks it.
func (l *linter) document(doc *Node) {
	if doc == nil {
		return
	}
	root := grammarRoots[l.kind]
	l.stack[0] = lintPlace{doc, root}
	l.depth = 1
	if doc.Line == 0 {
		l.writable(doc)
	}
	if name := grammarTable[root].name; doc.Name != name {
		l.report(ruleRoot, 12102, "The root element is %s; it must be %q, written so.", lintName(doc), name)
		return
	}
	l.depth = 0
	l.element(doc, root)
}

// writable reports what would keep a tree made by hand from being written.
func (l *linter) writable(doc *Node) {
	_, err := doc.AppendText(nil)
	switch {
	case err == nil:
	case errors.Is(err, ErrTooLarge):
		l.report(ruleDocumentSize, codeTooLarge, "The document has more than %d bytes; Twilio reads no further.", nodeMaxBytes)
	case errors.Is(err, ErrLimit):
		l.report(ruleLimits, 0, "The document cannot be written: %s.", lintCause(err))
	default:
		l.report(ruleWellFormed, codeUnreadable, "The document cannot be written: %s.", lintCause(err))
	}
}

// lintCause returns what an error of AppendText says beyond its sentinel.
func lintCause(err error) string {
	_, cause, _ := strings.Cut(err.Error(), "document: ")
	if cause == "" {
		_, cause, _ = strings.Cut(err.Error(), "limits: ")
	}
	return cause
}

// element checks an element that stands where it may, and what is in it.
func (l *linter) element(n *Node, id grammarID) {
	if !l.enter(n, id) {
		return
	}
	e := &grammarTable[id]
	l.elementItself(n, e)
	for i := range e.attrs {
		if _, ok := n.Attr(e.attrs[i].name); e.attrs[i].required && !ok {
			l.reportAttr(e.attrs[i].name, ruleMissingAttribute, codeSchema, "%s needs the attribute %q.", e.name, e.attrs[i].name)
		}
	}
	for _, a := range n.Attrs {
		l.attribute(e, a)
	}
	l.text(n, e)
	l.rules(n, id)
	for _, c := range n.Children {
		if l.beyond {
			break
		}
		if c.isElement() {
			l.childOf(e, c)
		}
	}
	l.depth--
}

// enter puts an element on the stack, unless the walk is over.
func (l *linter) enter(n *Node, id grammarID) bool {
	l.elements++
	if l.depth == nodeMaxDepth || l.elements > nodeMaxElements {
		if !l.beyond && l.stack[0].node.Line > 0 {
			l.report(ruleLimits, 0, "The document has more elements, or nests them deeper, than are read: %d, and %d deep.", nodeMaxElements, nodeMaxDepth)
		}
		l.beyond = true
		return false
	}
	l.stack[l.depth] = lintPlace{n, id}
	l.depth++
	l.notes = slices.DeleteFunc(l.notes, func(note lintNote) bool {
		if note.node == n {
			l.report(note.rule, note.code, "%s", note.text)
		}
		return note.node == n
	})
	return true
}

// later keeps a problem until the walk comes to the child c.
func (l *linter) later(c *Node, rule string, code int, format string, args ...any) {
	if !l.stopsOnly {
		l.notes = append(l.notes, lintNote{c, rule, code, fmt.Sprintf(format, args...)})
	}
}

func (l *linter) childOf(e *grammarElement, c *Node) {
	id, ok := e.child(c.Name)
	if !ok {
		l.stranger(e, c)
		return
	}
	if slices.Contains(e.sdkOnly, id) {
		l.later(c, ruleSDKOnlyParent, codeSchema, "Twilio's libraries let %s stand in %s, its documentation does not.", c.Name, e.name)
	}
	l.element(c, id)
}

// elementItself reports elements that are better not used.
func (l *linter) elementItself(n *Node, e *grammarElement) {
	if e.deprecated != "" {
		l.report(ruleDeprecatedElement, 0, "%s is deprecated: %s.", n.Name, e.deprecated)
	}
	if e.undocumented {
		l.report(ruleUndocumentedElement, codeSchema, "Twilio does not document %s; it may leave the markup out.", n.Name)
	}
}

// parent returns what the present element stands in.
func (l *linter) parent() grammarID {
	if l.depth < 2 {
		return grammarCount
	}
	return l.stack[l.depth-2].id
}

// report adds a problem of the present element. Without a code of its own a
// rule has Twilio's general warning, 12200; lintSilent are those that have none.
func (l *linter) report(rule string, code int, format string, args ...any) {
	l.reportAttr("", rule, code, format, args...)
}

func (l *linter) reportAttr(attr, rule string, code int, format string, args ...any) {
	if code == 0 && !lintSilent(rule) {
		code = codeSchema
	}
	stops := lintStops(rule, code)
	if l.stopsOnly && (!stops || len(l.found) > 0) {
		return
	}
	n := l.stack[l.depth-1].node
	path := l.path()
	if attr != "" {
		path += "/@" + attr
	}
	l.found = append(l.found, Problem{Path: path, Line: n.Line, Column: n.Column,
		Rule: rule, Code: code, Stops: stops, Text: fmt.Sprintf(format, args...)})
}

// codeSchema is Twilio's number for all that has no other: the document does
// not match the schema.
const codeSchema = 12200

// lintStops reports whether Twilio ends the call, or sends no reply, at an
// error: at what it cannot read, and where a media stream or a payment is set
// up wrongly. A Stream without any target is left out.
func lintStops(rule string, code int) bool {
	switch {
	case rule == ruleStreamTarget:
		return false
	case rule == ruleLimits:
		return true
	}
	return code == codeTooLarge || code == codeUnreadable || code == codeVersion || code == 12102 ||
		31900 <= code && code < 32000 || 64000 <= code && code < 65000
}

// path returns the path of the present element.
func (l *linter) path() string {
	var b strings.Builder
	for i := range l.depth {
		n := l.stack[i].node
		b.WriteByte('/')
		b.WriteString(lintCut(n.Name))
		if i == 0 {
			continue
		}
		index := 1
		for _, c := range l.stack[i-1].node.Children {
			if c == n {
				break
			}
			if c != nil && c.Name == n.Name {
				index++
			}
		}
		b.WriteByte('[')
		b.WriteString(strconv.Itoa(index))
		b.WriteByte(']')
	}
	return b.String()
}

// lintName returns what a root is called, also when it is no element.
func lintName(n *Node) string {
	switch n.Name {
	case "":
		return "a text"
	case nodeComment:
		return "a comment"
	}
	return strconv.Quote(lintCut(n.Name))
}

// lintCut shortens what is quoted from a document to a few words.
func lintCut(s string) string {
	const most = 48
	if len(s) <= most {
		return s
	}
	end := most
	for end > 0 && s[end]&0xC0 == 0x80 {
		end--
	}
	return s[:end] + "..."
}

// lintQuote quotes a value, shortened.
func lintQuote(s string) string { return strconv.Quote(lintCut(s)) }
