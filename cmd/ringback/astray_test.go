package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// callsOnly is a program that takes calls at /voice and has nothing else.
type callsOnly struct {
	url string

	mu    sync.Mutex
	asked []string
}

func startCallsOnly(t *testing.T) *callsOnly {
	t.Helper()
	p := new(callsOnly)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked = append(p.asked, r.URL.Path)
		p.mu.Unlock()
		if r.URL.Path != "/voice" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response><Say>Hello</Say></Response>")
	}))
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

func (p *callsOnly) paths() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// TestWrongPath says which address was asked, and with what to name another.
func TestWrongPath(t *testing.T) {
	t.Setenv("BASE_URL", "")
	for _, c := range []struct {
		name string
		args []string
		path string // that was asked
		flag string // "" where no flag has the path
	}{
		{"text", []string{"text", "hello"}, "/sms", "--sms"},
		{"call", []string{"call", "--voice", "/phone"}, "/phone", "--voice"},
		{"message by GET keeps its parameters", []string{"send", "IncomingMessage", "--method", "GET"}, "/sms", "--sms"},
		{"reports", []string{"deliver"}, "/status", "--status"},
		{"a path of no flag", []string{"send", "IncomingMessage", "--path", "/other"}, "/other", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := startCallsOnly(t)
			code, _, errs := command(t, "", append(c.args, "--app", p.url)...)
			assert.Equal(t, 1, code)
			assert.Contains(t, errs, "log for "+p.url+c.path+": error 11200: the server answered 404 Not Found")
			if c.flag == "" {
				assert.NotContains(t, errs, "set the path")
			} else {
				assert.Contains(t, errs, "; the program has no "+c.path+"; set the path with "+c.flag)
			}
		})
	}

	p := startCallsOnly(t)
	code, out, _ := command(t, "", "text", "hello", "--json", "--app", p.url)
	assert.Equal(t, 1, code)
	var result textResult
	require.NoError(t, json.Unmarshal([]byte(out), &result))
	assert.Contains(t, result.Hint, "--sms")
}

// TestWrongPathTellsNoPassword asks a program behind a proxy with a password.
func TestWrongPathTellsNoPassword(t *testing.T) {
	p := startCallsOnly(t)
	_, out, errs := command(t, "", "text", "hello", "--app", p.url, "--base-url", "http://user:secret-password@hooks.example.com")
	assert.Contains(t, errs, "log for http://hooks.example.com/sms")
	assert.NotContains(t, out+errs, "secret-password")
}

// TestT35AnotherHost names the host of a document that is not fetched, and of a
// callback. This machine's other names are the program.
func TestT35AnotherHost(t *testing.T) {
	t.Setenv("BASE_URL", "")
	app := func(t *testing.T, document string) (address, port string) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			if r.URL.Path == "/next" {
				document = "<Say>Found</Say>"
			}
			fmt.Fprintf(w, "<Response>%s</Response>", strings.ReplaceAll(document, "PORT", port))
		}))
		t.Cleanup(server.Close)
		port = server.URL[strings.LastIndex(server.URL, ":")+1:]
		return server.URL, port
	}
	address, port := app(t, "<Redirect>https://other.example.com/next</Redirect>")
	code, _, errs := command(t, "", "call", "waits 2s", "--app", address)
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "error 11200: the document is on another host, other.example.com, and is not fetched: the program under test is at 127.0.0.1:"+port)
	assert.Contains(t, errs, "set --base-url")
	assert.NotContains(t, errs, "without an answer")

	address, _ = app(t, `<Record recordingStatusCallback="https://other.example.com/done"/>`)
	_, out, errs := command(t, "", "call", "records 2s", "#", "--app", address)
	assert.Contains(t, out+errs, "the callback URL is on another host, other.example.com, and is not fetched")

	address, _ = app(t, "<Redirect>http://localhost:PORT/next</Redirect>")
	code, out, errs = command(t, "", "call", "waits 2s", "--app", address)
	assert.Zero(t, code, errs)
	assert.Contains(t, out, "Found")
}

// TestCallOfAClient sends what a client gives to its call with every request.
func TestCallOfAClient(t *testing.T) {
	t.Setenv("BASE_URL", "")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		if err := r.ParseForm(); err == nil && r.URL.Path == "/voice" {
			fmt.Fprint(w, `<Response><Redirect>/next</Redirect></Response>`)
			return
		}
		fmt.Fprintf(w, "<Response><Say>%s calls %s, room %s</Say></Response>", r.PostForm["From"], r.PostForm["To"], r.PostForm["Room"])
	}))
	defer server.Close()
	code, out, errs := command(t, "", "call", "waits 2s", "--from", "client:ada", "--param", "To=+15550155", "-p", "Room=a=b", "--app", server.URL)
	assert.Zero(t, code, errs)
	assert.Contains(t, out, "[client:ada] calls [+15550155], room [a=b]")
	code, _, errs = command(t, "", "call", "-p", "Room", "--app", server.URL)
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "write it as Name=value")
}

// TestStatusIsTheUsersChoice reports the end of a call to nobody who did not
// ask for it: a number has no status callback either until someone sets one.
func TestStatusIsTheUsersChoice(t *testing.T) {
	t.Setenv("BASE_URL", "")
	file := filepath.Join(t.TempDir(), "call.yaml")
	transcript := filepath.Join(t.TempDir(), "transcript.txt")
	require.NoError(t, os.WriteFile(file, []byte("steps:\n  - call\n  - hears: Hello\n  - ends: completed\n"), 0o600))
	for _, args := range [][]string{{"call", "hang up"}, {"run", file, "--transcript", transcript}} {
		p := startCallsOnly(t)
		code, out, errs := command(t, "", append(args, "--app", p.url)...)
		assert.Zero(t, code, errs)
		assert.Equal(t, []string{"/voice"}, p.paths(), args[0])
		assert.NotContains(t, out+errs, "warning", args[0])
	}
	data, err := os.ReadFile(transcript)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "warning")

	for _, args := range [][]string{{"call", "hang up"}, {"run", file}} {
		p := startCallsOnly(t)
		command(t, "", append(args, "--app", p.url, "--status", "/ends")...)
		assert.Equal(t, []string{"/voice", "/ends"}, p.paths(), args[0])
	}
}

// TestScenarioNamesTheStatus delivers where the step says, and to /status where
// nothing says.
func TestScenarioNamesTheStatus(t *testing.T) {
	t.Setenv("BASE_URL", "")
	for step, path := range map[string]string{"deliver: delivered": "/status", "deliver: {ending: delivered, path: /reports}": "/reports"} {
		file := filepath.Join(t.TempDir(), "deliver.yaml")
		require.NoError(t, os.WriteFile(file, []byte("steps:\n  - "+step+"\n"), 0o600))
		p := startCallsOnly(t)
		command(t, "", "run", file, "--app", p.url)
		assert.Contains(t, p.paths(), path, step)
	}
}
