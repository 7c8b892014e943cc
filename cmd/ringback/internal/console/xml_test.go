package console_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// showsDocuments shows documents that a program may answer with, and writes how many rows
// and characters each one has. In templates, values are what counts.
const showsDocuments = `
import {Viewer} from "./xml.js";
const documents = {
  deep: "<a>".repeat(9000) + "</a>".repeat(9000),
  comments: "<!--".repeat(300000),
  instructions: "<?".repeat(500000),
  quotes: '<a b="'.repeat(10000),
  genuine: "<Response><!-- x --><Gather><Say>Hi</Say></Gather></Response>",
};
for (const [name, text] of Object.entries(documents)) {
  const all = Viewer({text, type: "text/xml"}).flat(Infinity);
  console.log(name, all.length < 2 * text.length && all.join("").length < 3 * text.length + 200 ? "ok" : "too much");
}
`

// TestT36ADocumentOfAnyShapeIsShown draws documents that are deep, or never end
// what they begin: neither may stop the page.
func TestT36ADocumentOfAnyShapeIsShown(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("skipped: no node on this machine")
	}
	dir := t.TempDir()
	put := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	for _, name := range []string{"xml.js", "format.js"} {
		text, err := os.ReadFile(filepath.Join("web", "lib", name))
		require.NoError(t, err)
		put(name, string(text))
	}
	put("package.json", `{"type": "module"}`)
	put("html.js", "export const html = (_, ...values) => values;\n")
	put("run.js", showsDocuments)
	assert.Equal(t, "deep ok\ncomments ok\ninstructions ok\nquotes ok\ngenuine ok\n", command(t, "node", filepath.Join(dir, "run.js")))
}
