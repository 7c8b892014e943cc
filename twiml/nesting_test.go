package twiml_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const packagePath = "github.com/ringback-go/ringback/twiml"

// nestings has a right and a wrong program for each sealed interface.
var nestings = []struct{ sealed, right, wrong string }{
	{"VoiceVerb", `twiml.Voice(twiml.Hangup())`, `twiml.Voice(twiml.Message("a message in a call"))`},
	{"VoiceVerb", `twiml.Voice(twiml.Dial(twiml.Number("+15550100")))`, `twiml.Voice(twiml.Number("+15550100"))`},
	{"MessagingVerb", `twiml.Messaging(twiml.Redirect("/more"))`, `twiml.Messaging(twiml.Say("a word in a text"))`},
	{"MessageContent", `twiml.Message("", twiml.Body("hello"))`, `twiml.Message("", twiml.Say("hello"))`},
	{"GatherPrompt", `twiml.Gather(twiml.Pause())`, `twiml.Gather(twiml.Message("a message in a Gather"))`},
	{"GatherPrompt", `twiml.Prompt(twiml.PromptPostalCode, twiml.Say("code"))`, `twiml.Prompt(twiml.PromptPostalCode, twiml.Record())`},
	{"SpeechPart", `twiml.Say("", twiml.Break(time.Second))`, `twiml.Say("", twiml.Pause())`},
	{"ProsodyPart", `twiml.Prosody("", twiml.Paragraph(""))`, `twiml.Prosody("", twiml.Pause())`},
	{"ParagraphPart", `twiml.Paragraph("", twiml.Sentence(""))`, `twiml.Paragraph("", twiml.Paragraph(""))`},
	{"SentencePart", `twiml.Sentence("", twiml.Word(""))`, `twiml.Sentence("", twiml.Paragraph(""))`},
	{"WordPart", `twiml.Word("", twiml.Phoneme("a", "b"))`, `twiml.Word("", twiml.Lang("de-DE", "a"))`},
	{"DialNoun", `twiml.Dial(twiml.Text("+15550100"))`, `twiml.Dial(twiml.Say("hello"))`},
	{"ClientContent", `twiml.Client("", twiml.Identity("alice"))`, `twiml.Client("", twiml.Header("a", "b"))`},
	{"ApplicationContent", `twiml.Application("", twiml.ApplicationSID("AP"))`, `twiml.Application("", twiml.Identity("alice"))`},
	{"SIPContent", `twiml.SIP("", twiml.URI("sip:alice@example.com"))`, `twiml.SIP("", twiml.Header("X-A", "b"))`},
	{"HeadersContent", `twiml.Headers(twiml.Header("X-A", "b"))`, `twiml.Headers(twiml.Parameter("a", "b"))`},
	{"ReferNoun", `twiml.Refer(twiml.ReferSIP("sip:alice@example.com"))`, `twiml.Refer(twiml.SIP("sip:alice@example.com"))`},
	{"EnqueueContent", `twiml.Enqueue("", twiml.Task("{}"))`, `twiml.Enqueue("", twiml.Parameter("a", "b"))`},
	{"ConnectNoun", `twiml.Connect(twiml.Stream())`, `twiml.Connect(twiml.Recording())`},
	{"StartNoun", `twiml.Start(twiml.Recording())`, `twiml.Start(twiml.Room("blue"))`},
	{"StopNoun", `twiml.Stop(twiml.Stream())`, `twiml.Stop(twiml.Room("blue"))`},
	{"PayContent", `twiml.Pay(twiml.Parameter("a", "b"))`, `twiml.Pay(twiml.Say("hello"))`},
	{"RelayContent", `twiml.ConversationRelay("wss://a", twiml.Language("de-DE"))`, `twiml.ConversationRelay("wss://a", twiml.Config("a", "b"))`},
	{"ConfigContent", `twiml.VirtualAgent("a", twiml.Config("a", "b"))`, `twiml.VirtualAgent("a", twiml.Language("de-DE"))`},
	{"ParameterContent", `twiml.Stream(twiml.Parameter("a", "b"))`, `twiml.Stream(twiml.Config("a", "b"))`},
}

// TestWrongNestingDoesNotCompile type-checks one wrong program for each sealed
// interface, and a right one, which shows that only the nesting is wrong.
func TestWrongNestingDoesNotCompile(t *testing.T) {
	imports := compiled(t)
	pkg, err := imports.Import(packagePath)
	require.NoError(t, err)
	untested := map[string]bool{}
	for _, name := range pkg.Scope().Names() {
		if i, ok := pkg.Scope().Lookup(name).Type().Underlying().(*types.Interface); ok && i.NumMethods() > 1 {
			untested[name] = true
		}
	}

	for _, n := range nestings {
		t.Run(n.sealed, func(t *testing.T) {
			assert.NoError(t, typeCheck(imports, n.right), n.right)
			err := typeCheck(imports, n.wrong)
			require.Error(t, err, n.wrong)
			assert.Contains(t, err.Error(), "does not implement twiml."+n.sealed, n.wrong)
			assert.NoError(t, typeCheck(imports, `twiml.`+n.sealed+`(twiml.Custom("New"))`), "Custom stands anywhere")
		})
		delete(untested, n.sealed)
	}
	assert.Empty(t, untested, "sealed interfaces without a wrong program")
}

// TestInterfacesAreSealed shows that a type of another package cannot pose as a
// verb.
func TestInterfacesAreSealed(t *testing.T) {
	err := typeCheck(compiled(t), `twiml.Voice(struct{ twiml.Text }{})`)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "does not implement twiml.VoiceVerb")
}

func typeCheck(imports types.Importer, expr string) error {
	src := "package p\n\nimport (\n\t\"time\"\n\n\t\"" + packagePath + "\"\n)\n\nvar _ = time.Second\nvar _ = " + expr + "\n"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		return err
	}
	conf := types.Config{Importer: imports}
	_, err = conf.Check("p", fset, []*ast.File{file}, nil)
	return err
}

// compiled imports packages from what the go command has built of them.
func compiled(t *testing.T) types.Importer {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-json=ImportPath,Export", ".").Output()
	require.NoError(t, err)
	exports := map[string]string{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Export string }
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		exports[p.ImportPath] = p.Export
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
}
