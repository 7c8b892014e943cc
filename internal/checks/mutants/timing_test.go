package mutants_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestT01ConstantTime reads the two functions that compare with a secret. Which
// comparison they use changes no result, so no other test can see it, and a
// stopwatch is no test.
func TestT01ConstantTime(t *testing.T) {
	for file, name := range map[string]string{"token.go": "matches", "bodyhash.go": "hashMatches"} {
		source, err := os.ReadFile(filepath.Join("..", "..", "..", "signature", file))
		require.NoError(t, err)
		assert.Contains(t, string(source), name+"(")
		assert.Empty(t, timingLeak(t, string(source)))
	}
	assert.Equal(t, "hashMatches compares in variable time", timingLeak(t, "package p\nfunc hashMatches(a, b string) bool { return a == b }"))
}

// timingLeak returns what is wrong with the way in which a source file compares
// secrets, or "". Such a function calls subtle.ConstantTimeCompare on whole
// slices, and no text is compared in another way.
func timingLeak(t *testing.T, source string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	require.NoError(t, err)
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Name.Name != "matches" && f.Name.Name != "hashMatches" {
			continue
		}
		constant, variable := false, false
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				name := called(n)
				constant = constant || name == "subtle.ConstantTimeCompare"
				variable = variable || name == "bytes.Equal" || strings.HasSuffix(name, ".Compare") || name == "strings.EqualFold"
			case *ast.BinaryExpr:
				call, ok := n.X.(*ast.CallExpr)
				variable = variable || ok && called(call) == "string"
			}
			return true
		})
		if !constant || variable {
			return f.Name.Name + " compares in variable time"
		}
	}
	return ""
}

// called returns the name of the function that is called, with its package.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
	}
	return ""
}
