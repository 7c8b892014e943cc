package lint_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

// FuzzCheck: whatever can be parsed can be checked, every problem has a rule and
// a place in the document, and silencing all rules leaves nothing.
func FuzzCheck(f *testing.F) {
	for _, d := range loadCorpus(f) {
		f.Add([]byte(d.XML))
	}
	for _, c := range ruleCases {
		f.Add([]byte("<Response>" + c.bad + "</Response>"))
	}
	known := map[string]bool{}
	var names []string
	for _, r := range lint.Rules() {
		known[r.Name] = true
		names = append(names, r.Name)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		doc, err := twiml.Parse(src)
		if err != nil {
			return
		}
		for _, kind := range []twiml.DocumentKind{twiml.VoiceDocument, twiml.MessagingDocument, twiml.FaxDocument} {
			problems := lint.Check(doc, kind)
			for _, p := range problems {
				require.True(t, known[p.Rule], p.Rule)
				require.Positive(t, p.Line)
				require.NotEmpty(t, p.Text)
				require.NotEmpty(t, p.URL())
			}
			require.Empty(t, lint.Except(problems, names...))
		}
	})
}
