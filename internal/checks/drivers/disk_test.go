package drivertest_test

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/checks/drivers/server"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
	"github.com/ringback-go/ringback/status/sqlstore"
)

// TestT26DiskFull fills the disk under each database: a callback is refused
// while there is no room, and taken again when there is; what was acknowledged
// is there. It needs the right to mount a small disk.
func TestT26DiskFull(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		dir := smallDisk(t, "4m")
		db := openDB(t, "sqlite", sqliteDSN(filepath.Join(dir, "ringback.db")))
		store, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
		require.NoError(t, err)
		diskFull(t, dir, store, func() {})
		var whole string
		require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&whole))
		assert.Equal(t, "ok", whole)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dir := smallDisk(t, "160m")
		s := serverIn(t, dir, server.Postgres)
		store, err := sqlstore.Open(t.Context(), openDB(t, "pgx", s.URL()), sqlstore.PostgreSQL, nil)
		require.NoError(t, err)
		diskFull(t, dir, store, func() {})
	})
	t.Run("Redis", func(t *testing.T) {
		dir := smallDisk(t, "16m")
		s := serverIn(t, dir, server.Redis)
		store, err := redisstore.New(redisClientAt(t, s.URL()), nil)
		require.NoError(t, err)
		// A Redis that cannot sync what it would acknowledge ends itself, and
		// someone has to start it again.
		diskFull(t, dir, store, func() { require.NoError(t, s.Start()) })
	})
}

func smallDisk(t *testing.T, size string) string {
	dir, err := os.MkdirTemp("", "ringback-disk-") // not t.TempDir: PostgreSQL's user must get in
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { os.Remove(dir) })
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %s", out)
	}
	t.Cleanup(func() { assert.NoError(t, exec.Command("umount", dir).Run()) })
	return dir
}

// serverIn starts a server that has its files in dir.
func serverIn(t *testing.T, dir string, start func() (*server.Server, error)) *server.Server {
	t.Setenv("TMPDIR", dir)
	s, err := start()
	if errors.Is(err, server.ErrMissing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// diskFull has the endpoint answer before, while and after the disk of dir is
// full.
func diskFull(t *testing.T, dir string, store status.Store, restart func()) {
	handler, err := newHandler(store)
	require.NoError(t, err)
	var acknowledged []callback
	next := 0
	post := func() int {
		next++
		c := callback{messageSID(26, next), "delivered"}
		start := time.Now()
		code := c.serve(t.Context(), handler)
		require.Less(t, time.Since(start), patience)
		if code == http.StatusNoContent {
			acknowledged = append(acknowledged, c)
		}
		return code
	}
	for range 100 {
		require.Equal(t, http.StatusNoContent, post(), "before")
	}
	ballast := filepath.Join(dir, "ballast")
	fill(t, ballast)
	for refused := 0; refused < 20; {
		require.Less(t, next, 50_000, "the disk did not fill up")
		if code := post(); code != http.StatusNoContent {
			require.Equal(t, http.StatusServiceUnavailable, code)
			refused++
		}
	}
	require.NoError(t, os.Remove(ballast))
	restart()
	back := time.Now()
	for post() != http.StatusNoContent {
		require.Less(t, time.Since(back), patience)
	}
	took := time.Since(back)
	for _, c := range acknowledged {
		_, err := store.Get(t.Context(), c.sid)
		require.NoError(t, err, "an acknowledged callback is missing")
	}
	t.Logf("%d acknowledged, 20 refused while the disk was full, first success %v after there was room", len(acknowledged), took.Round(time.Millisecond))
}

// fill writes a file until the disk has no room left.
func fill(t *testing.T, name string) {
	f, err := os.Create(name)
	require.NoError(t, err)
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
}
