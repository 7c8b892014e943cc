package browsertest

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sizes are the window sizes that are tested: a desktop, a small laptop and a phone.
var sizes = []struct {
	name          string
	width, height int64
}{{"1440", 1440, 900}, {"1024", 1024, 768}, {"390", 390, 844}}

// misplaced lists the elements cut off at the edge of the window, and in a narrow
// window those too small to tap.
const misplaced = `(() => {
	const out = [];
	if (document.documentElement.scrollWidth > innerWidth) out.push("the page scrolls sideways: " + document.documentElement.scrollWidth);
	for (const e of document.querySelectorAll("main, main > section")) if (e.scrollWidth > e.clientWidth + 1) out.push(e.className + " scrolls sideways");
	for (const e of document.querySelectorAll("button, input, select, textarea, summary, nav a, h2")) {
		const box = e.getBoundingClientRect();
		if (!e.checkVisibility() || !box.width || e.closest(".hidden, .skip")) continue;
		const name = e.tagName + "." + e.className + " " + (e.innerText || e.ariaLabel || "").slice(0, 30);
		let scrolls = false;
		for (let up = e.parentElement; up; up = up.parentElement) scrolls ||= up.scrollWidth > up.clientWidth && /auto|scroll/.test(getComputedStyle(up).overflowX);
		if (!scrolls && (box.left < -0.5 || box.right > innerWidth + 0.5)) out.push("cut off: " + name + " at " + Math.round(box.right));
		const target = e.closest("label") ? e.closest("label").getBoundingClientRect() : box;
		if (innerWidth < 768 && e.tagName !== "H2" && !e.matches(".button-link, [type=file]") && target.height < 39.5) out.push("too small: " + name + " " + Math.round(target.height));
	}
	return out;
})()`

// fits fails the test for each misplaced element of the current page.
func (tb *tab) fits(t *testing.T, what string) {
	t.Helper()
	var out []string
	tb.run(t, chromedp.Evaluate(misplaced, &out))
	assert.Empty(t, out, what)
}

// TestEveryViewFits opens each view with content at three sizes, light and dark.
// Nothing may be cut off or too small to tap.
func TestEveryViewFits(t *testing.T) {
	t.Parallel()
	tb := browse(t, start(t))
	tb.write(t, "a table for four, please")
	tb.until(t, "the reply", bubble("theirs", "Thanks, we got"))
	tb.calls(t)
	tb.until(t, "the menu", keys)
	var views []string
	tb.run(t, chromedp.Evaluate(`[...document.querySelectorAll("nav a")].map((a) => a.dataset.view)`, &views))
	require.GreaterOrEqual(t, len(views), 4)
	for _, size := range sizes {
		tb.run(t, chromedp.EmulateViewport(size.width, size.height))
		for _, view := range views {
			tb.open(t, view)
			tb.until(t, view, fmt.Sprintf(`document.querySelector("main").className === "view-%s" && document.querySelector("main > *")`, view))
			tb.fits(t, view+" at "+size.name)
			tb.shot(t, view+"-"+size.name)
			tb.dark(t, true)
			tb.shot(t, view+"-"+size.name+"-dark")
			tb.dark(t, false)
		}
		tb.open(t, "traffic?id=1")
		tb.until(t, "one exchange", `document.querySelectorAll(".parameters tr").length > 10`)
		tb.fits(t, "an exchange at "+size.name)
		tb.shot(t, "exchange-"+size.name)
	}
	tb.clean(t)
}

// TestPhoneInANarrowWindow goes from the people to a conversation and to the
// call in a single column, and back.
func TestPhoneInANarrowWindow(t *testing.T) {
	t.Parallel()
	tb := browse(t, start(t))
	tb.run(t, chromedp.EmulateViewport(390, 844))
	shows := func(section string) string {
		return fmt.Sprintf(`[...document.querySelectorAll("main > section")].filter((s) => s.checkVisibility()).map((s) => s.className.split(" ")[0]).join() === %q`, section)
	}
	tb.until(t, "one column", shows("thread"))
	tb.run(t, chromedp.Click(`.thread button[aria-label="People"]`, chromedp.ByQuery))
	tb.until(t, "the people", shows("side"))
	tb.fits(t, "people")
	tb.person(t, "Ben")
	tb.until(t, "the conversation", shows("thread"))
	tb.write(t, "hello")
	tb.until(t, "the reply", bubble("theirs", "Thanks, we got"))
	tb.calls(t)
	tb.until(t, "the call", shows("call")+` && document.querySelector(".call h2").innerText === "Ben"`)
	tb.until(t, "the menu", keys)
	tb.fits(t, "call")
	tb.run(t, chromedp.Click(`.call button[aria-label="Messages"]`, chromedp.ByQuery))
	tb.until(t, "back", shows("thread"))
	tb.clean(t)
}

// TestPageIsWhereItWas leaves the phone view and returns. The person and the draft
// must be unchanged, and number keys must go to the call in progress.
func TestPageIsWhereItWas(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/voice": `<Gather numDigits="1" timeout="300" action="/chosen"><Say>Press a key.</Say></Gather>`, "/chosen": "<Say>Thank you.</Say><Pause length=\"300\"/>"})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.person(t, "Chidi")
	tb.run(t, chromedp.SendKeys(".composer textarea", "not sent yet", chromedp.ByQuery))
	tb.press(t, "2")
	tb.until(t, "traffic", `document.querySelector("main").className === "view-traffic"`)
	tb.press(t, "1")
	tb.until(t, "the person and the draft", `document.querySelector(".thread h2").innerText.startsWith("Chidi") && document.querySelector(".composer textarea").value === "not sent yet"`)
	tb.person(t, "Ana")
	tb.until(t, "no draft of someone else", `document.querySelector(".composer textarea").value === ""`)
	tb.calls(t)
	tb.until(t, "the menu", keys)
	tb.press(t, "2")
	tb.until(t, "the app was notified", heard("App", "Thank you."))
	assert.Equal(t, "2", p.last(t, "/chosen").Get("Digits"))
	tb.until(t, "the phone is still open", `document.querySelector("main").className === "view-phone"`)
	tb.click(t, "Hang up")
	tb.until(t, "the end", over)
	tb.press(t, "2")
	tb.until(t, "traffic again", `document.querySelector("main").className === "view-traffic"`)
	tb.clean(t)
}

// TestDialogsAndMenus closes dialogs and menus with Esc, a click elsewhere and Back.
// In a dialog that deletes, the focus must start on Cancel.
func TestDialogsAndMenus(t *testing.T) {
	t.Parallel()
	tb := browse(t, start(t))
	tb.write(t, "hello")
	tb.until(t, "the reply", bubble("theirs", "Thanks, we got"))
	opened := `Boolean(document.querySelector("[role=menu], .popover-panel"))`
	for _, close := range []string{"Escape", "outside"} {
		tb.run(t, chromedp.Click(".composer .more > button", chromedp.ByQuery))
		tb.until(t, "the panel", opened)
		if close == "outside" {
			tb.run(t, chromedp.Click(".thread h2", chromedp.ByQuery))
		} else {
			tb.run(t, chromedp.KeyEvent(kb.Escape))
		}
		tb.until(t, "closed by "+close, "!"+opened)
	}
	tb.press(t, "2")
	tb.run(t, chromedp.Click(".exchange", chromedp.ByQuery))
	tb.until(t, "the exchange", `document.querySelector(".detail-title")`)
	tb.run(t, chromedp.Click(".detail-title .popover > button", chromedp.ByQuery))
	tb.until(t, "the menu", opened)
	tb.run(t, chromedp.Click(".detail-title h2", chromedp.ByQuery))
	tb.until(t, "closed by a click", "!"+opened)
	tb.run(t, chromedp.NavigateBack())
	tb.until(t, "Back closes the exchange, not the view", `document.querySelector("main").className === "view-traffic" && !document.querySelector(".detail-title")`)
	tb.press(t, "x")
	tb.until(t, "the question, on Cancel", `document.querySelector("dialog[open]")?.contains(document.activeElement) && document.activeElement.innerText === "Cancel"`)
	tb.run(t, chromedp.KeyEvent(kb.Enter))
	tb.until(t, "nothing was deleted", `!document.querySelector("dialog[open]") && document.querySelectorAll(".exchange").length === 1`)
	tb.press(t, "?")
	tb.until(t, "the help", `document.querySelector("dialog[open]")?.innerText.includes("Keyboard shortcuts")`)
	tb.run(t, chromedp.KeyEvent(kb.Escape))
	tb.until(t, "closed", `!document.querySelector("dialog[open]")`)
	tb.clean(t)
}

// TestConsoleStopsAndComesBack restarts the console while the page is open. The page
// must say so, keep its content, and reconnect automatically.
func TestConsoleStopsAndComesBack(t *testing.T) {
	t.Parallel()
	addr := "127.0.0.1:" + freePort(t)
	first := startAt(t, addr)
	tb := browse(t, first)
	tb.write(t, "before")
	tb.until(t, "the reply", bubble("theirs", "Thanks, we got: before"))
	first.stop()
	tb.until(t, "what happened", `document.querySelector(".stopped")?.innerText.includes("reconnects by itself")`)
	tb.until(t, "what was there", bubble("theirs", "Thanks, we got: before"))
	tb.shot(t, "stopped")
	startAt(t, addr)
	tb.until(t, "the console", `!document.querySelector(".stopped") && document.querySelector("#app-state").dataset.up === "yes"`)
	tb.write(t, "after")
	tb.until(t, "the reply", bubble("theirs", "Thanks, we got: after"))
}

var account = regexp.MustCompile(`Account\s+(AC[0-9a-f]{32})`)

// TestOutcomeOfANumber makes Ben unreachable. A message to him must fail with
// error 30003, shown with its name, and another number must fail with its own code.
func TestOutcomeOfANumber(t *testing.T) {
	t.Parallel()
	p := answers(t, nil)
	c := start(t, "--app", p.server.URL, "--status", "/status")
	tb := browse(t, c)
	tb.press(t, "3")
	tb.run(t, chromedp.Click(".outcomes summary", chromedp.ByQuery))
	choose := `select[aria-label="Outcome for Ben"]`
	tb.until(t, "the list", `document.querySelector('`+choose+`')?.options.length > 5`)
	tb.run(t, chromedp.SetValue(choose, "unreachable", chromedp.ByQuery), chromedp.Evaluate(`document.querySelector('`+choose+`').dispatchEvent(new Event("change"))`, nil))
	tb.until(t, "what it means", `document.querySelector(".outcomes").innerText.includes("undelivered with 30003")`)
	tb.run(t, chromedp.SendKeys(`.outcomes input[aria-label="Number"]`, "+1 555 0177", chromedp.ByQuery), chromedp.SendKeys(`.outcomes input[inputmode="numeric"]`, "30034"+kb.Enter, chromedp.ByQuery))
	tb.until(t, "another number", `[...document.querySelectorAll(".outcomes li")].some((l) => l.innerText.includes("+15550177") && l.innerText.includes("Error 30034"))`)
	sid := account.FindStringSubmatch(c.output())[1]
	for to, code := range map[string]string{"+15550102": "30003", "+15550177": "30034"} {
		form := url.Values{"From": {"+15550100"}, "To": {to}, "Body": {"hello"}}
		r, err := http.NewRequest(http.MethodPost, c.url+"2010-04-01/Accounts/"+sid+"/Messages.json", strings.NewReader(form.Encode()))
		require.NoError(t, err)
		r.SetBasicAuth(sid, token)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		resp.Body.Close()
		require.Equal(t, http.StatusCreated, resp.StatusCode)
		tb.until(t, "how it ends", fmt.Sprintf(`[...document.querySelectorAll(".lives .ending")].some((e) => /undelivered/.test(e.innerText) && /%s [A-Z]\w+/.test(e.innerText))`, code))
	}
	tb.fits(t, "outcomes")
	tb.shot(t, "outcomes")
	tb.clean(t)
}
