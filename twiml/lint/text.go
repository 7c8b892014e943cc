package lint

import (
	"strings"
	"unicode/utf8"

	"github.com/ringback-go/ringback/twiml"
)

// text checks the text of the current element against the grammar. Longer rules
// about one element are with the element.
func (l *linter) text(n *twiml.Node, e *element) {
	switch {
	case blank(n):
		if e.needsText {
			l.report(ruleMissingText, e.textCode, "%s has no text; it needs one.", e.name)
		}
	case e.text == textNone:
		l.report(ruleTextNotAllowed, 0, "%s takes no text; Twilio ignores it.", e.name)
	case e.textMax > 0 && !hasOwnLength(e):
		if size := utf8.RuneCountInString(strings.TrimSpace(n.Content())); size > e.textMax {
			l.report(ruleTextLength, e.textCode, "The text of %s has %d characters; at most %d are allowed.", e.name, size, e.textMax)
		}
	}
}

// hasOwnLength reports whether a separate rule checks the length.
func hasOwnLength(e *element) bool {
	return e == &grammarTable[grammarSay] || e == &grammarTable[grammarEnqueue]
}

// blank reports whether an element holds no text other than white space.
func blank(n *twiml.Node) bool {
	if strings.TrimSpace(n.Text) != "" {
		return false
	}
	for _, c := range n.Children {
		if c != nil && c.Name == "" && strings.TrimSpace(c.Text) != "" {
			return false
		}
	}
	return true
}

// count returns how many child elements are called name; all of them when
// name is "".
func count(n *twiml.Node, name string) int {
	count := 0
	for c := range n.Elements() {
		if name == "" || c.Name == name {
			count++
		}
	}
	return count
}

// A speech sums up what one Say speaks.
type speech struct {
	chars, bytes int  // of the text, without markup
	tags         int  // characters of the markup
	markup       bool // there is markup
	elements     int
}

// add adds what is inside n. It stops at the depth limit of a document, so that
// a tree that contains itself is not an endless loop.
func (s *speech) add(n *twiml.Node, depth int) {
	s.addText(n.Text)
	for _, c := range n.Children {
		switch {
		case c == nil || c.Name == commentName:
		case c.Name == "":
			s.addText(c.Text)
		case depth < twiml.MaxDepth && s.elements < twiml.MaxElements:
			s.markup = true
			s.elements++
			s.tags += 2*utf8.RuneCountInString(c.Name) + len("<></>")
			for _, a := range c.Attrs {
				s.tags += utf8.RuneCountInString(a.Name) + utf8.RuneCountInString(a.Value) + len(` =""`)
			}
			s.add(c, depth+1)
		}
	}
}

func (s *speech) addText(text string) {
	s.chars += utf8.RuneCountInString(text)
	s.bytes += len(text)
}
