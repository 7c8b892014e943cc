package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ringback-go/ringback/internal/spec"
)

// The grammar of TwiML, as far as the builders need it. Members that only Lint
// or people read are raw.
type (
	twimlGrammar struct {
		About         any                      `json:"about"`
		AboutDefaults any                      `json:"about_defaults"`
		Limits        any                      `json:"limits"`
		ContentTypes  any                      `json:"content_types"`
		Documents     map[string]twimlDocument `json:"documents"`
		WaitURL       any                      `json:"wait_url_children"`
		WaitURLNote   any                      `json:"wait_url_note"`
		Types         any                      `json:"types"`
		Rules         any                      `json:"rules"`
		Elements      []*twimlElement          `json:"elements"`
		Enums         map[string]twimlEnum     `json:"enums"`
	}

	twimlDocument struct {
		Root         string   `json:"root"`
		GoName       string   `json:"root_go_name"`
		Attributes   any      `json:"root_attributes"`
		Children     any      `json:"children"`
		Inside       []string `json:"children_go_names"`
		SDKOnly      any      `json:"sdk_only_children"`
		MayBeEmpty   any      `json:"may_be_empty"`
		OnlyMessages any      `json:"note"`
	}

	twimlElement struct {
		Tag        string            `json:"element"`
		GoName     string            `json:"go_name"` // the grammar's key, not always our name
		Document   string            `json:"document"`
		Parents    []string          `json:"context_go_names"`
		Inside     []string          `json:"children_go_names"`
		Text       string            `json:"text"` // none, plain or mixed
		Deprecated any               `json:"deprecated"`
		Doc        string            `json:"doc"`
		Status     string            `json:"status"`
		Attributes []*twimlAttribute `json:"attributes"`

		Contexts     any `json:"contexts"`
		Children     any `json:"children"`
		TextMeans    any `json:"text_means"`
		TextMax      any `json:"text_max"`
		TextRequired any `json:"text_required"`
		OneChild     any `json:"one_child"`
		Blocking     any `json:"blocking"`
		SDKs         any `json:"sdks"`
		TextXor      any `json:"text_xor_children"`
		MaxChildren  any `json:"max_children"`
		MaxNote      any `json:"max_children_note"`
		Terminal     any `json:"terminal"`
		ChildrenNote any `json:"children_note"`
		AttrNotes    any `json:"attr_notes"`
		SDKOnly      any `json:"sdk_only_parents"`
		TextNote     any `json:"text_note"`
		First        any `json:"must_be_first"`
		TextLimits   any `json:"text_limits"`
		TextLimNote  any `json:"text_limits_note"`
		WrongNames   any `json:"wrong_names_seen"`
		InNoSDK      any `json:"in_no_sdk"`
		SSML         any `json:"ssml"`
		Voices       any `json:"voices"`
		MaxPerDoc    any `json:"max_per_document"`
	}

	twimlAttribute struct {
		Name       string  `json:"name"`
		Type       string  `json:"type"`
		Default    *string `json:"default"`
		Min        *int    `json:"min"`
		Max        *int    `json:"max"`
		Deprecated any     `json:"deprecated"`
		Required   bool    `json:"required"`
		Doc        string  `json:"doc"`
		Pattern    string  `json:"pattern"`

		Values     any `json:"values"`
		SDKs       any `json:"sdks"`
		Note       any `json:"note"`
		LegacyOnly any `json:"legacy_schema_only"`
		EmptyMeans any `json:"empty_value_meaningful"`
		ValuesRef  any `json:"values_ref"`
		SDKOnly    any `json:"sdk_only"`
		Misspelled any `json:"misspelled_by_sdk"`
		InNoSDK    any `json:"in_no_sdk"`
	}

	twimlEnum struct {
		Values   []string `json:"values"`
		Doc      string   `json:"doc"`
		Open     bool     `json:"open"`
		Pattern  string   `json:"pattern"`
		SDKNames any      `json:"sdk_names"`
		NotInSDK any      `json:"not_in_sdk"`
	}
)

// twimlModel is the grammar joined with the names of twimlShapes.
type twimlModel struct {
	grammar *twimlGrammar
	built   []*twimlBuilt          // one for each Go type, in the order of twimlShapes
	byName  map[string]*twimlBuilt // by the grammar's name
	inside  map[string][]string    // interface to the grammar's names of what it admits
}

// A twimlBuilt is one Go type. Two elements of the grammar that differ only in
// the document they belong to share one.
type twimlBuilt struct {
	twimlShape
	*twimlElement
	arguments  []twimlArgument
	interfaces []string // what it implements, in the order of twimlNestings
}

// A twimlArgument is one parameter of a constructor.
type twimlArgument struct {
	kind  byte // t text, @ attribute, ? attribute that may be left out, * children, 1 one child
	what  string
	param string
}

var twimlLoad = sync.OnceValues(func() (*twimlModel, error) {
	g := new(twimlGrammar)
	if err := spec.Decode("twiml.json", g); err != nil {
		return nil, err
	}
	m := &twimlModel{grammar: g, byName: map[string]*twimlBuilt{}, inside: map[string][]string{}}
	elements := map[string]*twimlElement{}
	for _, e := range g.Elements {
		elements[e.GoName] = e
	}
	for _, s := range twimlShapes {
		b := &twimlBuilt{twimlShape: s, arguments: twimlArguments(s.args)}
		for _, of := range strings.Fields(s.of) {
			e, ok := elements[of]
			if !ok {
				return nil, fmt.Errorf("no element %q in the grammar", of)
			}
			if b.twimlElement != nil && !twimlSameAttributes(b.twimlElement, e) {
				return nil, fmt.Errorf("%s: %s has other attributes", s.name, of)
			}
			if b.twimlElement == nil {
				b.twimlElement = e
			}
			m.byName[of] = b
			delete(elements, of)
		}
		m.built = append(m.built, b)
	}
	for name := range elements {
		return nil, fmt.Errorf("element %q has no name in twimlShapes", name)
	}
	return m, m.nest()
})

// nest finds out which type implements which interface, and checks that the
// parents that share an interface really admit the same children.
func (m *twimlModel) nest() error {
	for _, n := range twimlNestings {
		for _, parent := range strings.Fields(n.parents) {
			inside := m.childrenOf(parent)
			if old, ok := m.inside[n.name]; ok && !slices.Equal(old, inside) {
				return fmt.Errorf("%s: %s admits other children than its fellows", n.name, parent)
			}
			m.inside[n.name] = inside
		}
		for _, child := range m.inside[n.name] {
			b := m.byName[child]
			if b == nil {
				return fmt.Errorf("%s: unknown child %q", n.name, child)
			}
			if !slices.Contains(b.interfaces, n.name) {
				b.interfaces = append(b.interfaces, n.name)
			}
		}
	}
	return nil
}

func (m *twimlModel) childrenOf(parent string) []string {
	for _, d := range m.grammar.Documents {
		if d.GoName == parent {
			return d.Inside
		}
	}
	if b := m.byName[parent]; b != nil {
		return b.Inside
	}
	return nil
}

// twimlArguments reads the little language of twimlShape.args.
func twimlArguments(text string) []twimlArgument {
	var out []twimlArgument
	for _, word := range strings.Fields(text) {
		what, param, _ := strings.Cut(word[1:], "=")
		out = append(out, twimlArgument{kind: word[0], what: what, param: param})
	}
	return out
}

func twimlSameAttributes(a, b *twimlElement) bool {
	return slices.EqualFunc(a.Attributes, b.Attributes, func(x, y *twimlAttribute) bool { return x.Name == y.Name })
}

// attribute returns the attribute called name; the generator stops without it.
func (b *twimlBuilt) attribute(name string) *twimlAttribute {
	for _, a := range b.Attributes {
		if a.Name == name {
			return a
		}
	}
	panic("twiml: " + b.GoName + " has no attribute " + name)
}

// argumentFor returns the argument that sets the attribute, or nil.
func (b *twimlBuilt) argumentFor(name string) *twimlArgument {
	for i, a := range b.arguments {
		if (a.kind == '@' || a.kind == '?') && a.what == name {
			return &b.arguments[i]
		}
	}
	return nil
}

// children returns the argument that takes children, or nil.
func (b *twimlBuilt) children() *twimlArgument {
	for i, a := range b.arguments {
		if a.kind == '*' || a.kind == '1' {
			return &b.arguments[i]
		}
	}
	return nil
}
