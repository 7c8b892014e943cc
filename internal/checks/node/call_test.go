package node

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCallTalksWithNode calls an agent that is written by hand for the package ws
// of npm: it greets, is asked, is interrupted, and hands the call over. It needs
// node, npm and its registry, so it runs where RINGBACK_TEST_NODE is set.
func TestCallTalksWithNode(t *testing.T) {
	t.Parallel()
	if os.Getenv("RINGBACK_TEST_NODE") == "" {
		t.Skip("RINGBACK_TEST_NODE is unset: the agent in JavaScript is not played")
	}
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the agent in JavaScript is not played", tool)
		}
	}
	dir := t.TempDir()
	source, err := os.ReadFile("testdata/agent.js")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "agent.js"), source, 0o600))
	run := func(name string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	run("npm", "install", "--no-audit", "--no-fund", "ws")
	ringback := filepath.Join(dir, "ringback")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", ringback, "github.com/ringback-go/ringback/cmd/ringback")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	agent := exec.CommandContext(t.Context(), "node", "agent.js")
	agent.Dir = dir
	agent.Env = append(os.Environ(), "PORT="+port, "BASE_URL=https://"+addr, "TWILIO_AUTH_TOKEN=12345")
	stdout, err := agent.StdoutPipe()
	require.NoError(t, err)
	agent.Stderr = os.Stderr
	require.NoError(t, agent.Start())
	said := make(chan string, 1)
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan(), "the agent does not listen")
	go func() {
		var all []string
		for lines.Scan() {
			all = append(all, lines.Text())
		}
		said <- strings.Join(all, "\n")
	}()

	shown := run(ringback, "call", "say what are your hours", "wait 6s", "say bye", "wait 6s", "--app", addr, "--base-url", "https://"+addr, "--token", "12345")
	t.Logf("the screen of ringback call:\n%s", shown)
	last := 0
	for _, line := range []string{
		`the caller hears "Hello from Node."`, `the caller says "what are your hours"`, `the caller hears "We are open from nine to five,"`,
		`the caller says "bye"`, "no more of the reply", `the caller hears "Thank you for calling."`,
		`the caller hears "You were handed over with a smile."`, "call ended: completed",
	} {
		at := strings.Index(shown, line)
		require.GreaterOrEqual(t, at, last, line)
		last = at
	}
	require.NoError(t, agent.Process.Kill())
	assert.Contains(t, <-said, "interrupted after: ")
	_ = agent.Wait() // it was killed
}
