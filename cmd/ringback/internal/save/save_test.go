package save_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/save"
)

var cfg = save.Config{App: "http://127.0.0.1:3000", BaseURL: "https://app.example.com", SMS: "/sms", Voice: "/voice", Number: "+15550100"}

// TestT35SavedTestsRequestTheProgramOnly saves a request whose URL has no path that
// begins with a slash. Behind the address of the program, the rest would name
// another host.
func TestT35SavedTestsRequestTheProgramOnly(t *testing.T) {
	for address, path := range map[string]string{
		"https:@evil.example.com/": "/", "https:evil": "/", "https://app.example.com@evil.example.com/a": "/a", "https://app.example.com.evil.example.com": "/",
		"https://app.example.com/sms?a=1": "/sms?a=1", "https://app.example.com//evil.example.com/": "//evil.example.com/", "%": "/",
	} {
		assert.Equal(t, path, save.PathOf(address, cfg.BaseURL), address)
	}
	e := capture.Exchange{Source: capture.Command, SID: "SM1", Thread: "SM1"}
	e.Request = capture.Request{
		Method: "POST", URL: "https:@evil.example.com/", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte("Body=hi"),
	}
	e.Response.Status = 200
	for name, make := range map[string]func(save.Config, []capture.Exchange) (save.Result, error){"jest": save.Jest, "pytest": save.Pytest} {
		r, err := make(cfg, []capture.Exchange{e})
		require.NoError(t, err, name)
		assert.NotContains(t, r.Text, "evil", name)
	}
}

// TestT38TextDoesNotChooseTheImports saves texts that name packages.
func TestT38TextDoesNotChooseTheImports(t *testing.T) {
	story := save.Story{Name: "a", As: "+15550101", Steps: []save.Step{{Do: save.Text, Texts: []string{"next time. webhook.Media"}}}}
	r, err := save.GoTest(cfg, []save.Story{story})
	require.NoError(t, err)
	assert.NotContains(t, r.Text, "\t\"time\"\n")
	assert.NotContains(t, r.Text, "ringback/webhook\"\n")
	story.Steps = append(story.Steps, save.Step{Do: save.Call}, save.Step{Do: save.Waits, For: time.Second}, save.Step{Do: save.Text, Texts: []string{""}, Media: []string{"https://media.example.com/a.jpg"}})
	r, err = save.GoTest(cfg, []save.Story{story})
	require.NoError(t, err)
	assert.Contains(t, r.Text, "\t\"time\"\n")
	assert.Contains(t, r.Text, "ringback/webhook\"\n")
}
