package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// TestRefusalIsShown is F11: frameworks say in the body why they refuse.
func TestRefusalIsShown(t *testing.T) {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the auth token is\nnot set "+strings.Repeat("x", 2000), http.StatusInternalServerError)
	}))
	defer app.Close()
	for _, play := range [][]string{{"text", "hi"}, {"call", "waits 1s"}} {
		code, _, errs := command(t, "", append(play, "--app", app.URL)...)
		assert.Equal(t, 1, code)
		assert.Contains(t, errs, `the answer is "the auth token is not set xxx`)
		assert.Less(t, len(errs), 600)
	}
	_, out, _ := command(t, "", "text", "hi", "--app", app.URL, "--json")
	assert.Contains(t, out, `"status": 500`)
}

// TestFirstRequestByGET plays a program that takes GET only.
func TestFirstRequestByGET(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /voice", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.Write([]byte("<Response><Say>by GET</Say></Response>"))
	})
	mux.HandleFunc("GET /sms", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.Write([]byte(`<Response><Message to="+15550109">by GET</Message></Response>`))
	})
	app := httptest.NewServer(mux)
	defer app.Close()
	file := filepath.Join(t.TempDir(), "get.yaml")
	require.NoError(t, os.WriteFile(file, []byte("name: by GET\nsteps:\n  - text: hi\n  - sends to +15550109: by GET\n  - call\n  - hears: by GET\n"), 0o600))
	for _, play := range [][]string{{"text", "hi"}, {"call", "waits 1s"}, {"explore"}, {"run", file}} {
		code, out, errs := command(t, "", append(play, "--method", "GET", "--app", app.URL)...)
		assert.Zero(t, code, errs)
		assert.Contains(t, out, "by GET")
		if play[0] == "text" {
			assert.Contains(t, errs, "this is sent to +15550109")
		}
	}

	t.Chdir(t.TempDir())
	page := startDev(t, "--memory", "--tunnel=", "--method", "GET", "--app", app.URL)
	for path, body := range map[string]string{"messages": `{"person": "+15550101", "body": "hi"}`, "calls": `{"person": "+15550101"}`} {
		require.Less(t, page.ask(http.MethodPost, "api/"+path, body, nil), 300, path)
	}
	require.Eventually(t, func() bool {
		return strings.Contains(page.out.String(), "200 GET  /sms") && strings.Contains(page.out.String(), "200 GET  /voice")
	}, time.Minute, 10*time.Millisecond, page.out.String)
	for _, play := range [][]string{{"text", "hi"}, {"call", "waits 1s"}, {"explore"}, {"run", file}} {
		code, out, errs := command(t, "", play...)
		assert.Zero(t, code, errs)
		assert.Contains(t, out, "by GET", "as the console sends it")
	}
}
