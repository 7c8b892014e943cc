package process_test

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/process"
	"github.com/ringback-go/ringback/internal/syncbuf"
)

// output is a buffer for two writers.
type output = syncbuf.Buffer

func TestRunsAgainAndStopsWithUs(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh here")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out output
	runs := 0
	var last process.State
	err := process.Run(ctx, process.Config{
		Command: []string{"sh", "-c", "echo addr $ADDR; if [ -e " + t.TempDir() + "/never ]; then exit 0; fi; exit 3"},
		Env:     []string{"ADDR=127.0.0.1:8080"},
		Out:     &out,
		Changed: func(s process.State) {
			last = s
			if s.Running {
				runs++
			}
			if runs == 2 && !s.Running {
				cancel()
			}
		},
	})
	require.NoError(t, err)
	assert.Equal(t, 2, runs)
	assert.False(t, last.Running)
	assert.Equal(t, 2, strings.Count(out.String(), "addr 127.0.0.1:8080"))
	assert.Contains(t, out.String(), "exit status 3")
}

func TestStopsWhatTheProgramStarted(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh here")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out output
	// The child keeps the output open: Run would not return if it lived on.
	err := process.Run(ctx, process.Config{
		Command: []string{"sh", "-c", "sleep 600 & wait"},
		Out:     &out,
		Changed: func(s process.State) {
			if s.Running {
				cancel()
			}
		},
	})
	require.NoError(t, err)
}

func TestNoSuchProgram(t *testing.T) {
	err := process.Run(t.Context(), process.Config{Command: []string{"no-such-program-anywhere"}})
	require.ErrorIs(t, err, exec.ErrNotFound)
}

func TestLines(t *testing.T) {
	var out bytes.Buffer
	l := process.NewLines(&out, "app  ")
	for _, part := range []string{"one\ntw", "o\n", "three"} {
		_, err := l.Write([]byte(part))
		require.NoError(t, err)
	}
	assert.Equal(t, "app  one\napp  two\n", out.String())
}
