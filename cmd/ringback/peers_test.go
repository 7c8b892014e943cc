package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answering answers requests by their path.
func answering(documents map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.Write([]byte("<Response>" + documents[r.URL.Path] + "</Response>"))
	}))
}

// TestLastInputCounts is finding F2 of the peer suites: the call ended before a
// Gather without numDigits had passed on what was said or keyed.
func TestLastInputCounts(t *testing.T) {
	app := answering(map[string]string{
		"/voice":  `<Gather input="speech dtmf" action="/handle"><Say>How can I help?</Say></Gather>`,
		"/handle": `<Say>We open at nine.</Say>`,
	})
	defer app.Close()
	for step, want := range map[string]string{"say I want your opening hours": "SpeechResult=", "12": "Digits=12"} {
		code, out, errs := command(t, "", "call", step, "--app", app.URL, "--requests")
		assert.Zero(t, code, errs)
		assert.Contains(t, out, want)
		assert.Contains(t, out, `the caller hears "We open at nine."`)
	}
}

// TestLateCallbacksAreMade is the second half of F2: nothing that comes after the
// call was requested, such as a transcription.
func TestLateCallbacksAreMade(t *testing.T) {
	app := answering(map[string]string{
		"/voice": `<Record action="/done" transcribe="true" transcribeCallback="/transcribed" recordingStatusCallback="/recorded"/>`,
		"/done":  `<Hangup/>`,
	})
	defer app.Close()
	code, out, errs := command(t, "", "call", "say please call me back", "--app", app.URL, "--requests")
	assert.Zero(t, code, errs)
	for _, path := range []string{"/done", "/recorded", "/transcribed"} {
		assert.Contains(t, out, app.URL+path)
	}
}

// TestDialedPersonPressesKeys is F3: a call that is screened could not be accepted,
// neither by call nor in a scenario.
func TestDialedPersonPressesKeys(t *testing.T) {
	app := answering(map[string]string{
		"/voice":    `<Dial action="/dialed"><Number url="/screen">+15550123</Number></Dial>`,
		"/screen":   `<Gather numDigits="1" action="/accepted"><Say>Press 1 to accept.</Say></Gather><Hangup/>`,
		"/accepted": `<Say>Connecting.</Say>`,
		"/dialed":   `<Say>Goodbye.</Say>`,
	})
	defer app.Close()
	code, out, errs := command(t, "", "call", "answers", "callee presses 1", "waits 10s", "callee hangs up", "--app", app.URL, "--requests")
	assert.Zero(t, code, errs)
	assert.Contains(t, out, "Digits=1")
	assert.Contains(t, out, `the caller hears "Goodbye."`)
	file := filepath.Join(t.TempDir(), "screen.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`name: screening
steps:
  - call
  - rings: "+15550123"
  - callee answers
  - callee hears: Press 1
  - callee presses: 1
  - talks
  - callee hangs up
  - hears: Goodbye
`), 0o600))
	code, out, errs = command(t, "", "run", file, "--app", app.URL)
	assert.Zero(t, code, out+errs)
}
