package layout_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestContractFromOutside compiles the contract tests in a module of their own,
// as people have it who only import ours: they need nothing that is internal.
func TestContractFromOutside(t *testing.T) {
	compiler, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command here")
	}
	dir := t.TempDir()
	files, err := filepath.Glob("contract_*_test.go")
	require.NoError(t, err)
	require.Greater(t, len(files), 5)
	for _, name := range files {
		if name != "contract_outside_test.go" {
			copyFile(t, name, filepath.Join(dir, name))
		}
	}
	copyFile(t, filepath.Join(root, "go.sum"), filepath.Join(dir, "go.sum"))
	home, err := filepath.Abs(root)
	require.NoError(t, err)
	ours, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	theirs := strings.Replace(string(ours), "module "+module, "module example.com/outside", 1) +
		"\nrequire " + module + " v0.0.0\n\nreplace " + module + " => " + home + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(theirs), 0o644))

	vet := exec.CommandContext(t.Context(), compiler, "vet", "./...")
	vet.Dir = dir
	vet.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off")
	said, err := vet.CombinedOutput()
	require.NoError(t, err, string(said))
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, data, 0o644))
}
