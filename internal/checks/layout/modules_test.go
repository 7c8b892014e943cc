package layout_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestModulesRequireVersions checks that every module can be installed: go
// install refuses a replace, and v0.0.0 does not exist. Modules of this
// repository require each other by the same version, and go.work maps it to
// folders.
func TestModulesRequireVersions(t *testing.T) {
	own := regexp.MustCompile(regexp.QuoteMeta(module) + `[a-z/]* v\S+`)
	work := read(t, "go.work")
	versions := map[string]bool{}
	for _, dir := range regexp.MustCompile(`(?m)^\t(\.\S*)$`).FindAllStringSubmatch(work, -1) {
		text := read(t, dir[1], "go.mod")
		assert.NotRegexp(t, `(?m)^replace\b`, text, "%s/go.mod", dir[1])
		for _, required := range own.FindAllString(text, -1) {
			assert.Contains(t, work, "replace "+required+" => ", "%s/go.mod requires %s", dir[1], required)
			_, version, _ := strings.Cut(required, " ")
			versions[version] = true
		}
	}
	assert.Len(t, versions, 1, "the versions that go.mod files require")
	assert.NotContains(t, versions, "v0.0.0")
}

// TestRedisStoreImportsNothingInternal checks that redisstore imports no
// internal package, because it may be used with a newer root module.
func TestRedisStoreImportsNothingInternal(t *testing.T) {
	seen := false
	for _, p := range allPackages(t) {
		if p.dir != "status/redisstore" {
			continue
		}
		seen = true
		for name := range p.imports() {
			assert.NotContains(t, name, "internal/")
		}
	}
	assert.True(t, seen)
}

func read(t *testing.T, name ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{root}, name...)...))
	require.NoError(t, err)
	return string(data)
}
