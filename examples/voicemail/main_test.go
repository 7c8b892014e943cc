package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// newMailbox returns the program, with a server of the test in place of Twilio's
// recordings.
func newMailbox(t *testing.T, host *webhooktest.MediaHost, dir string) http.Handler {
	t.Helper()
	h, err := build(func(name string) string {
		return map[string]string{
			"BASE_URL": webhooktest.BaseURL, "TWILIO_AUTH_TOKEN": webhooktest.AuthToken, "TWILIO_ACCOUNT_SID": string(webhooktest.AccountSID),
			"RINGBACK_API": host.URL, "MESSAGES": dir,
		}[name]
	})
	require.NoError(t, err)
	return h
}

func TestNobodyAnswers(t *testing.T) {
	host, dir := webhooktest.NewMediaHost(t), t.TempDir()
	call := webhooktest.New(t, newMailbox(t, host, dir), nil).Call("/voice")
	call.Rings("+15550101").NoAnswer()
	call.Hears("Nobody can answer now").HasNoProblems().Records(20 * time.Second).Presses("#")
	call.Requests("/voice/recorded")
	host.Recording(call.Param("RecordingUrl"), "audio/wav", []byte("a message"))
	call.Hears("Thank you").Ends()

	files, err := filepath.Glob(filepath.Join(dir, "voicemail-*.wav"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	sound, err := os.ReadFile(files[0])
	require.NoError(t, err)
	assert.Equal(t, "a message", string(sound))
}

func TestSomebodyAnswers(t *testing.T) {
	call := webhooktest.New(t, newMailbox(t, webhooktest.NewMediaHost(t), t.TempDir()), nil).Call("/voice")
	call.Rings("+15550101").Answers().Talks().HangsUp().Ends()
}

func TestSettings(t *testing.T) {
	_, err := build(func(string) string { return "" })
	assert.Error(t, err)
}
