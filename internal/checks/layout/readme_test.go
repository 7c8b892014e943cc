package layout_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReadmeIsCompiled checks that every Go snippet in the documents is, line
// for line, in an example or a test, so it compiles and runs.
func TestReadmeIsCompiled(t *testing.T) {
	sources := goFiles(t)
	for _, page := range pages(t) {
		for _, snippet := range fences(t, page, "go") {
			found := slices.ContainsFunc(sources, func(source string) bool { return strings.Contains(source, normal(snippet)) })
			assert.True(t, found, "a snippet of %s is in no example or test:\n%s", page, snippet)
		}
	}
}

// pages are the documents for users.
func pages(t *testing.T) []string {
	t.Helper()
	all := []string{"README.md", "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md", "examples/README.md", "examples/ivr/README.md"}
	docs, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, docs)
	for _, name := range docs {
		all = append(all, "docs/"+filepath.Base(name))
	}
	return all
}

// TestLinksLead checks that the target of each relative link in the documents
// exists, and the heading of each anchor.
func TestLinksLead(t *testing.T) {
	for _, name := range pages(t) {
		data, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(string(data), -1) {
			link, anchor, _ := strings.Cut(m[1], "#")
			switch {
			case strings.Contains(link, "://"):
			case link == "":
				assert.Contains(t, headings(string(data)), anchor, "%s links to #%s", name, anchor)
			default:
				to := filepath.Join(root, filepath.Dir(name), filepath.FromSlash(link))
				_, err := os.Stat(to)
				assert.NoError(t, err, "%s links to %s", name, link)
				if anchor != "" {
					target, err := os.ReadFile(to)
					require.NoError(t, err)
					assert.Contains(t, headings(string(target)), anchor, "%s links to %s#%s", name, link, anchor)
				}
			}
		}
	}
}

// headings returns the anchors that GitHub makes of a document's headings.
func headings(text string) (anchors []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		anchor := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		anchors = append(anchors, regexp.MustCompile(`[^\w-]`).ReplaceAllString(anchor, ""))
	}
	return anchors
}

// TestReadmeRoutersAreQuoted checks that the lines for routers, which are in a
// table, are lines of internal/checks/mounts, where they are tested.
func TestReadmeRoutersAreQuoted(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	mounts, err := os.ReadFile(filepath.Join(root, "internal", "checks", "mounts", "mounts.go"))
	require.NoError(t, err)
	source := normal(string(mounts))
	_, section, _ := strings.Cut(string(readme), "\n| Router | ")
	_, section, _ = strings.Cut(section, "|---|---|---|\n")
	section, _, _ = strings.Cut(section, "\n\n")
	rows := regexp.MustCompile("(?m)^\\| [^`|]+ \\| `([^`]+)` \\|").FindAllStringSubmatch(section, -1)
	assert.Len(t, rows, 4)
	for _, row := range rows {
		assert.Contains(t, source, "\n"+row[1]+"\n")
	}
}

// TestReadmeTranscriptIsReal compares the failing test in docs/testing.md with
// the output of an Example.
func TestReadmeTranscriptIsReal(t *testing.T) {
	example, err := os.ReadFile(filepath.Join(root, "webhook", "webhooktest", "example_test.go"))
	require.NoError(t, err)
	shown := fences(t, "docs/testing.md", "text")
	require.Len(t, shown, 1)
	for line := range strings.Lines(shown[0]) {
		if line = strings.TrimSpace(line); line != "..." {
			assert.Regexp(t, `(?m)^\s*//\s+`+regexp.QuoteMeta(line)+"$", string(example))
		}
	}
}

// TestReadmeCommandsExist checks that commands in the documents name a program,
// a test package or a script of the repository.
func TestReadmeCommandsExist(t *testing.T) {
	for _, name := range pages(t) {
		data, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		found := regexp.MustCompile(`go (run|test) (?:-\S+ )*\./([\w/]+)`).FindAllStringSubmatch(string(data), -1)
		for _, m := range found {
			p, err := load(filepath.Join(root, filepath.FromSlash(m[2])))
			require.NoError(t, err)
			assert.NotEmpty(t, p.files, "%s: %s", name, m[0])
			assert.True(t, m[1] == "test" || p.name == "main", "%s: %s is not a program", name, m[0])
		}
	}
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
