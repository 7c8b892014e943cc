package browsertest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The accessibility checker, from npm. It is not part of the product.
const (
	axePackage = "axe-core@4.14.1"
	axeSum     = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
)

// axeScript downloads the checker once.
var axeScript = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "axe")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	pack := exec.Command("npm", "pack", "--silent", axePackage)
	pack.Dir = dir
	name, err := pack.Output()
	if err != nil {
		return "", err
	}
	if out, err := exec.Command("tar", "-xzf", filepath.Join(dir, strings.TrimSpace(string(name))), "-C", dir).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "package", "axe.min.js"))
	if err != nil {
		return "", err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != axeSum {
		return "", fmt.Errorf("axe.min.js has the hash %x", sum)
	}
	return string(data), nil
})

// violations runs the checker on the current page. Animations are stopped while it
// runs, so that no color is read during a transition.
const violations = `axe.run({resultTypes: ["violations"]}).then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.target.join(" ") + " " + (n.any[0]?.message || n.all[0]?.message || n.none[0]?.message || v.help))))`

// accessible fails the test for each violation on the current page.
func (tb *tab) accessible(t *testing.T, what string) {
	t.Helper()
	var out []string
	tb.run(t, chromedp.Evaluate(violations, &out, awaited))
	assert.Empty(t, out, what)
}

// TestAxeFindsNothing checks every view with content, an exchange, and open panels
// and dialogs, light and dark, at three sizes.
func TestAxeFindsNothing(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("skipped: npm is not installed, which axe-core comes from")
	}
	script, err := axeScript()
	require.NoError(t, err)
	for _, size := range sizes {
		for _, dark := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s dark %t", size.name, dark), func(t *testing.T) {
				t.Parallel()
				inspect(t, script, size.width, size.height, dark)
			})
		}
	}
}

func inspect(t *testing.T, script string, width, height int64, dark bool) {
	p := answers(t, map[string]string{
		"/sms":   "<Message>Got it.</Message><Sing>la</Sing>",
		"/voice": `<Gather numDigits="1" timeout="300"><Say>Press a key.</Say></Gather>`,
	})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.write(t, "hello")
	tb.until(t, "the reply", bubble("theirs", "Got it."))
	tb.write(t, "stop")
	tb.until(t, "an error", `document.querySelector(".theirs.failed")`)
	tb.calls(t)
	tb.until(t, "the menu", keys)
	tb.open(t, "deliveries")
	tb.run(t, chromedp.Click(".play .button-primary", chromedp.ByQuery))
	tb.until(t, "a lifecycle", `document.querySelector(".ending")?.innerText.includes("delivered")`)
	tb.open(t, "faults")
	tb.run(t, chromedp.Click(`input[aria-label="Timeout"]`, chromedp.ByQuery), chromedp.Evaluate(script, nil))
	tb.until(t, "the badge", `document.querySelector("nav .badge")`)
	var views []string
	tb.run(t, chromedp.Evaluate(`[...document.querySelectorAll("nav a")].map((a) => a.dataset.view)`, &views))
	tb.run(t, chromedp.EmulateViewport(width, height))
	tb.dark(t, dark)
	for _, view := range views {
		tb.open(t, view)
		tb.accessible(t, view)
	}
	tb.open(t, "traffic?id=1")
	tb.until(t, "an exchange", `document.querySelector(".parameters")`)
	tb.accessible(t, "an exchange")
	tb.press(t, "?")
	tb.until(t, "the help", `document.querySelector("dialog[open]")`)
	tb.accessible(t, "help")
	tb.run(t, chromedp.KeyEvent(kb.Escape))
	tb.until(t, "no dialog", `!document.querySelector("dialog[open]")`)
	tb.open(t, "phone")
	tb.run(t, chromedp.Evaluate(`document.querySelector('.call button[aria-label="Messages"]')?.click()`, nil)) // where the call hides the conversation
	tb.run(t, chromedp.Click(".composer .more > button", chromedp.ByQuery))
	tb.accessible(t, "the attachment panel")
	tb.clean(t)
}
