package examples

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/syncbuf"
)

const (
	token   = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
	account = "AC0123456789abcdef0123456789abcdef"
	// patience bounds what is waited for: a transcription comes after half a minute.
	patience = 3 * time.Minute
)

// screen is what a process writes, read while it is written.
type screen struct{ syncbuf.Buffer }

// waitFor waits until the screen holds text.
func (s *screen) waitFor(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(s.String(), text) }, patience, 20*time.Millisecond, "nobody writes %q", text)
}

// start starts a program in a folder of its own and ends it with the test.
func start(t *testing.T, path string, args, env []string) *screen {
	t.Helper()
	out := new(screen)
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = t.TempDir(), env, out, out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		late := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		defer late.Stop()
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s wrote:\n%s", filepath.Base(path), out)
		}
	})
	return out
}

var ports atomic.Int32

// freeAddr returns an address that nobody listens on. Its port is below those that
// systems give to others, so that it stays free until the program takes it.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 1000 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20000+(os.Getpid()*100+int(ports.Add(1)))%10000)
		if l, err := net.Listen("tcp", addr); err == nil {
			require.NoError(t, l.Close())
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}

// listens waits until someone listens at addr.
func listens(t *testing.T, addr string) {
	t.Helper()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, patience, 20*time.Millisecond, "nobody listens at %s", addr)
}

// build builds the command and all examples into a folder.
func build(t *testing.T) string {
	t.Helper()
	if os.Getenv("RINGBACK_TEST_EXAMPLES") == "" {
		t.Skip("set RINGBACK_TEST_EXAMPLES=1 to build and play the examples")
	}
	dir := t.TempDir()
	args := []string{"build", "-o", dir + string(filepath.Separator), "../../../cmd/ringback"}
	for _, p := range plays {
		args = append(args, "../../../examples/"+p.example)
	}
	text, err := exec.Command("go", args...).CombinedOutput()
	require.NoError(t, err, "%s", text)
	return dir
}

// environment is that of all processes: what the command keeps for a project
// stays in the test's own folder.
func environment(t *testing.T, more ...string) []string {
	return append(append(os.Environ(), "XDG_CACHE_HOME="+t.TempDir(), "HOME="+t.TempDir()), more...)
}

// behind starts a proxy that ends TLS, as far as the program can see, and
// returns its address.
func behind(t *testing.T, addr string) string {
	t.Helper()
	proxy := &http.Server{
		Handler: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: addr})
			r.Out.Header.Set("X-Forwarded-Proto", "https")
			r.Out.Header.Set("X-Forwarded-Host", r.In.Host)
		}},
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		proxy.Serve(l)
	}()
	t.Cleanup(func() {
		proxy.Shutdown(context.WithoutCancel(t.Context()))
		<-ended
	})
	return l.Addr().String()
}

// launch starts an example by itself. It returns where requests are sent, the
// URL that they are signed for, and what the program writes.
func (p play) launch(t *testing.T, dir, accountSID string, env []string) (app, base string, log *screen) {
	t.Helper()
	addr := freeAddr(t)
	app, base = "http://"+addr, p.base
	if base == "" {
		base = app
	}
	env = append(env, "ADDR="+addr, "BASE_URL="+base, "TWILIO_AUTH_TOKEN="+token, "TWILIO_ACCOUNT_SID="+accountSID,
		"PROXIES=127.0.0.0/8", "HOSTS=hooks.example.com", "TENANTS="+accountSID+"="+token)
	log = start(t, filepath.Join(dir, p.example), p.args, append(env, p.env...))
	listens(t, addr)
	if p.example == "behindproxy" {
		app = "http://" + behind(t, addr)
	}
	return app, base, log
}

// TestExamples plays each program by the command and at the page.
func TestExamples(t *testing.T) {
	dir := build(t)
	t.Run("command", func(t *testing.T) {
		t.Parallel()
		for _, p := range plays {
			t.Run(p.example, func(t *testing.T) {
				t.Parallel()
				p.byCommand(t, dir)
			})
		}
	})
	t.Run("page", func(t *testing.T) {
		t.Parallel()
		for _, p := range plays {
			t.Run(p.example, func(t *testing.T) {
				t.Parallel()
				p.atThePage(t, dir)
			})
		}
	})
}

// byCommand starts the program and plays it by one-shot commands, which fail
// where Twilio would log an error, callbacks included.
func (p play) byCommand(t *testing.T, dir string) {
	env := environment(t)
	app, base, log := p.launch(t, dir, account, env)
	for _, c := range p.commands {
		cmd := exec.Command(filepath.Join(dir, "ringback"), append(append(c.words, "--app", app, "--base-url", base, "--token", token, "--account", account), p.flags...)...)
		cmd.Env, cmd.Dir = env, t.TempDir()
		text, err := cmd.CombinedOutput()
		require.NoError(t, err, "ringback %q: %s", c.words, text)
		assert.Contains(t, string(text), c.says, c.words)
		log.waitFor(t, c.log)
	}
}
