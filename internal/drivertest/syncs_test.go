package drivertest_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status/sqlstore"
)

// TestT24SQLiteSyncs counts the system calls of a process that acknowledges
// callbacks of a single sender: each of them must have been synced by itself. (A
// kill alone does not show that: the kernel keeps what a process wrote.)
func TestT24SQLiteSyncs(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed: system calls cannot be counted")
	}
	if err := exec.Command("strace", "-o", os.DevNull, "true").Run(); err != nil {
		t.Skip("strace is not allowed to trace here: system calls cannot be counted")
	}
	writes := 200
	if full {
		writes = 2000
	}
	log := filepath.Join(t.TempDir(), "trace")
	dsn := sqliteDSN(filepath.Join(t.TempDir(), "ringback.db"))
	p := startChild(t, "sqlite", dsn, "", "strace", "-f", "-qq", "-o", log, "-e", "trace=fsync,fdatasync")
	client := &http.Client{Timeout: 10 * time.Second}
	for i := range writes {
		c := callback{messageSID(24, i), "delivered"}
		require.Equal(t, http.StatusNoContent, c.post(t.Context(), client, p.address))
	}
	response, err := client.Get("http://" + p.address + "/stats")
	require.NoError(t, err)
	defer response.Body.Close()
	var stats sqlstore.Stats
	require.NoError(t, json.NewDecoder(response.Body).Decode(&stats))
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	syncs := len(regexp.MustCompile(`(?m)^\d+ +(fsync|fdatasync)\(`).FindAll(text, -1))
	assert.EqualValues(t, writes, stats.Groups, "one sender waits for each answer")
	assert.GreaterOrEqual(t, syncs, int(stats.Groups))
	t.Logf("%d acknowledged, %d commits, %d syncs", writes, stats.Groups, syncs)
}
