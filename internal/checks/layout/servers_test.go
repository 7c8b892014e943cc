package layout_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// limits are the fields that keep slow clients from filling a server, and one
// client from filling its memory.
var limits = []string{"ReadHeaderTimeout", "ReadTimeout", "WriteTimeout", "IdleTimeout", "MaxHeaderBytes"}

// unbounded are the servers that intentionally lack one.
var unbounded = map[string]string{
	"cmd/ringback/listen.go": "WriteTimeout", // on loopback, for event streams, which have no end
}

// TestT39ServersHaveLimits checks that every server in all modules limits how
// long a client may take. Package comments are checked, too, because people
// copy them.
func TestT39ServersHaveLimits(t *testing.T) {
	servers := 0
	for _, name := range goFileNames(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		found, mistakes := unlimited(f)
		servers += found
		rel, err := filepath.Rel(root, name)
		require.NoError(t, err)
		for _, mistake := range mistakes {
			if field := unbounded[filepath.ToSlash(rel)]; field == "" || !strings.HasSuffix(mistake, field) {
				t.Errorf("%s: %s", rel, mistake)
			}
		}
	}
	assert.GreaterOrEqual(t, servers, 3, "the check does not find the servers any more")
}

// unlimited returns how many servers a file makes, and what they lack.
func unlimited(f *ast.File) (servers int, mistakes []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && isName(s.X, "http") && serves(s.Sel.Name) {
				mistakes = append(mistakes, "http."+s.Sel.Name+" has no limits")
			}
		case *ast.CompositeLit:
			if s, ok := n.Type.(*ast.SelectorExpr); ok && isName(s.X, "http") && s.Sel.Name == "Server" {
				servers++
				mistakes = append(mistakes, lacking(n)...)
			}
		}
		return true
	})
	for _, c := range f.Comments {
		if strings.Contains(c.Text(), "http.ListenAndServe") {
			mistakes = append(mistakes, "a comment shows a server without limits")
		}
	}
	return servers, mistakes
}

func serves(name string) bool {
	return slices.Contains([]string{"ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"}, name)
}

func lacking(server *ast.CompositeLit) (mistakes []string) {
	has := map[string]bool{}
	for _, e := range server.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if name, ok := kv.Key.(*ast.Ident); ok {
				has[name.Name] = true
			}
		}
	}
	for _, field := range limits {
		if !has[field] {
			mistakes = append(mistakes, "an http.Server without "+field)
		}
	}
	return mistakes
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func TestUnlimitedServersAreFound(t *testing.T) {
	for source, want := range map[string]int{
		"func main() { http.ListenAndServe(addr, h) }": 1,
		"func main() { http.Serve(l, h) }":             1,
		"var s = http.Server{}":                        len(limits),
		"var s = &http.Server{ReadTimeout: 1}":         len(limits) - 1,
		"// http.ListenAndServe(addr, h)\nvar x = 1":   1,
		"var s = http.Server{ReadHeaderTimeout: 1, ReadTimeout: 1, WriteTimeout: 1, IdleTimeout: 1, MaxHeaderBytes: 1}": 0,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "main.go", "package main\n"+source, parser.ParseComments)
		require.NoError(t, err)
		_, mistakes := unlimited(f)
		assert.Len(t, mistakes, want, source)
	}
}

// goFileNames returns the Go files of all modules, except those of test data,
// which are not ours to serve.
func goFileNames(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, ".go") {
			names = append(names, name)
		}
		return nil
	})
	require.NoError(t, err)
	return names
}
