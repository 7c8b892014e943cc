package layout_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestImportGraph compares the imports of every package with
// testdata/imports.txt. Imports point against the flow of a request; a package
// that is not named there, or imports what it must not, fails.
func TestImportGraph(t *testing.T) {
	allowed := graph(t)
	for _, p := range packages(t) {
		may, ok := allowed[p.dir]
		for _, group := range []string{"examples", "cmd/ringback"} {
			if !ok && (p.dir == group || strings.HasPrefix(p.dir, group+"/")) {
				may, ok = allowed[group+"/*"], true
			}
		}
		if !ok {
			t.Errorf("%s is not in testdata/imports.txt: say where it belongs", p.dir)
			continue
		}
		for name := range p.imports() {
			if strings.HasPrefix(p.dir, "examples/") && strings.HasPrefix(name, p.dir+"/") {
				continue
			}
			if strings.HasPrefix(name, "cmd/ringback/") && strings.HasPrefix(p.dir, "cmd/ringback") {
				continue
			}
			assert.True(t, slices.Contains(may, name), "%s must not import %s", p.dir, name)
		}
	}
}

// TestImportGraphHasNoCycle checks that the file lists the packages in layers:
// each package may import only packages listed before it.
func TestImportGraphHasNoCycle(t *testing.T) {
	data, err := os.ReadFile("testdata/imports.txt")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, line := range lines(string(data)) {
		name, rest, _ := strings.Cut(line, ":")
		for _, dep := range strings.Fields(rest) {
			if !strings.Contains(dep, ".") {
				assert.True(t, seen[dep], "%s imports %s, which comes later", name, dep)
			}
		}
		seen[name] = true
	}
}

// TestT41CoreIsPlain checks that the packages that answer a request run no code
// when they are imported and use no unsafe features.
func TestT41CoreIsPlain(t *testing.T) {
	core := []string{"internal/form", "signature", "twiml", "webhook", "status"}
	for _, p := range packages(t) {
		if !slices.Contains(core, p.dir) {
			continue
		}
		for name, f := range p.files {
			for _, spec := range f.Imports {
				assert.NotContains(t, []string{`"unsafe"`, `"C"`, `"plugin"`}, spec.Path.Value, "%s/%s", p.dir, name)
			}
			assert.False(t, declaresInit(f), "%s/%s has an init function", p.dir, name)
		}
	}
}

func graph(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/imports.txt")
	require.NoError(t, err)
	allowed := map[string][]string{}
	for _, line := range lines(string(data)) {
		name, rest, ok := strings.Cut(line, ":")
		require.True(t, ok, "line %q", line)
		allowed[name] = strings.Fields(rest)
	}
	return allowed
}

// lines drops comments and blank lines.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
