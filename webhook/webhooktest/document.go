package webhooktest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/twiml"
)

// checkAttribute says what is wrong with an attribute of a document, or "".
func checkAttribute(doc *twiml.Node, verb, name, value string) string {
	if doc == nil {
		return "no document was returned"
	}
	n := element(doc, verb)
	if n == nil {
		return fmt.Sprintf("the document has no %s", verb)
	}
	switch got, ok := n.Attr(name); {
	case !ok:
		return fmt.Sprintf("line %d: %s has no attribute %s", n.Line, verb, name)
	case got != value:
		return fmt.Sprintf("line %d: %s has %s=%q, not %q", n.Line, verb, name, got, value)
	}
	return ""
}

func element(n *twiml.Node, name string) *twiml.Node {
	if n.Name == name {
		return n
	}
	for _, c := range n.Children {
		if found := element(c, name); found != nil {
			return found
		}
	}
	return nil
}

// compareDocuments says where a document differs from xml, or "".
func compareDocuments(doc *twiml.Node, xml string) string {
	want, err := twiml.Parse([]byte(xml))
	if err != nil {
		return fmt.Sprintf("the expected document cannot be parsed: %v", err)
	}
	if doc == nil {
		return "no document was returned"
	}
	return compareLines(canonical(doc), canonical(want))
}

// compareLines shows the first line that differs.
func compareLines(got, want string) string {
	if got == want {
		return ""
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return fmt.Sprintf("the document differs at line %d:\n    got:  %s\n    want: %s\nthe whole document:\n%s", i+1, a, b, indent(got))
		}
	}
	return ""
}

// canonical writes a document with one line for each element, sorted
// attributes, and white space reduced to one space.
func canonical(n *twiml.Node) string {
	var b strings.Builder
	writeCanonical(&b, n, 0)
	return b.String()
}

func writeCanonical(b *strings.Builder, n *twiml.Node, depth int) {
	pad := strings.Repeat("  ", depth)
	switch n.Name {
	case "":
		if text := strings.Join(strings.Fields(n.Text), " "); text != "" {
			fmt.Fprintf(b, "%s%s\n", pad, escapeText.Replace(text))
		}
		return
	case "!--":
		return
	}
	attrs := slices.Clone(n.Attrs)
	slices.SortFunc(attrs, func(a, b twiml.Attr) int { return strings.Compare(a.Name, b.Name) })
	fmt.Fprintf(b, "%s<%s", pad, n.Name)
	for _, a := range attrs {
		fmt.Fprintf(b, ` %s="%s"`, a.Name, escapeText.Replace(a.Value))
	}
	children := slices.DeleteFunc(slices.Clone(n.Children), func(c *twiml.Node) bool {
		return c.Name == "!--" || c.Name == "" && strings.TrimSpace(c.Text) == ""
	})
	switch {
	case len(children) == 0:
		b.WriteString("/>\n")
	case len(children) == 1 && children[0].Name == "":
		fmt.Fprintf(b, ">%s</%s>\n", escapeText.Replace(strings.Join(strings.Fields(children[0].Text), " ")), n.Name)
	default:
		b.WriteString(">\n")
		for _, c := range children {
			writeCanonical(b, c, depth+1)
		}
		fmt.Fprintf(b, "%s</%s>\n", pad, n.Name)
	}
}

// spread formats a one-line document with one element per line, and returns the
// number of the line that holds the given place.
func spread(doc *twiml.Node, at place) (lines []string, line int) {
	var walk func(n *twiml.Node, depth int)
	walk = func(n *twiml.Node, depth int) {
		pad := strings.Repeat("  ", depth)
		whole := !slices.ContainsFunc(n.Children, isElement)
		if whole {
			lines = append(lines, pad+nodeText(n))
		} else {
			open := nodeText(&twiml.Node{Name: n.Name, Attrs: n.Attrs})
			lines = append(lines, pad+strings.TrimSuffix(open, "/>")+">")
		}
		if isElement(n) && (place{n.Line, n.Column}) == at {
			line = len(lines)
		}
		if whole {
			return
		}
		for _, c := range n.Children {
			walk(c, depth+1)
		}
		lines = append(lines, pad+"</"+n.Name+">")
	}
	walk(doc, 0)
	return lines, line
}

func isElement(n *twiml.Node) bool { return n.Name != "" && n.Name != "!--" }

func nodeText(n *twiml.Node) string {
	text, _ := n.AppendText(nil) // a parsed node can always be written
	return string(text)
}

var escapeText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "\n", "&#10;", "\r", "&#13;", "\t", "&#9;")

// golden compares a document with a file, or writes the file.
func golden(doc *twiml.Node, file string, update bool) string {
	if doc == nil {
		return "no document was returned"
	}
	got := canonical(doc)
	if update {
		err := os.MkdirAll(filepath.Dir(file), 0o755)
		if err == nil {
			err = os.WriteFile(file, []byte(got), 0o644)
		}
		if err != nil {
			return fmt.Sprintf("the golden file cannot be written: %v", err)
		}
		return ""
	}
	want, err := os.ReadFile(file)
	if err != nil {
		return fmt.Sprintf("the golden file cannot be read (write it with update): %v", err)
	}
	return compareDocuments(doc, string(want))
}
