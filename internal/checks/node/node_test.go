package node

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/syncbuf"
)

// output is what a process has written so far.
type output = syncbuf.Buffer

// needed skips the test where Node is not to be tried.
func needed(t *testing.T) {
	t.Helper()
	if os.Getenv("RINGBACK_TEST_NODE") == "" {
		t.Skip("set RINGBACK_TEST_NODE=1 to run npm twilio")
	}
}

// installed puts npm's twilio and express into a folder.
func installed(t *testing.T, dir string) {
	t.Helper()
	if modules := os.Getenv("RINGBACK_NODE_MODULES"); modules != "" {
		require.NoError(t, os.Symlink(modules, filepath.Join(dir, "node_modules")))
		return
	}
	text, err := exec.Command("npm", "install", "--no-audit", "--no-fund", "--prefix", dir, "twilio@6", "express@4").CombinedOutput()
	require.NoError(t, err, "%s", text)
}

// TestNodeSDK starts a program that uses npm twilio, and reads what it prints.
func TestNodeSDK(t *testing.T) {
	t.Parallel()
	needed(t)
	dir := t.TempDir()
	script, err := os.ReadFile("testdata/sdk.js")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sdk.js"), script, 0o600))
	installed(t, dir)
	command := filepath.Join(dir, "ringback")
	text, err := exec.Command("go", "build", "-o", command, "../../../cmd/ringback").CombinedOutput()
	require.NoError(t, err, "%s", text)

	var out output
	dev := exec.Command(command, "dev", "--memory", "--tunnel=", "--no-open", "--offline", "--outcome", "+15550101=answers", "--token", "4f1d8a3c5b7e90214f1d8a3c5b7e9021",
		"--", "node", filepath.Join(dir, "sdk.js"))
	dev.Stdout, dev.Stderr = &out, &out
	dev.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
	require.NoError(t, dev.Start())
	t.Cleanup(func() {
		dev.Process.Signal(os.Interrupt)
		dev.Wait()
	})
	require.Eventually(t, func() bool {
		s := out.String()
		return strings.Contains(s, "app  done") || strings.Contains(s, "app  failed")
	}, 90*time.Second, 50*time.Millisecond)
	all := out.String()
	for _, line := range []string{
		"sent queued 1", "callbacks sent true, delivered true", "service accepted null", "scheduled scheduled canceled", "listed 3",
		`redacted ""`, "removed true", "refused 400 21211", "call queued", "updated completed", "calls 1", "recordings 1 OutboundAPI",
		"participants 1", "ended completed", "elsewhere 404 20404", "done",
	} {
		assert.True(t, strings.Contains(all, "app  "+line+"\n"), line)
	}
	if t.Failed() {
		t.Log(all)
	}
}
