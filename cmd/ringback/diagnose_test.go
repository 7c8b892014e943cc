package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
)

// TestDiagnoseNeeds checks the errors for missing input: first the request,
// then what it is verified with. Each is one sentence with a remedy.
func TestDiagnoseNeeds(t *testing.T) {
	for _, name := range []string{"TWILIO_AUTH_TOKEN", "BASE_URL"} {
		t.Setenv(name, "")
	}
	dir := t.TempDir()
	absent, kept := filepath.Join(dir, "absent"), filepath.Join(dir, "captures.db")
	store, _, err := capture.Open(kept, capture.Limits{})
	require.NoError(t, err)
	_, err = store.Add(capture.Exchange{Source: capture.Tunnel})
	require.NoError(t, err)
	require.NoError(t, store.Close())
	all := []string{"--token", "12345", "--base-url", "https://hooks.example.com"}
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no file, and nothing else either", []string{absent}, 1,
			"cannot read " + absent + ": no such file; name a file that holds a request, or the number of an exchange of ringback dev"},
		{"no file", append([]string{absent}, all...), 1,
			"cannot read " + absent + ": no such file; name a file that holds a request, or the number of an exchange of ringback dev"},
		{"no captures", []string{"3", "--captures", absent}, 1,
			"cannot look up exchange 3: there are no captures in " + absent + "; run ringback dev without --memory, or name its file with --captures"},
		{"no such exchange", append([]string{"3", "--captures", kept}, all...), 1,
			"there is no exchange 3 in " + kept + "; use a number from the page of ringback dev"},
		{"no token", []string{"example:signed.http"}, 2,
			"no auth token to verify with; set TWILIO_AUTH_TOKEN or use --token-file"},
		{"no address", []string{"-", "--token", "12345"}, 2,
			"no URL to verify for; set --base-url to the public URL that is configured at Twilio"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := command(t, "", append([]string{"diagnose"}, c.args...)...)
			assert.Equal(t, c.code, code)
			assert.Empty(t, out)
			assert.Equal(t, "ringback: "+c.says+"\n", errs)
		})
	}
	assert.NoFileExists(t, absent)
}
