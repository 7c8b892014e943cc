package main

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

var update = flag.Bool("update", false, "redraw the picture in the README")

// TestEveryKeyLeadsSomewhere tries every key of every menu, and compares the
// result with the picture in README.md.
func TestEveryKeyLeadsSomewhere(t *testing.T) {
	tree := webhooktest.Explore(t, routes(exampletest.Verifier(t)), "/voice", nil).HasNoProblems()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	before, rest, _ := strings.Cut(string(readme), "```mermaid\n")
	picture, after, _ := strings.Cut(rest, "```\n")
	if *update {
		picture = tree.Mermaid()
		require.NoError(t, os.WriteFile("README.md", []byte(before+"```mermaid\n"+picture+"```\n"+after), 0o644))
	}
	require.Equal(t, picture, tree.Mermaid(), "run go test ./examples/ivr -update")
}
