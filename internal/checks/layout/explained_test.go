package layout_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestExportedNamesAreExplained fails for an exported name without a doc
// comment, in all modules. A comment on a group of constants counts for all of
// them. Among fields, only settings of public packages need one.
func TestExportedNamesAreExplained(t *testing.T) {
	for _, p := range allPackages(t) {
		explained := false
		for name, f := range p.files {
			explained = explained || f.Doc != nil
			if p.name == "main" {
				continue
			}
			for _, missing := range unexplained(p.fset, f, p.public()) {
				t.Errorf("%s/%s: %s has no doc comment", p.dir, name, missing)
			}
		}
		if !explained {
			t.Errorf("%s has no package comment", p.dir)
		}
	}
}

func TestUnexplainedNamesAreFound(t *testing.T) {
	for source, want := range map[string][]string{
		"func F() {}":                          {"F"},
		"// F does.\nfunc F() {}":              nil,
		"func f() {}":                          nil,
		"type T int\nfunc (T) M() {}":          {"T", "M"},
		"func (t) M() {}":                      nil,
		"func (*T[K]) M() {}":                  {"M"},
		"type ( A int; b int )":                {"A"},
		"// Ts.\ntype ( A int; B int )":        nil,
		"const C = 1":                          {"C"},
		"const C = 1 // said behind it":        nil,
		"// Cs.\nconst ( C = 1; D = 2 )":       nil,
		"var ErrX, ErrY error":                 {"ErrX"},
		"// O.\ntype Options struct { A int }": {"Options.A"},
		"// O.\ntype Options struct {\n// A and B: zero is none.\nA int\nB int\n\nC int }": {"Options.C"},
		"// O.\ntype XConfig struct { A int // zero: 1\n b int }":                          nil,
		"// O.\ntype Event struct { SID string }":                                          nil,
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "x.go", "package x\n"+source, parser.ParseComments)
		require.NoError(t, err)
		assert.Equal(t, want, unexplained(fset, f, true), source)
	}
}

// unexplained returns the exported names of a file that no comment explains.
func unexplained(fset *token.FileSet, f *ast.File, public bool) (names []string) {
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && exportedReceiver(d) && d.Doc == nil {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				names = append(names, unexplainedSpec(fset, d, spec, public)...)
			}
		}
	}
	return names
}

func unexplainedSpec(fset *token.FileSet, d *ast.GenDecl, spec ast.Spec, public bool) (names []string) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		if d.Doc == nil && s.Doc == nil {
			names = append(names, s.Name.Name)
		}
		if settings, ok := s.Type.(*ast.StructType); ok && public && isSettings(s.Name.Name) {
			names = append(names, unexplainedFields(fset, s.Name.Name, settings)...)
		}
	case *ast.ValueSpec:
		if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
			names = append(names, s.Names[0].Name)
		}
	}
	return names
}

func isSettings(name string) bool {
	return strings.HasSuffix(name, "Options") || strings.HasSuffix(name, "Config")
}

// unexplainedFields lets a comment count for the fields right below it, up to a
// blank line.
func unexplainedFields(fset *token.FileSet, of string, s *ast.StructType) (names []string) {
	last := -1 // line of the last field that is explained
	for _, f := range s.Fields.List {
		line := fset.Position(f.Pos()).Line
		switch {
		case f.Doc != nil || f.Comment != nil || line == last+1:
			last = fset.Position(f.End()).Line
		case len(f.Names) > 0 && f.Names[0].IsExported():
			names = append(names, of+"."+f.Names[0].Name)
		}
	}
	return names
}
