package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const largestPicture = 250 << 10 // bytes

// TestPictures takes the screenshots for the README and writes them to the directory
// named by RINGBACK_PICTURES. See .ci/pictures.
func TestPictures(t *testing.T) {
	dir := os.Getenv("RINGBACK_PICTURES")
	if dir == "" {
		t.Skip("RINGBACK_PICTURES is unset: no pictures are taken")
	}
	p := answers(t, map[string]string{
		"/sms": "<Message>Thanks, Ana! Table for four at 7 pm. Reply CANCEL to cancel.</Message>",
		"/voice": `<Gather input="dtmf speech" numDigits="1" timeout="90" action="/chosen"><Say language="en-US">Welcome to the Ferry House.</Say>` +
			`<Say>Press 1 for a table, 2 for our hours, or tell me what you need.</Say></Gather>`,
		"/chosen": `<Say>We are open from five to eleven, every day but Monday.</Say><Pause length="60"/>`,
	})
	c := start(t, "--app", p.server.URL, "--status", "/status")
	tb := browse(t, c)
	take := func(name string) {
		t.Helper()
		tb.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
			data, err := page.CaptureScreenshot().WithFormat(page.CaptureScreenshotFormatPng).WithOptimizeForSpeed(false).Do(ctx)
			if err != nil {
				return err
			}
			assert.Less(t, len(data), largestPicture, name)
			return os.WriteFile(filepath.Join(dir, "console-"+name+".png"), data, 0o644)
		}))
	}
	tb.run(t, chromedp.EmulateViewport(1280, 800))
	tb.write(t, "A table for four tonight, please")
	tb.until(t, "the reply", bubble("theirs", "Reply CANCEL"))
	tb.until(t, "its delivery", `document.querySelector(".theirs")?.innerText.includes("delivered")`)
	tb.calls(t)
	tb.until(t, "the menu", keys)
	tb.press(t, "2")
	tb.until(t, "the answer", `document.querySelector("section.call").innerText.includes("every day but Monday")`)
	take("phone")
	tb.dark(t, true)
	take("phone-dark")
	tb.dark(t, false)
	tb.open(t, "connect")
	tb.until(t, "the settings", `document.querySelector("main").innerText.includes("RINGBACK_API")`)
	take("connect")
	tb.open(t, "traffic?id=1")
	tb.until(t, "the exchange", `document.querySelector(".parameters")`)
	take("traffic")
	tb.open(t, "faults")
	tb.run(t, chromedp.Click(`input[aria-label="Wrong signature"]`, chromedp.ByQuery))
	tb.until(t, "the badge", `document.querySelector("nav .badge")`)
	take("faults")
	tb.open(t, "phone")
	tb.run(t, chromedp.EmulateViewport(390, 844))
	tb.until(t, "one column", `document.querySelectorAll("main > section").length === 3`)
	take("narrow")
	files, err := filepath.Glob(filepath.Join(dir, "console-*.png"))
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(files), 6)
	tb.clean(t)
}
