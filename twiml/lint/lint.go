// Package lint checks TwiML documents against the grammar of TwiML and the
// known behavior of Twilio:
//
//	doc, err := twiml.Parse(data)
//	...
//	for _, p := range lint.Check(doc, twiml.VoiceDocument) {
//		fmt.Println(p)
//	}
//
// It is meant for tests, editors and consoles. A built document is checked with
// lint.Check(doc.Node(), twiml.VoiceDocument). [Rules] lists what is checked;
// [Except] silences rules by name.
//
// The package does not know which numbers, voices and features an account has,
// and makes no requests.
package lint

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ringback-go/ringback/twiml"
)

// A Problem is one finding of [Check].
type Problem struct {
	// Path names the element or the attribute, such as
	// /Response/Gather[1]/Say[2]/@voice. The number counts the elements of that
	// name inside the same parent, from 1.
	Path string

	// Line and Column are where the element begins. Both are 0 if the document
	// was not parsed.
	Line, Column int

	// Rule is the name of the rule that found the problem; see [Rules].
	Rule string

	// Code is the error that Twilio logs. It is 0 if Twilio accepts the document
	// but does not do what the document seems to say.
	Code int

	// Stops reports whether Twilio ends the call or sends no reply. Otherwise
	// it skips what it does not understand and continues.
	Stops bool

	// Text describes the problem in a sentence or two. It may quote a name or a
	// value, shortened to a few words, but never a password or text that is
	// spoken or sent.
	Text string
}

// String returns the problem in one line, such as
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

// URL returns the address of Twilio's page about the error, or about the verb
// if there is no error.
func (p Problem) URL() string {
	if p.Code != 0 {
		return docs + "api/errors/" + strconv.Itoa(p.Code)
	}
	for _, r := range ruleTable {
		if r.name == p.Rule {
			return docs + r.page
		}
	}
	return ""
}

const docs = "https://www.twilio.com/docs/"

// Except returns the problems that none of the named rules found.
func Except(problems []Problem, rules ...string) []Problem {
	var rest []Problem
	for _, p := range problems {
		if !slices.Contains(rules, p.Rule) {
			rest = append(rest, p)
		}
	}
	return rest
}

// Check returns the problems of a document, in its order.
//
// Check does not look inside an element that is unknown or misplaced, because
// Twilio skips all of it. It does not judge a value that holds {{...}}, which a
// TwiML Bin fills in later. In a tree made by hand it also reports what cannot
// be rendered. A nil document is empty and has no problems.
//
// Check panics if kind is not one of the constants.
func Check(doc *twiml.Node, kind twiml.DocumentKind) []Problem {
	if int(kind) >= len(grammarRoots) {
		panic("lint: unknown kind of document: " + kind.String())
	}
	l := linter{kind: kind}
	l.document(doc)
	return l.found
}

const commentName = "!--"

// A linter walks one document. The current element and its ancestors are in
// stack.
type linter struct {
	kind     twiml.DocumentKind
	found    []Problem
	stack    [twiml.MaxDepth]place
	depth    int
	elements int
	beyond   bool // the walk ended at a limit
	notes    []note
	reach    [len(grammarRoots)]*[grammarCount]bool
}

// A note is a problem of an element that its parent found. It is reported when
// the walk reaches the element, so that problems keep their order.
type note struct {
	node *twiml.Node
	rule string
	code int
	text string
}

// A place is an element and what it is in the grammar.
type place struct {
	node *twiml.Node
	id   elementID
}

// document checks the document as a whole, then walks it.
func (l *linter) document(doc *twiml.Node) {
	if doc == nil {
		return
	}
	root := grammarRoots[l.kind]
	l.stack[0] = place{doc, root}
	l.depth = 1
	if doc.Line == 0 {
		l.writable(doc)
	}
	if want := grammarTable[root].name; doc.Name != want {
		l.report(ruleRoot, 12102, "The root element is %s; it must be exactly %q.", rootName(doc), want)
		return
	}
	l.depth = 0
	l.element(doc, root)
}

// writable reports why a hand-made tree cannot be rendered.
func (l *linter) writable(doc *twiml.Node) {
	_, err := doc.AppendText(nil)
	switch {
	case err == nil:
	case errors.Is(err, twiml.ErrTooLarge):
		l.report(ruleDocumentSize, 11750, "The document has more than %d bytes, which is all that Twilio reads.", twiml.MaxBytes)
	case errors.Is(err, twiml.ErrLimit):
		l.report(ruleLimits, 0, "The document cannot be rendered: %s.", cause(err))
	default:
		l.report(ruleWellFormed, 12100, "The document cannot be rendered: %s.", cause(err))
	}
}

// cause returns what an error of AppendText adds to its sentinel.
func cause(err error) string {
	text := err.Error()
	for _, sentinel := range []error{twiml.ErrMalformed, twiml.ErrLimit} {
		text = strings.TrimPrefix(text, sentinel.Error()+": ")
	}
	return text
}

// element checks an element in a valid place, and its content.
func (l *linter) element(n *twiml.Node, id elementID) {
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
		if c.IsElement() {
			l.childOf(e, c)
		}
	}
	l.depth--
}

// enter puts an element on the stack, unless the walk is over.
func (l *linter) enter(n *twiml.Node, id elementID) bool {
	l.elements++
	if l.depth == twiml.MaxDepth || l.elements > twiml.MaxElements {
		if !l.beyond && l.stack[0].node.Line > 0 {
			l.report(ruleLimits, 0, "The document exceeds the limit of %d elements, or of %d levels.", twiml.MaxElements, twiml.MaxDepth)
		}
		l.beyond = true
		return false
	}
	l.stack[l.depth] = place{n, id}
	l.depth++
	l.notes = slices.DeleteFunc(l.notes, func(note note) bool {
		if note.node == n {
			l.report(note.rule, note.code, "%s", note.text)
		}
		return note.node == n
	})
	return true
}

// later keeps a problem until the walk reaches the child c.
func (l *linter) later(c *twiml.Node, rule string, code int, format string, args ...any) {
	l.notes = append(l.notes, note{c, rule, code, fmt.Sprintf(format, args...)})
}

func (l *linter) childOf(e *element, c *twiml.Node) {
	id, ok := e.child(c.Name)
	if !ok {
		l.stranger(e, c)
		return
	}
	if slices.Contains(e.sdkOnly, id) {
		l.later(c, ruleSDKOnlyParent, 0, "Twilio's SDKs allow %s in %s, but the page about %[2]s does not list it.", c.Name, e.name)
	}
	l.element(c, id)
}

// elementItself reports elements that should not be used.
func (l *linter) elementItself(n *twiml.Node, e *element) {
	if e.deprecated != "" {
		l.report(ruleDeprecatedElement, 0, "%s is deprecated: %s.", n.Name, e.deprecated)
	}
	if e.undocumented {
		l.report(ruleUndocumentedElement, codeSchema, "Twilio does not document %s and may ignore it.", n.Name)
	}
}

// parent returns the parent of the current element.
func (l *linter) parent() elementID {
	if l.depth < 2 {
		return grammarCount
	}
	return l.stack[l.depth-2].id
}

// report adds a problem of the current element. A rule without a code of its
// own has Twilio's general warning, 12200, unless it is silent.
func (l *linter) report(rule string, code int, format string, args ...any) {
	l.reportAttr("", rule, code, format, args...)
}

func (l *linter) reportAttr(attr, rule string, code int, format string, args ...any) {
	if code == 0 && !silent(rule) {
		code = codeSchema
	}
	n := l.stack[l.depth-1].node
	path := l.path()
	if attr != "" {
		path += "/@" + attr
	}
	l.found = append(l.found, Problem{Path: path, Line: n.Line, Column: n.Column,
		Rule: rule, Code: code, Stops: stops(rule, code), Text: fmt.Sprintf(format, args...)})
}

// codeSchema is Twilio's error for any other mismatch between the document and
// the schema.
const codeSchema = 12200

// stops reports whether Twilio ends the call or sends no reply. It does so for
// documents that it cannot read, and if a media stream or a payment is set up
// wrongly.
func stops(rule string, code int) bool {
	switch {
	case rule == ruleLimits:
		return true
	case slices.Contains(warnings, rule), rule == ruleValue && code == 31941: // Twilio connects a stream with an unknown track
		return false
	}
	return slices.Contains([]int{11750, 12100, 12101, 12102}, code) || 31900 <= code && code < 32000 || 64000 <= code && code < 65000
}

// path returns the path of the current element.
func (l *linter) path() string {
	var b strings.Builder
	for i := range l.depth {
		n := l.stack[i].node
		b.WriteByte('/')
		b.WriteString(cut(n.Name))
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

// rootName returns what a root is called, even if it is not an element.
func rootName(n *twiml.Node) string {
	switch n.Name {
	case "":
		return "a text"
	case commentName:
		return "a comment"
	}
	return strconv.Quote(cut(n.Name))
}

// cut shortens what is quoted from a document to a few words.
func cut(s string) string {
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

// quote quotes a value, shortened.
func quote(s string) string { return strconv.Quote(cut(s)) }
