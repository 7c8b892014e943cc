package lint_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

// An invalidDocument is one of the wrong documents of the vectors.
type invalidDocument struct {
	Name        string `json:"name"`
	Kind        string `json:"kind"`
	XML         string `json:"xml"`
	XMLBase64   string `json:"xml_base64"`
	WellFormed  bool   `json:"well_formed"`
	Class       string `json:"class"`
	Reason      string `json:"reason"`
	Code        int    `json:"twilio_code"`
	Level       string `json:"level"`
	Where       string `json:"where"`
	Note        string `json:"note"`
	NeedsNoRule bool   `json:"needs_rule_beyond_grammar"`
}

func (d *invalidDocument) bytes(t testing.TB) []byte {
	t.Helper()
	if d.XMLBase64 == "" {
		return []byte(d.XML)
	}
	b, err := base64.StdEncoding.DecodeString(d.XMLBase64)
	require.NoError(t, err, d.Name)
	return b
}

func kindOf(t testing.TB, name string) twiml.DocumentKind {
	t.Helper()
	for _, k := range []twiml.DocumentKind{twiml.VoiceDocument, twiml.MessagingDocument, twiml.FaxDocument} {
		if k.String() == name {
			return k
		}
	}
	t.Fatalf("no kind of document %q", name)
	return 0
}

// whereOf reduces a path to the form of the vectors: Dial/Number@sendDigits.
func whereOf(path string) string {
	path = regexp.MustCompile(`\[\d+\]`).ReplaceAllString(path, "")
	path = strings.Replace(path, "/@", "@", 1)
	switch rest, ok := strings.CutPrefix(path, "/Response"); {
	case ok && strings.HasPrefix(rest, "/"):
		return rest[1:]
	case ok:
		return "Response" + rest
	}
	return path
}

// A corpusDocument is one of the real documents of the vectors.
type corpusDocument struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Valid    bool     `json:"valid"`
	XML      string   `json:"xml"`
	Findings []string `json:"findings"`
	Warnings []string `json:"warnings"`
}

func loadCorpus(t testing.TB) []corpusDocument {
	t.Helper()
	var file struct {
		Documents []corpusDocument `json:"documents"`
	}
	decodeLoosely(t, "vectors/twiml-corpus.json", &file)
	return file.Documents
}

// A verdict is what the package makes of a document, whether Parse or Lint
// found it.
type verdict struct {
	code  int
	stops bool
	where string
}

func judge(t testing.TB, xml []byte, kind string) []verdict {
	t.Helper()
	root, err := twiml.Parse(xml)
	if err != nil {
		syntax, ok := errors.AsType[*twiml.SyntaxError](err)
		require.True(t, ok)
		return []verdict{{code: syntax.Code, stops: true}}
	}
	var all []verdict
	for _, p := range lint.Check(root, kindOf(t, kind)) {
		all = append(all, verdict{p.Code, p.Stops, whereOf(p.Path)})
	}
	return all
}

func TestInvalidDocumentsAreFound(t *testing.T) {
	var file struct {
		About     string            `json:"about"`
		Documents []invalidDocument `json:"documents"`
	}
	require.NoError(t, spec.Decode("vectors/twiml-invalid.json", &file))
	found, numbered := 0, 0
	for _, d := range file.Documents {
		all := judge(t, d.bytes(t), d.Kind)
		if !assert.NotEmpty(t, all, "%s: %s", d.Name, d.Reason) {
			continue
		}
		found++
		i := slices.IndexFunc(all, func(v verdict) bool { return v.code == d.Code })
		if i < 0 {
			t.Logf("%s: want number %d, got %v", d.Name, d.Code, all)
			continue
		}
		numbered++
		assert.Equal(t, d.Level == "error", all[i].stops, "%s: stops", d.Name)
		if d.WellFormed && d.Class != "root" && d.Where != "" {
			assert.True(t, slices.ContainsFunc(all, func(v verdict) bool {
				return v.code == d.Code && strings.HasPrefix(v.where, strings.TrimSuffix(d.Where, "@"))
			}), "%s: want the place %s, got %v", d.Name, d.Where, all)
		}
	}
	fmt.Printf("invalid documents: %d of %d found, %d with the number of the vectors\n", found, len(file.Documents), numbered)
	assert.Equal(t, len(file.Documents), found)
	assert.GreaterOrEqual(t, numbered*100, len(file.Documents)*95)
}

// TestCorpusFindings compares Lint with what an independent reading of the same
// grammar says of real documents: all that it finds must be found, and nothing
// that stops in a document that it calls valid.
func TestCorpusFindings(t *testing.T) {
	findings, seen, quiet := 0, 0, 0
	for _, d := range loadCorpus(t) {
		root, err := twiml.Parse([]byte(d.XML))
		require.NoError(t, err, d.Name)
		problems := lint.Check(root, kindOf(t, d.Kind))
		for _, p := range problems {
			if d.Valid {
				assert.False(t, p.Stops, "%s: %s", d.Name, p)
			}
			assert.NotEmpty(t, p.Text)
			assert.Positive(t, p.Line, "%s: %s", d.Name, p)
		}
		if len(problems) == 0 {
			quiet++
		}
		for _, f := range slices.Concat(d.Findings, d.Warnings) {
			findings++
			if assert.True(t, slices.ContainsFunc(problems, func(p lint.Problem) bool { return meets(p, f) }),
				"%s: not found: %s\n%v", d.Name, f, problems) {
				seen++
			}
		}
	}
	fmt.Printf("corpus: %d of %d findings of the other reader found; nothing to say about %d documents\n", seen, findings, quiet)
}

// meets reports whether a problem is the finding of the corpus.
func meets(p lint.Problem, finding string) bool {
	where := whereOf(p.Path)
	element, attr, _ := strings.Cut(where, "@")
	last := element[strings.LastIndexByte(element, '/')+1:]
	for prefix, rules := range map[string][]string{
		where + " bad ":                        {"value"},
		where + " out of range":                {"value-range"},
		where + " not wss":                     {"stream-url", "relay-url"},
		where + " unknown value":               {"value-unknown"},
		element + " unknown attribute " + attr: {"unknown-attribute"},
		element + " legacy attribute " + attr:  {"deprecated-attribute"},
		element + " missing " + attr:           {"missing-attribute"},
		element + " text not allowed":          {"text-not-allowed"},
		element + " text missing":              {"missing-text"},
		element + " not allowed":               {"unknown-element", "nesting", "wrong-document", "only-messaging-verbs"},
		last + " at root: SDKs only":           {"sdk-only-parent"},
		"sdk-only child":                       {"sdk-only-parent"},
	} {
		if strings.HasPrefix(finding, prefix) && slices.Contains(rules, p.Rule) {
			return true
		}
	}
	return false
}
