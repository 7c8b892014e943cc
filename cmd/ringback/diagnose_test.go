package main

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
)

// TestDiagnoseNeeds tells what is missing: the request first, then what it is
// verified with. Each is one sentence with what to do.
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
		says string
	}{
		{"no file, and nothing else either", []string{absent},
			"there is no file " + strconv.Quote(absent) + "; give one that holds a request, or the number of an exchange of ringback dev"},
		{"no file", append([]string{absent}, all...),
			"there is no file " + strconv.Quote(absent) + "; give one that holds a request, or the number of an exchange of ringback dev"},
		{"no captures", []string{"3", "--captures", absent},
			"exchange 3 cannot be looked up, since there are no captures in " + absent + "; run ringback dev without --memory, or name its file with --captures"},
		{"no such exchange", append([]string{"3", "--captures", kept}, all...),
			"there is no exchange 3 in " + kept + "; the numbers are those of the page of ringback dev"},
		{"no token", []string{"testdata/signed.http"},
			"no auth token to verify with; set TWILIO_AUTH_TOKEN or give --token"},
		{"no address", []string{"-", "--token", "12345"},
			"no address to verify for; give the public one that is configured at Twilio as --base-url"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := command(t, "", append([]string{"diagnose"}, c.args...)...)
			assert.Equal(t, 1, code)
			assert.Empty(t, out)
			assert.Equal(t, "ringback: "+c.says+"\n", errs)
		})
	}
	assert.NoFileExists(t, absent)
}
