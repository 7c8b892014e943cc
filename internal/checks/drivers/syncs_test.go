package drivertest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status/sqlstore"
)

// TestT24SQLiteSyncs counts the system calls of a process that acknowledges
// callbacks: of a single sender each must have been synced by itself, of eight
// each group that was committed together. (A kill alone does not show that: the
// kernel keeps what a process wrote.) 200 callbacks, with RINGBACK_TEST_FULL=1
// 2,000.
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
	for _, senders := range []int{1, 8} {
		t.Run(fmt.Sprint(senders, " senders"), func(t *testing.T) {
			stats, syncs := synced(t, senders, writes)
			assert.EqualValues(t, writes, stats.States, "each message has one callback")
			if senders == 1 {
				assert.EqualValues(t, writes, stats.Groups, "one sender waits for each answer")
			}
			assert.GreaterOrEqual(t, syncs, int(stats.Groups))
			t.Logf("%d acknowledged, %d commits, %d syncs", writes, stats.Groups, syncs)
		})
	}
}

// synced has senders report writes messages to a process, and returns what that
// process committed and how often it synced.
func synced(t *testing.T, senders, writes int) (stats sqlstore.Stats, syncs int) {
	log := filepath.Join(t.TempDir(), "trace")
	dsn := sqliteDSN(filepath.Join(t.TempDir(), "ringback.db"))
	p := startChild(t, "sqlite", dsn, "", "strace", "-f", "-qq", "-o", log, "-e", "trace=fsync,fdatasync")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	for sender := range senders {
		wg.Go(func() {
			for i := sender; i < writes; i += senders {
				c := callback{messageSID(24, i), "delivered"}
				assert.Equal(t, http.StatusNoContent, c.post(t.Context(), client, p.address))
			}
		})
	}
	wg.Wait()
	response, err := client.Get("http://" + p.address + "/stats")
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, json.NewDecoder(response.Body).Decode(&stats))
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	return stats, len(regexp.MustCompile(`(?m)^\d+ +(fsync|fdatasync)\(`).FindAll(text, -1))
}
