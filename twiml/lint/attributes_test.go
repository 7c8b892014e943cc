package lint_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

// An attributeFacts is one attribute of the grammar.
type attributeFacts struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Min     *int   `json:"min"`
	Max     *int   `json:"max"`
	Pattern string `json:"pattern"`
	Empty   bool   `json:"empty_value_meaningful"`
}

// An elementFacts is one element with its possible parents.
type elementFacts struct {
	Tag        string           `json:"element"`
	GoName     string           `json:"go_name"`
	Document   string           `json:"document"`
	Contexts   []string         `json:"context_go_names"`
	Children   []string         `json:"children_go_names"`
	Attributes []attributeFacts `json:"attributes"`
}

// A grammarFacts is what TestLintKnowsEveryAttribute reads of twiml.json.
type grammarFacts struct {
	Documents map[string]struct {
		Root   string `json:"root"`
		GoName string `json:"root_go_name"`
	} `json:"documents"`
	Elements []elementFacts `json:"elements"`
	Enums    map[string]struct {
		Values  []string `json:"values"`
		Pattern string   `json:"pattern"`
	} `json:"enums"`
}

// around returns the start and end tags of what an element stands in, the
// shortest way from the root.
func (g *grammarFacts) around(t *testing.T, goName string) (before, after string) {
	t.Helper()
	type way struct{ name, before, after string }
	todo := []way{{name: goName}}
	for i := 0; i < len(todo) && i < 1000; i++ {
		w := todo[i]
		for _, d := range g.Documents {
			if d.GoName == w.name {
				return w.before, w.after
			}
		}
		for _, e := range g.Elements {
			if e.GoName != w.name {
				continue
			}
			for _, c := range e.Contexts {
				tag := g.tagOf(c)
				todo = append(todo, way{c, "<" + tag + ">" + w.before, w.after + "</" + tag + ">"})
			}
		}
	}
	t.Fatalf("no way to %s", goName)
	return "", ""
}

func (g *grammarFacts) tagOf(goName string) string {
	for _, d := range g.Documents {
		if d.GoName == goName {
			return d.Root
		}
	}
	for _, e := range g.Elements {
		if e.GoName == goName {
			return e.Tag
		}
	}
	return ""
}

// values returns values that an attribute takes, and some that it does not.
func (g *grammarFacts) values(a attributeFacts) (right, wrong []string) {
	base, arg, _ := strings.Cut(a.Type, ":")
	switch base {
	case "int", "duration", "duration-or-auto":
		if arg == "ssml" {
			return []string{"1s", "+1.5s", "200ms", "0s"}, []string{"1", "s", "1m", "-1s", "1 s", "1S", "soon", "1.s"}
		}
		low, high := 0, 1000000
		wrong = []string{"-1", "1.5", " 1", "+1", "one", "1s", "0x1", "١"}
		if a.Min != nil && *a.Min > 0 {
			low = *a.Min
			wrong = append(wrong, fmt.Sprint(low-1))
		}
		if a.Max != nil && *a.Max > 0 {
			high = *a.Max
			wrong = append(wrong, fmt.Sprint(high+1), "99999999999999999999")
		}
		right = []string{fmt.Sprint(low), fmt.Sprint(high), "00" + fmt.Sprint(low)}
		if base == "duration-or-auto" {
			right, wrong = append(right, "auto"), append(wrong, "Auto")
		}
		return right, wrong
	case "float":
		return []string{"0.7", "0.65"}, []string{"high", "-0.7", "0,7", ".7"}
	case "bool":
		return []string{"true", "false"}, []string{"True", "FALSE", "yes", "1", "0", " true", "truefalse"}
	case "http-method":
		return []string{"GET", "POST"}, []string{"get", "PUT", "DELETE", "GET POST", "GE", " POST"}
	case "url":
		right = []string{"wss://example.com/a", "wss://example.com:8443/"}
		wrong = []string{"https://example.com", "ws://example.com", "/a", "example.com", "wss://", "wss:a", "wss://a b"}
		switch arg {
		case "wss-or-relative":
			right = append(right, "/a", "../a", "stream")
			wrong = []string{"https://example.com", "ws://example.com", "wss://", "wss:a", "wss://a b", "wss://example.com/%zz"}
		case "":
			right = []string{"https://example.com/a?b=c#d", "http://example.com:8080", "/a", "../a", "?a=b", "a.xml"}
			wrong = []string{"ftp://example.com", "https://", "https:///a", "https://a_b.example.com", "a b", "https://example.com/%zz", "https://example.com/?a=%zz", "/a?b=%2", "mailto:a@example.com"}
		}
		return right, wrong
	case "e164":
		return []string{"+15550100", "5550100", "(415) 555-0100"}, []string{"alice", "+", "+1555010012345678", "15550100x5"}
	case "decimal":
		return []string{"0", "10", "10.50"}, []string{"ten", "-1", "1.", ".5", "1,5", "$1", "1e3"}
	case "language":
		return []string{"en-US", "de", "es-419", "cmn-Hans-CN", "multi"}, []string{"en_US", "e", "-", "en-", "123", "en US"}
	case "int-list":
		return []string{"1", "1 2 3"}, []string{"1,2", "1  2", " 1", "one"}
	case "sid":
		hex := "0123456789abcdef0123456789abcdef"
		return []string{arg + hex, arg + strings.ToUpper(hex)}, []string{hex, arg, arg + hex[1:], arg + hex + "0", "XX" + hex, strings.ToLower(arg) + hex}
	case "enum", "enum-list":
		e := g.Enums[arg]
		right = slices.Clone(e.Values)
		if base == "enum-list" {
			right = append(right, strings.Join(e.Values, " "))
		}
		wrong = []string{"no such value", e.Values[0] + "," + e.Values[0], " " + e.Values[0]}
		if upper := strings.ToUpper(e.Values[0]); !slices.Contains(e.Values, upper) && e.Pattern == "" {
			wrong = append(wrong, upper)
		}
		return right, wrong
	case "string":
		if a.Pattern == "" {
			return []string{"", "1"}, nil
		}
		allowed := regexp.MustCompile(a.Pattern)
		for _, v := range []string{"", "auto", "7", "12", "#", "1*#", "w1", "A", "a", "a/b", "label", "\u00E9", "1 2", strings.Repeat("1", 129)} {
			if allowed.MatchString(v) {
				right = append(right, v)
			} else {
				wrong = append(wrong, v)
			}
		}
	}
	return right, wrong
}

// TestLintKnowsEveryAttribute gives every attribute of the grammar, in its
// place, values of its type and others.
func TestLintKnowsEveryAttribute(t *testing.T) {
	var g grammarFacts
	decodeLoosely(t, "twiml.json", &g)
	require.NotEmpty(t, g.Elements)
	// What rules beyond the type say of the values above.
	beyond := []string{"relative-url", "deprecated-attribute", "play-digits-in-gather", "record-transcribe-length",
		"stream-track-in-connect", "pay-bank-account", "gather-auto-timeout", "ssml-needs-voice", "sip-header-name",
		"parameter-name", "address", "stream-query", "relay-multi", "relay-thresholds"}
	attributes, values := 0, 0
	for _, e := range g.Elements {
		before, after := g.around(t, e.GoName)
		for _, a := range e.Attributes {
			attributes++
			about := func(value string) []lint.Problem {
				values++
				node := (&twiml.Node{Name: e.Tag, Attrs: []twiml.Attr{{Name: a.Name, Value: value}}}).String()
				root, err := twiml.Parse([]byte(before + node + after))
				require.NoError(t, err)
				problems := lint.Check(root, kindOf(t, e.Document))
				return slices.DeleteFunc(problems, func(p lint.Problem) bool {
					return !strings.HasSuffix(p.Path, "/@"+a.Name) || slices.Contains(beyond, p.Rule)
				})
			}
			right, wrong := g.values(a)
			require.NotEmpty(t, right, "%s@%s has the type %s", e.GoName, a.Name, a.Type)
			for _, v := range right {
				assert.Empty(t, about(v), "%s@%s of %s takes %q", e.GoName, a.Name, a.Type, v)
			}
			for _, v := range wrong {
				assert.NotEmpty(t, about(v), "%s@%s of %s does not take %q", e.GoName, a.Name, a.Type, v)
			}
			if !a.Empty && a.Type != "string" && a.Type != "url" && a.Type != "url:wss-or-relative" && !strings.HasSuffix(a.Type, "e164") {
				assert.NotEmpty(t, about(""), "%s@%s of %s is empty", e.GoName, a.Name, a.Type)
			}
		}
	}
	fmt.Printf("attributes: %d, with %d values\n", attributes, values)
}

// TestLintKnowsEveryNesting puts every element of the grammar into every other.
func TestLintKnowsEveryNesting(t *testing.T) {
	var g grammarFacts
	decodeLoosely(t, "twiml.json", &g)
	inside := []string{"unknown-element", "nesting", "wrong-document", "only-messaging-verbs"}
	pairs, allowed := 0, 0
	for _, parent := range g.Elements {
		before, after := g.around(t, parent.GoName)
		for _, child := range g.Elements {
			// A tag may have two shapes: one of them suffices.
			may := slices.ContainsFunc(g.Elements, func(e elementFacts) bool {
				return e.Tag == child.Tag && slices.Contains(parent.Children, e.GoName)
			})
			root, err := twiml.Parse([]byte(before + "<" + parent.Tag + "><" + child.Tag + "/></" + parent.Tag + ">" + after))
			require.NoError(t, err)
			found := slices.ContainsFunc(lint.Check(root, kindOf(t, parent.Document)), func(p lint.Problem) bool {
				return strings.HasSuffix(p.Path, "/"+child.Tag+"[1]") && slices.Contains(inside, p.Rule)
			})
			assert.Equal(t, may, !found, "%s in %s", child.GoName, parent.GoName)
			pairs++
			if may {
				allowed++
			}
		}
	}
	fmt.Printf("nestings: %d, of which %d are right\n", pairs, allowed)
}
