package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ringback-go/ringback/internal/spec"
)

// The grammar of TwiML in spec/twiml.json, from which the builders and the lint
// tables are made. Members for people only have no field here.
type (
	twimlGrammar struct {
		Read       string                   `json:"read"`
		Documents  map[string]twimlDocument `json:"documents"`
		Interfaces []twimlInterface         `json:"interfaces"`
		Elements   []*twimlElement          `json:"elements"`
		Enums      map[string]*twimlEnum    `json:"enums"`
	}

	twimlDocument struct {
		Root       string            `json:"root"`
		Key        string            `json:"root_go_name"`
		Attributes []*twimlAttribute `json:"root_attributes"`
		Children   []string          `json:"children_go_names"`
		SDKOnly    []string          `json:"sdk_only_children"`
		InsideCode int               `json:"inside_code"`
	}

	// A twimlInterface is the type of the children of some elements, its
	// parents. They all allow the same children.
	twimlInterface struct {
		Name    string   `json:"name"`
		Parents []string `json:"parents"`
		Text    bool     `json:"text"` // a Text is allowed there too
		Doc     string   `json:"doc"`
	}

	twimlElement struct {
		Tag      string   `json:"element"`
		Key      string   `json:"go_name"` // its name in other members
		Document string   `json:"document"`
		Children []string `json:"children_go_names"`
		Text     string   `json:"text"` // none, plain or mixed

		// Its form in Go. An element without a name has no builder; elements of
		// the same name share a type.
		Name  string `json:"name"`
		Role  string `json:"role"` // verb, noun or element
		File  string `json:"file"`
		Args  string `json:"args"` // see twimlArgument
		About string `json:"about"`
		Page  string `json:"page"` // after https://www.twilio.com/docs/

		TextMax        int               `json:"text_max"`
		TextRequired   bool              `json:"text_required"`
		Deprecated     string            `json:"deprecated"`
		Status         string            `json:"status"` // why it is not documented
		SDKOnly        []string          `json:"sdk_only_parents"`
		TextCode       int               `json:"text_code"`
		InsideCode     int               `json:"inside_code"`
		OpenAttributes bool              `json:"open_attributes"`
		Since          string            `json:"since"`
		Attributes     []*twimlAttribute `json:"attributes"`
	}

	twimlAttribute struct {
		Name       string   `json:"name"`
		GoName     string   `json:"go_name"` // if it differs from the result of goName
		Type       string   `json:"type"`
		Default    *string  `json:"default"`
		Min        *int     `json:"min"`
		Max        *int     `json:"max"`
		Pattern    string   `json:"pattern"`
		Want       string   `json:"want"` // the pattern in words
		Required   bool     `json:"required"`
		Empty      bool     `json:"empty_value_meaningful"`
		Deprecated string   `json:"deprecated"`
		Legacy     bool     `json:"legacy"` // no longer documented: no setter
		Also       []string `json:"also"`   // how some of Twilio's SDKs spell it
		Code       int      `json:"code"`   // Twilio's error for a bad value
		Event      string   `json:"event"`  // the type in package webhook of the request to this URL
		Since      string   `json:"since"`
		Doc        string   `json:"doc"`
	}

	twimlEnum struct {
		Type    string            `json:"type"` // if it differs from the enum's name
		Prefix  string            `json:"prefix"`
		Names   map[string]string `json:"names"` // of values that are not prefix plus goName
		Values  []string          `json:"values"`
		Open    bool              `json:"open"`
		Pattern string            `json:"pattern"`
		Want    string            `json:"want"`

		Unlisted string `json:"unlisted_pattern"` // known values of an open list
		Doc      string `json:"doc"`
	}
)

var twimlLoad = sync.OnceValues(func() (*twimlGrammar, error) {
	data, err := spec.Bytes("twiml.json")
	if err != nil {
		return nil, err
	}
	g := new(twimlGrammar)
	if err := json.Unmarshal(data, g); err != nil {
		return nil, fmt.Errorf("twiml.json: %w", err)
	}
	return g, g.check()
})

// check reports contradictions in the facts.
func (g *twimlGrammar) check() error {
	for _, i := range g.Interfaces {
		for _, parent := range i.Parents[1:] {
			if !slices.Equal(g.children(i.Parents[0]), g.children(parent)) {
				return fmt.Errorf("twiml.json: %s: %s allows other children than %s", i.Name, parent, i.Parents[0])
			}
		}
	}
	for _, e := range g.Elements {
		for _, child := range e.Children {
			if g.element(child) == nil {
				return fmt.Errorf("twiml.json: %s has the unknown child %q", e.Key, child)
			}
		}
		for _, a := range e.Attributes {
			base, of := a.kind()
			if (base == "enum" || base == "enum-list") && g.Enums[of] == nil {
				return fmt.Errorf("twiml.json: %s@%s has no enum %q", e.Key, a.Name, of)
			}
			if _, ok := twimlKinds[base]; !ok {
				return fmt.Errorf("twiml.json: %s@%s has the unknown type %q", e.Key, a.Name, a.Type)
			}
		}
	}
	return nil
}

func (g *twimlGrammar) element(key string) *twimlElement {
	for _, e := range g.Elements {
		if e.Key == key {
			return e
		}
	}
	return nil
}

// children returns the keys of the allowed children of an element or document.
func (g *twimlGrammar) children(key string) []string {
	for _, d := range g.Documents {
		if d.Key == key {
			return d.Children
		}
	}
	if e := g.element(key); e != nil {
		return e.Children
	}
	return nil
}

// built returns the elements that have a builder, once for each type.
func (g *twimlGrammar) built() []*twimlElement {
	var out []*twimlElement
	seen := map[string]bool{}
	for _, e := range g.Elements {
		if e.Name != "" && !seen[e.Name] {
			seen[e.Name] = true
			out = append(out, e)
		}
	}
	return out
}

// members returns the builders that implement an interface.
func (g *twimlGrammar) members(i twimlInterface) []*twimlElement {
	var out []*twimlElement
	for _, e := range g.built() {
		if slices.ContainsFunc(g.children(i.Parents[0]), func(c string) bool { return g.element(c).Name == e.Name }) {
			out = append(out, e)
		}
	}
	return out
}

// A twimlArgument is one parameter of a constructor, written as
//
//	t=text          the text
//	@name=param     an attribute that is always written
//	?name=param     an attribute that may be left out (variadic)
//	*Verb=verbs     any number of children
//	1Noun=noun      exactly one child
type twimlArgument struct {
	kind  byte
	what  string
	param string
}

func (e *twimlElement) arguments() []twimlArgument {
	var out []twimlArgument
	for word := range strings.FieldsSeq(e.Args) {
		what, param, _ := strings.Cut(word[1:], "=")
		out = append(out, twimlArgument{kind: word[0], what: what, param: param})
	}
	return out
}

// argument returns the first argument of one of the kinds.
func (e *twimlElement) argument(kinds string) (twimlArgument, bool) {
	for _, a := range e.arguments() {
		if strings.IndexByte(kinds, a.kind) >= 0 {
			return a, true
		}
	}
	return twimlArgument{}, false
}

// attribute returns the attribute called name; the generator stops without it.
func (e *twimlElement) attribute(name string) *twimlAttribute {
	for _, a := range e.Attributes {
		if a.Name == name {
			return a
		}
	}
	panic("twiml.json: " + e.Key + " has no attribute " + name)
}

// typ is the name of the element's Go type.
func (e *twimlElement) typ() string { return e.Name + goName(e.Role) }

// kind splits a type such as enum:CallEvent.
func (a *twimlAttribute) kind() (base, of string) {
	base, of, _ = strings.Cut(a.Type, ":")
	return base, of
}

// method is the name of the setter.
func (a *twimlAttribute) method() string {
	if a.GoName != "" {
		return a.GoName
	}
	return goName(a.Name)
}
