package twiml

import "strings"

// addText adds a text; texts side by side are one, as a parser reads them.
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

// writable returns s as it is read back after rendering: with U+FFFD for what
// XML cannot hold.
func writable(s string) string {
	clean := true
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	s = perByte(s)
	return strings.Map(func(r rune) rune {
		if !nameIsChar(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// perByte replaces each byte that is not UTF-8; strings.ToValidUTF8 would
// replace a run of them by one character.
func perByte(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}
