package layout_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/ringback-go/ringback"
	root   = "../../.."
)

var update = flag.Bool("update", false, "rewrite the golden texts")

// A pkg is one folder of Go files, parsed, without its tests.
type pkg struct {
	dir   string // from the module's root, with slashes; "." is the root
	name  string
	fset  *token.FileSet
	files map[string]*ast.File
}

// packages parses every package of the root module, in the order of their
// folders. Nested modules are omitted, because they have their own
// requirements.
func packages(t *testing.T) []pkg {
	t.Helper()
	return parse(t, func(dir string) bool { return hasFile(dir, "go.mod") })
}

// allPackages parses those of the nested modules, too.
func allPackages(t *testing.T) []pkg {
	t.Helper()
	return parse(t, func(string) bool { return false })
}

// parse parses the packages of every folder, except below those to skip.
func parse(t *testing.T, skip func(dir string) bool) []pkg {
	t.Helper()
	var all []pkg
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		base := d.Name()
		if name != root && (strings.HasPrefix(base, ".") || base == "testdata" || skip(name)) {
			return filepath.SkipDir
		}
		p, err := load(name)
		if err != nil {
			return err
		}
		if len(p.files) > 0 {
			all = append(all, p)
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

func load(dir string) (pkg, error) {
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return pkg{}, err
	}
	p := pkg{dir: filepath.ToSlash(rel), fset: token.NewFileSet(), files: map[string]*ast.File{}}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return pkg{}, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(p.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return pkg{}, err
		}
		p.files[filepath.Base(name)] = f
		p.name = f.Name.Name
	}
	return p, nil
}

// public reports whether programs outside the repository can import p.
func (p pkg) public() bool {
	return p.name != "main" && !strings.Contains("/"+p.dir+"/", "/internal/") && !strings.HasPrefix(p.dir, "examples/")
}

// imports returns the imports of p outside the standard library; a package of
// this module is named by its folder.
func (p pkg) imports() map[string]bool {
	found := map[string]bool{}
	for _, f := range p.files {
		for _, spec := range f.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			switch first, _, _ := strings.Cut(name, "/"); {
			case strings.HasPrefix(name, module+"/"):
				found[strings.TrimPrefix(name, module+"/")] = true
			case strings.Contains(first, "."):
				found[repository(name)] = true
			}
		}
	}
	return found
}

// repository cuts an import path to its host, owner and name.
func repository(name string) string {
	parts := strings.SplitN(name, "/", 4)
	return path.Join(parts[:min(3, len(parts))]...)
}

func hasFile(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}
