package mutants_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A mutant is one planted mistake.
type mutant struct {
	threat  string // of the threat model
	mistake string // what the author of such code would have got wrong
	file    string // from the root of the module
	old     string // the text to replace, which occurs exactly once
	new     string
}

func (m mutant) name() string { return m.threat + " " + m.mistake }

// change returns the file with the mistake in it.
func (m mutant) change(source string) (string, error) {
	switch n := strings.Count(source, m.old); {
	case n == 0:
		return "", fmt.Errorf("stale: %s no longer contains %q; update the mistake", m.file, m.old)
	case n > 1:
		return "", fmt.Errorf("ambiguous: %s holds %q %d times; quote more of it", m.file, m.old, n)
	case m.old == m.new:
		return "", fmt.Errorf("no mistake: %q is already in %s", m.new, m.file)
	}
	return strings.Replace(source, m.old, m.new, 1), nil
}

// sampled is which share of the mutants is tried in a hurry.
const sampled = 4

// TestMutants plants each mistake and requires that a test fails.
func TestMutants(t *testing.T) {
	onlyInCI(t)
	b := newBench(t)
	all := mutants()
	hurried := os.Getenv("RINGBACK_MUTANTS") != "all" || raceEnabled
	var mu sync.Mutex
	planted, caught := 0, 0
	t.Run("plant", func(t *testing.T) {
		for i, m := range all {
			if hurried && i%sampled != 0 {
				continue
			}
			t.Run(m.name(), func(t *testing.T) {
				t.Parallel()
				catcher := b.catch(t, m)
				mu.Lock()
				defer mu.Unlock()
				planted++
				if assert.NotEmpty(t, catcher, "survived: no test fails when %s reads\n%s\ninstead of\n%s", m.file, m.new, m.old) {
					caught++
					t.Logf("caught by %s", catcher)
				}
			})
		}
	})
	summary := fmt.Sprintf("planted %d, caught %d, survived %d", planted, caught, planted-caught)
	if hurried {
		summary += fmt.Sprintf(" (a sample of %d)", len(all))
	}
	fmt.Println(summary)
}

// onlyInCI skips a test that quotes source text: a refactoring that keeps the
// behavior must not fail in the default run.
func onlyInCI(t *testing.T) {
	t.Helper()
	if os.Getenv("RINGBACK_MUTANTS") == "" {
		t.Skip("set RINGBACK_MUTANTS=sample or RINGBACK_MUTANTS=all to plant mistakes in the verifier")
	}
}

// TestMutantsAreMany checks that the table covers the threat model.
func TestMutantsAreMany(t *testing.T) {
	all := mutants()
	assert.GreaterOrEqual(t, len(all), 40)
	names, edits := map[string]bool{}, map[string]bool{}
	for _, m := range all {
		assert.False(t, names[m.name()], "%s occurs twice", m.name())
		assert.False(t, edits[m.file+m.old+m.new], "%s plants what another one plants", m.name())
		names[m.name()], edits[m.file+m.old+m.new] = true, true
		assert.Regexp(t, `^T\d\d$`, m.threat)
	}
}

// TestMutantsAreFresh needs no compiler, so it finds stale mutants even in a
// short run.
func TestMutantsAreFresh(t *testing.T) {
	onlyInCI(t)
	for _, m := range mutants() {
		source, err := os.ReadFile(filepath.Join("..", "..", "..", filepath.FromSlash(m.file)))
		require.NoError(t, err)
		_, err = m.change(string(source))
		assert.NoError(t, err, m.name())
	}
	m := mutant{file: "x.go", old: "a", new: "b"}
	for source, want := range map[string]string{"": "stale", "aa": "ambiguous"} {
		_, err := m.change(source)
		assert.ErrorContains(t, err, want)
	}
	m.new = "a"
	_, err := m.change("a")
	assert.ErrorContains(t, err, "no mistake")
}

// bench is where mutants are tried.
type bench struct {
	root string // of the module
	goes string // the go command
}

// newBench makes sure first that the tests pass where nothing is planted, since
// otherwise everything would count as caught.
func newBench(t *testing.T) *bench {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	require.NoError(t, err)
	goes, err := exec.LookPath("go")
	require.NoError(t, err)
	b := &bench{root, goes}
	for _, dir := range []string{"internal/form", "signature"} {
		program := b.compile(t, dir, "")
		failed, output := b.run(t, dir, program)
		require.Empty(t, failed, "%s fails without any mutant:\n%s", dir, output)
	}
	return b
}

// catch plants m and returns the first test that fails, or "".
func (b *bench) catch(t *testing.T, m mutant) string {
	t.Helper()
	name := filepath.Join(b.root, filepath.FromSlash(m.file))
	source, err := os.ReadFile(name)
	require.NoError(t, err)
	changed, err := m.change(string(source))
	require.NoError(t, err)
	if timed := timingLeak(t, changed); timed != "" {
		return "TestT01ConstantTime: " + timed
	}
	overlay := b.overlay(t, name, changed)
	dirs := []string{"signature"}
	if strings.HasPrefix(m.file, "internal/form/") {
		dirs = []string{"internal/form", "signature"}
	}
	for _, dir := range dirs {
		if failed, _ := b.run(t, dir, b.compile(t, dir, overlay)); failed != "" {
			return failed + " of " + dir
		}
	}
	return ""
}

// overlay writes what go build -overlay reads: which file replaces which.
func (b *bench) overlay(t *testing.T, name, changed string) string {
	t.Helper()
	dir := t.TempDir()
	copied := filepath.Join(dir, filepath.Base(name))
	require.NoError(t, os.WriteFile(copied, []byte(changed), 0o600))
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{name: copied}})
	require.NoError(t, err)
	overlay := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(overlay, text, 0o600))
	return overlay
}

// compile builds the test program of a package. A mistake that does not compile
// is not a mutant.
func (b *bench) compile(t *testing.T, dir, overlay string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(dir)+".test")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	cmd := exec.CommandContext(t.Context(), b.goes, "test", "-c", "-vet=off", "-overlay="+overlay, "-o="+program, "./"+dir)
	cmd.Dir = b.root
	cmd.Env = append(os.Environ(), "GOWORK=off")
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "does not compile:\n%s", output)
	return program
}

// notVerifying are the tests that say nothing about what is accepted: they
// measure memory, or explain refusals. A mutant has to be caught by others.
const notVerifying = "Alloc|BodyIsWrittenAtOnce|Diagnos|Explained|Bench"

// patience is more than any of the test programs takes on a busy machine. A
// mutant that never comes back is caught, too.
const patience = 2 * time.Minute

var failure = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// run runs a test program and returns the first test that failed, or "".
func (b *bench) run(t *testing.T, dir, program string) (failed, output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-test.short", "-test.failfast", "-test.run=^Test", "-test.skip="+notVerifying)
	cmd.Dir = filepath.Join(b.root, filepath.FromSlash(dir))
	out, err := cmd.CombinedOutput()
	output = string(out)
	if err == nil {
		return "", output
	}
	if ctx.Err() != nil {
		return "the clock", output
	}
	if found := failure.FindStringSubmatch(output); found != nil {
		return found[1], output
	}
	require.Contains(t, output, "panic", "neither a failed test nor a panic: %v", err)
	return "a panic", output
}
