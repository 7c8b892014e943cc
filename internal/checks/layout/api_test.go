package layout_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExportedAPI compares the exported names of every public package, nested
// modules included, with testdata/api/*.txt, so that additions and removals are
// deliberate.
func TestExportedAPI(t *testing.T) {
	for _, p := range allPackages(t) {
		if !p.public() {
			continue
		}
		t.Run(p.dir, func(t *testing.T) {
			got := strings.Join(p.api(t), "\n") + "\n"
			golden := filepath.Join("testdata", "api", strings.ReplaceAll(p.dir, "/", "_")+".txt")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			if string(want) != got {
				t.Errorf("the exported API of %s changed; if that is intended, run go test ./internal/checks/layout -update\n%s",
					p.dir, difference(string(want), got))
			}
		})
	}
}

// api lists p's exported declarations, one per line or block, sorted.
func (p pkg) api(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, f := range p.files {
		for _, decl := range f.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && exportedReceiver(d) {
					out = append(out, p.print(t, &ast.FuncDecl{Recv: d.Recv, Name: d.Name, Type: d.Type}))
				}
			case *ast.GenDecl:
				out = append(out, p.apiOfGroup(t, d)...)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (p pkg) apiOfGroup(t *testing.T, d *ast.GenDecl) (out []string) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				out = append(out, p.typeOf(t, s)...)
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if !name.IsExported() {
					continue
				}
				line := d.Tok.String() + " " + name.Name
				if s.Type != nil {
					line += " " + p.print(t, s.Type)
				}
				out = append(out, line)
			}
		}
	}
	return out
}

// typeOf lists a type and its exported fields or methods, each on its own line,
// so that a difference names what changed.
func (p pkg) typeOf(t *testing.T, s *ast.TypeSpec) []string {
	head := "type " + s.Name.Name
	if s.TypeParams != nil {
		head += "[" + p.fields(t, s.TypeParams) + "]"
	}
	var members *ast.FieldList
	switch u := s.Type.(type) {
	case *ast.StructType:
		head += " struct"
		members = u.Fields
	case *ast.InterfaceType:
		head += " interface"
		members = u.Methods
	default:
		if s.Assign.IsValid() {
			head += " ="
		}
		return []string{head + " " + p.print(t, s.Type)}
	}
	out := []string{head}
	for _, m := range members.List {
		typ := p.print(t, m.Type)
		if len(m.Names) == 0 {
			out = append(out, head+": "+typ)
		}
		for _, name := range m.Names {
			if name.IsExported() {
				out = append(out, head+": "+name.Name+" "+typ)
			}
		}
	}
	return out
}

func (p pkg) fields(t *testing.T, list *ast.FieldList) string {
	var parts []string
	for _, f := range list.List {
		for _, name := range f.Names {
			parts = append(parts, name.Name+" "+p.print(t, f.Type))
		}
	}
	return strings.Join(parts, ", ")
}

func (p pkg) print(t *testing.T, node any) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, (&printer.Config{Mode: printer.RawFormat}).Fprint(&b, token.NewFileSet(), node))
	return strings.Join(strings.Fields(b.String()), " ")
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	for {
		switch u := typ.(type) {
		case *ast.StarExpr:
			typ = u.X
		case *ast.IndexExpr:
			typ = u.X
		case *ast.IndexListExpr:
			typ = u.X
		case *ast.Ident:
			return u.IsExported()
		default:
			return false
		}
	}
}

func declaresInit(f *ast.File) bool {
	return slices.ContainsFunc(f.Decls, func(decl ast.Decl) bool {
		d, ok := decl.(*ast.FuncDecl)
		return ok && d.Recv == nil && d.Name.Name == "init"
	})
}

// difference lists the lines that only one of two texts has.
func difference(want, got string) string {
	count := map[string]int{}
	for line := range strings.Lines(want) {
		count[line]--
	}
	for line := range strings.Lines(got) {
		count[line]++
	}
	var b strings.Builder
	for line := range strings.Lines(want) {
		if count[line] < 0 {
			fmt.Fprintf(&b, "- %s", line)
			count[line] = 0
		}
	}
	for line := range strings.Lines(got) {
		if count[line] > 0 {
			fmt.Fprintf(&b, "+ %s", line)
			count[line] = 0
		}
	}
	return b.String()
}
