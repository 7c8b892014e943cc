package project_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/lock"
	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
)

func open(t *testing.T, name string) *project.Dir {
	t.Helper()
	d, err := project.Open(name)
	require.NoError(t, err)
	return d
}

// TestT33TokenSurvivesARestart keeps one token for each project directory.
func TestT33TokenSurvivesARestart(t *testing.T) {
	cache, one, two := t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	first, err := open(t, one).Token()
	require.NoError(t, err)
	assert.Regexp(t, "^[0-9a-f]{32}$", first)
	again, err := open(t, one).Token()
	require.NoError(t, err)
	assert.Equal(t, first, again)
	other, err := open(t, two).Token()
	require.NoError(t, err)
	assert.NotEqual(t, first, other)
	assert.NotEqual(t, open(t, one).Captures(), open(t, two).Captures())
}

// TestT38TokenFileIsPrivate replaces a token that others could have read.
func TestT38TokenFileIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped: Windows has no file modes")
	}
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	d := open(t, t.TempDir())
	first, err := d.Token()
	require.NoError(t, err)
	path := filepath.Join(filepath.Dir(d.Captures()), "token")
	for _, c := range []struct {
		name   string
		change func()
	}{
		{"readable by others", func() { require.NoError(t, os.Chmod(path, 0o644)) }},
		{"not a token", func() { require.NoError(t, os.WriteFile(path, []byte("guess me"), 0o600)) }},
		{"empty", func() { require.NoError(t, os.Truncate(path, 0)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.change()
			token, err := d.Token()
			require.NoError(t, err)
			assert.Regexp(t, "^[0-9a-f]{32}$", token)
			assert.NotEqual(t, first, token)
			info, err := os.Stat(path)
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
			first = token
		})
	}
	info, err := os.Stat(filepath.Dir(path))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

func TestAnnounce(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	d := open(t, t.TempDir())
	_, ok := d.Announced()
	assert.False(t, ok)
	first, second := project.Console{URL: "http://127.0.0.1:1"}, project.Console{URL: "http://127.0.0.1:2", App: "http://127.0.0.1:3"}
	gone, err := d.Announce(first)
	require.NoError(t, err)
	now, ok := d.Announced()
	require.True(t, ok)
	assert.Equal(t, first, now)
	withdraw, err := d.Announce(second)
	require.NoError(t, err)
	gone()
	now, ok = d.Announced()
	require.True(t, ok, "the first one does not take the second one's note away")
	assert.Equal(t, second, now)
	withdraw()
	_, ok = d.Announced()
	assert.False(t, ok)
}

// TestT33NoTokenForWhoeverListensNow ignores the note of a console that was
// killed: another user's server may have its port by now.
func TestT33NoTokenForWhoeverListensNow(t *testing.T) {
	if !lock.Works {
		t.Skip("skipped: files cannot be locked on this system")
	}
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	d := open(t, t.TempDir())
	_, err := d.Write("console.json", `{"url":"http://127.0.0.1:1","token":"secret"}`)
	require.NoError(t, err)
	_, ok := d.Announced()
	assert.False(t, ok)
}
