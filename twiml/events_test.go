package twiml_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
)

// The comment of a setter names the type of the request that Twilio sends to
// its URL. The type must exist.
func TestCommentsNameWebhookTypes(t *testing.T) {
	var facts struct {
		Elements []struct {
			Name       string `json:"name"`
			Page       string `json:"page"`
			Attributes []struct {
				Name  string `json:"name"`
				Event string `json:"event"`
			} `json:"attributes"`
		} `json:"elements"`
	}
	data, err := spec.Bytes("twiml.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &facts))

	types := map[string]bool{}
	files, err := filepath.Glob("../webhook/*.go")
	require.NoError(t, err)
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^type (\w+) struct`).FindAllStringSubmatch(string(src), -1) {
			types[m[1]] = true
		}
	}
	named := 0
	for _, e := range facts.Elements {
		if e.Name != "" {
			assert.NotEmpty(t, e.Page, e.Name)
		}
		for _, a := range e.Attributes {
			if a.Event != "" {
				named++
				assert.True(t, types[a.Event], "%s@%s: no type webhook.%s", e.Name, a.Name, a.Event)
			}
		}
	}
	assert.NotZero(t, named)
}
