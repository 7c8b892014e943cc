package browsertest

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// press presses a key while no element has the focus.
func (tb *tab) press(t *testing.T, key string) {
	t.Helper()
	tb.run(t, chromedp.Evaluate("document.activeElement.blur()", nil),
		input.DispatchKeyEvent(input.KeyRawDown).WithKey(key), input.DispatchKeyEvent(input.KeyUp).WithKey(key))
}

// awaited makes an evaluation wait for its promise.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// clipboard returns the text on the clipboard.
func (tb *tab) clipboard(t *testing.T) (text string) {
	t.Helper()
	tb.run(t, chromedp.Evaluate("navigator.clipboard.readText()", &text, awaited))
	return text
}

// TestTrafficByKeyboard finds an exchange, edits and sends it again, pins it,
// copies it and clears the rest, mostly without the mouse.
func TestTrafficByKeyboard(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/sms": "<Message>Got it.</Message>", "/voice": "<Say voise=\"Alice\">Hello</Say><Sing>la</Sing>"})
	c := start(t, "--app", p.server.URL, "--status", "/status")
	tb := browse(t, c)
	tb.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
		allow := []browser.PermissionType{browser.PermissionTypeClipboardReadWrite, browser.PermissionTypeClipboardSanitizedWrite}
		return browser.GrantPermissions(allow).WithOrigin(c.url).Do(ctx)
	}))
	tb.write(t, "the first text")
	tb.until(t, "its answer", bubble("theirs", "Got it."))
	tb.write(t, "the second text")
	tb.until(t, "its answer", `document.querySelectorAll(".theirs").length === 2`)

	tb.press(t, "2")
	tb.until(t, "the list", `document.querySelectorAll(".exchanges li").length === 2`)
	tb.press(t, "/")
	tb.until(t, "the search", `document.activeElement.matches("[type=search]")`)
	tb.run(t, chromedp.KeyEvent("first"))
	tb.until(t, "what was searched", `document.querySelectorAll(".exchanges li").length === 1 && location.hash.includes("text=first")`)
	tb.press(t, "j")
	tb.until(t, "the exchange", `[...document.querySelectorAll(".parameters input")].some((i) => i.value === "the first text") && location.hash.includes("id=1")`)

	tb.press(t, "e")
	tb.until(t, "the first parameter", `document.activeElement.matches(".parameters input")`)
	tb.run(t, chromedp.Focus(`.parameters input[aria-label="Body"]`, chromedp.ByQuery), chromedp.KeyEvent(kb.End+", edited"+kb.Enter))
	tb.until(t, "the difference", `document.querySelector(".replayed .added")?.innerText.includes("Body=the first text, edited")`)
	tb.shot(t, "replayed")
	assert.Equal(t, "the first text, edited", p.last(t, "/sms").Get("Body"))
	tb.until(t, "the same answer", `document.querySelector(".replayed").innerText.includes("Response: no differences.")`)
	tb.press(t, "r")
	tb.until(t, "no difference", `document.querySelector(".replayed").innerText.includes("Request: no differences.")`)

	tb.press(t, "p")
	tb.until(t, "the pin", `document.querySelector("[data-pin]").getAttribute("aria-pressed") === "true"`)
	for form, want := range map[string]string{"curl": "curl -i --globoff -X 'POST'", "Go test": "func TestExchange1(", "Fixture file": "POST /sms HTTP/1.1", "HAR": `"version": "1.2"`} {
		tb.run(t, chromedp.Click(".detail-title .popover > button", chromedp.ByQuery))
		tb.click(t, form)
		tb.until(t, "that it was copied", `document.querySelector(".toast-done p")?.innerText === "Copied as `+form+`."`)
		assert.Contains(t, tb.clipboard(t), want)
	}

	tb.run(t, chromedp.Evaluate(`location.hash = "#/traffic"`, nil))
	tb.until(t, "all", `document.querySelectorAll(".exchanges li").length === 4`)
	tb.press(t, "x")
	tb.click(t, "Cancel")
	tb.press(t, "x")
	tb.click(t, "Delete")
	tb.until(t, "what is pinned", `document.querySelectorAll(".exchanges li").length === 1 && document.querySelector(".exchanges .badge")?.innerText === "pinned"`)

	tb.press(t, "1")
	tb.until(t, "the phone", `document.querySelector(".thread h2").innerText.includes("Ana")`)
	tb.press(t, "c")
	tb.until(t, "the call is over", over)
	tb.press(t, "2")
	tb.until(t, "the call", `document.querySelectorAll(".exchanges li").length === 3 && document.querySelector(".exchanges .badge-warn").innerText.includes("problem")`)
	tb.press(t, "j")
	tb.until(t, "its status", `document.querySelector(".detail h2")?.innerText.startsWith("Call completed")`)
	tb.press(t, "j")
	tb.until(t, "the problems at their lines", `document.querySelectorAll(".problems li").length >= 2 && Boolean(document.querySelector(".xml .stops, .xml .warns"))`)
	tb.until(t, "the line as it is shown", `document.querySelector(".problems li").innerText.includes("line 2:")`)
	tb.shot(t, "problems")
	tb.run(t, chromedp.Click(".facts .copied .button-link", chromedp.ByQuery))
	tb.until(t, "the thread of the call", `location.hash.includes("sid=CA") && document.querySelector(".chip")?.innerText.includes("Thread")`)
	tb.press(t, "?")
	tb.until(t, "the keys", `document.querySelector("dialog[open]")?.innerText.includes("Replay")`)
	tb.clean(t)
}

// TestFaultsAreSeen turns on a fault. The navigation shows it, the next text fails
// with Twilio's error code, and the exchange names the fault.
func TestFaultsAreSeen(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/sms": "<Message>Got it.</Message>"})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.press(t, "4")
	tb.until(t, "the faults", `document.querySelectorAll(".faults tbody tr").length === 9`)
	tb.run(t, chromedp.Click(`input[aria-label="Server error"]`, chromedp.ByQuery))
	tb.until(t, "the badge", `document.querySelector("nav .badge")?.innerText.includes("1")`)
	tb.shot(t, "faults-on")
	tb.press(t, "1")
	tb.write(t, "hello")
	tb.until(t, "what Twilio says", `document.querySelector(".mine")?.innerText.includes("11200")`)
	tb.press(t, "2")
	tb.until(t, "the fault", `[...document.querySelectorAll(".exchanges .badge")].some((m) => m.innerText === "5xx")`)
	tb.press(t, "4")
	tb.run(t, chromedp.Click(`input[aria-label="Server error"]`, chromedp.ByQuery))
	tb.until(t, "no badge", `!document.querySelector("nav .badge")`)
	tb.press(t, "1")
	tb.write(t, "hello again")
	tb.until(t, "the answer", bubble("theirs", "Got it."))
	tb.clean(t)
}

// TestNothingJumps measures layout shifts during a call when another phone starts
// ringing. The keypad must stay in place.
func TestNothingJumps(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{
		"/voice":  `<Say>One moment.</Say><Dial action="/dialed" timeout="120"><Number>+15550102</Number></Dial>`,
		"/dialed": "<Say>Thank you.</Say>",
	})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.calls(t)
	where := func() (top float64) {
		tb.run(t, chromedp.Evaluate(`document.querySelector(".keypad").getBoundingClientRect().top`, &top))
		return top
	}
	tb.until(t, "what is said", heard("App", "One moment."))
	before := where()
	tb.until(t, "Ben's phone", `document.querySelector(".legs .leg")?.innerText.includes("Ben is ringing")`)
	assert.Equal(t, before, where(), "the keypad stays where it is")
	tb.click(t, "Answer")
	tb.until(t, "the two talk", `document.querySelector(".legs .leg")?.innerText.includes("on the line")`)
	assert.Equal(t, before, where(), "the keypad stays where it is")
	tb.click(t, "Hang up")
	tb.until(t, "the end", over)
	assert.Equal(t, before, where(), "the keypad stays where it is")
	var labels int
	tb.run(t, chromedp.Evaluate(`[...document.querySelectorAll("button, input, select, textarea")].filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label") || e.labels?.length)).length`, &labels))
	require.Zero(t, labels, "everything that can be used has a name for a screen reader")
	tb.clean(t)
}

// TestDeliveriesInEveryOrder plays lifecycles with disordered callbacks. The page
// must show the state that the program should have.
func TestDeliveriesInEveryOrder(t *testing.T) {
	t.Parallel()
	p := answers(t, nil)
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.press(t, "3")
	for i, c := range []struct{ ending, order, want string }{
		{"delivered", "shuffled", "Now delivered"},
		{"read", "doubled", "Now read"},
		{"failed", "in-order", "30008"},
		{"undelivered", "lost", "Now "},
		{"call-busy", "in-order", "Now busy"},
	} {
		tb.run(t, chromedp.SetValue(`select[aria-label="Ending"]`, c.ending, chromedp.ByQuery),
			chromedp.Evaluate(`document.querySelector('select[aria-label="Ending"]').dispatchEvent(new Event("change"))`, nil),
			chromedp.SetValue(`select[aria-label="Order"]`, c.order, chromedp.ByQuery))
		tb.click(t, "Play")
		tb.until(t, c.ending+" "+c.order, fmt.Sprintf(`document.querySelectorAll(".lives > li").length === %d && document.querySelector(".lives > li .ending").innerText.includes(%q) && document.querySelectorAll(".lives > li:first-child .steps li").length >= 2`, i+1, c.want))
	}
	tb.shot(t, "deliveries-orders")
	tb.clean(t)
}
