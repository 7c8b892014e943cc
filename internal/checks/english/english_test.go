package english

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../../.."

// skipped are the folders whose prose is not ours or is data.
var skipped = []string{".git", ".ci/out", "testdata", "npm", "node_modules", "internal/checks/english", "internal/spec"}

// TestEnglish reads every page and every comment of the repository.
func TestEnglish(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if slices.Contains(skipped, rel) || slices.Contains(skipped, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".go", ".md", ".js", ".html", ".css", ".yaml"}, filepath.Ext(name)) {
			return nil
		}
		if strings.HasSuffix(name, "table_gen.go") {
			return nil // Twilio's titles
		}
		files++
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, f := range Check(string(data)) {
			t.Errorf("%s: %s", rel, f)
		}
		return nil
	})
	require.NoError(t, err)
	assert.Greater(t, files, 100)
}

// TestPhrases makes sure that the list finds what it should and passes what it
// should not.
func TestPhrases(t *testing.T) {
	for text, want := range map[string]string{
		"It belongs into BaseURL.":      "belongs into",
		"mend what is marked":           "mend",
		"an amendment is recommended":   "",
		"this is no number":             "is no number",
		"there is no limit":             "",
		"The handler is told of it.":    "is told of|is told",
		"a marshalled or marshal color": "",
		"what became of messages":       "what became of",
		"who is silent is led back":     "led back",
		"a fixture stands alone":        "stands alone",
		"where an element may stand":    "may stand",
		"Holds each answer against it":  "Holds each answer against",
		"everybody else, but forever":   "everybody",
		"It ends nothing.":              "ends nothing",
		"The program is told.":          "is told",
	} {
		var got []string
		for _, f := range Check(text) {
			got = append(got, f.Text)
		}
		assert.Equal(t, want, strings.Join(got, "|"), text)
	}
	assert.Equal(t, 2, Check("fine\nIt shall work.\n")[0].Line)
}
