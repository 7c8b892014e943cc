package status_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/status"
)

func TestCode(t *testing.T) {
	c := status.Code(30005)
	assert.True(t, c.Known())
	assert.NotEmpty(t, c.Name())
	assert.NotEmpty(t, c.Meaning())
	assert.True(t, c.Permanent())
	assert.False(t, c.Retryable())
	assert.Equal(t, "https://www.twilio.com/docs/api/errors/30005", c.URL())
	assert.True(t, strings.HasPrefix(c.String(), "30005 "), c.String())

	assert.Equal(t, status.ClassUnreachableHandset, status.Code(30003).Class())
	assert.True(t, status.Code(30003).Retryable())
	assert.True(t, status.Code(21610).Permanent())
	assert.Equal(t, status.ClassWebhookHTTP, status.Code(11200).Class())
	assert.True(t, status.Code(11205).Retryable())
	assert.True(t, status.Code(12200).Warning())
	assert.Equal(t, status.Code(54050).Name(), status.Code(54050).Meaning(), "where there is nothing to add")
	assert.Empty(t, status.Code(54050).Class(), "not classified")
}

func TestCodeThatIsNotKnown(t *testing.T) {
	for _, c := range []status.Code{0, -1, 1, 99999, 1 << 40} {
		assert.False(t, c.Known() || c.Permanent() || c.Retryable() || c.Warning(), "%d", c)
		assert.Empty(t, c.Name()+c.Meaning()+string(c.Class()))
	}
	assert.Equal(t, "99999", status.Code(99999).String())
}

// TestCodesAgainstTheFacts compares the catalog with the facts, code by code.
func TestCodesAgainstTheFacts(t *testing.T) {
	var facts []struct {
		Code      int    `json:"code"`
		Name      string `json:"name"`
		Product   string `json:"product"`
		LogLevel  string `json:"log_level"`
		Meaning   string `json:"meaning"`
		Class     string `json:"class"`
		Permanent *bool  `json:"permanent"`
		Direction string `json:"direction"`
		SeenIn    string `json:"seen_in"`
		Source    string `json:"source"`
	}
	require.NoError(t, spec.Decode("errors.json", &facts))
	for _, f := range facts {
		c := status.Code(f.Code)
		assert.True(t, c.Known())
		assert.Equal(t, f.Name, c.Name())
		assert.Equal(t, cmp.Or(f.Meaning, f.Name), c.Meaning())
		assert.Equal(t, f.Class, string(c.Class()))
		assert.Equal(t, f.Permanent != nil && *f.Permanent, c.Permanent(), "%v", c)
		assert.Equal(t, f.Permanent != nil && !*f.Permanent, c.Retryable(), "%v", c)
		assert.Equal(t, f.LogLevel == "WARNING", c.Warning(), "%v", c)
	}
	all := slices.Collect(status.Codes())
	assert.Len(t, all, len(facts))
	assert.True(t, slices.IsSorted(all))
	for range status.Codes() {
		break
	}
}

// TestEveryClassHasAConstant compares the constants of class.go with the
// classes in use.
func TestEveryClassHasAConstant(t *testing.T) {
	file, err := parser.ParseFile(gotoken.NewFileSet(), "class.go", nil, 0)
	require.NoError(t, err)
	constants := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			constants[text] = true
		}
		return true
	})
	used := map[string]bool{}
	for c := range status.Codes() {
		if class := c.Class(); class != "" {
			used[string(class)] = true
		}
	}
	assert.Equal(t, used, constants)
}

func TestCodeAllocatesNothing(t *testing.T) {
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = status.Code(30005).Retryable(); _ = status.Code(1).Name() }))
}

func BenchmarkCode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = status.Code(30005).Permanent()
	}
}
