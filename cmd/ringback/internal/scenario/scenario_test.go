package scenario_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/cmd/ringback/internal/scenario"
	"github.com/ringback-go/ringback/examples/supportline/line"
	"github.com/ringback-go/ringback/signature"
)

const (
	base  = "http://app.example.com"
	token = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
)

// play plays all scenarios of a file against a program.
func play(t *testing.T, app http.Handler, file string) []scenario.Result {
	t.Helper()
	f, err := scenario.Parse("file.yaml", []byte(file))
	require.NoError(t, err)
	way, err := remote.New(t.Context(), remote.Config{App: base, Handler: app})
	require.NoError(t, err)
	cfg := scenario.Config{Transport: way, BaseURL: base, AuthToken: token, SMS: "/sms", Voice: "/voice", Status: "/status", Number: "+15550100", Seed: 1}
	var out []scenario.Result
	for _, s := range f.Scenarios {
		out = append(out, f.Play(t.Context(), "file.yaml", s, cfg))
	}
	return out
}

func supportLine(t *testing.T) http.Handler {
	t.Helper()
	verifier, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(token)})
	require.NoError(t, err)
	return line.Routes(verifier, slog.New(slog.DiscardHandler))
}

// TestSupportLine plays the scenario of the support line, and writes what CI
// systems and people read of it.
func TestSupportLine(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../../samples/supportline.yaml")
	require.NoError(t, err)
	results := play(t, supportLine(t), string(file))
	require.Len(t, results, 7)
	for _, r := range results {
		assert.True(t, r.Passed(), "%s (line %d): %s\n%s", r.Name, r.Line, r.Failure, r.Transcript)
		assert.Positive(t, r.Steps, r.Name)
	}
	var junit, transcript bytes.Buffer
	require.NoError(t, scenario.WriteJUnit(&junit, results))
	var report struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Cases []struct {
				Name string `xml:"name,attr"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(junit.Bytes(), &report))
	assert.Equal(t, 7, report.Tests)
	assert.Zero(t, report.Failures)
	assert.Len(t, report.Suites[0].Cases, 7)
	require.NoError(t, scenario.WriteTranscript(&transcript, results))
	assert.Contains(t, transcript.String(), `hears "Welcome to our support line."`)
	assert.Contains(t, transcript.String(), "passed")
}

// TestWhatDoesNotHold fails at the step that does not hold, and says why.
func TestWhatDoesNotHold(t *testing.T) {
	t.Parallel()
	results := play(t, supportLine(t), `
scenarios:
  - name: other words
    steps:
      - text: hello
      - replies: goodbye
      - replies: never asked
  - name: no call
    steps:
      - hears: anything
  - name: no text
    steps: [replies nothing]
  - name: another channel
    steps:
      - text: {body: hi, channel: smoke}
`)
	require.Len(t, results, 4)
	for i, want := range []struct {
		line, steps int
		says        string
	}{{6, 1, "goodbye"}, {10, 0, "start one with call"}, {12, 0, "start with text"}, {15, 0, `not "smoke"`}} {
		r := results[i]
		assert.False(t, r.Passed(), r.Name)
		assert.Equal(t, want.line, r.Line, r.Name)
		assert.Equal(t, want.steps, r.Steps, r.Name)
		assert.Contains(t, r.Failure, want.says)
	}
	var junit, transcript bytes.Buffer
	require.NoError(t, scenario.WriteJUnit(&junit, results))
	assert.Contains(t, junit.String(), `failures="4"`)
	assert.Contains(t, junit.String(), "file.yaml:6:")
	require.NoError(t, scenario.WriteTranscript(&transcript, results))
	assert.Contains(t, transcript.String(), "FAILED at line 6")
}

// TestEveryStep uses the steps that the support line has no need of.
func TestEveryStep(t *testing.T) {
	t.Parallel()
	documents := map[string]string{
		"/voice":  `<Gather input="speech" action="/said"><Say>Say a name.</Say></Gather>`,
		"/said":   `<Sms>We call you back.</Sms><Dial action="/dialed"><Number url="/whisper">+15550102</Number></Dial>`,
		"/dialed": `<Say>Sorry.</Say>`, "/whisper": "<Say>A call for you.</Say>",
		"/relay":  `<Message to="+15550155">Ada writes: hi</Message><Message>Passed on.</Message>`,
		"/party":  `<Dial><Conference waitUrl="">party</Conference></Dial>`,
		"/wait":   `<Enqueue>sales</Enqueue>`,
		"/pay":    `<Pay action="/paid" postalCode="false"/>`,
		"/paid":   `<Say>Thank you.</Say>`,
		"/team":   `<Dial action="/dialed" sequential="true"><Number>+15550102</Number><Number url="/screen">+15550103</Number></Dial>`,
		"/screen": `<Gather numDigits="1"><Say>Press a key.</Say></Gather><Hangup/>`,
	}
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		w.Write([]byte("<Response>" + documents[r.URL.Path] + "</Response>"))
	})
	for _, r := range play(t, app, `
scenarios:
  - name: speech, whisper, no answer
    steps:
      - text: hi
      - replies nothing
      - call
      - hears: Say a name
      - hears not: Goodbye
      - speaks: Ben
      - rings: "+15550102"
      - sends: We call you back
      - answers
      - callee hears: A call for you
      - callee hangs up
      - ends
  - name: nobody is there
    steps:
      - call
      - speaks: Ben
      - rings: "+15550102"
      - no answer
      - hears: Sorry
      - ends: completed
  - name: a message to another person
    steps:
      - text: {body: hi, path: /relay}
      - replies exactly: Passed on.
      - sends to +15550155: Ada writes
  - name: a conference
    steps:
      - call: /party
      - joins: party
      - hangs up
      - call: /party
      - joins
      - hangs up
  - name: a queue
    steps:
      - call: /wait
      - queues: sales
      - hangs up
      - call: /wait
      - queues
      - hangs up
  - name: a payment
    steps:
      - call: /pay
      - pays: 4242424242424241
      - pays: 4242424242424242 1230 123
      - hears: Thank you
      - ends
  - name: a payment by a test card
    steps:
      - call: /pay
      - pays
      - hears: Thank you
  - name: several callees
    steps:
      - call: /team
      - rings: "+15550102"
      - callee +15550102 unreachable
      - rings: "+15550103"
      - callee +15550103 answers
      - callee +15550103 hears: Press a key
      - callee +15550103 presses: "1"
      - callee +15550103 hangs up
      - hears: Sorry
  - name: a program that fails
    steps:
      - call: /broken
      - fails: 11200
`) {
		assert.True(t, r.Passed(), "%s (line %d): %s\n%s", r.Name, r.Line, r.Failure, r.Transcript)
	}
}

// TestT29NoCardInAReport pays where there is no call.
func TestT29NoCardInAReport(t *testing.T) {
	t.Parallel()
	results := play(t, http.NotFoundHandler(), "steps:\n  - pays 4242424242424242 1230 123\n")
	require.Len(t, results, 1)
	assert.Contains(t, fmt.Sprintf("%+v", results[0]), "pays: there is no call")
	assert.NotContains(t, fmt.Sprintf("%+v", results[0]), "4242")
}

func TestMistakesHaveALine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, says string
		line       int
	}{
		{"", "empty", 1},
		{"- a", "begins with name:", 1},
		{"name: x", "there is no scenario", 1},
		{"nome: x\nsteps: [call]", `no "nome"`, 1},
		{"name: x\nsteps: []", "steps: is a list", 2},
		{"name: x\nsteps:\n  - sing: a song", `unknown step "sing"`, 3},
		{"steps:\n  - waits: soon", "waits", 2},
		{"steps:\n  - presses: five", "presses", 2},
		{"steps:\n  - {call: /a, hears: b}", "a step is a word", 2},
		{"steps:\n  - text: {boddy: hi}", "text", 2},
		{"scenarios:\n  - name: x\n    when: now", `no "when"`, 3},
		{"scenarios: x", "scenarios: is a list", 1},
		{"steps:\n\t- call", "", 2},
		{"steps:\n  - pays: cash", "pays", 2},
		{"steps:\n  - callee +15550102 sings: a", "unknown step", 2},
	} {
		_, err := scenario.Parse("file.yaml", []byte(c.file))
		var at *scenario.Error
		require.ErrorAs(t, err, &at, c.file)
		assert.Contains(t, at.Text, c.says, c.file)
		assert.Equal(t, c.line, at.Line, c.file)
		assert.Contains(t, err.Error(), "file.yaml:")
	}
}
