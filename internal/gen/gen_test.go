package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
)

func TestGeneratedFilesAreFresh(t *testing.T) {
	outs, err := outputs(filepath.Join("..", ".."))
	require.NoError(t, err)
	for _, o := range outs {
		t.Run(o.path, func(t *testing.T) {
			t.Parallel()
			want, err := o.render()
			require.NoError(t, err)
			got, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(o.path)))
			require.NoError(t, err)
			if string(got) != string(want) {
				t.Errorf("%s is stale: run go generate ./...", o.path)
			}
		})
	}
}

func TestGoName(t *testing.T) {
	for in, want := range map[string]string{
		"statusCallbackUrl": "StatusCallbackURL",
		"MessageSid":        "MessageSID",
		"say-as":            "SayAs",
		"FROM_CITY":         "FromCity",
		"SIPDomain":         "SIPDomain",
		"maxQueueSize":      "MaxQueueSize",
		"transcribeURLs":    "TranscribeURLs",
		"in-progress":       "InProgress",
		"MediaUrl0":         "MediaURL0",
	} {
		assert.Equal(t, want, goName(in), "of %q", in)
	}
}

func TestCommentWraps(t *testing.T) {
	got := comment("\t", "One two.\n\nThree "+"four")
	assert.Equal(t, "\t// One two.\n\t//\n\t// Three four\n", got)
}

// TestTwiMLNamesEventsThatExist checks the events that comments of package
// twiml name as the requests to a URL.
func TestTwiMLNamesEventsThatExist(t *testing.T) {
	p, err := readWebhook(filepath.Join("..", ".."))
	require.NoError(t, err)
	data, err := spec.Bytes("twiml.json")
	require.NoError(t, err)
	named := regexp.MustCompile(`"event": "(\w+)"`).FindAllSubmatch(data, -1)
	require.NotEmpty(t, named)
	for _, m := range named {
		s := p.structs[string(m[1])]
		if assert.NotNil(t, s, "%s", m[1]) {
			assert.True(t, s.isEvent(), s.name)
		}
	}
}

func TestMeaningHasNoGoLink(t *testing.T) {
	for comment, want := range map[string]string{
		"caller; see [Address.Withheld]":                                      "caller",
		"results of add-ons; decode them into an [AddOns]; empty without any": "results of add-ons; empty without any",
		"reason [sic] of the error":                                           "reason [sic] of the error",
	} {
		assert.Equal(t, want, meaning(comment))
	}
}
