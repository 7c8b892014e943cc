package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// twimlKindsOfDocument are the kinds of document, in the order of their
// constants.
var twimlKindsOfDocument = []string{"voice", "messaging", "fax"}

// lintTables returns the tables of package lint.
func (g *twimlGrammar) lintTables() ([]byte, error) {
	w := &twimlLintWriter{g: g}
	var roots []*twimlElement
	for _, kind := range twimlKindsOfDocument {
		d := g.Documents[kind]
		roots = append(roots, &twimlElement{Tag: d.Root, Key: d.Key, Text: "none", Attributes: d.Attributes, InsideCode: d.InsideCode,
			Children: append(slices.Clone(d.Children), d.SDKOnly...), Page: kind + "/twiml"})
	}
	all := append(roots, g.Elements...)

	w.printf("package lint\n\nimport \"regexp\"\n\n")
	w.printf("// The elements of TwiML. A tag that has two shapes has two constants.\nconst (\n")
	for i, e := range all {
		w.printf("grammar%s", e.Key)
		if i == 0 {
			w.printf(" elementID = iota")
		}
		w.printf("\n")
	}
	w.printf("grammarCount\n)\n\n// grammarRoots are the root elements of the kinds of document.\nvar grammarRoots = [...]elementID{")
	for _, r := range roots {
		w.printf("grammar%s,", r.Key)
	}
	w.printf("}\n\n// grammarTable holds every element, by its constant.\nvar grammarTable = [grammarCount]element{\n")
	for _, e := range all {
		w.element(e)
	}
	w.printf("}\n")
	for _, name := range slices.Sorted(maps.Keys(g.Enums)) {
		w.enum(name, g.Enums[name])
	}
	w.printf("\n// Patterns of values.\nvar (\n")
	for i, p := range w.patterns {
		w.printf("pattern%d = regexp.MustCompile(`%s`)\n", i, p)
	}
	w.printf(")\n")
	return w.Bytes(), nil
}

type twimlLintWriter struct {
	bytes.Buffer
	g        *twimlGrammar
	patterns []string
}

func (w *twimlLintWriter) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

// field writes a member of a composite literal, unless it is zero.
func field[T comparable](w *twimlLintWriter, name string, value T) {
	if value != *new(T) {
		w.printf("%s: %#v, ", name, value)
	}
}

func (w *twimlLintWriter) element(e *twimlElement) {
	w.printf("grammar%s: {\nname: %q, page: %q, text: text%s, ", e.Key, e.Tag, e.Page, goName(e.Text))
	field(w, "textMax", e.TextMax)
	field(w, "needsText", e.TextRequired)
	field(w, "textCode", e.TextCode)
	field(w, "insideCode", e.InsideCode)
	field(w, "deprecated", e.Deprecated)
	field(w, "undocumented", e.Status != "")
	field(w, "open", e.OpenAttributes)
	w.printf("\n")
	w.ids("children", e.Children)
	w.ids("sdkOnly", slices.DeleteFunc(slices.Clone(e.Children), func(c string) bool { return !w.isSDKOnly(e.Key, c) }))
	if len(e.Attributes) > 0 {
		w.printf("attrs: []attribute{\n")
		for _, a := range e.Attributes {
			w.attribute(a)
		}
		w.printf("},\n")
	}
	w.printf("},\n")
}

func (w *twimlLintWriter) ids(member string, keys []string) {
	if len(keys) == 0 {
		return
	}
	w.printf("%s: []elementID{", member)
	for i, key := range keys {
		if i > 0 && i%4 == 0 {
			w.printf("\n")
		}
		w.printf("grammar%s, ", key)
	}
	w.printf("},\n")
}

// isSDKOnly reports whether only the SDKs allow child inside parent. Documents
// name such children, elements name such parents.
func (w *twimlLintWriter) isSDKOnly(parent, child string) bool {
	for _, d := range w.g.Documents {
		if d.Key == parent && slices.Contains(d.SDKOnly, child) {
			return true
		}
	}
	return slices.Contains(w.g.element(child).SDKOnly, parent)
}

func (w *twimlLintWriter) attribute(a *twimlAttribute) {
	base, of := a.kind()
	w.printf("{name: %q, kind: value%s, ", a.Name, goName(strings.ReplaceAll(a.Type[:len(base)], "-", " ")))
	switch base {
	case "enum", "enum-list":
		w.printf("enum: &enum%s, ", of)
	case "http-method":
		w.printf("enum: &enumHTTPMethod, ")
	case "sid":
		field(w, "prefix", of)
	case "url", "duration", "duration-or-auto":
		field(w, "form", of)
	}
	w.pattern("pattern", a.Pattern, a.Want)
	if a.Min != nil {
		field(w, "min", *a.Min)
	}
	if a.Max != nil {
		field(w, "max", *a.Max)
	}
	field(w, "required", a.Required)
	field(w, "empty", a.Empty)
	field(w, "deprecated", a.Deprecated)
	if len(a.Also) > 0 {
		w.printf("also: %#v, ", a.Also)
	}
	field(w, "code", a.Code)
	w.printf("},\n")
}

// pattern writes a pattern and its description. Equal patterns share a
// variable.
func (w *twimlLintWriter) pattern(member, p, want string) {
	if p == "" {
		return
	}
	i := slices.Index(w.patterns, p)
	if i < 0 {
		i = len(w.patterns)
		w.patterns = append(w.patterns, p)
	}
	w.printf("%s: pattern%d, ", member, i)
	field(w, "want", want)
}

// enum writes the values as words in a raw string, which takes a tenth of the
// space of a slice.
func (w *twimlLintWriter) enum(name string, e *twimlEnum) {
	w.printf("\nvar enum%s = enum{", name)
	field(w, "open", e.Open)
	w.pattern("pattern", e.Pattern, e.Want)
	w.pattern("unlisted", e.Unlisted, "")
	w.printf("values: `")
	column := 40
	for i, v := range e.Values {
		switch {
		case i == 0:
		case column+len(v) > 96:
			w.printf("\n")
			column = 0
		default:
			w.printf(" ")
		}
		w.printf("%s", v)
		column += len(v) + 1
	}
	w.printf("`}\n")
}
