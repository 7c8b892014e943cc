//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestT35PlantedProjectFile ignores the settings that another user has left in a
// directory for everyone, above ours or in it.
func TestT35PlantedProjectFile(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	const stranger, me = 65534, 1000
	shared := t.TempDir()
	file := filepath.Join(shared, projectFile)
	ours := filepath.Join(shared, "ours")
	require.NoError(t, os.WriteFile(file, []byte("app: http://evil.example.com\n"), 0o644))
	require.NoError(t, os.Mkdir(ours, 0o700))
	for _, c := range []struct {
		name       string
		mode       os.FileMode
		file, here int
		planted    bool
	}{
		{"planted", 0o777 | os.ModeSticky, stranger, 0, true},
		{"our own", 0o777 | os.ModeSticky, 0, 0, false},
		{"a directory that only its owner writes to", 0o755, stranger, 0, false},
		{"a directory of another user in a container", 0o777, me, me, false},
	} {
		require.NoError(t, os.Chmod(shared, c.mode), c.name)
		require.NoError(t, os.Chown(file, c.file, -1), c.name)
		require.NoError(t, os.Chown(ours, c.here, -1), c.name)
		t.Chdir(ours)
		dir := shared
		if c.planted {
			dir = ours
		}
		assert.Equal(t, dir, projectDir(), c.name)
		set, err := readSettings(shared)
		require.NoError(t, err, c.name)
		assert.Equal(t, c.planted, set == nil, c.name)
	}
}
