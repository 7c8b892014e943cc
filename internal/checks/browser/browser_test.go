package browsertest

import (
	"bufio"
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// token is the auth token of every account here.
const token = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"

// Calls run in real time, and several browsers share the processor.
const (
	patience = 90 * time.Second // limits each wait
	lifetime = 6 * time.Minute  // limits each browser
)

// command builds the command once.
var command = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ringback")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "ringback")
	out, err := exec.Command("go", "-C", "../../../cmd/ringback", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: "go build: " + string(out), Err: err}
	}
	return path, nil
})

// A console is a running command.
type console struct {
	url, token, tunnel string
	output             func() string
	stop               func()
}

var (
	opened   = regexp.MustCompile(`Open\s+(http://\S+/)#token=([0-9a-f]+)`)
	tunneled = regexp.MustCompile(`Tunnel to\s+(http://\S+)`)
)

// start runs "ringback dev" with additional arguments and waits until it has printed
// its URL.
func start(t *testing.T, args ...string) console {
	t.Helper()
	return startAt(t, "127.0.0.1:0", args...)
}

// startAt is like start, with the console at an address.
func startAt(t *testing.T, addr string, args ...string) console {
	t.Helper()
	path, err := command()
	require.NoError(t, err)
	args = append([]string{"dev", "--memory", "--listen", addr, "--tunnel", "127.0.0.1:0"}, args...)
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "TWILIO_AUTH_TOKEN="+token, "BASE_URL=")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = cmd.Stdout
	require.NoError(t, cmd.Start())
	var mu sync.Mutex
	var text strings.Builder
	found := make(chan console, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		var c console
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			mu.Lock()
			text.WriteString(lines.Text() + "\n")
			mu.Unlock()
			if m := opened.FindStringSubmatch(lines.Text()); m != nil {
				c.url, c.token = m[1], m[2]
			}
			if m := tunneled.FindStringSubmatch(lines.Text()); m != nil { // the last line
				c.tunnel = m[1]
				found <- c
			}
		}
	}()
	output := func() string {
		mu.Lock()
		defer mu.Unlock()
		return text.String()
	}
	stop := sync.OnceFunc(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		<-read
		cmd.Wait()
	})
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Log(output())
		}
	})
	select {
	case c := <-found:
		c.output, c.stop = output, stop
		return c
	case <-read:
		t.Fatalf("the command ended: %s", output())
	case <-time.After(patience):
		t.Fatalf("the command did not start: %s", output())
	}
	return console{}
}

// A tab is an open page with the errors that it reported.
type tab struct {
	ctx  context.Context
	base string

	mu      sync.Mutex
	trouble []string
}

// chromium returns the path of the browser, or skips the test.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("skipped: no Chromium on this machine")
	return ""
}

// browse opens the console in a separate browser, started with additional flags.
func browse(t *testing.T, c console, flags ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	// The browser may still be writing for a moment after it exits, so its directory is
	// removed as far as possible.
	profile, err := os.MkdirTemp("", "browser")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(profile) })
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox,
		chromedp.UserDataDir(profile), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	options = append(options, flags...)
	allocated, release := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(release)
	bounded, cancel := context.WithTimeout(allocated, lifetime)
	t.Cleanup(cancel)
	ctx, closeTab := chromedp.NewContext(bounded)
	t.Cleanup(closeTab)
	t.Cleanup(func() { chromedp.Cancel(ctx) })
	tb := &tab{ctx: ctx, base: c.url}
	home, err := url.Parse(c.url)
	require.NoError(t, err)
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			tb.note("exception: " + e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if e.Entry.Level == log.LevelError {
				tb.note("log: " + e.Entry.Text + " " + e.Entry.URL)
			}
		case *network.EventRequestWillBeSent:
			if u, err := url.Parse(e.Request.URL); err == nil && u.Scheme != "data" && u.Host != home.Host {
				tb.note("request to " + e.Request.URL)
			}
		case *page.EventJavascriptDialogOpening:
			tb.note("dialog: " + e.Message)
		}
	})
	tb.run(t, log.Enable(), network.Enable(), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(
			`addEventListener("securitypolicyviolation", (e) => { window.__violations = (window.__violations || 0) + 1; });`).Do(ctx)
		return err
	}), chromedp.EmulateViewport(1280, 800), chromedp.Navigate(c.url+"#token="+c.token), chromedp.WaitVisible("main > section"),
		chromedp.Evaluate(`location.hash = "#/phone"`, nil), chromedp.WaitVisible(".view-phone > section"))
	return tb
}

func (tb *tab) note(text string) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.trouble = append(tb.trouble, text)
}

func (tb *tab) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	require.NoError(t, chromedp.Run(tb.ctx, actions...))
}

// clean fails the test for a script error, a message in the browser's log, a
// request to another host, a dialog or a violation of the content security policy.
func (tb *tab) clean(t *testing.T) {
	t.Helper()
	var violations int
	var pwned bool
	tb.run(t, chromedp.Evaluate("window.__violations || 0", &violations), chromedp.Evaluate("'__pwned' in window", &pwned))
	require.Zero(t, violations, "violations of the policy")
	require.False(t, pwned, "a captured script ran")
	tb.mu.Lock()
	defer tb.mu.Unlock()
	require.Empty(t, tb.trouble)
}

// until waits until a JavaScript expression is true. An expression that throws, such
// as one for a missing element, counts as false.
func (tb *tab) until(t *testing.T, what, expression string) {
	t.Helper()
	err := chromedp.Run(tb.ctx, chromedp.Poll("(() => { try { return "+expression+"; } catch { return false; } })()", nil, chromedp.WithPollingTimeout(patience)))
	if err != nil {
		var text string
		chromedp.Run(tb.ctx, chromedp.Text("body", &text))
		require.NoError(t, err, "%s; the page shows:\n%s", what, text)
	}
}

// shot saves a screenshot, if screenshots are enabled.
func (tb *tab) shot(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("RINGBACK_SCREENSHOTS")
	if dir == "" {
		return
	}
	var picture []byte
	tb.run(t, chromedp.CaptureScreenshot(&picture))
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
}

func (tb *tab) dark(t *testing.T, on bool) {
	t.Helper()
	value := "light"
	if on {
		value = "dark"
	}
	tb.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
		return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}).Do(ctx)
	}))
}

func (tb *tab) open(t *testing.T, view string) {
	t.Helper()
	tb.run(t, chromedp.Evaluate(`location.hash = "#/`+view+`"`, nil), chromedp.Sleep(300*time.Millisecond))
}

const (
	body  = `document.body.innerText`
	keys  = `document.querySelector(".waiting")?.innerText.includes("keys")`
	voice = `document.querySelector(".waiting")?.innerText.includes("Recording")`
	over  = `document.querySelector(".call-state")?.innerText.startsWith("Ended")`
)

// useThePhone sends a text, calls, and leaves a message. It works with every
// program that behaves like the support line.
func useThePhone(t *testing.T, tb *tab, reply string) {
	t.Helper()
	tb.run(t, chromedp.SendKeys(".composer textarea", "a table for four", chromedp.ByQuery), chromedp.Click(".composer .button-primary", chromedp.ByQuery))
	tb.until(t, "the reply", `[...document.querySelectorAll(".theirs .body")].some((e) => e.innerText.includes("`+reply+`"))`)
	tb.run(t, chromedp.Click(".call-button", chromedp.ByQuery))
	tb.until(t, "the menu", keys)
	tb.shot(t, "phone")
	tb.run(t, chromedp.Click(`//div[@class="keypad"]/button[text()="2"]`, chromedp.BySearch))
	tb.until(t, "the beep", voice)
	tb.run(t, chromedp.Click(`//button[text()="Leave a 5-second message"]`, chromedp.BySearch), chromedp.Sleep(time.Second),
		chromedp.Click(`//button[text()="Hang up"]`, chromedp.BySearch))
	tb.until(t, "the end", over)
}
