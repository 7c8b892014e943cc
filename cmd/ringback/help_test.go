package main

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestHelpCommand uses the help command of other tools: the output is the same as
// by --help.
func TestHelpCommand(t *testing.T) {
	for _, name := range []string{"", "text", "run", "dev", "number", "help", "version"} {
		args := strings.Fields(name)
		code, want, errs := command(t, "", append(args, "--help")...)
		require.Zero(t, code, errs)
		code, got, errs := command(t, "", append([]string{"help"}, args...)...)
		assert.Zero(t, code, errs)
		assert.Empty(t, errs)
		assert.Equal(t, want, got, "help %s", name)
		assert.Contains(t, got, strings.TrimSpace("Usage: ringback "+name))
	}
	code, out, errs := command(t, "", "help", "sing")
	assert.Equal(t, 2, code)
	assert.Empty(t, out)
	assert.Equal(t, "ringback: there is no command \"sing\"; ringback help lists all\n", errs)
}

func TestVersion(t *testing.T) {
	code, word, errs := command(t, "", "version")
	require.Zero(t, code, errs)
	assert.Equal(t, version()+"\n", word)
	code, flag, errs := command(t, "", "--version")
	require.Zero(t, code, errs)
	assert.Equal(t, word, flag)
}

func TestVersionOf(t *testing.T) {
	t.Parallel()
	commit := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}
	changed := debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for _, c := range []struct {
		name, module string
		settings     []debug.BuildSetting
		want         string
	}{
		{"installed by version", "v0.3.1", nil, "v0.3.1"},
		{"a version says more than a commit", "v0.3.1", []debug.BuildSetting{commit}, "v0.3.1"},
		{"built in a checkout", "(devel)", []debug.BuildSetting{commit}, "(devel) 0123456789ab"},
		{"built in a changed checkout", "", []debug.BuildSetting{commit, changed}, "(devel) 0123456789ab with changes"},
		{"nothing is known", "", nil, "(devel)"},
	} {
		info := &debug.BuildInfo{Main: debug.Module{Version: c.module}, Settings: c.settings}
		assert.Equal(t, c.want, versionOf(info), c.name)
	}
}
