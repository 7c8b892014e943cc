package main

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

var update = flag.Bool("update", false, "draw the picture of the README anew")

// TestEveryKeyLeadsSomewhere walks every key of every menu, and holds the
// picture in README.md against what was found.
func TestEveryKeyLeadsSomewhere(t *testing.T) {
	tree := webhooktest.Explore(routes(exampletest.Verifier(t)), "/voice", nil)
	for _, p := range tree.Problems() {
		t.Error(p)
	}
	if *update {
		require.NoError(t, os.WriteFile("tree.svg", []byte(tree.SVG()), 0o644))
	}
	picture, err := os.ReadFile("tree.svg")
	require.NoError(t, err)
	require.Equal(t, string(picture), tree.SVG(), "run go test ./examples/ivr -update")
}
