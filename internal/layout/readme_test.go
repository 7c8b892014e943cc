package layout_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReadmeIsCompiled holds every Go snippet of the README against the code of
// the repository: each stands, line for line, in an example or a test, so it
// compiles and is run.
func TestReadmeIsCompiled(t *testing.T) {
	sources := goFiles(t)
	for _, snippet := range fences(t, "README.md", "go") {
		found := false
		for _, source := range sources {
			if strings.Contains(source, normal(snippet)) {
				found = true
				break
			}
		}
		assert.True(t, found, "a snippet of README.md stands in no example or test:\n%s", snippet)
	}
}

// TestReadmeLinksLead checks that each relative link of the README leads to
// something that is there.
func TestReadmeLinksLead(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`).FindAllStringSubmatch(string(data), -1) {
		if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
			continue
		}
		assert.FileExists(t, filepath.Join(root, filepath.FromSlash(m[1]), here(m[1])), "README.md links to %s", m[1])
	}
}

// here names a file to look for where a link leads to a folder.
func here(link string) string {
	info, err := os.Stat(filepath.Join(root, filepath.FromSlash(link)))
	if err != nil || !info.IsDir() {
		return ""
	}
	entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(link)))
	if err != nil || len(entries) == 0 {
		return "nothing"
	}
	for _, e := range entries {
		if !e.IsDir() {
			return e.Name()
		}
	}
	return "nothing"
}

// fences returns the fenced blocks of a Markdown file that are marked language.
func fences(t *testing.T, name, language string) (blocks []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	inside := false
	var block strings.Builder
	for line := range strings.Lines(string(data)) {
		switch trimmed := strings.TrimSpace(line); {
		case !inside && trimmed == "```"+language:
			inside = true
			block.Reset()
		case inside && trimmed == "```":
			inside = false
			blocks = append(blocks, block.String())
		case inside:
			block.WriteString(line)
		}
	}
	require.False(t, inside, "%s ends inside a block", name)
	return blocks
}

// goFiles returns the text of every example and test of all modules, without
// indentation.
func goFiles(t *testing.T) (sources []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		example := strings.Contains(filepath.ToSlash(name), "/examples/")
		if !strings.HasSuffix(name, ".go") || !example && !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sources = append(sources, normal(string(data)))
		return nil
	})
	require.NoError(t, err)
	return sources
}

// normal drops indentation and blank lines, which a snippet may lose.
func normal(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
