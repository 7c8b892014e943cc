package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// twimlElements writes the types, constructors and setters of one file.
func twimlElements(file string) ([]byte, error) {
	m, err := twimlLoad()
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	for _, b := range m.built {
		if b.file != file {
			continue
		}
		b.writeConstructor(&body)
		b.writeType(&body, m)
		for _, a := range b.Attributes {
			if arg := b.argumentFor(a.Name); arg != nil && arg.kind == '@' {
				continue
			}
			b.writeSetter(&body, a)
		}
		b.writePlumbing(&body)
	}
	head := "package twiml\n\n"
	if strings.Contains(body.String(), "time.Duration") {
		head += "import \"time\"\n\n"
	}
	return append([]byte(head), body.Bytes()...), nil
}

func (b *twimlBuilt) typ() string { return b.name + b.suf }

// isSpeech reports whether the type is a value, as SSML elements are.
func (b *twimlBuilt) isSpeech() bool { return b.suf == "Element" }

// ref is the type that constructor and methods return.
func (b *twimlBuilt) ref() string {
	if b.isSpeech() {
		return b.typ()
	}
	return "*" + b.typ()
}

func (b *twimlBuilt) writeConstructor(w *bytes.Buffer) {
	doc := b.name + " " + b.doc
	if b.Status != "" {
		doc += "\n\nTwilio documents it nowhere: expect a warning (12200) or no effect."
	}
	w.WriteString(twimlComment(doc + b.deprecation()))

	var params []string
	for _, a := range b.arguments {
		switch a.kind {
		case 't':
			params = append(params, a.param+" string")
		case '@':
			params = append(params, a.param+" "+b.attribute(a.what).goType())
		case '?':
			params = append(params, a.param+" ..."+b.attribute(a.what).goType())
		case '*':
			params = append(params, a.param+" ..."+a.what)
		case '1':
			params = append(params, a.param+" "+a.what)
		}
	}
	fmt.Fprintf(w, "func %s(%s) %s {\n", b.name, strings.Join(params, ", "), b.ref())
	b.writeNew(w)
	for _, a := range b.arguments {
		switch a.kind {
		case '@':
			fmt.Fprintf(w, "\t%s\n", b.attribute(a.what).store(a.param))
		case '?':
			fmt.Fprintf(w, "\tif n := len(%s); n > 0 {\n\t\t%s\n\t}\n", a.param, b.attribute(a.what).store(a.param+"[n-1]"))
		case '*':
			b.writeChildren(w, a)
		case '1':
			fmt.Fprintf(w, "\tif %s != nil {\n\t\tv.more, v.own.kids = &v.own, attach(v.kidRoom[:0], %s.part())\n\t}\n", a.param, a.param)
		}
	}
	w.WriteString("\treturn v\n}\n\n")
}

// writeNew writes the statements that make the element, with its text.
func (b *twimlBuilt) writeNew(w *bytes.Buffer) {
	text, children := "", b.children()
	for _, a := range b.arguments {
		if a.kind == 't' {
			text = a.param
		}
	}
	fields := "tag: tag" + b.name
	spoken := b.file == "speech" && children != nil
	if text != "" && !spoken {
		fields += ", text: " + text
	}
	switch {
	case b.isSpeech() && spoken:
		fmt.Fprintf(w, "\tv := %s{speechOf(tag%s, %s, %s)}\n", b.typ(), b.name, text, children.param)
		return
	case b.isSpeech():
		fmt.Fprintf(w, "\tv := %s{speech{%s}}\n", b.typ(), fields)
		return
	}
	fmt.Fprintf(w, "\tv := &%s{element: element{%s}}\n", b.typ(), fields)
	if b.attrs > 0 {
		fmt.Fprintf(w, "\tv.attrs = v.attrRoom[:0]\n")
	}
	if spoken {
		fmt.Fprintf(w, "\tspeak(&v.element, %s, %s)\n", text, children.param)
	}
}

func (b *twimlBuilt) writeChildren(w *bytes.Buffer, a twimlArgument) {
	switch {
	case b.file == "speech":
	case b.kids > 0:
		fmt.Fprintf(w, "\tv.more, v.own.kids = &v.own, collect(v.kidRoom[:0], %s)\n", a.param)
	default:
		fmt.Fprintf(w, "\tv.adopt(collect(nil, %s))\n", a.param)
	}
}

func (b *twimlBuilt) writeType(w *bytes.Buffer, m *twimlModel) {
	doc := fmt.Sprintf("%s is the %s <%s>, made by [%s]. It %s", twimlArticle(b.typ()), b.role(), b.Tag, b.name, twimlFirst(b.doc))
	doc += "\n\n" + b.places(m)
	if b.children() != nil {
		doc += " Inside it stands any " + "[" + b.children().what + "]."
	}
	if len(b.Attributes) > 0 {
		doc += " Each method sets one attribute and returns " + b.returns() + "; what is not set is not written, and Twilio's default holds."
	}
	if b.link != "" {
		doc += "\n\nSee https://www.twilio.com/docs/" + b.link + "."
	}
	w.WriteString(twimlComment(doc + b.deprecation()))
	if b.isSpeech() {
		fmt.Fprintf(w, "type %s struct{ speech }\n\n", b.typ())
		return
	}
	fmt.Fprintf(w, "type %s struct {\n\telement\n", b.typ())
	if b.attrs > 0 {
		fmt.Fprintf(w, "\tattrRoom [%d]attr\n", b.attrs)
	}
	if b.kids > 0 {
		fmt.Fprintf(w, "\town more\n\tkidRoom [%d]slot\n", b.kids)
	}
	w.WriteString("}\n\n")
}

func (b *twimlBuilt) returns() string {
	if b.isSpeech() {
		return "a changed copy"
	}
	return "its receiver"
}

func (b *twimlBuilt) role() string {
	switch b.suf {
	case "Verb":
		return "verb"
	case "Noun":
		return "noun"
	}
	return "SSML element"
}

// places says where the element may stand.
func (b *twimlBuilt) places(m *twimlModel) string {
	var in []string
	for _, other := range m.built {
		for _, child := range other.Inside {
			if m.byName[child] == b {
				in = append(in, "["+other.name+"]")
				break
			}
		}
	}
	for _, kind := range []string{"voice", "messaging", "fax"} {
		d := m.grammar.Documents[kind]
		for _, child := range d.Inside {
			if m.byName[child] == b {
				in = append([]string{"[" + d.GoName + "]"}, in...)
				break
			}
		}
	}
	return "It stands in " + twimlList(in, "and") + "."
}

// deprecation returns the paragraph that marks what is no longer to be used.
func (b *twimlBuilt) deprecation() string { return twimlDeprecation(b.Deprecated) }

func twimlDeprecation(d any) string {
	if s, ok := d.(string); ok {
		return "\n\nDeprecated: " + s + "."
	}
	return ""
}

func (b *twimlBuilt) writeSetter(w *bytes.Buffer, a *twimlAttribute) {
	name := twimlAttrName(a.Name)
	if a.Name == "speechTimeout" && b.name == "Gather" {
		b.writeSpeechTimeout(w, a)
		return
	}
	w.WriteString(twimlComment(name + " sets " + a.Name + ": " + a.text(b)))
	fmt.Fprintf(w, "func (v %s) %s(%s %s) %s {\n\t%s\n\treturn v\n}\n\n",
		b.ref(), name, a.param(), a.goParam(), b.ref(), a.store(a.param()))
}

// writeSpeechTimeout writes the two setters of an attribute that is a length
// or the word auto.
func (b *twimlBuilt) writeSpeechTimeout(w *bytes.Buffer, a *twimlAttribute) {
	w.WriteString(twimlComment("SpeechTimeout sets speechTimeout: silence after speech that ends the input, in whole seconds. Default: the timeout."))
	fmt.Fprintf(w, "func (v *%s) SpeechTimeout(d time.Duration) *%s {\n\tv.put(asSeconds(attrSpeechTimeout, d))\n\treturn v\n}\n\n", b.typ(), b.typ())
	w.WriteString(twimlComment("SpeechTimeoutAuto sets speechTimeout to auto: input ends at the first pause in speech. Not every SpeechModel can do it (error 13335)."))
	fmt.Fprintf(w, "func (v *%s) SpeechTimeoutAuto() *%s {\n\tv.put(asString(attrSpeechTimeout, \"auto\"))\n\treturn v\n}\n\n", b.typ(), b.typ())
}

// writePlumbing writes Attr and the methods that say where the element may
// stand.
func (b *twimlBuilt) writePlumbing(w *bytes.Buffer) {
	w.WriteString(twimlComment("Attr sets an attribute that has no method, one that Twilio added later. A name that is not an XML name is an error when the document is rendered."))
	fmt.Fprintf(w, "func (v %s) Attr(name, value string) %s {\n\tv.putNamed(name, value)\n\treturn v\n}\n\n", b.ref(), b.ref())
	if b.isSpeech() {
		fmt.Fprintf(w, "func (v %s) part() slot { return v.slot() }\n\n", b.typ())
	} else {
		fmt.Fprintf(w, "func (v *%s) part() slot {\n\tif v == nil {\n\t\treturn slot{}\n\t}\n\treturn slot{el: &v.element}\n}\n\n", b.typ())
	}
	for _, i := range b.interfaces {
		fmt.Fprintf(w, "func (%s) %s() {}\n", b.ref(), twimlMarker(i))
	}
	w.WriteString("\n")
}

// twimlMarker is the unexported method that seals an interface.
func twimlMarker(iface string) string {
	return "is" + iface
}

func (a *twimlAttribute) kind() (base, of string) {
	base, of, _ = strings.Cut(a.Type, ":")
	return base, of
}

// goType is the Go type of one value.
func (a *twimlAttribute) goType() string {
	switch base, of := a.kind(); base {
	case "int", "int-list":
		return "int"
	case "bool":
		return "bool"
	case "duration":
		return "time.Duration"
	case "language":
		return twimlLanguageType
	case "http-method":
		return "HTTPMethod"
	case "enum", "enum-list":
		return twimlEnumType(of)
	}
	return "string"
}

// goParam is the type of a setter's parameter.
func (a *twimlAttribute) goParam() string {
	if strings.HasSuffix(strings.SplitN(a.Type, ":", 2)[0], "-list") {
		return "..." + a.goType()
	}
	return a.goType()
}

func (a *twimlAttribute) param() string {
	switch base, _ := a.kind(); base {
	case "int":
		return "n"
	case "bool":
		return "on"
	case "duration":
		return "d"
	case "language":
		return "code"
	case "http-method":
		return "method"
	case "url":
		return "url"
	case "sid":
		return "sid"
	case "enum-list", "int-list":
		return "values"
	}
	return "value"
}

// store is the statement that keeps the value of the Go expression.
func (a *twimlAttribute) store(expr string) string {
	id := twimlAttrID(a.Name)
	switch base, of := a.kind(); base {
	case "int":
		return fmt.Sprintf("v.put(asInt(%s, %s))", id, expr)
	case "int-list":
		return fmt.Sprintf("v.put(asInts(%s, %s))", id, expr)
	case "bool":
		return fmt.Sprintf("v.put(asBool(%s, %s))", id, expr)
	case "duration":
		as := map[string]string{"s": "asSeconds", "ms": "asMillis", "ssml": "asBreak"}[of]
		return fmt.Sprintf("v.put(%s(%s, %s))", as, id, expr)
	case "enum-list":
		return fmt.Sprintf("v.put(asString(%s, join(%s)))", id, expr)
	}
	if a.goType() != "string" {
		expr = "string(" + expr + ")"
	}
	return fmt.Sprintf("v.put(asString(%s, %s))", id, expr)
}

func twimlAttrID(name string) string { return "attr" + twimlAttrName(name) }

// text describes the attribute: meaning, unit, default, limits.
func (a *twimlAttribute) text(b *twimlBuilt) string {
	var s strings.Builder
	s.WriteString(twimlMeaning(b.GoName, a))
	unit := ""
	switch base, of := a.kind(); {
	case base == "duration" && of == "s":
		s.WriteString(" In whole seconds.")
		unit = " s"
	case base == "duration" && of == "ms":
		s.WriteString(" In whole milliseconds.")
		unit = " ms"
	case base == "sid":
		s.WriteString(" A SID that begins with " + of + ".")
	case base == "url" && of == "wss":
		s.WriteString(" Twilio takes no other scheme.")
	}
	if a.Default != nil {
		s.WriteString(" Default: " + a.defaultText(b, unit) + ".")
	}
	switch {
	case a.Min != nil && a.Max != nil:
		fmt.Fprintf(&s, " From %d%s to %d%s.", *a.Min, unit, *a.Max, unit)
	case a.Min != nil:
		fmt.Fprintf(&s, " At least %d%s.", *a.Min, unit)
	case a.Max != nil:
		fmt.Fprintf(&s, " At most %d%s.", *a.Max, unit)
	}
	if a.Required {
		s.WriteString(" Twilio needs it.")
	}
	return s.String() + twimlDeprecation(a.Deprecated)
}

func (a *twimlAttribute) defaultText(b *twimlBuilt, unit string) string {
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
	for _, other := range b.Attributes {
		if other.Name == d {
			return "that of " + twimlAttrName(d)
		}
	}
	if a.goType() == "bool" || a.goType() == "string" {
		return d
	}
	if base, of := a.kind(); base == "enum" || base == "enum-list" {
		if c, ok := twimlConstOf(of, d); ok {
			return "[" + c + "]"
		}
	}
	if a.goType() == "HTTPMethod" {
		return "[" + twimlConst("HTTPMethod", d) + "]"
	}
	return d
}

// twimlList joins words as a sentence does.
func twimlList(words []string, last string) string {
	switch n := len(words); n {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	case 2:
		return words[0] + " " + last + " " + words[1]
	default:
		return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
	}
}
