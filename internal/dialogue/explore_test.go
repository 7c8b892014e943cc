package dialogue_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

var update = flag.Bool("update", false, "write the golden files")

// shop is a call with all that an explorer can find.
var shop = pages{
	"/voice": `<Gather numDigits="1" action="/menu"><Say>Press 1 for sales, 2 for opening hours, 3 to leave a message.</Say></Gather><Redirect>/voice</Redirect>`,
	"/menu": func(r *http.Request) string {
		switch r.FormValue("Digits") {
		case "1":
			return `<Dial action="/after">+15550123</Dial>`
		case "2":
			return `<Say>We open at nine.</Say>`
		case "3":
			return `<Say>Speak.</Say><Record action="/thanks" finishOnKey="#"/>`
		case "4":
			return `<Redirect>/broken</Redirect>`
		case "5":
			return `<Hangup/>`
		case "6":
			return `<Redirect>/trap</Redirect>`
		case "7":
			return `<Gather input="speech" hints="red, blue" speechTimeout="1" action="/color"><Say>Which color?</Say></Gather>`
		case "8":
			return `<Say>hello</Say><say>wrong</say>`
		}
		return `<Say>That is no choice.</Say><Redirect>/voice</Redirect>`
	},
	"/after":  func(r *http.Request) string { return say("The call was " + r.FormValue("DialCallStatus") + ".") },
	"/thanks": say("Thank you."),
	"/trap":   `<Gather numDigits="1" action="/trap"><Say>Try again.</Say></Gather><Redirect>/trap</Redirect>`,
	"/color":  func(r *http.Request) string { return say("You like " + r.FormValue("SpeechResult") + ".") },
}

func explore(h http.Handler) *dialogue.Tree {
	return dialogue.Explore(dialogue.Exploration{
		Config: dialogue.Config{Transport: dialogue.Handler(h), BaseURL: "https://hooks.example.com", AuthToken: "12345"},
		Call:   dialogue.CallSetup{URL: "/voice"},
	})
}

func TestExplore(t *testing.T) {
	tree := explore(shop)
	assert.True(t, tree.Complete)
	problems := fmt.Sprint(tree.Problems())
	assert.Contains(t, problems, "error 11200: the server answered 404")
	assert.Contains(t, problems, "dead end: whatever the caller does leads back here")
	assert.Contains(t, problems, "infinite loop: a silent caller returns to this menu")
	assert.Contains(t, problems, "the call ends silently")
	assert.Contains(t, problems, "error 12200")
	for name, got := range map[string]string{"shop.txt": tree.String(), "shop.mmd": tree.Mermaid()} {
		t.Run(name, func(t *testing.T) {
			golden := filepath.Join("testdata", "explore", name)
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}

func TestExploreIsBounded(t *testing.T) {
	n := 0
	tree := dialogue.Explore(dialogue.Exploration{
		Config: dialogue.Config{Transport: dialogue.Handler(pages{"/voice": func(*http.Request) string {
			n++ // a program that never asks the same thing twice
			return `<Gather numDigits="1"><Say>` + strings.Repeat("x", n%1000+1) + `</Say></Gather>`
		}})},
		Call: dialogue.CallSetup{URL: "/voice"}, Depth: 3, Calls: 50,
	})
	assert.False(t, tree.Complete)
	assert.LessOrEqual(t, tree.Calls, 50)
	assert.Contains(t, tree.String(), "deeper paths were not explored")
}

func TestExploreFailure(t *testing.T) {
	tree := explore(pages{})
	assert.Contains(t, tree.String(), "error 11200")
	assert.Equal(t, 1, tree.Calls)
}

// TestExploreSilence goes the ways of people who say nothing: into a recording,
// and at a phone that is to be pressed on. Someone who hangs up while they are
// recorded has left a message.
func TestExploreSilence(t *testing.T) {
	site := func(afterRecording string) pages {
		return pages{
			"/voice":    `<Gather numDigits="1" action="/menu"><Say>Press 1</Say></Gather><Say>Goodbye</Say>`,
			"/menu":     `<Say>Speak</Say><Record action="/recorded"/>` + afterRecording,
			"/recorded": `<Say>Thank you</Say>`,
		}
	}
	tree := explore(site("<Say>We did not hear you</Say>"))
	assert.Contains(t, tree.String(), `├─ message: #4 /recorded "Thank you" (ends: completed)`)
	assert.Contains(t, tree.String(), `├─ silence: #5 /menu "We did not hear you" (ends: completed)`)
	assert.Contains(t, tree.String(), `└─ hangs up: #6 `)
	assert.NotContains(t, fmt.Sprint(tree.Problems()), "loop")

	tree = explore(site("<Redirect/>"))
	assert.Contains(t, fmt.Sprint(tree.Problems()), "silence: infinite loop: a silent caller returns to this menu")

	broken := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("Digits") == "hangup" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		site("").ServeHTTP(w, r)
	})
	assert.Contains(t, fmt.Sprint(explore(broken).Problems()), "error 11200: the server answered 500")

	tree = explore(pages{
		"/voice":  `<Dial action="/after"><Number url="/screen">+15550155</Number></Dial>`,
		"/screen": `<Gather numDigits="1" action="/accept"><Say>Press 1 to accept</Say></Gather><Say>Goodbye</Say><Hangup/>`,
		"/accept": `<Say>Here they are</Say>`,
		"/after":  func(r *http.Request) string { return "<Say>The call was " + r.FormValue("DialCallStatus") + "</Say>" },
	})
	assert.Regexp(t, `answered: #2 /after .*\n.*\(\+15550155 hears "Press 1 to accept"\)\n.*\(\+15550155 hears "Here they are"\)`, tree.String())
	assert.Regexp(t, `answered, nothing pressed: #5 /after .*\n.*\(\+15550155 hears "Press 1 to accept"\)\n.*\(\+15550155 hears "Goodbye"\)`, tree.String())
	assert.NotContains(t, explore(pages{"/voice": `<Dial>+15550155</Dial>`}).String(), "nothing pressed")
}

// TestExploreFindMe explores a program that dials one number after another,
// screens each of them, and takes a message in the end.
func TestExploreFindMe(t *testing.T) {
	numbers := []string{"+15550111", "+15550112"}
	try := func(i int) string {
		if i == len(numbers) {
			return `<Say>Leave a message.</Say><Record action="/bye"/>`
		}
		return fmt.Sprintf(`<Dial action="/next?i=%d" timeout="10"><Number url="/screen">%s</Number></Dial>`, i+1, numbers[i])
	}
	tree := explore(pages{
		"/voice": try(0),
		"/next": func(r *http.Request) string {
			if r.FormValue("DialCallStatus") == "completed" && r.FormValue("DialBridged") == "true" {
				return "<Hangup/>"
			}
			i, _ := strconv.Atoi(r.FormValue("i"))
			return try(i)
		},
		"/screen": `<Gather numDigits="1" timeout="5" action="/accept"><Say>Press 1 to accept</Say></Gather><Hangup/>`,
		"/accept": `<Say>Connecting you</Say>`,
		"/bye":    `<Say>Goodbye</Say>`,
	})
	require.True(t, tree.Complete)
	first := tree.Root
	require.Equal(t, dialogue.StateDialing, first.State)
	assert.Equal(t, numbers[0], first.Detail)
	after := func(s *dialogue.Station, choice string) *dialogue.Station {
		t.Helper()
		for _, b := range s.Branches {
			if slices.Contains(b.Choices, choice) {
				return b.To
			}
		}
		require.Fail(t, "there is no such branch", "%s\n%s", choice, tree)
		return nil
	}
	assert.Equal(t, "completed", after(first, "answered").Ending)
	for _, unreached := range []string{"busy", "no-answer", "answered, nothing pressed"} {
		second := after(first, unreached)
		require.Equal(t, dialogue.StateDialing, second.State, "after %s:\n%s", unreached, tree)
		assert.Equal(t, numbers[1], second.Detail)
		for _, again := range []string{"busy", "no-answer", "answered, nothing pressed"} {
			assert.Equal(t, dialogue.StateRecording, after(second, again).State, "after %s and %s:\n%s", unreached, again, tree)
		}
	}
	assert.Empty(t, tree.Problems())
}

// TestExploreSequence reaches each number of a sequential Dial.
func TestExploreSequence(t *testing.T) {
	tree := explore(pages{"/voice": `<Dial sequential="true"><Number>+15550111</Number><Number>+15550112</Number></Dial><Say>Sorry</Say>`})
	assert.Regexp(t, `busy no-answer: #\d+ /voice \(dials \+15550112\)`, tree.String())
}

// TestExploreRecordings reaches a recording that follows another immediately.
func TestExploreRecordings(t *testing.T) {
	tree := explore(pages{"/voice": `<Record timeout="2"/><Record timeout="3" action="/second"/><Say>Goodbye</Say>`, "/second": say("Thanks")})
	assert.Contains(t, tree.String(), "Thanks")
	assert.Regexp(t, `silence: #\d+ /voice \(records`, tree.String())
}
