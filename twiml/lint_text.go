package twiml

import (
	"strings"
	"unicode/utf8"
)

// text checks the text of the present element against what the grammar says of
// it. Longer rules about one element are with the element.
func (l *linter) text(n *Node, e *grammarElement) {
	switch {
	case lintBlank(n):
		if e.needsText {
			l.report(ruleMissingText, e.textCode, "%s holds no text; it needs one.", e.name)
		}
	case e.text == grammarTextNone:
		l.report(ruleTextNotAllowed, 0, "%s holds no text; Twilio leaves out what stands there.", e.name)
	case e.textMax > 0 && !lintHasOwnLength(e):
		if size := utf8.RuneCountInString(strings.TrimSpace(n.Content())); size > e.textMax {
			l.report(ruleTextLength, e.textCode, "The text of %s has %d characters; at most %d are allowed.", e.name, size, e.textMax)
		}
	}
}

// lintHasOwnLength reports whether a rule of its own looks at the length.
func lintHasOwnLength(e *grammarElement) bool {
	return e == &grammarTable[grammarSay] || e == &grammarTable[grammarEnqueue]
}

// lintBlank reports whether an element holds no text but white space.
func lintBlank(n *Node) bool {
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

// lintCount returns how many child elements are called name; all of them when
// name is "".
func lintCount(n *Node, name string) int {
	count := 0
	for c := range n.Elements() {
		if name == "" || c.Name == name {
			count++
		}
	}
	return count
}

// A lintSpeech sums up what one Say speaks.
type lintSpeech struct {
	chars, bytes int  // of the text, markup left out
	tags         int  // characters of the markup
	markup       bool // there is some
	elements     int
}

// add adds what is inside n. It ends where a document has to end, so that a
// tree that holds itself is no loop.
func (s *lintSpeech) add(n *Node, depth int) {
	s.addText(n.Text)
	for _, c := range n.Children {
		switch {
		case c == nil || c.Name == nodeComment:
		case c.Name == "":
			s.addText(c.Text)
		case depth < nodeMaxDepth && s.elements < nodeMaxElements:
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

func (s *lintSpeech) addText(text string) {
	s.chars += utf8.RuneCountInString(text)
	s.bytes += len(text)
}
