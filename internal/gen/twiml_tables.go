package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// twimlNames writes the tables of tags and attribute names that rendering
// indexes.
func twimlNames() ([]byte, error) {
	m, err := twimlLoad()
	if err != nil {
		return nil, err
	}
	var w bytes.Buffer
	w.WriteString("package twiml\n\n")
	w.WriteString(twimlComment("Tags of elements, one for each type."))
	w.WriteString("const (\n\ttagNone tag = iota // made without a constructor\n\ttagCustom\n\ttagResponse\n")
	for _, b := range m.built {
		fmt.Fprintf(&w, "\ttag%s\n", b.name)
	}
	w.WriteString(")\n\n")
	w.WriteString(twimlComment("tags says how each element is written. A [Custom] element has its name in itself."))
	w.WriteString("var tags = [...]tagText{\n\ttagResponse: {open: \"<Response\", end: \"</Response>\"},\n")
	for _, b := range m.built {
		mixed := ""
		if b.Text == "mixed" && b.file == "speech" {
			mixed = ", mixed: true"
		}
		fmt.Fprintf(&w, "\ttag%s: {open: %q, end: %q%s},\n", b.name, "<"+b.Tag, "</"+b.Tag+">", mixed)
	}
	w.WriteString("}\n\n")

	names := map[string]bool{}
	var order []string
	for _, b := range m.built {
		for _, a := range b.Attributes {
			if !names[a.Name] {
				names[a.Name] = true
				order = append(order, a.Name)
			}
		}
	}
	slices.SortFunc(order, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	w.WriteString(twimlComment("Names of attributes."))
	w.WriteString("const (\n")
	for i, name := range order {
		if i == 0 {
			fmt.Fprintf(&w, "\t%s attrKey = iota\n", twimlAttrID(name))
			continue
		}
		fmt.Fprintf(&w, "\t%s\n", twimlAttrID(name))
	}
	w.WriteString("\tattrNamed // the first that is named by the caller\n)\n\n")
	w.WriteString(twimlComment("attrOpens is what stands before the value of each attribute."))
	w.WriteString("var attrOpens = [...]string{\n")
	for _, name := range order {
		fmt.Fprintf(&w, "\t%s: %q,\n", twimlAttrID(name), " "+name+"=\"")
	}
	w.WriteString("}\n")
	return w.Bytes(), nil
}

// twimlNestingFile writes the sealed interfaces.
func twimlNestingFile() ([]byte, error) {
	m, err := twimlLoad()
	if err != nil {
		return nil, err
	}
	var w bytes.Buffer
	w.WriteString("package twiml\n\n")
	for _, n := range twimlNestings {
		var members []string
		for _, b := range m.built {
			if slices.Contains(b.interfaces, n.name) {
				members = append(members, "["+b.name+"]")
			}
		}
		if n.text {
			members = append(members, "[Text]")
		}
		members = append(members, "[Custom]")
		doc := n.name + " " + n.doc + "\n\nIt is one of " + twimlList(members, "and") + "; no other package can add to them. A nil one is skipped."
		w.WriteString(twimlComment(doc))
		fmt.Fprintf(&w, "type %s interface {\n\tContent\n\t%s()\n}\n\n", n.name, twimlMarker(n.name))
	}
	w.WriteString("// A custom element may stand anywhere.\n")
	for _, n := range twimlNestings {
		fmt.Fprintf(&w, "func (*CustomElement) %s() {}\n", twimlMarker(n.name))
	}
	w.WriteString("\n// Words may stand between the elements of speech.\n")
	for _, n := range twimlNestings {
		if n.text {
			fmt.Fprintf(&w, "func (Text) %s() {}\n", twimlMarker(n.name))
		}
	}
	var cases []string
	for _, b := range m.built {
		if b.isSpeech() {
			cases = append(cases, b.typ())
		}
	}
	w.WriteString("\n" + twimlComment("appendSpeech writes part into the markup b if it is an SSML element."))
	w.WriteString("func appendSpeech(b []byte, part any, in *inside) []byte {\n\tswitch v := part.(type) {\n")
	for _, c := range cases {
		fmt.Fprintf(&w, "\tcase %s:\n\t\treturn v.append(b, in)\n", c)
	}
	w.WriteString("\t}\n\treturn b\n}\n")
	return w.Bytes(), nil
}
