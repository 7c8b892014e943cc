package main

import (
	"bytes"
	"fmt"
	"strings"
)

// twimlCases writes a test table that sets every attribute of every element,
// once to a sample and once to the zero value.
func twimlCases() ([]byte, error) {
	m, err := twimlLoad()
	if err != nil {
		return nil, err
	}
	var w bytes.Buffer
	w.WriteString("package twiml_test\n\nimport (\n\t\"time\"\n\n\t\"github.com/ringback-go/ringback/twiml\"\n)\n\n")
	w.WriteString("// grammarCases has one row for each element of the grammar, by the grammar's\n// name, and one for each of its attributes.\n")
	w.WriteString("var grammarCases = []grammarCase{\n")
	for _, e := range m.grammar.Elements {
		b := m.byName[e.GoName]
		fmt.Fprintf(&w, "\t{element: %q, tag: %q, built: twiml.%s},\n", e.GoName, e.Tag, b.call("", "")[len("twiml."):])
		for _, a := range e.Attributes {
			sample, want := a.sample(m)
			zero, wantZero := a.zero()
			fmt.Fprintf(&w, "\t{element: %q, tag: %q, attribute: %q,\n\t\tbuilt: %s, want: %q,\n\t\tzero: %s, wantZero: %q},\n",
				e.GoName, e.Tag, a.Name, b.call(a.Name, sample), want, b.call(a.Name, zero), wantZero)
		}
	}
	w.WriteString("}\n")
	return w.Bytes(), nil
}

// call is an expression that builds the element and sets the attribute.
func (b *twimlBuilt) call(attr, value string) string {
	var args []string
	inCall := false
	for _, a := range b.arguments {
		switch {
		case a.kind == 't':
			args = append(args, `"text"`)
		case a.kind == '@' && a.what == attr:
			args, inCall = append(args, value), true
		case a.kind == '@':
			args = append(args, twimlSample(b.attribute(a.what)))
		case a.kind == '1':
			args = append(args, "nil")
		}
	}
	call := "twiml." + b.name + "(" + strings.Join(args, ", ") + ")"
	if attr == "" || inCall {
		return call
	}
	if b.name == "Gather" && attr == "speechTimeout" && value == `"sample"` {
		return call + ".SpeechTimeoutAuto()"
	}
	return call + "." + twimlAttrName(attr) + "(" + value + ")"
}

func twimlSample(a *twimlAttribute) string {
	if a.goType() == "string" || a.goType() == twimlLanguageType {
		return `"given"`
	}
	return `twiml.` + a.goType() + `("given")`
}

// sample returns a Go expression and what is written for it.
func (a *twimlAttribute) sample(m *twimlModel) (expr, want string) {
	base, of := a.kind()
	switch base {
	case "int":
		return "1234", "1234"
	case "int-list":
		return "1, 2, 3", "1 2 3"
	case "bool":
		return "true", "true"
	case "duration":
		return map[string]string{"s": "90 * time.Second", "ms": "1500 * time.Millisecond", "ssml": "1500 * time.Millisecond"}[of],
			map[string]string{"s": "90", "ms": "1500", "ssml": "1500ms"}[of]
	case "enum", "enum-list":
		values := m.grammar.Enums[of].Values
		var exprs []string
		if base == "enum" {
			values = values[:1]
		}
		for _, v := range values {
			c, _ := twimlConstOf(of, v)
			exprs = append(exprs, "twiml."+c)
		}
		return strings.Join(exprs, ", "), strings.Join(values, " ")
	}
	if a.Name == "speechTimeout" && strings.Contains(a.Pattern, "auto") {
		return `"sample"`, "auto"
	}
	return "\"a \\\"sample\\\" <&>\\t\\r\\n'é\"", "a \"sample\" <&>\t\r\n'é"
}

// zero returns the zero value as a Go expression and what is written for it.
func (a *twimlAttribute) zero() (expr, want string) {
	switch base, of := a.kind(); base {
	case "int":
		return "0", "0"
	case "int-list", "enum-list":
		return "", ""
	case "bool":
		return "false", "false"
	case "duration":
		if of == "ssml" {
			return "0", "0s"
		}
		return "0", "0"
	}
	if a.Name == "speechTimeout" && strings.Contains(a.Pattern, "auto") {
		return "0", "0"
	}
	return `""`, ""
}
