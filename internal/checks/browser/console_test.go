package browsertest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

// TestBareCommand does what a newcomer does: starts the command without arguments,
// texts, calls, goes through the menu to voicemail, and looks at the traffic.
func TestBareCommand(t *testing.T) {
	t.Parallel()
	tb := browse(t, start(t))
	useThePhone(t, tb, "Thanks, we got: a table for four")
	tb.open(t, "traffic")
	tb.until(t, "the exchanges", `document.querySelectorAll(".exchanges li").length >= 4`)
	tb.run(t, chromedp.Click(".exchanges li:nth-last-child(2) button", chromedp.ByQuery))
	tb.until(t, "one exchange", `document.querySelectorAll(".parameters tr").length > 10`)
	tb.shot(t, "traffic")
	tb.dark(t, true)
	tb.shot(t, "traffic-dark")
	tb.open(t, "phone")
	tb.shot(t, "phone-dark")
	tb.dark(t, false)
	tb.open(t, "deliveries")
	tb.run(t, chromedp.Click(".play .button-primary", chromedp.ByQuery))
	tb.until(t, "a lifecycle", `document.querySelector(".ending")?.innerText.includes("delivered")`)
	tb.shot(t, "deliveries")
	tb.open(t, "faults")
	tb.until(t, "the faults", `document.querySelectorAll(".faults tbody tr").length === 9`)
	tb.shot(t, "faults")
	tb.run(t, chromedp.EmulateViewport(360, 740))
	for _, view := range []string{"phone", "traffic", "deliveries", "faults"} {
		tb.open(t, view)
		tb.until(t, view+" fits", `document.documentElement.scrollWidth <= 360`)
		tb.shot(t, view+"-360")
	}
	tb.clean(t)
}

// TestOtherLanguages repeats the test with programs in other languages.
func TestOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, program, file string }{
		{"Python", "python3", "testdata/line.py"},
		{"Node", "node", "testdata/line.js"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(c.program); err != nil {
				t.Skipf("skipped: no %s on this machine", c.program)
			}
			tb := browse(t, start(t, "--", c.program, c.file))
			tb.until(t, "the program", `document.querySelector(".app-state")?.dataset.up === "yes"`)
			useThePhone(t, tb, "Thanks from "+c.name)
			tb.clean(t)
		})
	}
}

// TestT34CapturedMarkupStaysText opens a hundred captures with markup in every
// field: no script runs, no request leaves, the policy reports nothing.
func TestT34CapturedMarkupStaysText(t *testing.T) {
	t.Parallel()
	c := start(t)
	payloads := []string{
		`<script>window.__pwned=1</script>`, `<img src=x onerror=window.__pwned=1>`, `"><svg onload=window.__pwned=1>`,
		`javascript:window.__pwned=1`, `<iframe src="http://evil.example.com/">`, `<a href="http://evil.example.com/">x</a>`,
		`<style>@import "http://evil.example.com/";</style>`, `</pre><math><mtext><script>window.__pwned=1</script>`,
		`<link rel=stylesheet href=http://evil.example.com/>`, `{{constructor.constructor('window.__pwned=1')()}}`,
	}
	for i := range 100 {
		p := payloads[i%len(payloads)]
		form := url.Values{
			"MessageSid": {fmt.Sprintf("SM%032d", i)}, "SmsMessageSid": {fmt.Sprintf("SM%032d", i)}, "AccountSid": {"AC0123456789abcdef0123456789abcdef"},
			"From": {p}, "To": {p}, "Body": {fmt.Sprintf("%d %s", i, p)}, "NumMedia": {"1"}, "MediaUrl0": {"http://evil.example.com/x.png"},
			"SmsStatus": {"received"}, "Strange" + p: {p},
		}
		r, err := http.NewRequest(http.MethodPost, c.tunnel+"/sms?"+url.Values{p: {p}}.Encode(), strings.NewReader(form.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("User-Agent", p)
		r.Header.Set("X-Twilio-Signature", p)
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		resp.Body.Close()
	}
	tb := browse(t, c)
	tb.open(t, "traffic")
	tb.until(t, "the list", `document.querySelector(".list-count").innerText === "100 exchanges"`)
	for i := 1; i <= 100; i++ {
		tb.run(t, chromedp.Evaluate(fmt.Sprintf(`location.hash = "#/traffic?id=%d"`, i), nil))
		tb.until(t, "exchange", fmt.Sprintf(`document.querySelector(".detail .parameters")?.innerText.includes("Strange") && [...document.querySelectorAll(".parameters input")].some((e) => e.value.startsWith("%d "))`, i-1))
	}
	tb.clean(t)
}

// TestBrokenSignatureIsDiagnosed runs behind a proxy that terminates TLS. The page
// must name the cause and the fix.
func TestBrokenSignatureIsDiagnosed(t *testing.T) {
	t.Parallel()
	c := start(t, "--tunnel-host", "hooks.example.com")
	form := url.Values{"Body": {"hi"}, "From": {"+15550101"}, "AccountSid": {"AC0123456789abcdef0123456789abcdef"}}
	r, err := http.NewRequest(http.MethodPost, c.tunnel+"/sms", strings.NewReader(form.Encode()))
	require.NoError(t, err)
	r.Host = "hooks.example.com"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Twilio-Signature", sign(token, "https://hooks.example.com/sms", form))
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, http.StatusForbidden, resp.StatusCode)
	tb := browse(t, c)
	tb.open(t, "traffic?id=1")
	tb.until(t, "the diagnosis", body+`.includes("https://hooks.example.com")`)
	tb.shot(t, "diagnosis")
	tb.clean(t)
}

// TestLosesAndFindsTheProgram starts without a program. The page must say so, and
// reconnect when the program starts.
func TestLosesAndFindsTheProgram(t *testing.T) {
	t.Parallel()
	addr := "127.0.0.1:" + freePort(t)
	c := start(t, "--app", "http://"+addr)
	tb := browse(t, c)
	tb.until(t, "no program", `document.querySelector(".app-state").dataset.up === "no"`)
	tb.run(t, chromedp.SendKeys(".composer textarea", "hello", chromedp.ByQuery), chromedp.Click(".composer .button-primary", chromedp.ByQuery))
	tb.until(t, "the reason for the missing reply", `document.querySelector(".mine .meta")?.innerText.includes("no reply")`)
	server := &http.Server{Addr: addr, ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><body>an error page</body>")
	})}
	go server.ListenAndServe()
	t.Cleanup(func() { server.Close() })
	tb.until(t, "the program", `document.querySelector(".app-state").dataset.up === "yes"`)
	tb.run(t, chromedp.SendKeys(".composer textarea", "hello?", chromedp.ByQuery), chromedp.Click(".composer .button-primary", chromedp.ByQuery))
	tb.until(t, "Twilio's number", `[...document.querySelectorAll(".mine")].some((e) => e.innerText.includes("12100"))`)
	tb.clean(t)
}

// TestT33TokenStaysOnItsPort opens the console and then a page on another port of
// the same host, which must not learn the token. The page survives a reload, and
// without the token it says what to do.
func TestT33TokenStaysOnItsPort(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 10)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<main>other</main>")
	}))
	defer other.Close()
	c := start(t)
	tb := browse(t, c)
	var where string
	tb.run(t, chromedp.Evaluate("location.href", &where))
	assert.NotContains(t, where, c.token, "the token leaves the address bar")
	tb.run(t, chromedp.Reload(), chromedp.WaitVisible("main > section"))
	tb.until(t, "the app after a reload", `document.querySelector("#app-state").dataset.up === "yes"`)
	tb.run(t, chromedp.Navigate(other.URL), chromedp.WaitVisible("main"))
	h := <-seen
	assert.Empty(t, h.Get("Cookie"))
	assert.NotContains(t, fmt.Sprint(h), c.token)
	var stored string
	tb.run(t, chromedp.Evaluate("JSON.stringify(localStorage)+document.cookie", &stored))
	assert.NotContains(t, stored, c.token)

	tb.run(t, chromedp.Navigate(c.url), chromedp.WaitVisible("main > section"), chromedp.Evaluate("localStorage.clear()", nil),
		chromedp.Reload(), chromedp.WaitVisible(".card"))
	tb.until(t, "what to do", `document.querySelector(".card").textContent.includes("ringback dev")`)
}

// TestT33AnotherTokenDoesNotReplaceOne opens the page as another page may do, with
// a token that the console does not know.
func TestT33AnotherTokenDoesNotReplaceOne(t *testing.T) {
	t.Parallel()
	c := start(t)
	tb := browse(t, c)
	tb.run(t, chromedp.Navigate("about:blank"), chromedp.Navigate(c.url+"#token=0123456789abcdef"), chromedp.WaitVisible("main > section"))
	tb.until(t, "the app", `document.querySelector("#app-state").dataset.up === "yes"`)
	tb.until(t, "the token stays", `localStorage.getItem("ringback-token") === "`+c.token+`" && !location.href.includes("0123456789abcdef")`)
	tb.run(t, chromedp.Evaluate(`localStorage.setItem("ringback-token", "0123456789abcdef")`, nil), chromedp.Navigate("about:blank"),
		chromedp.Navigate(c.url+"#token="+c.token), chromedp.WaitVisible("main > section"))
	tb.until(t, "the right token replaces a wrong one", `localStorage.getItem("ringback-token") === "`+c.token+`"`)
	tb.clean(t)
}
