package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// writeBuilders writes the types, constructors and setters of one file.
func (g *twimlGrammar) writeBuilders(w *bytes.Buffer, file string) {
	for _, e := range g.built() {
		if e.File != file {
			continue
		}
		g.writeConstructor(w, e)
		g.writeType(w, e)
		for _, a := range e.Attributes {
			if i := slices.IndexFunc(e.arguments(), func(arg twimlArgument) bool { return arg.kind == '@' && arg.what == a.Name }); i < 0 && !a.Legacy {
				g.writeSetter(w, e, a)
			}
		}
		g.writePlumbing(w, e)
	}
}

func (g *twimlGrammar) writeConstructor(w *bytes.Buffer, e *twimlElement) {
	w.WriteString(twimlComment(e.Name + " " + e.About))
	var params, body []string
	text := `""`
	for _, a := range e.arguments() {
		switch a.kind {
		case 't':
			params = append(params, a.param+" string")
			text = a.param
		case '@':
			params = append(params, a.param+" "+g.goType(e.attribute(a.what)))
			body = append(body, g.store(e.attribute(a.what), a.param))
		case '?':
			params = append(params, a.param+" ..."+g.goType(e.attribute(a.what)))
			body = append(body, fmt.Sprintf("if n := len(%s); n > 0 {\n%s\n}", a.param, g.store(e.attribute(a.what), a.param+"[n-1]")))
		case '*':
			params = append(params, a.param+" ..."+a.what)
			body = append(body, g.loop(a.param))
		case '1':
			params = append(params, a.param+" "+a.what)
			body = append(body, fmt.Sprintf("if %[1]s != nil {\nv.kids = append(v.kids, %[1]s)\n}", a.param))
		}
	}
	fmt.Fprintf(w, "func %s(%s) *%s {\n", e.Name, strings.Join(params, ", "), e.typ())
	fmt.Fprintf(w, "v := &%s{element{name: %q, text: %s}}\n%s\nreturn v\n}\n\n", e.typ(), e.Tag, text, strings.Join(body, "\n"))
}

// loop is the statement that adds children. It is not a function with a type
// parameter, because each argument would be allocated.
func (g *twimlGrammar) loop(param string) string {
	return fmt.Sprintf("v.grow(len(%[1]s))\nfor _, c := range %[1]s {\nif c != nil {\nv.kids = append(v.kids, c)\n}\n}", param)
}

func (g *twimlGrammar) writeType(w *bytes.Buffer, e *twimlElement) {
	role := map[string]string{"verb": "verb", "noun": "noun", "element": "SSML element"}[e.Role]
	doc := fmt.Sprintf("%s is the %s <%s>, made by [%s]. It belongs in %s.", twimlArticle(e.typ()), role, e.Tag, e.Name, g.parents(e))
	if e.Page != "" {
		doc += "\n\nSee https://www.twilio.com/docs/" + e.Page + "."
	}
	w.WriteString(twimlComment(doc))
	fmt.Fprintf(w, "type %s struct{ element }\n\n", e.typ())
}

// parents lists the parents of the element.
func (g *twimlGrammar) parents(e *twimlElement) string {
	var in []string
	holds := func(key string) bool {
		return slices.ContainsFunc(g.children(key), func(c string) bool { return g.element(c).Name == e.Name })
	}
	for _, kind := range twimlKindsOfDocument {
		if d := g.Documents[kind]; holds(d.Key) && kind != "fax" {
			in = append(in, "["+d.Key+"]")
		}
	}
	for _, other := range g.built() {
		if holds(other.Key) {
			in = append(in, "["+other.Name+"]")
		}
	}
	return twimlList(in)
}

func (g *twimlGrammar) writeSetter(w *bytes.Buffer, e *twimlElement, a *twimlAttribute) {
	doc := a.Doc
	if doc == "" {
		doc = "sets " + a.Name + "."
	}
	w.WriteString(twimlComment(a.method() + " " + doc + g.notes(a)))
	fmt.Fprintf(w, "func (v *%s) %s(%s %s) *%s {\n%s\nreturn v\n}\n\n",
		e.typ(), a.method(), a.param(), g.goParam(a), e.typ(), g.store(a, a.param()))
	if base, _ := a.kind(); base == "duration-or-auto" {
		w.WriteString(twimlComment(a.method() + "Auto sets " + a.Name + " to auto: the first pause in speech ends the input."))
		fmt.Fprintf(w, "func (v *%s) %sAuto() *%s {\nv.put(%q, \"auto\")\nreturn v\n}\n\n", e.typ(), a.method(), e.typ(), a.Name)
	}
}

// writePlumbing writes Append and Attr, and the methods that define the
// element's parents.
func (g *twimlGrammar) writePlumbing(w *bytes.Buffer, e *twimlElement) {
	if a, ok := e.argument("*"); ok {
		w.WriteString(twimlComment("Append adds " + a.param + " at the end. Nil ones are skipped."))
		fmt.Fprintf(w, "func (v *%s) Append(%s ...%s) *%s {\n%s\nreturn v\n}\n\n", e.typ(), a.param, a.what, e.typ(), g.loop(a.param))
	}
	w.WriteString(twimlComment("Attr sets an attribute that has no method of its own. A name that is not an XML name is an error when the document is rendered."))
	fmt.Fprintf(w, "func (v *%s) Attr(name, value string) *%s {\nv.putNamed(name, value)\nreturn v\n}\n\n", e.typ(), e.typ())
	fmt.Fprintf(w, "func (v *%s) part() slot {\nif v == nil {\nreturn slot{}\n}\nreturn slot{el: &v.element}\n}\n\n", e.typ())
	for _, i := range g.Interfaces {
		if slices.Contains(g.members(i), e) {
			fmt.Fprintf(w, "func (*%s) is%s() {}\n", e.typ(), i.Name)
		}
	}
	w.WriteString("\n")
}

// goType is the Go type of one value.
func (g *twimlGrammar) goType(a *twimlAttribute) string {
	switch base, of := a.kind(); base {
	case "int", "int-list":
		return "int"
	case "float":
		return "float64"
	case "bool":
		return "bool"
	case "duration", "duration-or-auto":
		return "time.Duration"
	case "language":
		return twimlLanguageType
	case "http-method":
		return "HTTPMethod"
	case "enum", "enum-list":
		return g.enumType(of)
	}
	return "string"
}

// goParam is the type of a setter's parameter.
func (g *twimlGrammar) goParam(a *twimlAttribute) string {
	if base, _ := a.kind(); strings.HasSuffix(base, "-list") {
		return "..." + g.goType(a)
	}
	return g.goType(a)
}

// twimlKinds names the parameter of a setter by the kind of its value.
var twimlKinds = map[string]string{
	"string": "value", "int": "n", "float": "value", "decimal": "value", "bool": "on", "url": "url", "e164": "number",
	"duration": "d", "duration-or-auto": "d", "language": "code", "http-method": "method", "enum": "value",
	"enum-list": "values", "int-list": "values", "sid": "sid",
}

func (a *twimlAttribute) param() string {
	base, _ := a.kind()
	return twimlKinds[base]
}

// store is the statement that keeps the value of the Go expression.
func (g *twimlGrammar) store(a *twimlAttribute, expr string) string {
	base, of := a.kind()
	switch base {
	case "int":
		return fmt.Sprintf("v.putInt(%q, %s)", a.Name, expr)
	case "int-list":
		return fmt.Sprintf("v.putInts(%q, %s)", a.Name, expr)
	case "float":
		return fmt.Sprintf("v.putFloat(%q, %s)", a.Name, expr)
	case "bool":
		return fmt.Sprintf("v.putBool(%q, %s)", a.Name, expr)
	case "duration", "duration-or-auto":
		put := map[string]string{"s": "putSeconds", "ms": "putMilliseconds", "ssml": "putTime"}[of]
		return fmt.Sprintf("v.%s(%q, %s)", put, a.Name, expr)
	case "enum-list":
		return fmt.Sprintf("v.put(%q, join(%s))", a.Name, expr)
	}
	if g.goType(a) != "string" {
		expr = "string(" + expr + ")"
	}
	return fmt.Sprintf("v.put(%q, %s)", a.Name, expr)
}

// notes adds unit, default, limits and the request that a URL receives.
func (g *twimlGrammar) notes(a *twimlAttribute) string {
	var s strings.Builder
	unit := ""
	switch base, of := a.kind(); {
	case strings.HasPrefix(base, "duration") && of == "s":
		s.WriteString(" It is written in whole seconds.")
		unit = " s"
	case strings.HasPrefix(base, "duration") && of == "ms":
		s.WriteString(" It is written in whole milliseconds.")
		unit = " ms"
	case base == "sid":
		s.WriteString(" It is a SID that begins with " + of + ".")
	}
	if a.Default != nil && *a.Default != "" {
		s.WriteString(" The default is " + g.defaultText(a, unit) + ".")
	}
	switch {
	case a.Min != nil && a.Max != nil:
		fmt.Fprintf(&s, " The range is %d%s to %d%s.", *a.Min, unit, *a.Max, unit)
	case a.Min != nil && *a.Min > 0:
		fmt.Fprintf(&s, " The minimum is %d%s.", *a.Min, unit)
	case a.Max != nil:
		fmt.Fprintf(&s, " The maximum is %d%s.", *a.Max, unit)
	}
	if a.Event != "" {
		s.WriteString(" Twilio sends a webhook." + a.Event + " there.")
	}
	if a.Deprecated != "" {
		s.WriteString("\n\nDeprecated: " + a.Deprecated + ".")
	}
	return s.String()
}

func (g *twimlGrammar) defaultText(a *twimlAttribute, unit string) string {
	d := *a.Default
	if n, err := strconv.Atoi(d); err == nil {
		switch {
		case unit == " s" && n%3600 == 0 && n > 0:
			return strconv.Itoa(n/3600) + " h"
		case unit == " s" && n%60 == 0 && n > 60:
			return strconv.Itoa(n/60) + " min"
		}
		return d + unit
	}
	switch base, of := a.kind(); base {
	case "enum", "enum-list":
		if slices.Contains(g.Enums[of].Values, d) {
			return "[" + g.constant(of, d) + "]"
		}
	case "http-method":
		return "[" + g.constant("HTTPMethod", d) + "]"
	}
	return d
}

// twimlList joins words as a sentence does.
func twimlList(words []string) string {
	switch n := len(words); n {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	case 2:
		return words[0] + " and " + words[1]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// twimlArticle puts a or an before the name of a type.
func twimlArticle(typ string) string {
	if strings.Contains("AEIO", typ[:1]) || strings.HasPrefix(typ, "HTTP") || strings.HasPrefix(typ, "SMS") {
		return "An " + typ
	}
	return "A " + typ
}

// twimlComment formats a doc comment. A paragraph that begins with a tab is
// code and is kept as it is.
func twimlComment(text string) string {
	var b strings.Builder
	for i, para := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString("//\n")
		}
		if !strings.HasPrefix(para, "\t") {
			b.WriteString(comment("", para))
			continue
		}
		for line := range strings.SplitSeq(para, "\n") {
			b.WriteString("//" + line + "\n")
		}
	}
	return b.String()
}
