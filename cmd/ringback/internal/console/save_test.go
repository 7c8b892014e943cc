package console_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/save"
	"github.com/ringback-go/ringback/cmd/ringback/internal/scenario"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// evil are texts that end a string, a comment, a line or a document of some of the
// languages that captures are saved in.
var evil = []string{
	"\"; rm -rf / #", "'''\"\"\"\\", "`${process.exit()}`", "*/ } \u2028 \u2029", "- text: !!null", "line\r\nbreak", "\x00\x1b[31m", "👍 {{.}} %s %d", "&amp; <b>&#39;</b>", "null", "12", "  ",
}

// act does what a person does in a call, once it is possible.
func (d *desk) act(call, do, leg string) {
	d.t.Helper()
	data, err := json.Marshal(map[string]string{"do": do, "leg": leg})
	require.NoError(d.t, err)
	d.until(do, func() bool { return d.do("POST", "/api/calls/"+call+"/act", string(data), nil) == 200 })
}

func (d *desk) saved(form, query string) save.Result {
	d.t.Helper()
	var r save.Result
	require.Equal(d.t, 200, d.do("POST", "/api/save/"+form+query, "", &r), "%s %s", form, query)
	return r
}

// played has a conversation and three calls with the support line, and returns
// the SIDs of the calls.
func (d *desk) played() []string {
	d.t.Helper()
	d.text("hello")
	for _, text := range evil {
		d.text(text)
	}
	require.Equal(d.t, 200, d.do("POST", "/api/messages", `{"person":"+15550102","channel":"whatsapp","body":"hola","picture":true}`, nil))
	var sids []string
	for range 3 {
		var call stage.Call
		require.Equal(d.t, 200, d.do("POST", "/api/calls", `{"person":"+15550103"}`, &call))
		sids = append(sids, call.SID)
	}
	ended := func(sid string) func() bool {
		return func() bool {
			var call stage.Call
			return d.do("GET", "/api/calls/"+sid, "", &call) == 200 && call.Ended
		}
	}
	leg := func(sid string) string {
		var call stage.Call
		d.until("a leg rings", func() bool {
			return d.do("GET", "/api/calls/"+sid, "", &call) == 200 && len(call.Legs) == 1 && call.Legs[0].Status == "ringing"
		})
		return call.Legs[0].SID
	}
	waits := func(sid, kind string) {
		d.until(kind, func() bool {
			var call stage.Call
			return d.do("GET", "/api/calls/"+sid, "", &call) == 200 && call.WaitingFor.Kind == kind
		})
	}
	for _, sid := range sids {
		waits(sid, "keys")
	}
	d.act(sids[0], "presses 2", "")
	d.act(sids[1], "presses 1", "")
	d.act(sids[2], "presses 1", "")
	other := leg(sids[1])
	d.act(sids[1], "answers", other)
	d.act(sids[2], "busy", leg(sids[2]))
	d.until("they talk", func() bool {
		var call stage.Call
		return d.do("GET", "/api/calls/"+sids[1], "", &call) == 200 && len(call.Legs) == 1 && call.Legs[0].Status == "in-progress"
	})
	d.act(sids[1], "hangs up", other)
	waits(sids[2], "recording")
	d.act(sids[2], "hangs up", "")
	waits(sids[0], "recording")
	d.act(sids[0], "records 2s", "")
	d.until("the end of the message", func() bool {
		var call stage.Call
		return d.do("GET", "/api/calls/"+sids[0], "", &call) == 200 && time.Since(call.Lines[len(call.Lines)-1].At) > 2500*time.Millisecond
	})
	d.act(sids[0], "presses #", "")
	for _, sid := range sids {
		d.until("the end", ended(sid))
	}
	return sids
}

// TestT38WhatWasSavedRuns saves what people did with the support line in each
// form, and plays it against the same program: as a scenario, as a Go test, and in
// JavaScript and Python where they are on this machine.
func TestT38WhatWasSavedRuns(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	sids := d.played()
	cfg := d.stage.Config()

	play := func(t *testing.T, text string) {
		t.Helper()
		file, err := scenario.Parse("saved.yaml", []byte(text))
		require.NoError(t, err, text)
		for _, s := range file.Scenarios {
			r := file.Play(t.Context(), "saved.yaml", s, scenario.Config{
				Transport: http.DefaultTransport, BaseURL: cfg.BaseURL, AuthToken: authToken, SMS: cfg.SMS, Voice: cfg.Voice, Status: cfg.Status, Number: cfg.Number, Seed: 1,
			})
			require.True(t, r.Passed(), "%s\n%s\n%s", r.Failure, r.Transcript, text)
		}
	}
	t.Run("a conversation as a scenario", func(t *testing.T) {
		r := d.saved("scenario", "?conversation=%2B15550101")
		assert.Equal(t, len(evil)+1, strings.Count(r.Text, "\n      - text:"))
		play(t, r.Text)
	})
	t.Run("calls as scenarios", func(t *testing.T) {
		for _, sid := range sids {
			r := d.saved("scenario", "?sid="+sid)
			assert.Contains(t, r.Text, "Welcome to our support line.")
			assert.Contains(t, r.Text, "ends: completed")
			play(t, r.Text)
		}
		assert.Contains(t, d.saved("scenario", "?sid="+sids[1]).Text, "callee hangs up")
		assert.Regexp(t, `records: \d+s`, d.saved("scenario", "?sid="+sids[0]).Text)
	})
	t.Run("calls of an earlier start", func(t *testing.T) {
		older := open(t, nil)
		for _, e := range d.all() {
			e.Request.URL = strings.Replace(e.Request.URL, cfg.BaseURL, older.stage.Config().BaseURL, 1)
			_, err := older.store.Add(e)
			require.NoError(t, err)
		}
		r := older.saved("scenario", "")
		assert.Contains(t, r.Text, "- busy")
		assert.Regexp(t, `records: \d+s`, r.Text)
		assert.Contains(t, r.Text, `media: `)
		play(t, r.Text)
	})
	t.Run("Go", func(t *testing.T) { d.runGo(t, d.saved("go", "").Text) })
	t.Run("JavaScript", func(t *testing.T) {
		file := write(t, "saved.test.js", d.saved("jest", "").Text)
		node, err := exec.LookPath("node")
		if err != nil {
			t.Skip("node is not on this machine")
		}
		// Jest is run by internal/checks/node; its two functions are enough here.
		shim := write(t, "run.js", `const all = [];
global.test = (name, f) => all.push([name, f]);
global.expect = (got) => ({
  toBe(want) { if (got !== want) throw new Error(got + " is not " + want); },
  toContain(want) { if (!got.includes(want)) throw new Error(JSON.stringify(got) + " does not contain " + JSON.stringify(want)); },
});
require(process.argv[2]);
(async () => {
  for (const [name, f] of all) {
    try { await f(); } catch (error) { console.log(name, error.message); process.exitCode = 1; }
  }
  console.log("tests " + all.length);
})();
`)
		out := command(t, node, shim, file)
		assert.Regexp(t, `tests \d\d`, out)
	})
	t.Run("Python", func(t *testing.T) {
		file := write(t, "test_saved.py", d.saved("pytest", "").Text)
		python, err := exec.LookPath("python3")
		if err != nil {
			t.Skip("python3 is not on this machine")
		}
		out := command(t, python, "-c", `import importlib.util, sys
spec = importlib.util.spec_from_file_location("saved", sys.argv[1])
saved = importlib.util.module_from_spec(spec)
spec.loader.exec_module(saved)
tests = [f for name, f in vars(saved).items() if name.startswith("test_")]
for f in tests: f()
print("tests", len(tests))`, file)
		assert.Regexp(t, `tests \d\d`, out)
	})
	t.Run("HAR", func(t *testing.T) {
		var har struct {
			Log struct {
				Entries []struct{ StartedDateTime string }
			}
		}
		require.Equal(t, 200, d.do("POST", "/api/save/har?session=0", "", &har))
		assert.Len(t, har.Log.Entries, d.store.Count(capture.Query{}))
		require.Equal(t, 200, d.do("POST", "/api/save/har?text=absent", "", &har))
		assert.Empty(t, har.Log.Entries)
	})
}

// all are all exchanges, oldest first, with their bodies.
func (d *desk) all() (out []capture.Exchange) {
	for id := int64(1); ; id++ {
		e, err := d.store.Get(id)
		if err != nil {
			return out
		}
		out = append(out, e)
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "TWILIO_AUTH_TOKEN="+authToken)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// runGo compiles a saved test with this module and runs it against the program.
func (d *desk) runGo(t *testing.T, text string) {
	t.Helper()
	if testing.Short() {
		t.Skip("it compiles a package")
	}
	file := write(t, "saved_test.go", text)
	assert.Empty(t, command(t, "gofmt", "-l", file), "it is not formatted")
	out := command(t, "go", "test", "-v", file)
	assert.GreaterOrEqual(t, strings.Count(out, "--- PASS"), 4)
}

func TestSaveRefusesWhatCannotBeSaved(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	assert.Equal(t, 409, d.do("POST", "/api/save/scenario", "", nil), "there is nothing")
	d.text("hello")
	assert.Equal(t, 404, d.do("POST", "/api/save/cobol", "", nil))
	assert.Equal(t, 400, d.do("POST", "/api/save/go?text=is:green", "", nil))
	assert.Equal(t, 404, d.do("POST", "/api/save/go?conversation=nobody", "", nil))
	for range 501 {
		_, err := d.store.Add(capture.Exchange{Request: capture.Request{Method: "POST", URL: "http://a/sms"}})
		require.NoError(t, err)
	}
	assert.Equal(t, 400, d.do("POST", "/api/save/go", "", nil), "too many for a test")
}
