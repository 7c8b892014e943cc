package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// command runs one command line in this process.
func command(t *testing.T, input string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, streams{strings.NewReader(input), &stdout, &stderr})
	return code, stdout.String(), stderr.String()
}

// words splits a line of an example as a shell does, as far as examples go.
func words(line string) (out []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

// TestHelpExamples executes every example in every command's help in an empty
// directory, except dev (which does not end; dev_test.go starts it) and number,
// which has its own server below.
func TestHelpExamples(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"TWILIO_AUTH_TOKEN", "BASE_URL"} {
		t.Setenv(name, "")
	}
	refused := map[string]bool{ // what an example shows is a refusal
		"ringback diagnose example:signed.http --base-url http://hooks.example.com --token 12345 --json": true,
	}
	total := 0
	for _, name := range []string{"text", "call", "send", "deliver", "run", "explore", "lint", "diagnose", "example"} {
		code, help, errs := command(t, "", name, "--help")
		require.Zero(t, code, errs)
		found := 0
		for line := range strings.Lines(help) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "ringback ") || strings.Contains(line, ">") {
				continue
			}
			found++
			code, out, errs := command(t, "", words(line)[1:]...)
			want := 0
			if refused[line] {
				want = 1
			}
			assert.Equal(t, want, code, "%s\n%s%s", line, out, errs)
			if !strings.HasPrefix(line, "ringback lint") && !strings.Contains(line, "--output") {
				assert.NotEmpty(t, out+errs, line)
			}
		}
		assert.Positive(t, found, "%s has no example in its help", name)
		total += found
	}
	t.Logf("%d examples executed", total)
}

// TestDemoExploresClean holds the support line of the README to its own tool.
func TestDemoExploresClean(t *testing.T) {
	code, out, errs := command(t, "", "explore", "--app", "demo", "--strict")
	assert.Zero(t, code, errs)
	assert.Contains(t, out, "silence")
}

// TestScenarioFails shows what a scenario says that does not hold.
func TestScenarioFails(t *testing.T) {
	dir := t.TempDir()
	file, junit := filepath.Join(dir, "wrong.yaml"), filepath.Join(dir, "junit.xml")
	require.NoError(t, os.WriteFile(file, []byte("name: wrong\nscenarios:\n  - name: nobody says so\n    steps:\n      - text: hello\n      - replies: goodbye\n"), 0o600))
	code, out, errs := command(t, "", "run", file, "--app", "demo", "--junit", junit)
	assert.Equal(t, 1, code)
	assert.Contains(t, out+errs, "goodbye")
	report, err := os.ReadFile(junit)
	require.NoError(t, err)
	assert.Contains(t, string(report), "<failure")
}

// TestScenarioNamesAreShownSafely plays scenarios whose names hold terminal
// escapes, and refuses a second document in a file, which nobody would play.
func TestScenarioNamesAreShownSafely(t *testing.T) {
	dir := t.TempDir()
	file, transcript := filepath.Join(dir, "names.yaml"), filepath.Join(dir, "out.txt")
	require.NoError(t, os.WriteFile(file, []byte("name: names\nscenarios:\n  - name: \"good \\x1b[2J\\x9b\\nok      forged\"\n    steps:\n      - text: hello\n"), 0o600))
	code, out, errs := command(t, "", "run", file, "--app", "demo", "--transcript", transcript)
	require.Zero(t, code, errs)
	written, err := os.ReadFile(transcript)
	require.NoError(t, err)
	for _, text := range []string{out, errs, string(written)} {
		assert.NotContains(t, text, "\x1b")
		assert.NotContains(t, text, "\u009b")
		assert.NotContains(t, text, "\nok      forged")
	}
	require.NoError(t, os.WriteFile(file, []byte("steps:\n  - text: hello\n---\nsteps:\n  - text: never played\n"), 0o600))
	code, _, errs = command(t, "", "run", file, "--app", "demo")
	assert.NotZero(t, code)
	assert.Contains(t, errs, "names.yaml:3: a file holds one YAML document")
}

func TestBadCommandLines(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.xml")
	require.NoError(t, os.WriteFile(broken, []byte("<Response><Say>hi</Response>"), 0o600))
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no such command", []string{"sing"}, 2, "--help"},
		{"no program", []string{"text", "hello"}, 2, "--app"},
		{"no such kind", []string{"send", "Pigeon", "--app", "demo"}, 2, "--list"},
		{"no such file", []string{"lint", filepath.Join(t.TempDir(), "absent.xml")}, 1, "absent.xml"},
		{"TwiML that does not parse", []string{"lint", broken}, 1, "1 error"},
		{"nobody listens", []string{"text", "hello", "--app", "http://127.0.0.1:1"}, 1, "refused the connection"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := command(t, "", c.args...)
			assert.Equal(t, c.code, code, out+errs)
			assert.Contains(t, errs, c.says)
		})
	}
}

// TestNumber sets the webhooks of a number at a server that speaks
// IncomingPhoneNumbers.
func TestNumber(t *testing.T) {
	number := map[string]string{
		"sid": "PN0123456789abcdef0123456789abcdef", "phone_number": "+15550100", "friendly_name": "ours",
		"sms_url": "https://old.example.com/sms", "sms_method": "POST", "voice_url": "https://old.example.com/voice", "voice_method": "POST",
	}
	changes := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if user, password, ok := r.BasicAuth(); !ok || user != "AC0123456789abcdef0123456789abcdef" || password != "token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodPost {
			changes++
			if err := r.ParseForm(); err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			if to := r.PostForm.Get("SmsUrl"); to != "" {
				number["sms_url"] = to
			}
			json.NewEncoder(w).Encode(number)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"incoming_phone_numbers": []any{number}, "page": 0, "page_size": 50})
	}))
	defer server.Close()
	t.Setenv("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef")
	t.Setenv("TWILIO_AUTH_TOKEN", "token")
	base := []string{"number", "+15550100", "--api", server.URL}

	code, out, errs := command(t, "", base...)
	require.Zero(t, code, errs)
	assert.Contains(t, out, "https://old.example.com/sms")

	change := append(base, "--sms", "https://hooks.example.com/sms")
	code, out, _ = command(t, "n\n", change...)
	assert.Equal(t, 1, code, "who says no changes nothing")
	assert.Contains(t, out, "https://hooks.example.com/sms")
	assert.Zero(t, changes)

	code, _, errs = command(t, "", append(change, "--yes")...)
	require.Zero(t, code, errs)
	assert.Equal(t, 1, changes)
	assert.Equal(t, "https://hooks.example.com/sms", number["sms_url"])
	assert.Equal(t, "https://old.example.com/voice", number["voice_url"], "what is not given stays")
	assert.NotContains(t, out+errs, "token\n")

	t.Setenv("TWILIO_AUTH_TOKEN", "wrong")
	code, _, errs = command(t, "", base...)
	assert.Equal(t, 1, code)
	assert.NotContains(t, errs, "wrong")
}
