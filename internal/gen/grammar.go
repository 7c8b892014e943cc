package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/spec"
)

// The grammar of TwiML as the lint of package twiml reads it: what may stand
// where, and which values. The builders' view of the same file is in twiml.go;
// it is the one that notices members nobody reads.
type (
	grammarSpec struct {
		Documents map[string]grammarDocument `json:"documents"`
		Elements  []grammarElement           `json:"elements"`
		Enums     map[string]grammarEnum     `json:"enums"`
	}

	grammarDocument struct {
		Root       string             `json:"root"`
		GoName     string             `json:"root_go_name"`
		Attributes []grammarAttribute `json:"root_attributes"`
		Children   []string           `json:"children_go_names"`
		SDKOnly    []string           `json:"sdk_only_children"`
	}

	grammarElement struct {
		Tag          string             `json:"element"`
		GoName       string             `json:"go_name"`
		Children     []string           `json:"children_go_names"`
		Text         string             `json:"text"`
		TextMax      int                `json:"text_max"`
		TextRequired bool               `json:"text_required"`
		Deprecated   any                `json:"deprecated"`
		SDKOnly      []string           `json:"sdk_only_parents"`
		Status       string             `json:"status"`
		Attributes   []grammarAttribute `json:"attributes"`
	}

	grammarAttribute struct {
		Name       string `json:"name"`
		Type       string `json:"type"`
		Min        int    `json:"min"`
		Max        int    `json:"max"`
		Required   bool   `json:"required"`
		Deprecated any    `json:"deprecated"`
		Pattern    string `json:"pattern"`
		EmptyMeans bool   `json:"empty_value_meaningful"`
	}

	grammarEnum struct {
		Values  []string `json:"values"`
		Open    bool     `json:"open"`
		Pattern string   `json:"pattern"`
	}
)

// grammarDocuments are the kinds of document, in the order of their constants.
var grammarDocuments = []string{"voice", "messaging", "fax"}

// grammarKinds are the kinds of value, by the type's name up to its colon.
var grammarKinds = map[string]string{
	"string": "", "int": "grammarInt", "bool": "grammarBool", "url": "grammarURL", "url:wss": "grammarSocketURL",
	"e164": "grammarPhone", "duration:s": "grammarWhole", "duration:ms": "grammarWhole", "duration:ssml": "grammarSSMLTime",
	"decimal": "", "language": "grammarLanguage", "http-method": "grammarEnumValue", "int-list": "grammarIntList",
	"enum": "grammarEnumValue", "enum-list": "grammarEnumList", "sid": "grammarSID",
}

// grammarMatchers are the functions of package twiml that do the work of the
// patterns, and what each wants in words. They are few, and written out they
// need no regexp at run time.
var grammarMatchers = map[string]struct{ name, want string }{
	`^(auto|[0-9]+)$`:                        {"lintIsAutoOrDigits", "whole seconds or auto"},
	`^[0-9*#]?$`:                             {"lintIsOneKey", "one key of 0 to 9, * and #, or nothing"},
	`^[0-9*#]*$`:                             {"lintIsKeys", "keys of 0 to 9, * and #"},
	`^[0-9*#A-DwW]*$`:                        {"lintIsTones", "tones of 0 to 9, *, # and A to D, and w for half a second of silence"},
	`^[0-9*#wW]*$`:                           {"lintIsDialTones", "tones of 0 to 9, * and #, and w for half a second of silence"},
	`^[0-9]+(\.[0-9]+)?$`:                    {"lintIsDecimal", "an amount such as 12.50"},
	`^[^/]{1,128}$`:                          {"lintIsLabel", "1 to 128 characters without a slash"},
	`^[+-]\d+(\.\d+)?dB$`:                    {"lintIsDecibel", "a change such as +6dB"},
	`^\d+(\.\d+)?%$`:                         {"lintIsPercent", "a percentage such as 90%"},
	`^[+-]?\d+(\.\d+)?(%|st|Hz)$`:            {"lintIsPitch", "a change such as +10%"},
	`^(man|woman|alice|(Polly|Google)\..+)$`: {"lintIsVoice", "man, woman, or a name such as Polly.Joanna"},
}

// makeGrammar writes twiml/grammar_gen.go.
func makeGrammar() ([]byte, error) {
	data, err := spec.Bytes("twiml.json")
	if err != nil {
		return nil, err
	}
	var g grammarSpec
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, err
	}
	codes, err := grammarLoadCodes(&g)
	if err != nil {
		return nil, err
	}
	w := &grammarWriter{spec: &g, codes: codes, known: map[string]bool{}}
	return w.file()
}

type grammarWriter struct {
	strings.Builder
	spec  *grammarSpec
	codes *grammarCodes
	known map[string]bool // names that have a constant
	err   error           // the first
}

func (w *grammarWriter) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

func (w *grammarWriter) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *grammarWriter) file() ([]byte, error) {
	w.printf("package twiml\n\n")
	w.constants()
	w.printf("// grammarRoots are the root elements of the kinds of document.\nvar grammarRoots = [...]grammarID{\n")
	for _, name := range grammarDocuments {
		w.printf("%sDocument: grammar%s,\n", goName(name), w.spec.Documents[name].GoName)
	}
	w.printf("}\n\n// grammarTable holds every element, by its constant.\nvar grammarTable = [grammarCount]grammarElement{\n")
	for _, name := range grammarDocuments {
		d := w.spec.Documents[name]
		w.element(grammarElement{Tag: d.Root, GoName: d.GoName, Text: "none", Attributes: d.Attributes,
			Children: append(slices.Clone(d.Children), d.SDKOnly...)})
	}
	for _, e := range w.spec.Elements {
		w.element(e)
	}
	w.printf("}\n")
	for _, name := range slices.Sorted(maps.Keys(w.spec.Enums)) {
		w.enum(name, w.spec.Enums[name])
	}
	return []byte(w.String()), w.err
}

func (w *grammarWriter) constants() {
	w.printf("// The elements of TwiML. Where a tag has two shapes, each has its constant:\n" +
		"// the Redirect of a call is grammarVoiceRedirect.\nconst (\n")
	for i, name := range grammarDocuments {
		root := w.spec.Documents[name].GoName
		w.known[root] = true
		if i == 0 {
			w.printf("grammar%s grammarID = iota\n", root)
		} else {
			w.printf("grammar%s\n", root)
		}
	}
	for _, e := range w.spec.Elements {
		w.known[e.GoName] = true
		w.printf("grammar%s\n", e.GoName)
	}
	w.printf("grammarCount\n)\n\n")
}

func (w *grammarWriter) element(e grammarElement) {
	w.printf("grammar%s: {\nname: %q, text: %s,", e.GoName, e.Tag, "grammarText"+goName(e.Text))
	if e.TextMax > 0 {
		w.printf(" textMax: %d,", e.TextMax)
	}
	if e.TextRequired {
		w.printf(" needsText: true,")
	}
	if code := w.codes.text[e.GoName]; code != 0 {
		w.printf(" textCode: %d,", code)
	}
	if code := w.codes.inside[e.GoName]; code != 0 {
		w.printf(" insideCode: %d,", code)
	}
	w.printf("\n")
	if old := grammarDeprecated(e.Deprecated); old != "" {
		w.printf("deprecated: %q,\n", old)
	}
	if e.Status != "" {
		w.printf("undocumented: true,\n")
	}
	w.ids("children", e.Children)
	var only []string
	for _, c := range e.Children {
		if w.isSDKOnly(e.GoName, c) {
			only = append(only, c)
		}
	}
	w.ids("sdkOnly", only)
	if len(e.Attributes) > 0 {
		w.printf("attrs: []grammarAttr{\n")
		for _, a := range e.Attributes {
			w.attribute(e.GoName, a)
		}
		w.printf("},\n")
	}
	w.printf("},\n")
}

func (w *grammarWriter) ids(field string, names []string) {
	if len(names) == 0 {
		return
	}
	w.printf("%s: []grammarID{", field)
	for i, name := range names {
		if !w.known[name] {
			w.fail("no element %q", name)
		}
		if i > 0 && i%4 == 0 {
			w.printf("\n")
		}
		w.printf("grammar%s, ", name)
	}
	w.printf("},\n")
}

// isSDKOnly reports whether only the SDKs allow child inside parent. The roots
// name such children, the children name such parents.
func (w *grammarWriter) isSDKOnly(parent, child string) bool {
	for _, d := range w.spec.Documents {
		if d.GoName == parent && slices.Contains(d.SDKOnly, child) {
			return true
		}
	}
	i := slices.IndexFunc(w.spec.Elements, func(e grammarElement) bool { return e.GoName == child })
	return i >= 0 && slices.Contains(w.spec.Elements[i].SDKOnly, parent)
}

func (w *grammarWriter) attribute(of string, a grammarAttribute) {
	base, arg, _ := strings.Cut(a.Type, ":")
	kind, ok := grammarKinds[a.Type]
	if !ok {
		kind, ok = grammarKinds[base]
	}
	if !ok {
		w.fail("%s@%s has the unknown type %q", of, a.Name, a.Type)
	}
	w.printf("{name: %q,", a.Name)
	if kind != "" {
		w.printf(" kind: %s,", kind)
	}
	switch base {
	case "enum", "enum-list":
		if _, ok := w.spec.Enums[arg]; !ok {
			w.fail("%s@%s has no enum %q", of, a.Name, arg)
		}
		w.printf(" enum: &grammarEnum%s,", arg)
	case "http-method":
		w.printf(" enum: &grammarEnumHTTPMethod,")
	case "sid":
		w.printf(" prefix: %q,", arg)
	case "decimal":
		if a.Pattern == "" {
			w.fail("%s@%s is decimal without a pattern", of, a.Name)
		}
	}
	w.matcher(a.Pattern)
	if a.Min > 0 {
		w.printf(" min: %d,", a.Min)
	}
	if a.Max > 0 {
		w.printf(" max: %d,", a.Max)
	}
	if a.Required {
		w.printf(" required: true,")
	}
	if a.EmptyMeans {
		w.printf(" empty: true,")
	}
	if old := grammarDeprecated(a.Deprecated); old != "" {
		w.printf(" deprecated: %q,", old)
	}
	if code := w.codes.attrs[of+"."+a.Name]; code != 0 {
		w.printf(" code: %d,", code)
	}
	w.printf("},\n")
}

// matcher writes the fields match and want.
func (w *grammarWriter) matcher(pattern string) {
	if pattern == "" {
		return
	}
	m, ok := grammarMatchers[pattern]
	if !ok {
		w.fail("no function for the pattern %q", pattern)
	}
	w.printf(" match: %s, want: %q,", m.name, m.want)
}

// enum writes the values as words in lines of a raw string: a tenth of the
// size of a slice, and easier to read.
func (w *grammarWriter) enum(name string, e grammarEnum) {
	w.printf("\nvar grammarEnum%s = grammarEnum{", name)
	if e.Open {
		w.printf("open: true, ")
	}
	w.matcher(e.Pattern)
	w.printf(" values: `")
	column := 40
	for i, v := range e.Values {
		if v == "" || strings.ContainsAny(v, " \t\n`") {
			w.fail("enum %s has the value %q", name, v)
		}
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

// grammarDeprecated returns why something is deprecated, or "".
func grammarDeprecated(v any) string {
	s, _ := v.(string)
	return s
}
