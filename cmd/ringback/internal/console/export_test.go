package console_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/fixture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
)

// hostile are requests that a stranger can send to the tunnel, or could, if some
// other part of the console let them pass.
func hostile() map[string]capture.Request {
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	post := func(url, body string, header http.Header) capture.Request {
		return capture.Request{Method: "POST", URL: url, Header: header, Body: []byte(body)}
	}
	const app = "http://127.0.0.1:8080"
	return map[string]capture.Request{
		"plain":               post(app+"/sms", "Body=it%27s&From=%2B15550101", form),
		"method that pipes":   {Method: "X|touch$IFS$9PWNED&", URL: app + "/sms", Header: form, Body: []byte("Body=hi")},
		"method with a quote": {Method: "X'`touch$IFS$9PWNED`'", URL: app + "/sms", Header: form, Body: []byte("Body=hi")},
		"method as option":    {Method: "-o", URL: app + "/sms", Header: form, Body: []byte("Body=hi")},
		"body names a file":   post(app+"/sms", "@/etc/passwd", form),
		"body from input":     post(app+"/sms", "@-", form),
		"body is an option":   post(app+"/sms", "--output=PWNED", form),
		"body quotes":         post(app+"/sms", "'; touch PWNED; '", form),
		"body substitutes":    post(app+"/sms", "$(touch PWNED)`touch PWNED`${IFS}!!\\", form),
		"body with lines":     post(app+"/sms", "{\n\"a\": 1\n}\n", http.Header{"Content-Type": {"application/json"}}),
		"body for a terminal": post(app+"/sms", "\x03\x15\x1b[201~\ntouch PWNED\n", form),
		"body with NUL":       post(app+"/sms", "a\x00b\xff'%s\\n", http.Header{"Content-Type": {"application/octet-stream"}}),
		"no content type":     post(app+"/sms", "Body=hi", http.Header{}),
		"no body":             {Method: "GET", URL: app + "/voice?a=1&b=2", Header: http.Header{}},
		"URL with brackets":   post(app+"/{a,b}/[1-9]?x[]=1&y={z}#", "Body=hi", form),
		"URL substitutes":     post(app+"/$(touch$IFS$9PWNED)`x`'\"*?~;&|", "Body=hi", form),
		"header quotes":       post(app+"/sms", "Body=hi", http.Header{"Content-Type": form["Content-Type"], "X-A": {"'; touch PWNED; '", "@/etc/passwd", ""}}),
		"header name":         post(app+"/sms", "Body=hi", http.Header{"Content-Type": form["Content-Type"], "X-'$(touch$ifs$9pwned)": {"b"}}),
	}
}

func (d *desk) export(id int64, form string) string {
	d.t.Helper()
	r := httptest.NewRequest("GET", fmt.Sprintf("/api/exchanges/%d/export/%s", id, form), nil)
	r.Host = ours
	r.Header.Set(guard.TokenHeader, session)
	w := httptest.NewRecorder()
	d.server.ServeHTTP(w, r)
	require.Equal(d.t, 200, w.Code)
	return w.Body.String()
}

// fakeCurl writes its arguments and its input to files.
const fakeCurl = `#!/bin/sh
printf '%s\0' "$@" > args
cat > input
`

// TestT38CurlExportRunsNothing pastes the export into a shell whose curl is a
// fake: it must get the request, and nothing else may run. The kind of bug is
// mitmproxy 3448 and gori 756.
func TestT38CurlExportRunsNothing(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	shells := 0
	for _, shell := range []string{"sh", "bash", "dash", "zsh"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		shells++
		for name, r := range hostile() {
			t.Run(shell+"/"+name, func(t *testing.T) {
				e, err := d.store.Add(capture.Exchange{Request: r, Response: capture.Response{Status: 200}})
				require.NoError(t, err)
				dir := t.TempDir()
				require.NoError(t, os.WriteFile(filepath.Join(dir, "curl"), []byte(fakeCurl), 0o700))
				script := filepath.Join(t.TempDir(), "pasted")
				require.NoError(t, os.WriteFile(script, []byte(d.export(e.ID, "curl")), 0o600))
				cmd := exec.Command(path, script)
				cmd.Dir = dir
				cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
				out, err := cmd.CombinedOutput()
				require.NoError(t, err, "%s", out)
				assert.Empty(t, string(out))
				made, err := os.ReadDir(dir)
				require.NoError(t, err)
				assert.Len(t, made, 3, "only the fake and its two files")
				args, err := os.ReadFile(filepath.Join(dir, "args"))
				require.NoError(t, err)
				input, err := os.ReadFile(filepath.Join(dir, "input"))
				require.NoError(t, err)
				assertCurl(t, r, strings.Split(strings.TrimSuffix(string(args), "\x00"), "\x00"), input)
			})
		}
	}
	require.Positive(t, shells, "there is no shell to try")
}

// assertCurl reads a command line as curl does, as far as the export uses it.
func assertCurl(t *testing.T, r capture.Request, args []string, input []byte) {
	t.Helper()
	var method, url, body string
	globoff := false
	header := http.Header{}
	for len(args) > 0 {
		option := args[0]
		args = args[1:]
		switch option {
		case "-i":
			continue
		case "--globoff":
			globoff = true
			continue
		}
		if strings.HasPrefix(option, "http://127.0.0.1:8080/") {
			require.Empty(t, url)
			url = option
			continue
		}
		require.NotEmpty(t, args, option)
		value := args[0]
		args = args[1:]
		switch option {
		case "-X":
			method = value
		case "--data-raw":
			body = value
		case "--data-binary":
			require.Equal(t, "@-", value)
			body = string(input)
		case "-H":
			require.False(t, strings.HasPrefix(value, "@"), "curl reads headers from a file")
			if name, ok := strings.CutSuffix(value, ";"); ok {
				header[name] = append(header[name], "")
				continue
			}
			name, v, ok := strings.Cut(value, ": ")
			if ok {
				header[name] = append(header[name], v)
			}
		default:
			t.Fatalf("unexpected option %q", option)
		}
	}
	assert.True(t, globoff)
	assert.Equal(t, r.Method, method)
	assert.Equal(t, r.URL, url)
	assert.Equal(t, string(r.Body), body)
	for name, values := range r.Header {
		slices.Sort(values)
		slices.Sort(header[name])
		assert.Equal(t, values, header[name], name)
	}
}

// TestT38GoExportIsData parses the exported test: what was captured is in string
// literals and nowhere else.
func TestT38GoExportIsData(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for name, r := range hostile() {
		t.Run(name, func(t *testing.T) {
			e, err := d.store.Add(capture.Exchange{Request: r, Response: capture.Response{Status: 200, Body: []byte("`+os.Exit(1)+`\"")}})
			require.NoError(t, err)
			file, err := parser.ParseFile(token.NewFileSet(), "x_test.go", d.export(e.ID, "go"), parser.SkipObjectResolution)
			require.NoError(t, err)
			var literals []string
			idents := map[string]bool{}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if n.Kind == token.STRING {
						text, err := strconv.Unquote(n.Value)
						require.NoError(t, err)
						literals = append(literals, text)
					}
				case *ast.Ident:
					idents[n.Name] = true
				}
				return true
			})
			assert.Contains(t, literals, r.Method)
			assert.Contains(t, literals, "`+os.Exit(1)+`\"")
			assert.False(t, idents["os"] || idents["touch"] || idents["Exit"])
		})
	}
}

// TestGoExportHasNoOldHash leaves the hash of a JSON body to NewRequest.
func TestGoExportHasNoOldHash(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	e, err := d.store.Add(capture.Exchange{Request: capture.Request{
		Method: "POST", URL: "http://127.0.0.1:8080/events?a=1&bodySHA256=01ab", Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"a":1}`),
	}})
	require.NoError(t, err)
	assert.Contains(t, d.export(e.ID, "go"), `fixture.NewRequest("POST", "/events?a=1", "application/json", []byte("{\"a\":1}"))`)
}

// TestT38FixtureAndHARAreTheRequest reads both exports again.
func TestT38FixtureAndHARAreTheRequest(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for name, r := range hostile() {
		for _, form := range []string{"fixture", "har"} {
			t.Run(name+"/"+form, func(t *testing.T) {
				e, err := d.store.Add(capture.Exchange{Request: r, Response: capture.Response{Status: 200, Body: []byte("\xff\x00")}})
				require.NoError(t, err)
				again, err := fixture.Parse([]byte(d.export(e.ID, form)), 0)
				if strings.ContainsAny(r.URL, "#") || strings.Contains(r.URL, "$(") || strings.Contains(name, "header") && form == "fixture" {
					return // net/http does not send these targets and headers
				}
				require.NoError(t, err)
				body, err := io.ReadAll(again.Body)
				require.NoError(t, err)
				assert.Equal(t, r.Method, again.Method)
				if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") && form == "fixture" {
					body, r.Body = bytes.TrimRight(body, "\r\n"), bytes.TrimRight(r.Body, "\r\n")
				}
				assert.Equal(t, string(r.Body), string(body))
			})
		}
	}
}

// TestT38NoHeaderIsSmuggledIntoAFixture writes each captured value into one line.
func TestT38NoHeaderIsSmuggledIntoAFixture(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	e, err := d.store.Add(capture.Exchange{Request: capture.Request{
		Method: "POST\r\nX-Evil: 1", URL: "http://127.0.0.1:8080/sms\r\nX-Evil: 1", Header: http.Header{"X-A\r\nX-Evil: 1": {"b\r\nX-Evil: 1"}},
	}})
	require.NoError(t, err)
	assert.NotContains(t, d.export(e.ID, "fixture"), "\nX-Evil")
}

// TestT29HARHasNoCredentials makes a file to give to others.
func TestT29HARHasNoCredentials(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	marked := http.Header{"Authorization": {"Basic MARKER"}, "Cookie": {"a=MARKER"}, "Proxy-Authorization": {"Basic MARKER"}, "Set-Cookie": {"a=MARKER", "b=MARKER"}, "X-Other": {"kept"}}
	e, err := d.store.Add(capture.Exchange{
		Source: capture.Tunnel, Request: capture.Request{Method: "GET", URL: "http://127.0.0.1:8080/voice", Header: marked}, Response: capture.Response{Status: 200, Header: marked},
	})
	require.NoError(t, err)
	var all json.RawMessage
	require.Equal(t, 200, d.do("POST", "/api/save/har", "", &all))
	for _, text := range []string{d.export(e.ID, "har"), string(all)} {
		assert.NotContains(t, text, "MARKER")
		assert.Contains(t, text, "(not kept)")
		assert.Contains(t, text, `"kept"`)
	}
}
