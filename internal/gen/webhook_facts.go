package main

import (
	"bytes"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
)

// webhookFacts are the facts that programs show to people. Package spec reads
// them.
type (
	webhookFacts struct {
		Kinds []webhookKindFacts `json:"kinds"`
	}
	webhookKindFacts struct {
		Kind    string              `json:"kind"`
		Setting string              `json:"setting"`
		Summary string              `json:"summary"`
		Source  string              `json:"source"`
		Fact    string              `json:"fact"`
		Answer  string              `json:"answer"`
		Body    string              `json:"body,omitempty"`
		Params  []webhookParamFacts `json:"params"`
		Example [][2]string         `json:"example"` // the smallest request of this kind
	}
	webhookParamFacts struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Required bool   `json:"required,omitempty"`
		Meaning  string `json:"meaning"`
	}
)

// factsFile makes the facts.
func (p *webhookPackage) factsFile() ([]byte, error) {
	facts := webhookFacts{Kinds: []webhookKindFacts{}}
	for _, s := range p.events {
		k := webhookKindFacts{Kind: s.name, Setting: s.place, Summary: s.summary(), Source: s.source(), Fact: s.fact,
			Answer: s.answer, Body: s.body, Params: []webhookParamFacts{}, Example: p.example(s)}
		for _, f := range s.fields() {
			k.Params = append(k.Params, webhookParamFacts{Name: f.wire, Type: f.typ, Required: f.has("required"), Meaning: meaning(f.comment)})
		}
		facts.Kinds = append(facts.Kinds, k)
	}
	var w bytes.Buffer
	enc := json.NewEncoder(&w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(facts)
	return w.Bytes(), err
}

// goLink is a clause of a comment that leads to a Go name, which says nothing to
// those who write in another language.
var goLink = regexp.MustCompile(`;[^;]*\[[A-Za-z.]+\][^;]*`)

func meaning(comment string) string { return goLink.ReplaceAllString(comment, "") }

// example returns parameters of a request of the kind: those that are required,
// and those of its first rule.
func (p *webhookPackage) example(s *webhookStruct) [][2]string {
	wanted := map[string]string{"From": "", "To": ""} // by name, with a pattern
	if len(s.detect) > 0 {
		for _, word := range strings.Fields(s.detect[0])[1:] {
			name, pattern, _ := strings.Cut(word, "=")
			if !strings.HasPrefix(name, "!") {
				wanted[name] = pattern
			}
		}
	}
	example := [][2]string{}
	for _, f := range s.fields() {
		if pattern, ok := wanted[f.wire]; ok || f.has("required") {
			example = append(example, [2]string{f.wire, p.exampleOf(f, pattern)})
			delete(wanted, f.wire)
		}
	}
	for _, name := range slices.Sorted(mapKeys(wanted)) {
		if name != "From" && name != "To" {
			example = append(example, [2]string{name, p.exampleOf(webhookField{}, wanted[name])})
		}
	}
	return example
}

// exampleOf returns a value that matches one of the patterns.
func (p *webhookPackage) exampleOf(f webhookField, patterns string) string {
	for _, pattern := range strings.Split(patterns, "|") {
		if pattern != "" && !strings.Contains(pattern, "*") {
			return pattern
		}
		for _, value := range p.values[f.typ] {
			if ok, err := path.Match(pattern, value); ok && err == nil || pattern == "" {
				return value
			}
		}
	}
	pattern, _, _ := strings.Cut(patterns, "|")
	before, after, _ := strings.Cut(pattern, "*")
	switch {
	case before+after != "":
		return before + "alice" + after
	case f.has("default"):
		return f.options["default"]
	case f.typ == "SID":
		prefix := f.options["sid"]
		if prefix == "" {
			prefix = "XX"
		}
		return prefix + "00000000000000000000000000000001"
	case f.typ == "Address":
		return map[bool]string{true: "+15550101", false: "+15550100"}[f.wire == "To"]
	case f.typ == "JSON":
		return "{}"
	case f.typ == "int", f.typ == "time.Duration", f.typ == "int64":
		return "1"
	}
	return "example"
}
