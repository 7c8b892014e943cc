package onefile_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNewKindIsOneFile copies the module, adds one file with two kinds that do
// not exist, generates, and runs tests against them: they are detected, decoded,
// encoded, sent by webhooktest, tracked by status, and shown by the command.
// Nothing else in the copy is touched, and its own tests of the generator and of
// all kinds pass.
func TestNewKindIsOneFile(t *testing.T) {
	if os.Getenv("RINGBACK_ONEFILE") == "" {
		t.Skip("set RINGBACK_ONEFILE=1 to add a kind to a copy of the module")
	}
	root := filepath.Join("..", "..", "..")
	module := t.TempDir()
	copyModule(t, root, module)
	add(t, "parcel.go.txt", filepath.Join(module, "webhook", "parcel.go"))
	add(t, "probe_test.go.txt", filepath.Join(module, "cmd", "ringback", "internal", "probe", "probe_test.go"))
	run(t, module, "generate", "./internal/gen")
	for _, generated := range []string{"webhook/parcel_gen.go", "docs/coverage.md", "internal/spec/webhooks.json"} {
		text, err := os.ReadFile(filepath.Join(module, filepath.FromSlash(generated)))
		require.NoError(t, err)
		assert.Contains(t, string(text), "Parcel", generated)
	}
	run(t, module, "test", "./cmd/ringback/internal/probe", "./internal/gen")
	run(t, module, "test", "./webhook", "-run", "Kind|Fixtures")
}

func add(t *testing.T, name, path string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, text, 0o644))
}

// run runs the go command in the copy.
func run(t *testing.T, module string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "go %s\n%s", strings.Join(args, " "), out)
}

// copyModule copies the files of the root module: what is below another go.mod
// or hidden is left out.
func copyModule(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			nested := false
			if rel != "." {
				_, err := os.Stat(filepath.Join(path, "go.mod"))
				nested = err == nil
			}
			if nested || rel != "." && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	}))
}
