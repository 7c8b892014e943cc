package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
	"github.com/ringback-go/ringback/internal/syncbuf"
)

// screen is a terminal that is read while it is written.
type screen = syncbuf.Buffer

// dev is a "ringback dev" that runs.
type dev struct {
	t        *testing.T
	out, err screen
	ended    chan int
	stop     context.CancelFunc
}

func startDev(t *testing.T, args ...string) *dev {
	t.Helper()
	t.Setenv("BASE_URL", "")
	t.Setenv("TWILIO_AUTH_TOKEN", "")
	ctx, cancel := context.WithCancel(t.Context())
	d := &dev{t: t, ended: make(chan int, 1), stop: cancel}
	go func() {
		d.ended <- run(ctx, append([]string{"dev", "--listen", "127.0.0.1:0"}, args...), streams{strings.NewReader(""), &d.out, &d.err})
	}()
	t.Cleanup(cancel)
	return d
}

// code waits for the end.
func (d *dev) code() int {
	d.t.Helper()
	select {
	case code := <-d.ended:
		return code
	case <-time.After(time.Minute):
		d.t.Fatalf("it does not end: %s%s", d.out.String(), d.err.String())
		return 0
	}
}

var pageURL = regexp.MustCompile(`Open\s+(http://\S+/)#token=([0-9a-f]+)`)

// state is what the page would be told.
func (d *dev) state() (s struct {
	App    console.App
	Notice string
}) {
	d.t.Helper()
	d.ask(http.MethodGet, "api/state", "", &s)
	return s
}

// ask sends a request to the page's API, with JSON if there is a body, reads the
// answer into v unless that is nil, and returns the status.
func (d *dev) ask(method, path, body string, v any) int {
	d.t.Helper()
	var m []string
	require.Eventually(d.t, func() bool {
		m = pageURL.FindStringSubmatch(d.out.String())
		return m != nil
	}, time.Minute, 10*time.Millisecond)
	r, err := http.NewRequest(method, m[1]+path, strings.NewReader(body))
	require.NoError(d.t, err)
	r.Header.Set("X-Console-Token", m[2])
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := (&http.Client{Timeout: time.Minute}).Do(r)
	require.NoError(d.t, err)
	defer resp.Body.Close()
	if v != nil {
		require.NoError(d.t, json.NewDecoder(resp.Body).Decode(v))
	}
	return resp.StatusCode
}

func TestDevRefusesWhatCannotWork(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	addr := taken.Addr().String()
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"port of the page taken", []string{"--memory", "--listen", addr}, 1, addr + " is taken"},
		{"port of the tunnel taken", []string{"--memory", "--tunnel", addr}, 1, "choose another with --tunnel"},
		{"T32 page for everyone", []string{"--memory", "--listen", "0.0.0.0:0"}, 2, "not a loopback address"},
		{"T37 tunnel for everyone", []string{"--memory", "--tunnel", ":0"}, 2, "not a loopback address"},
		{"not an address", []string{"--memory", "--app", "what is this"}, 2, "invalid URL"},
		{"address with a path", []string{"--memory", "--app", "http://127.0.0.1:3000/sms"}, 2, "use --app http://127.0.0.1:3000; --sms sets the path"},
		{"path without a slash", []string{"--memory", "--sms", "sms"}, 2, "does not start with /"},
		{"token with a line feed", []string{"--memory", "--token", "secret-token\n"}, 2, "begins or ends with white space"},
		{"no such program", []string{"--memory", "--tunnel=", "--", "no-such-program-anywhere"}, 2, "cannot start no-such-program-anywhere"},
		{"captures that are a directory", []string{"--tunnel=", "--captures", t.TempDir()}, 1, "use another file (--captures) or none (--memory)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := startDev(t, c.args...)
			assert.Equal(t, c.code, d.code())
			assert.Contains(t, d.err.String(), c.says)
			assert.Equal(t, 1, strings.Count(d.err.String(), "\n"), "one line: %s", d.err.String())
			assert.NotContains(t, d.err.String(), "secret-token")
		})
	}
}

func TestDevTellsOfAProgramThatDies(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("skipped: no sh on this machine")
	}
	d := startDev(t, "--memory", "--tunnel=", "--", "sh", "-c", "echo about to die; exit 3")
	require.Eventually(t, func() bool { return strings.Contains(d.err.String(), "sh ended (exit status 3); starting it again") },
		time.Minute, 10*time.Millisecond)
	assert.Contains(t, d.err.String(), "app  about to die")
	require.Eventually(t, func() bool { return d.state().App.Error == "exit status 3" }, time.Minute, 10*time.Millisecond)
	assert.False(t, d.state().App.Up)
	d.stop()
	assert.Equal(t, 0, d.code())
}

func TestDevKeepsDamagedCaptures(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captures.jsonl")
	store, _, err := capture.Open(path, capture.Limits{})
	require.NoError(t, err)
	require.NoError(t, store.Close())
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString("not JSON\n")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	d := startDev(t, "--tunnel=", "--captures", path)
	notice := d.state().Notice
	assert.Contains(t, notice, "were damaged: the old file is now "+path+".damaged-")
	assert.Contains(t, d.err.String(), notice)
	require.Eventually(t, func() bool { return d.state().App.Up }, time.Minute, 10*time.Millisecond, "the demo")
	d.stop()
	assert.Equal(t, 0, d.code())
	kept, err := filepath.Glob(path + ".damaged-*")
	require.NoError(t, err)
	assert.NotEmpty(t, kept)
}

// TestT33TokenIsNeverACookie opens the page as a browser does, and again after a
// restart: cookies of 127.0.0.1 would reach every other port.
func TestT33TokenIsNeverACookie(t *testing.T) {
	var tokens []string
	for range 2 {
		d := startDev(t, "--memory", "--tunnel=")
		d.state()
		m := pageURL.FindStringSubmatch(d.out.String())
		tokens = append(tokens, m[2])
		for _, path := range []string{"", "?token=" + m[2], "assets/main.js", "api/state"} {
			r, err := http.NewRequest(http.MethodGet, m[1]+path, nil)
			require.NoError(t, err)
			r.Header.Set("X-Console-Token", m[2])
			resp, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			resp.Body.Close()
			assert.Equal(t, 200, resp.StatusCode, path)
			assert.Empty(t, resp.Header.Values("Set-Cookie"), path)
			r.Header.Del("X-Console-Token")
			r.Header.Set("Cookie", "ringback_console="+m[2])
			resp, err = http.DefaultClient.Do(r)
			require.NoError(t, err)
			resp.Body.Close()
			if strings.HasPrefix(path, "api") {
				assert.Equal(t, 401, resp.StatusCode)
			}
		}
		d.stop()
		assert.Equal(t, 0, d.code())
	}
	assert.Equal(t, tokens[0], tokens[1], "a page that is open or bookmarked stays good")
}

// TestT38CapturesArePrivate takes the mode of a file that was there before.
func TestT38CapturesArePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captures")
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	require.NoError(t, os.Chmod(path, 0o644))
	d := startDev(t, "--tunnel=", "--captures", path)
	d.state()
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	d.stop()
	assert.Equal(t, 0, d.code())
}

// TestTokenFile takes the auth token from a file, where ps does not show it.
func TestTokenFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("12345\n"), 0o600))
	code, out, errs := command(t, "", "diagnose", "example:signed.http", "--base-url", "https://hooks.example.com", "--token-file", file)
	assert.Zero(t, code, errs)
	assert.Contains(t, out, "valid")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	code, _, errs = command(t, "", "diagnose", "example:signed.http", "--base-url", "https://hooks.example.com", "--token-file", file)
	assert.NotZero(t, code)
	assert.Contains(t, errs, "is empty")
}

func TestDevKeepsCapturesAcrossARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captures.jsonl")
	for range 2 {
		d := startDev(t, "--tunnel=", "--captures", path)
		assert.Empty(t, d.state().Notice)
		d.stop()
		assert.Equal(t, 0, d.code())
		store, aside, err := capture.Open(path, capture.Limits{})
		require.NoError(t, err)
		assert.Empty(t, aside)
		_, err = store.Add(capture.Exchange{Source: capture.Tunnel})
		require.NoError(t, err)
		require.NoError(t, store.Close())
	}
	store, _, err := capture.Open(path, capture.Limits{})
	require.NoError(t, err)
	defer store.Close()
	assert.Len(t, store.List(capture.Query{}), 2)
}

// TestDevTellsThatNobodyListens starts a program that takes no port, and looks
// at an address at which there is none.
func TestDevTellsThatNobodyListens(t *testing.T) {
	if _, err := exec.LookPath("sleep"); err != nil {
		t.Skip("skipped: no sleep on this machine")
	}
	for _, c := range []struct {
		command []string
		says    string
	}{
		{[]string{"sleep", "60"}, "A program that does not read ADDR or PORT needs --app localhost:PORT"},
		{nil, "set --app to its address"},
	} {
		var screen screen
		d := &devCommand{Command: c.command}
		d.App = "http://127.0.0.1:1"
		a, err := d.app(streams{strings.NewReader(""), &screen, &screen})
		require.NoError(t, err)
		assert.Positive(t, a.patience)
		a.patience = time.Millisecond
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.run(ctx) }()
		require.Eventually(t, func() bool {
			return strings.Contains(screen.String(), "nothing is listening on http://127.0.0.1:1 yet")
		}, time.Minute, 10*time.Millisecond)
		assert.Contains(t, screen.String(), c.says)
		cancel()
		<-ended
	}
}
