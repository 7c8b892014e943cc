package browsertest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// windows are the window sizes that every task is tested in: wide, narrow, and a
// phone.
var windows = []struct {
	name          string
	width, height int64
}{{"1440", 1440, 900}, {"1024", 1024, 768}, {"390", 390, 844}}

// each runs a task in every size, in a newly opened view. The page must
// not be wider than the window.
func (tb *tab) each(t *testing.T, name, address string, task func(t *testing.T)) {
	t.Helper()
	for _, size := range windows {
		t.Run(size.name, func(t *testing.T) {
			tb.run(t, chromedp.EmulateViewport(size.width, size.height))
			tb.visit(t, address)
			task(t)
			var wide bool
			tb.run(t, chromedp.Evaluate(`document.documentElement.scrollWidth > innerWidth || document.querySelector("main").scrollWidth > innerWidth`, &wide))
			assert.False(t, wide, "the page is wider than its window")
			tb.shot(t, name+"-"+size.name)
		})
	}
}

// visit opens a URL from another view, so that no earlier state remains.
func (tb *tab) visit(t *testing.T, address string) {
	t.Helper()
	tb.run(t, chromedp.Evaluate(`location.hash = "#/faults"`, nil))
	tb.until(t, "another view", `Boolean(document.querySelector(".view-faults"))`)
	tb.run(t, chromedp.Evaluate("location.hash = `"+address+"`", nil), chromedp.WaitReady("main:not(.view-faults) > *", chromedp.ByQuery))
}

// grant allows the page to use the clipboard.
func (tb *tab) grant(t *testing.T) {
	t.Helper()
	tb.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
		allow := []browser.PermissionType{browser.PermissionTypeClipboardReadWrite, browser.PermissionTypeClipboardSanitizedWrite}
		if err := emulation.SetFocusEmulationEnabled(true).Do(ctx); err != nil { // the clipboard needs focus
			return err
		}
		return browser.GrantPermissions(allow).WithOrigin(strings.TrimSuffix(tb.base, "/")).Do(ctx)
	}))
}

// copies clicks a copy button and returns what it copied.
func (tb *tab) copies(t *testing.T, selector string) (text string) {
	t.Helper()
	tb.run(t, chromedp.Evaluate(`navigator.clipboard.writeText("")`, nil, awaited), chromedp.Evaluate("document.querySelector(`"+selector+"`).click()", nil))
	require.Eventually(t, func() bool {
		text = tb.clipboard(t)
		return text != ""
	}, 20*time.Second, 50*time.Millisecond, selector)
	return text
}

// TestConnectScreen tests the first screen. The program is running, its paths are
// found without starting a conversation, the token can be copied but is not in
// the page, and a click sends the first text.
func TestConnectScreen(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/sms": "<Message>Got it.</Message>"})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.grant(t)
	tb.run(t, chromedp.Navigate("about:blank"), chromedp.Navigate(tb.base))
	tb.until(t, "the first view", `Boolean(document.querySelector(".view-connect"))`)
	tb.each(t, "connect", "#/connect", func(t *testing.T) {
		tb.until(t, "that it is up", `document.querySelector(".connect-state.good")?.innerText.includes("Your program is connected")`)
		tb.until(t, "the paths", `document.querySelectorAll(".routes li").length === 3`)
		tb.until(t, "a probe", `!document.querySelector(".routes").innerText.includes("No request yet")`)
		assert.Equal(t, token, tb.copies(t, `[aria-label="Copy Auth token"]`))
		var shown bool
		tb.run(t, chromedp.Evaluate(`document.documentElement.outerHTML.includes("`+token+`")`, &shown))
		assert.False(t, shown, "the token is on the page")
		for _, language := range []string{"Go", "Node", "Python", "PHP", "Ruby"} {
			tb.run(t, chromedp.Click(`//button[@role="tab"][normalize-space()="`+language+`"]`, chromedp.BySearch))
			tb.until(t, language, `document.querySelector(".connect-code pre").innerText.includes("/sms")`)
		}
	})
	p.mu.Lock()
	for path, forms := range p.sent {
		for _, form := range forms {
			assert.Empty(t, form, "looking starts nothing at %s", path)
		}
	}
	p.mu.Unlock()
	tb.run(t, chromedp.Evaluate(`document.querySelector(".tries li:nth-child(3) button").click()`, nil)) // even if it has moved
	tb.until(t, "the wrong signature", `document.querySelector(".verdict.bad")?.innerText.includes("Signature")`)
	tb.shot(t, "connect-wrong-signature")
	tb.visit(t, "#/connect")
	tb.until(t, "the three things", `Boolean(document.querySelector(".tries button:not(:disabled)"))`)
	tb.run(t, chromedp.Evaluate(`document.querySelector(".tries li:nth-child(1) button").click()`, nil)) // even if it has moved
	tb.until(t, "the reply", bubble("theirs", "Got it."))
	tb.open(t, "connect")
	tb.until(t, "that the path works", `document.querySelector(".routes li").innerText.includes("Works")`)
	tb.clean(t)
}

// TestRefusalCanBeFixed uses a program that rejects correct signatures. The page shows
// the values to compare side by side, and the fix can be copied.
func TestRefusalCanBeFixed(t *testing.T) {
	t.Parallel()
	p := answers(t, nil)
	p.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.grant(t)
	tb.write(t, "hello")
	tb.until(t, "what Twilio says", `document.querySelector(".mine")?.innerText.includes("11200")`)
	tb.each(t, "refused", "#/traffic?id=1", func(t *testing.T) {
		tb.until(t, "the card", `document.querySelector(".refusal")?.innerText.includes("but the signature is correct")`)
		tb.until(t, "side by side", `["Auth token", "URL", "Signed text"].every((w) => document.querySelector(".side-by-side").innerText.includes(w))`)
		assert.Contains(t, tb.copies(t, `.fixes [aria-label="Copy the fix"]`), "export TWILIO_AUTH_TOKEN="+token)
		for tab, want := range map[string]string{"Console flags": "--base-url", "Go": "signature.Config", "Node": "validateRequest", "Python": "RequestValidator"} {
			tb.run(t, chromedp.Click(`//*[@class="fixes"]//button[normalize-space()="`+tab+`"]`, chromedp.BySearch))
			tb.until(t, tab, `document.querySelector(".fixes pre").innerText.includes("`+want+`")`)
		}
	})
	tb.clean(t)
}

// TestInspector opens every tab of an exchange, compares two exchanges, and follows
// the timeline of a call.
func TestInspector(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "app.js")
	require.NoError(t, os.WriteFile(script, []byte(`const http = require("http");
http.createServer((req, res) => {
  let body = "";
  req.on("data", (part) => { body += part; });
  req.on("end", () => {
    const text = new URLSearchParams(body).get("Body");
    console.log("handling " + req.url + " " + (text || ""));
    res.setHeader("Content-Type", "text/xml");
    res.end(req.url === "/sms" ? "<Response><Message>You said " + text + "</Message><Say>no</Say></Response>" : "<Response><Say>Hello there.</Say></Response>");
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
`), 0o600))
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not on this machine")
	}
	tb := browse(t, start(t, "--no-proxy", "--", "node", script))
	tb.until(t, "the program", `document.querySelector("#app-state").dataset.up === "yes"`)
	tb.write(t, "one")
	tb.until(t, "its answer", bubble("theirs", "You said one"))
	tb.write(t, "two")
	tb.until(t, "its answer", bubble("theirs", "You said two"))
	tb.calls(t)
	tb.until(t, "the end", over)
	tb.each(t, "inspector", "#/traffic?id=1", func(t *testing.T) {
		tb.until(t, "what matters first", `document.querySelector(".parameters tbody tr input").value === "one"`)
		tb.until(t, "a problem with its name", `document.querySelector(".problems .error-code")?.href.includes("14110")`)
		tb.until(t, "what Twilio does", `document.querySelector(".next").innerText.includes("It skips Say (14110)")`)
		tb.shot(t, strings.ReplaceAll(t.Name(), "/", "-"))
		tb.run(t, chromedp.Click(`[data-tab="log"]`, chromedp.ByQuery))
		tb.until(t, "what the program printed", `document.querySelector(".output")?.innerText.includes("handling /sms one")`)
		tb.run(t, chromedp.Click(`[data-tab="raw"]`, chromedp.ByQuery))
		tb.until(t, "the request", `document.querySelector(".raw pre")?.innerText.startsWith("POST /sms HTTP/1.1")`)
	})
	tb.each(t, "compare", "#/traffic?id=2&compare=1", func(t *testing.T) {
		tb.until(t, "the difference", `document.querySelector(".compared-table")?.innerText.includes("one") && document.querySelector(".diff .added")?.innerText.includes("You said two")`)
	})
	var call string
	tb.visit(t, "#/traffic?text=kind:IncomingCall")
	tb.until(t, "the call", `document.querySelectorAll(".exchanges .exchange").length === 1`)
	tb.run(t, chromedp.Click(".exchanges .exchange", chromedp.ByQuery))
	tb.until(t, "its number", `/id=\d+/.test(location.hash)`)
	tb.run(t, chromedp.Evaluate(`new URLSearchParams(location.hash.split("?")[1]).get("id")`, &call))
	tb.each(t, "timeline", "#/traffic?id="+call, func(t *testing.T) {
		tb.run(t, chromedp.Click(`[data-tab="timeline"]`, chromedp.ByQuery))
		tb.until(t, "what was said", `document.querySelector(".timeline")?.innerText.includes("Hello there.") && Boolean(document.querySelector(".timeline .here"))`)
	})
	// With the buttons: Compare, then another exchange.
	tb.run(t, chromedp.EmulateViewport(1440, 900))
	tb.visit(t, "#/traffic?id=1")
	tb.until(t, "the exchange", `Boolean(document.querySelector(".detail h2"))`)
	tb.click(t, "Compare")
	tb.run(t, chromedp.Evaluate(`location.hash = "#/traffic?id=2"`, nil))
	tb.until(t, "the button", `document.querySelector(".detail").innerText.includes("Compare with #1")`)
	tb.click(t, "Compare with #1")
	tb.until(t, "the comparison", `document.querySelector(".detail h2").innerText === "Comparison"`)
	tb.clean(t)
}

// search enters text in the search field.
func (tb *tab) search(t *testing.T, text string) {
	t.Helper()
	tb.until(t, "the search field", fmt.Sprintf(`(() => {
		const field = document.querySelector("[type=search]");
		field.value = %q;
		return field.dispatchEvent(new Event("input", {bubbles: true}));
	})()`, text))
}

// TestSearchPauseAndClear searches by code and field, pauses the list, and deletes
// only the filtered exchanges.
func TestSearchPauseAndClear(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/sms": "<Message>Got it.</Message>"})
	tb := browse(t, start(t, "--app", p.server.URL))
	for i, text := range []string{"alpha", "beta", "gamma"} {
		tb.write(t, text)
		tb.until(t, "its answer", fmt.Sprintf(`document.querySelectorAll(".theirs").length === %d`, i+1))
	}
	shows := func(n int) string {
		return fmt.Sprintf(`document.querySelectorAll(".exchanges .exchange").length === %d`, n)
	}
	tb.each(t, "search", "#/traffic", func(t *testing.T) {
		tb.until(t, "all", shows(3))
		tb.search(t, "field:Body=beta")
		tb.until(t, "one", shows(1))
		tb.search(t, "-beta status:2xx")
		tb.until(t, "two", shows(2))
		tb.search(t, "is:green")
		tb.until(t, "the unknown condition", `document.querySelector(".search-problem")?.innerText.includes("is:green is not a search")`)
		tb.run(t, chromedp.Click(".search-help > button", chromedp.ByQuery))
		tb.until(t, "the hints", `document.querySelector(".hints")?.innerText.includes("code:12100")`)
	})
	tb.run(t, chromedp.EmulateViewport(1440, 900))
	tb.visit(t, "#/traffic")
	tb.until(t, "all", shows(3))
	tb.press(t, "h")
	for range 5 {
		tb.run(t, chromedp.Evaluate(`fetch("/api/messages", {method: "POST", headers: {"X-Console-Token": localStorage.getItem("ringback-token"), "Content-Type": "application/json"}, body: JSON.stringify({person: "+15550102", channel: "sms", body: "later"})}).then((r) => r.ok)`, nil, awaited))
	}
	tb.until(t, "the pill", `document.querySelector(".pill")?.innerText.includes("5 new exchanges")`)
	tb.until(t, "the old list", shows(3))
	tb.shot(t, "paused")
	tb.run(t, chromedp.Click(".pill", chromedp.ByQuery))
	tb.until(t, "all", shows(8))
	tb.search(t, "later")
	tb.until(t, "some", shows(5))
	tb.press(t, "x")
	tb.until(t, "what will be deleted", `document.querySelector("dialog").innerText.includes("This deletes the 5 exchanges that match the filter")`)
	tb.shot(t, "clear-filtered")
	tb.click(t, "Delete")
	tb.until(t, "none", shows(0))
	tb.run(t, chromedp.Evaluate(`location.hash = "#/traffic"`, nil))
	tb.until(t, "the others", shows(3))
	tb.clean(t)
}

// TestSaveFromThePage saves a conversation from the phone, and the filtered
// exchanges from the list.
func TestSaveFromThePage(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/sms": "<Message>Got it.</Message>"})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.grant(t)
	tb.write(t, "hello `${1}` \"'")
	tb.until(t, "its answer", bubble("theirs", "Got it."))
	for _, place := range []struct{ name, address, button string }{
		{"save-thread", "#/phone?with=%2B15550101", `[aria-label="Save this conversation as"]`},
		{"save-traffic", "#/traffic", `[aria-label="Save these exchanges as"]`},
	} {
		tb.each(t, place.name, place.address, func(t *testing.T) {
			if strings.Contains(t.Name(), "390") && place.name == "save-thread" {
				tb.until(t, "the thread or the people", `Boolean(document.querySelector(".threads button, .thread h2"))`)
				tb.run(t, chromedp.Evaluate(`if (!document.querySelector(`+"`"+place.button+"`"+`)?.checkVisibility()) document.querySelector(".threads button").click()`, nil))
			}
			tb.until(t, "the button", `document.querySelector(`+"`"+place.button+"`"+`).checkVisibility() && !document.querySelector(`+"`"+place.button+"`"+`).disabled`)
			for form, want := range map[string]string{"Scenario for ringback run": "replies: Got it.", "Go test": "webhooktest.New", "Jest test": "toContain(\"Got it.\")", "pytest test": "def test_"} {
				tb.run(t, chromedp.Click(place.button, chromedp.ByQuery))
				tb.click(t, form)
				tb.until(t, form, `document.querySelector(".saved pre")?.innerText.includes(`+fmt.Sprintf("%q", want)+`)`)
				if form == "Go test" {
					tb.shot(t, place.name+"-go")
				}
				assert.Contains(t, tb.copies(t, `.saved [aria-label="Copy the file"]`), want)
				tb.run(t, chromedp.Click(`.saved [aria-label="Close"]`, chromedp.ByQuery))
			}
		})
	}
	tb.clean(t)
}

// TestOutboundRequests shows what the program asks of the REST API.
func TestOutboundRequests(t *testing.T) {
	t.Parallel()
	p := answers(t, nil)
	c := start(t, "--app", p.server.URL)
	tb := browse(t, c)
	account := ""
	for line := range strings.Lines(c.output()) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "Account" {
			account = strings.TrimSuffix(fields[1], ",")
		}
	}
	for _, to := range []string{"+15550102", "nobody"} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", c.url+"2010-04-01/Accounts/"+account+"/Messages.json", strings.NewReader(url.Values{"To": {to}, "From": {"+15550100"}, "Body": {"Your table is ready."}}.Encode()))
		require.NoError(t, err)
		r.SetBasicAuth(account, token)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		resp.Body.Close()
	}
	tb.each(t, "outbound", "#/outbound", func(t *testing.T) {
		tb.until(t, "both", `document.querySelectorAll(".outbound tbody tr").length === 2`)
		tb.until(t, "the error", `document.querySelector(".outbound .error-code")?.innerText.startsWith("21211")`)
		tb.until(t, "the delivery", `document.querySelector(".outbound tbody tr:last-child").innerText.includes("delivered")`)
	})
	tb.run(t, chromedp.Click(".outbound tbody tr:last-child a", chromedp.ByQuery))
	tb.until(t, "the exchange", `document.querySelector(".detail .facts")?.innerText.includes("request from your program to the REST API")`)
	tb.shot(t, "outbound-detail")
	tb.clean(t)
}
