package console_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sources are the types in Go that the page's types of JSON describe.
var sources = map[string]string{
	"Person": "stage.Person", "App": "console.App", "Media": "stage.Media", "Message": "stage.Message", "Conversation": "stage.Conversation",
	"Line": "stage.Line", "Payment": "stage.Payment", "Phone": "stage.Phone", "Leg": "stage.Leg", "Call": "stage.Call", "Exchange": "console.summary",
	"Side": "console.side", "Parameter": "console.parameter", "Problem": "console.problem", "Fix": "console.fix", "Finding": "console.finding",
	"Advice": "console.advice", "Moment": "console.moment", "Pairing": "console.pairing", "Start": "console.session", "Outbound": "console.sent",
	"DiffLine": "console.line", "Step": "stage.Step", "Delivery": "stage.Delivery", "Fault": "fault.Fault", "FaultPlan": "fault.Plan",
	"Outcome": "stage.Outcome", "Item": "stage.Item", "Frame": "stage.Frame", "Session": "stage.Session",
}

// composed are types of answers that are put together, and of the page itself.
var composed = []string{"State", "Details", "Comparison", "View"}

// structs returns the struct types of the packages that the page gets JSON from.
func structs(t *testing.T) map[string]*ast.StructType {
	t.Helper()
	out := map[string]*ast.StructType{}
	for _, name := range []string{"console", "stage", "fault"} {
		files, err := filepath.Glob("../" + name + "/*.go")
		require.NoError(t, err)
		for _, file := range files {
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(tree, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok {
					if s, ok := spec.Type.(*ast.StructType); ok {
						out[name+"."+spec.Name.Name] = s
					}
				}
				return true
			})
		}
	}
	return out
}

// members are the names in the JSON of a struct. True means that one may be absent.
func members(t *testing.T, all map[string]*ast.StructType, name string) map[string]bool {
	t.Helper()
	s := all[name]
	require.NotNil(t, s, name)
	out := map[string]bool{}
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 {
			inner := f.Type.(*ast.Ident).Name
			pkg, _, _ := strings.Cut(name, ".")
			maps.Copy(out, members(t, all, pkg+"."+inner))
			continue
		}
		if f.Tag == nil {
			continue
		}
		tag, err := strconv.Unquote(f.Tag.Value)
		require.NoError(t, err)
		if member, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ","); member != "" && member != "-" {
			out[member] = strings.HasPrefix(options, "omit")
		}
	}
	return out
}

var (
	typedef = regexp.MustCompile(`@typedef \{([^@]+)\} (\w+)`)
	base    = regexp.MustCompile(`^(\w+) & `)
	inner   = regexp.MustCompile(`[{<(\[][^{}<>()\[\]]*[}>)\]]`)
	member  = regexp.MustCompile(`(\w+)(\??):`)
)

// TestTypesOfThePageAreThoseOfGo compares the members of each type in types.js
// with the struct that is sent.
func TestTypesOfThePageAreThoseOfGo(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("web/lib/types.js")
	require.NoError(t, err)
	all := structs(t)
	page := map[string]map[string]bool{}
	for _, m := range typedef.FindAllStringSubmatch(strings.ReplaceAll(string(data), "\n *", " "), -1) {
		text, name := strings.TrimSpace(m[1]), m[2]
		found := map[string]bool{}
		if b := base.FindStringSubmatch(text); b != nil {
			maps.Copy(found, page[b[1]])
			text = text[len(b[0]):]
		}
		text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
		for inner.MatchString(text) {
			text = inner.ReplaceAllString(text, "")
		}
		for _, f := range member.FindAllStringSubmatch(text, -1) {
			found[f[1]] = f[2] == "?"
		}
		page[name] = found
		if !slices.Contains(composed, name) {
			assert.Contains(t, sources, name, "the struct that the type describes")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		assert.Equal(t, members(t, all, sources[name]), page[name], "%s is %s", name, sources[name])
	}
}
