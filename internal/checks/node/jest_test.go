package node

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSavedTestRunsInJest texts the demo of "ringback dev", saves the conversation
// as a Jest test, and runs it with npm jest against the same demo.
func TestSavedTestRunsInJest(t *testing.T) {
	t.Parallel()
	if os.Getenv("RINGBACK_TEST_NODE") == "" {
		t.Skip("set RINGBACK_TEST_NODE=1 to run npm jest")
	}
	const token = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
	dir := t.TempDir()
	if modules := os.Getenv("RINGBACK_NODE_MODULES"); modules != "" {
		require.NoError(t, os.Symlink(modules, filepath.Join(dir, "node_modules")))
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "jest")); err != nil {
		os.Remove(filepath.Join(dir, "node_modules"))
		text, err := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund", "--prefix", dir, "jest@29").CombinedOutput()
		require.NoError(t, err, "%s", text)
	}
	command := filepath.Join(dir, "ringback")
	text, err := exec.CommandContext(t.Context(), "go", "build", "-o", command, "../../../cmd/ringback").CombinedOutput()
	require.NoError(t, err, "%s", text)
	var out output
	dev := exec.Command(command, "dev", "--memory", "--tunnel=", "--no-open", "--token", token)
	dev.Stdout, dev.Stderr = &out, &out
	dev.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
	require.NoError(t, dev.Start())
	t.Cleanup(func() {
		dev.Process.Signal(os.Interrupt)
		dev.Wait()
	})
	opened := regexp.MustCompile(`(http://\S+/)#token=([0-9a-f]+)`)
	require.Eventually(t, func() bool { return opened.MatchString(out.String()) }, time.Minute, 50*time.Millisecond)
	found := opened.FindStringSubmatch(out.String())
	call := func(path, body string, v any) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, found[1]+"api/"+path, bytes.NewReader([]byte(body)))
		require.NoError(t, err)
		r.Header.Set("X-Console-Token", found[2])
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer resp.Body.Close()
		require.NoError(t, json.NewDecoder(resp.Body).Decode(v))
		return resp.StatusCode
	}
	for _, body := range []string{"hello", "a `${b}` \"c\" 'd' & 👍", "To and ToCity"} {
		data, err := json.Marshal(map[string]string{"person": "+15550101", "channel": "sms", "body": body})
		require.NoError(t, err)
		var sent any
		require.Equal(t, 200, call("messages", string(data), &sent))
	}
	var saved struct{ Text string }
	require.Eventually(t, func() bool {
		return call("save/jest", "", &saved) == 200 && bytes.Count([]byte(saved.Text), []byte("\ntest(")) == 3
	}, time.Minute, 50*time.Millisecond)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "saved.test.js"), []byte(saved.Text), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte("{}"), 0o600))
	jest := exec.CommandContext(t.Context(), "node", filepath.Join(dir, "node_modules", "jest", "bin", "jest.js"), "--rootDir", dir, "saved.test.js")
	jest.Dir = dir
	jest.Env = append(os.Environ(), "TWILIO_AUTH_TOKEN="+token)
	report, err := jest.CombinedOutput()
	require.NoError(t, err, "%s\n%s", report, saved.Text)
	require.Contains(t, string(report), "3 passed")
}
