package page

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const console = "../../../cmd/ringback/internal/console"

// TestTypes runs the type checker over every script of the page.
func TestTypes(t *testing.T) {
	if os.Getenv("RINGBACK_TEST_NODE") == "" {
		t.Skip("RINGBACK_TEST_NODE is unset: the types of the page are not checked")
	}
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("npm is not installed: the types of the page are not checked")
	}
	dir := t.TempDir()
	web, err := filepath.Abs(filepath.Join(console, "web"))
	require.NoError(t, err)
	for _, name := range []string{"package.json", "tsconfig.json"} {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		text := strings.Replace(string(data), console+"/web", filepath.ToSlash(web), 1)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	for _, args := range [][]string{{"npm", "install", "--no-audit", "--no-fund", "--no-package-lock"}, {"npx", "tsc", "-p", ".", "--listFiles"}} {
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		if args[0] == "npx" {
			assert.Contains(t, string(out), "/web/main.js", "the scripts were read")
		}
	}
}

// TestVersions compares the packages that the types come from with those that
// the page is made of.
func TestVersions(t *testing.T) {
	data, err := os.ReadFile("package.json")
	require.NoError(t, err)
	var list struct {
		DevDependencies map[string]string `json:"devDependencies"`
	}
	require.NoError(t, json.Unmarshal(data, &list))
	script, err := os.ReadFile(filepath.Join(console, "npm.sh"))
	require.NoError(t, err)
	for _, name := range []string{"preact", "htm", "@preact/signals", "@preact/signals-core"} {
		assert.Contains(t, string(script), name+"@"+list.DevDependencies[name]+" ", name)
	}
}
