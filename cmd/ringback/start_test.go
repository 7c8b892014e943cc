package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/signature"
)

func TestBareCommandPrintsHelp(t *testing.T) {
	_, want, _ := command(t, "", "--help")
	code, got, errs := command(t, "")
	assert.Zero(t, code)
	assert.Empty(t, errs)
	assert.Equal(t, want, got)
	assert.Contains(t, got, "In the shell and in CI:")
}

func TestHelpGroupsFlags(t *testing.T) {
	_, help, _ := command(t, "", "text", "--help")
	own, app, common := strings.Index(help, "--media"), strings.Index(help, "Your program:"), strings.Index(help, "Common flags:")
	assert.Greater(t, own, 0)
	assert.Greater(t, app, own, "a command's own flags come first")
	assert.Greater(t, strings.Index(help, "--base-url"), app)
	assert.Greater(t, common, app)
}

func TestAddressesOfAProgram(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"http://127.0.0.1:3000/": "http://127.0.0.1:3000", "localhost:3000": "http://localhost:3000", ":3000": "http://127.0.0.1:3000",
		"3000": "http://127.0.0.1:3000", "localhost": "http://localhost", "127.0.0.1:3000": "http://127.0.0.1:3000", "[::1]:3000": "http://[::1]:3000",
		"app:3000": "http://app:3000", "https://hooks.example.com/twilio": "https://hooks.example.com/twilio", "localhost:3000/hook": "http://localhost:3000/hook", "": "",
	} {
		got, err := addressOf(text, "http")
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	got, err := addressOf("hooks.example.com", "https")
	require.NoError(t, err)
	assert.Equal(t, "https://hooks.example.com", got)
	got, err = addressOf("localhost:3000", "https")
	require.NoError(t, err)
	assert.Equal(t, "http://localhost:3000", got)
	for _, text := range []string{"ftp://127.0.0.1", "what is this", "http://", "99999999", ":99999", "localhost:99999", ":", "http://h?x=1", "mailto:ana@example.com", "http:8080"} {
		_, err := addressOf(text, "http")
		assert.Error(t, err, text)
	}
}

// TestShortAddresses texts a program that is named by its port only.
func TestShortAddresses(t *testing.T) {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response><Message>hello back</Message></Response>")
	}))
	defer app.Close()
	_, port, err := net.SplitHostPort(app.Listener.Addr().String())
	require.NoError(t, err)
	for _, address := range []string{port, ":" + port, "localhost:" + port, "127.0.0.1:" + port} {
		code, out, errs := command(t, "", "text", "hello", "--app", address)
		require.Zero(t, code, errs)
		assert.Equal(t, "hello back\n", out)
	}
}

func TestExamples(t *testing.T) {
	t.Chdir(t.TempDir())
	code, list, errs := command(t, "", "example")
	require.Zero(t, code, errs)
	assert.Contains(t, list, "supportline.yaml\n")
	code, text, errs := command(t, "", "example", "menu.xml")
	require.Zero(t, code, errs)
	assert.Contains(t, text, "<Response>")
	code, out, errs := command(t, text, "lint", "-")
	assert.Zero(t, code, out+errs)
	code, _, errs = command(t, "", "example", "--write", "samples")
	require.Zero(t, code, errs)
	code, _, errs = command(t, "", "run", filepath.Join("samples", "supportline.yaml"), "--app", "demo")
	assert.Zero(t, code, errs)
	code, _, errs = command(t, "", "example", "--write", "samples")
	assert.Equal(t, 1, code, "no file is overwritten")
	assert.Contains(t, errs, "exists")
	code, _, errs = command(t, "", "lint", "example:absent.xml")
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "ringback example lists all")
}

// TestProjectFile takes settings from .ringback.yaml of the directory or one
// above it; flags and the environment come first.
func TestProjectFile(t *testing.T) {
	var paths []string
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response/>")
	}))
	defer app.Close()
	dir := t.TempDir()
	inner := filepath.Join(dir, "a", "b")
	require.NoError(t, os.MkdirAll(inner, 0o700))
	t.Chdir(inner)
	t.Setenv("BASE_URL", "")
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".ringback.yaml"), []byte(text), 0o600))
	}
	write("app: " + app.URL + "\nsms: /webhooks/sms\nbase-url: https://hooks.example.com\n")
	code, out, errs := command(t, "", "send", "IncomingMessage", "--json")
	require.Zero(t, code, errs)
	assert.Contains(t, out, "https://hooks.example.com/webhooks/sms")
	code, _, errs = command(t, "", "text", "hi", "--sms", "/other")
	require.Zero(t, code, errs)
	t.Setenv("BASE_URL", "https://env.example.com")
	code, out, errs = command(t, "", "send", "IncomingMessage", "--json")
	require.Zero(t, code, errs)
	assert.Contains(t, out, "https://env.example.com/webhooks/sms")
	assert.Equal(t, []string{"/webhooks/sms", "/other", "/webhooks/sms"}, paths)

	for text, says := range map[string]string{
		"token: 12345\n":       "a token does not belong in this file",
		"ap: localhost\n":      `unknown setting "ap"`,
		"junit: /etc/passwd\n": `unknown setting "junit"`,
		"app: [\n":             ".ringback.yaml: ",
	} {
		write(text)
		code, _, errs := command(t, "", "text", "hi")
		assert.Equal(t, 2, code, text)
		assert.Contains(t, errs, says)
		assert.NotContains(t, errs, "12345")
	}
}

// TestOneShotCommandsFindTheConsole texts without saying where the program is:
// it is the one of the running console, whose page shows the exchange.
func TestOneShotCommandsFindTheConsole(t *testing.T) {
	t.Chdir(t.TempDir())
	code, _, errs := command(t, "", "text", "hello")
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "start ringback dev")

	d := startDev(t, "--memory", "--tunnel=")
	require.Eventually(t, func() bool { return d.state().App.Up }, time.Minute, 10*time.Millisecond)
	code, out, errs := command(t, "", "text", "a table for four")
	require.Zero(t, code, errs)
	assert.Equal(t, "Thanks, we got: a table for four\n", out)
	assert.Contains(t, errs, "using the program of the console at http://127.0.0.1:")
	var list struct {
		Exchanges []struct {
			Kind, Verdict, Summary string
			Status                 int
		}
	}
	d.ask(http.MethodGet, "api/exchanges?source=command", "", &list)
	require.Len(t, list.Exchanges, 1)
	assert.Equal(t, "IncomingMessage", list.Exchanges[0].Kind)
	assert.Equal(t, "valid", list.Exchanges[0].Verdict, "both use the same made-up token")
	assert.Equal(t, 200, list.Exchanges[0].Status)

	line := ""
	for text := range strings.Lines(d.out.String()) {
		if strings.Contains(text, "POST") {
			line = text
		}
	}
	assert.Contains(t, line, "200 POST /sms  IncomingMessage")
	assert.NotContains(t, d.out.String(), "table for four", "no texts in the terminal")
	assert.NotContains(t, d.out.String(), "+15550101")

	d.stop()
	assert.Equal(t, 0, d.code())
	code, _, _ = command(t, "", "text", "hello")
	assert.Equal(t, 2, code, "the console has gone")
}

// TestOneShotCommandsTakeTheSettingsOfTheConsole sends requests of its account to
// its paths, so that a program that has a token for each account accepts them.
func TestOneShotCommandsTakeTheSettingsOfTheConsole(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("TWILIO_ACCOUNT_SID", "")
	var mu sync.Mutex
	var got []string
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.URL.Path+" "+r.FormValue("AccountSid"))
		w.Header().Set("Content-Type", "text/xml")
		w.Write([]byte("<Response/>"))
	}))
	defer app.Close()
	d := startDev(t, "--memory", "--tunnel=", "--app", app.URL, "--sms", "/hooks/sms", "--voice", "/hooks/voice")
	sid, _ := d.account()
	require.NoError(t, os.WriteFile("a.yaml", []byte("name: a\nsteps:\n  - text: hi\n"), 0o600))
	for _, play := range [][]string{{"text", "hi"}, {"send", "IncomingMessage"}, {"run", "a.yaml"}, {"call", "waits 1s"}, {"explore"}} {
		mu.Lock()
		got = nil
		mu.Unlock()
		_, _, errs := command(t, "", play...)
		path := "/hooks/sms"
		if play[0] == "call" || play[0] == "explore" {
			path = "/hooks/voice"
		}
		mu.Lock()
		require.NotEmpty(t, got, errs)
		assert.Equal(t, path+" "+sid, got[0], "%s: %s", play, errs)
		mu.Unlock()
	}
	code, _, errs := command(t, "", "send", "IncomingMessage", "-p", "AccountSid=AC0123456789abcdef0123456789abcdef", "--sms", "/other")
	require.Zero(t, code, errs)
	assert.Equal(t, "/other AC0123456789abcdef0123456789abcdef", got[len(got)-1])
}

// TestExploreFindsTheMenuOfTheConsole explores the path that the running console
// calls, as ringback call does, and not /voice.
func TestExploreFindsTheMenuOfTheConsole(t *testing.T) {
	t.Chdir(t.TempDir())
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/calls/incoming" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response><Say>Welcome</Say></Response>")
	}))
	defer app.Close()
	d := startDev(t, "--memory", "--tunnel=", "--app", app.URL, "--voice", "/calls/incoming")
	require.Eventually(t, func() bool { return d.state().App.Up }, time.Minute, 10*time.Millisecond)
	for _, args := range [][]string{{"call"}, {"explore"}, {"explore", "/calls/incoming"}} {
		code, out, errs := command(t, "", args...)
		assert.Zero(t, code, errs)
		assert.Contains(t, out, "Welcome", args)
	}
}

// TestConsoleShowsTheErrorOfACommand calls a program that is not there. The page
// shows the same error number as the command.
func TestConsoleShowsTheErrorOfACommand(t *testing.T) {
	t.Chdir(t.TempDir())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	gone := l.Addr().String()
	require.NoError(t, l.Close())
	d := startDev(t, "--memory", "--tunnel=", "--app", "http://"+gone)
	d.state()
	code, _, errs := command(t, "", "call")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "error 11205")
	var list struct{ Exchanges []struct{ Code int } }
	d.ask(http.MethodGet, "api/exchanges?source=command", "", &list)
	require.NotEmpty(t, list.Exchanges)
	assert.Equal(t, 11205, list.Exchanges[0].Code)
}

// TestDevTakesTheNextFreePort starts two consoles without saying where.
func TestDevTakesTheNextFreePort(t *testing.T) {
	var pages []string
	for range 2 {
		t.Chdir(t.TempDir())
		d := startDev(t, "--listen=", "--memory", "--tunnel=")
		d.state()
		m := pageURL.FindStringSubmatch(d.out.String())
		pages = append(pages, m[1])
		assert.NotContains(t, m[1], ":4040")
	}
	assert.NotEqual(t, pages[0], pages[1])
}

// TestDevInventsNoStatusCallback calls a program that has none.
func TestDevInventsNoStatusCallback(t *testing.T) {
	t.Chdir(t.TempDir())
	p := startCallsOnly(t)
	d := startDev(t, "--memory", "--tunnel=", "--app", p.url)
	require.Eventually(t, func() bool { return d.state().App.Up }, time.Minute, 10*time.Millisecond)
	post := func(path, body string) (v map[string]any) {
		d.ask(http.MethodPost, path, body, &v)
		return v
	}
	post("api/calls", `{"person":"+15550101"}`)
	require.Eventually(t, func() bool { return strings.Contains(d.out.String(), "/voice  IncomingCall") }, time.Minute, 10*time.Millisecond)
	require.Eventually(t, func() bool {
		var v struct{ Calls []struct{ Ended bool } }
		d.ask(http.MethodGet, "api/calls", "", &v)
		return len(v.Calls) == 1 && v.Calls[0].Ended
	}, time.Minute, 20*time.Millisecond)
	assert.Equal(t, []string{"/voice"}, p.paths())
}

func TestColorsOnATerminalOnly(t *testing.T) {
	var out bytes.Buffer
	assert.Equal(t, "text", red.on(&out, "text"))
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	defer file.Close()
	assert.Equal(t, "text", red.on(file, "text"))
	if tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0); err == nil {
		defer tty.Close()
		if terminal(tty) {
			t.Setenv("NO_COLOR", "")
			t.Setenv("TERM", "xterm")
			assert.Equal(t, "\x1b[31mtext\x1b[0m", red.on(tty, "text"))
			t.Setenv("NO_COLOR", "1")
			assert.Equal(t, "text", red.on(tty, "text"))
		}
	}
}

func TestFeedShowsProblems(t *testing.T) {
	t.Parallel()
	e := capture.Exchange{
		At: time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC), Kind: "IncomingMessage", Code: 12100, Lint: 2, Verdict: "mismatch", Fault: "slow", Took: 6 * time.Second,
		Summary: "+15550101 texts hello",
		Request: capture.Request{Method: "POST", URL: "https://hooks.example.com/sms?From=%2B15550101"}, Response: capture.Response{Status: 200},
	}
	assert.Equal(t, "09:30:00  200 POST /sms  IncomingMessage 6s  error 12100, invalid signature, 2 problems, fault slow", feed(new(bytes.Buffer), e))
	e.Request.Method, e.Request.URL, e.Kind = "\x1b[2J", "\x1b]0;title\x07", "\x9b31m"
	assert.NotContains(t, feed(new(bytes.Buffer), e), "\x1b")
}

// TestSharedKeyIsAToken signs with a shared key wherever an auth token is taken,
// and verifies with it.
func TestSharedKeyIsAToken(t *testing.T) {
	const key = "webhooks_sharedkey_01k6n8mzy3d4v5w6x7y8z9a0bc:f2a1c3e5b7d9f1a3c5e7b9d1f3a5c7e9"
	id, secret, _ := strings.Cut(key, ":")
	shared, err := signature.NewSharedKey(id, secret)
	require.NoError(t, err)
	var verifier *signature.Verifier
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := verifier.Verify(r); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response><Message>verified</Message></Response>")
	}))
	defer app.Close()
	verifier, err = signature.New(signature.Config{BaseURL: app.URL, Tokens: signature.Keys(shared)})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte(key+"\n"), 0o600))

	code, out, errs := command(t, "", "text", "hello", "--app", app.URL, "--token-file", file)
	require.Zero(t, code, errs)
	assert.Equal(t, "verified\n", out)
	code, _, errs = command(t, "", "text", "hello", "--app", "demo", "--token-file", file)
	assert.Zero(t, code, errs)
	code, _, errs = command(t, "", "text", "hello", "--app", app.URL, "--token", "12345")
	assert.Equal(t, 1, code)
	assert.NotContains(t, errs, secret)

	d := startDev(t, "--memory", "--tunnel=", "--app", app.URL, "--token-file", file)
	require.Eventually(t, func() bool { return d.state().App.Up }, time.Minute, 10*time.Millisecond)
	for _, c := range []struct{ path, body, says string }{
		{"api/messages", `{"person":"+15550101","channel":"sms","body":"hello"}`, "200 POST /sms  IncomingMessage"},
		{"api/exchanges/1/replay", `{"parameters":[["Body","again"]]}`, "200 POST /sms  IncomingMessage"},
		{"api/exchanges/1/replay", `{"signature":"old"}`, "invalid signature"},
	} {
		before := len(d.out.String())
		require.Equal(t, 200, d.ask(http.MethodPost, c.path, c.body, nil))
		require.Eventually(t, func() bool { return strings.Contains(d.out.String()[before:], c.says) }, time.Minute, 10*time.Millisecond, c.body)
	}
	assert.NotContains(t, d.out.String()+d.err.String(), secret, "the secret is not printed")
}
