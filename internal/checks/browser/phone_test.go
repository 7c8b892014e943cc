package browsertest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program serves a document for each path and records the requests.
type program struct {
	documents map[string]string
	files     map[string]string // other content by path
	server    *httptest.Server

	mu   sync.Mutex
	sent map[string][]url.Values // by path
}

// answers starts a program with a document for each path.
func answers(t *testing.T, documents map[string]string) *program {
	t.Helper()
	p := &program{documents: documents, sent: make(map[string][]url.Values)}
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		p.mu.Lock()
		p.sent[r.URL.Path] = append(p.sent[r.URL.Path], r.PostForm)
		p.mu.Unlock()
		if data, ok := p.files[r.URL.Path]; ok {
			w.Header().Set("Content-Type", map[string]string{".wav": "audio/wav", ".gif": "image/gif"}[filepath.Ext(r.URL.Path)])
			io.WriteString(w, data)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, "<Response>%s</Response>", p.documents[r.URL.Path])
	}))
	t.Cleanup(p.server.Close)
	return p
}

// last returns the parameters of the last request to a path.
func (p *program) last(t *testing.T, path string) url.Values {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	require.NotEmpty(t, p.sent[path], "nothing was sent to %s", path)
	return p.sent[path][len(p.sent[path])-1]
}

// fetched returns how often a path was requested.
func (p *program) fetched(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sent[path])
}

// click clicks the button labeled text once it is enabled.
func (tb *tab) click(t *testing.T, text string) {
	t.Helper()
	tb.until(t, "the button "+text, fmt.Sprintf(`(() => {
		const button = [...document.querySelectorAll("button")].find((b) => b.innerText.trim() === %q && b.offsetParent && !b.disabled);
		if (button) button.click();
		return Boolean(button);
	})()`, text))
}

// person opens a person's conversation from the list.
func (tb *tab) person(t *testing.T, name string) {
	t.Helper()
	tb.run(t, chromedp.Click(fmt.Sprintf(`//ul[@class="threads"]//button[.//strong[text()=%q]]`, name), chromedp.BySearch))
	tb.until(t, "the conversation of "+name, fmt.Sprintf(`document.querySelector(".thread h2").innerText.startsWith(%q)`, name))
}

// calls calls the app from the open conversation.
func (tb *tab) calls(t *testing.T) {
	t.Helper()
	tb.run(t, chromedp.Click(".call-button", chromedp.ByQuery))
}

// write sends a text from the open conversation.
func (tb *tab) write(t *testing.T, text string) {
	t.Helper()
	tb.run(t, chromedp.SendKeys(".composer textarea", text, chromedp.ByQuery), chromedp.Click(".composer .button-primary", chromedp.ByQuery))
}

// more opens the attachment panel and clicks one of its buttons.
func (tb *tab) more(t *testing.T, button string) {
	t.Helper()
	tb.run(t, chromedp.Click(".composer .more > button", chromedp.ByQuery))
	tb.click(t, button)
}

// heard is true once the transcript has a line with this speaker and text.
func heard(who, what string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".lines li")].some((l) => l.querySelector(".who").innerText === %q && l.querySelector(".what").innerText.includes(%q))`, who, what)
}

// bubble is true once a message on that side contains the text.
func bubble(side, text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".bubbles .%s")].some((m) => m.innerText.includes(%q))`, side, text)
}

// TestConferenceOfTwo has Ana and Ben call a program that puts both in one
// conference. Each has a tab and hears the other.
func TestConferenceOfTwo(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/voice": `<Say>Welcome to the party line.</Say><Dial><Conference waitUrl="">party</Conference></Dial>`})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.calls(t)
	tb.until(t, "Ana in the conference", `document.querySelector(".call-state").innerText.includes("In a conference")`)
	tb.person(t, "Ben")
	tb.calls(t)
	tb.until(t, "two tabs", `document.querySelectorAll(".calls button").length === 2`)
	tb.until(t, "the conference", heard("Twilio", "conference \"party\" starts")+` || document.querySelector(".call-state").innerText.includes("In a conference")`)
	tb.run(t, chromedp.SendKeys(".speak input", "hello Ana", chromedp.ByQuery))
	tb.click(t, "Speak")
	tb.until(t, "Ben's own words", heard("Ben", "hello Ana"))
	tb.click(t, "Ana")
	tb.until(t, "Ben's words at Ana's phone", heard("Ben", "hello Ana"))
	tb.run(t, chromedp.SendKeys(".speak input", "hello Ben", chromedp.ByQuery))
	tb.click(t, "Speak")
	tb.click(t, "Ben")
	tb.until(t, "Ana's words at Ben's phone", heard("Ana", "hello Ben"))
	tb.shot(t, "conference")
	tb.run(t, chromedp.Click(".does .button-hangup", chromedp.ByQuery))
	tb.until(t, "Ben is gone", over)
	tb.click(t, "Ana")
	tb.until(t, "Ana is still there", `document.querySelector(".call-state").innerText.includes("In a conference")`)
	tb.run(t, chromedp.Click(".does .button-hangup", chromedp.ByQuery))
	tb.until(t, "the end", over)
	tb.clean(t)
}

// TestIncomingLegOfADial rings a phone that the program dials. The call is
// answered, busy, or not answered, and the program receives the result.
func TestIncomingLegOfADial(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{
		"/voice":  `<Dial action="/dialed" timeout="60"><Number>+15550102</Number></Dial>`,
		"/dialed": "<Say>Thank you.</Say>",
	})
	tb := browse(t, start(t, "--app", p.server.URL))
	const rings = `document.querySelector(".legs .leg")?.innerText.includes("Ben is ringing")`
	for _, c := range []struct{ button, status string }{{"Busy", "busy"}, {"No answer", "no-answer"}} {
		tb.calls(t)
		tb.until(t, "Ben's phone", rings)
		tb.click(t, c.button)
		tb.until(t, "the end after "+c.button, over)
		assert.Equal(t, c.status, p.last(t, "/dialed").Get("DialCallStatus"))
	}
	tb.calls(t)
	tb.until(t, "Ben's phone", rings)
	tb.shot(t, "dial-rings")
	tb.click(t, "Answer")
	tb.until(t, "the two talk", `document.querySelector(".legs .leg")?.innerText.includes("on the line") && document.querySelector(".call-state").innerText.includes("Talking")`)
	tb.run(t, chromedp.SendKeys(".controls > .speak input", "is that Ben?", chromedp.ByQuery), chromedp.Click(".controls > .speak [type=submit]", chromedp.ByQuery))
	tb.until(t, "Ana's words", heard("Ana", "is that Ben?"))
	tb.shot(t, "dial-answered")
	tb.click(t, "Hang up Ben")
	tb.until(t, "the end", over)
	assert.Equal(t, "completed", p.last(t, "/dialed").Get("DialCallStatus"))
	tb.clean(t)
}

// TestPicture sends a sample picture and an uploaded one. The page shows both, and
// the program can fetch them with the account's token.
func TestPicture(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/sms": "<Message><Body>Nice.</Body><Media>https://media.example.com/cat.jpg</Media></Message>"})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.run(t, chromedp.SendKeys(".composer textarea", "look", chromedp.ByQuery))
	tb.more(t, "Send picture")
	tb.until(t, "the picture", `document.querySelector(".mine .picture")?.naturalWidth === 320`)
	tb.until(t, "the answer, with a picture that is not loaded", bubble("theirs", "https://media.example.com/cat.jpg"))
	form := p.last(t, "/sms")
	assert.Equal(t, "1", form.Get("NumMedia"))
	assert.Equal(t, "look", form.Get("Body"))
	assert.Equal(t, "image/jpeg", form.Get("MediaContentType0"))
	kind, data := fetch(t, form.Get("MediaUrl0"), form.Get("AccountSid"))
	assert.Equal(t, "image/jpeg", kind)
	assert.NotEmpty(t, data)

	own, err := filepath.Abs("testdata/dot.png")
	require.NoError(t, err)
	tb.run(t, chromedp.Click(".composer .more > button", chromedp.ByQuery), chromedp.SetUploadFiles(`.popover-panel input[type="file"]`, []string{own}, chromedp.ByQuery))
	tb.click(t, "Send picture")
	tb.until(t, "the own picture", `[...document.querySelectorAll(".mine .picture")].at(-1).naturalWidth === 8`)
	tb.shot(t, "picture")
	form = p.last(t, "/sms")
	assert.Equal(t, "image/png", form.Get("MediaContentType0"))
	kind, _ = fetch(t, form.Get("MediaUrl0"), form.Get("AccountSid"))
	assert.Equal(t, "image/png", kind)
	tb.clean(t)
}

// fetch downloads a picture as a program does. Without the token it fails (T33).
func fetch(t *testing.T, address, account string) (kind string, data []byte) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	require.NoError(t, err)
	for _, password := range []string{"", token} {
		if password != "" {
			r.SetBasicAuth(account, password)
		}
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		data, err = io.ReadAll(resp.Body)
		require.NoError(t, err)
		resp.Body.Close()
		if password == "" {
			assert.Equal(t, http.StatusUnauthorized, resp.StatusCode, "T33")
			continue
		}
		require.Equal(t, http.StatusOK, resp.StatusCode)
		kind = resp.Header.Get("Content-Type")
	}
	return kind, data
}

// TestWhatsApp sends a text, a location, a button reply and a quoted reply on WhatsApp,
// and checks their WhatsApp parameters.
func TestWhatsApp(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/sms": "<Message>Can we meet?</Message>"})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.run(t, chromedp.SetValue(".composer select", "whatsapp", chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector(".composer select").dispatchEvent(new Event("change"))`, nil))
	tb.write(t, "hi")
	tb.until(t, "the answer", bubble("theirs", "Can we meet?"))
	form := p.last(t, "/sms")
	assert.Equal(t, "whatsapp:+15550101", form.Get("From"))
	assert.Equal(t, "whatsapp:+15550100", form.Get("To"))
	assert.Equal(t, "Ana", form.Get("ProfileName"))
	assert.Equal(t, "15550101", form.Get("WaId"))

	tb.more(t, "Send button reply")
	tb.until(t, "the button", bubble("mine", "Yes, please"))
	tb.until(t, "its answer", `document.querySelectorAll(".theirs").length === 2`)
	form = p.last(t, "/sms")
	assert.Equal(t, "Yes, please", form.Get("ButtonText"))
	assert.Equal(t, "yes", form.Get("ButtonPayload"))
	assert.Equal(t, "button", form.Get("MessageType"))

	tb.more(t, "Share location")
	tb.until(t, "the place", bubble("mine", "Ferry Building"))
	tb.until(t, "its answer", `document.querySelectorAll(".theirs").length === 3`)
	form = p.last(t, "/sms")
	assert.Equal(t, "37.7955", form.Get("Latitude"))
	assert.Equal(t, "-122.3937", form.Get("Longitude"))
	assert.Equal(t, "Ferry Building", form.Get("Label"))

	tb.run(t, chromedp.Click(".theirs .reply", chromedp.ByQuery))
	tb.until(t, "what is answered", `document.querySelector(".quoted").innerText.includes("Can we meet?")`)
	tb.write(t, "at noon")
	tb.until(t, "the reply with what it answers", `[...document.querySelectorAll(".mine")].some((m) => m.querySelector(".answered") && m.innerText.includes("at noon"))`)
	tb.until(t, "its answer", `document.querySelectorAll(".theirs").length === 4`)
	tb.shot(t, "whatsapp")
	form = p.last(t, "/sms")
	assert.True(t, strings.HasPrefix(form.Get("OriginalRepliedMessageSid"), "SM"), form)
	assert.Equal(t, "whatsapp:+15550100", form.Get("OriginalRepliedMessageSender"))
	tb.write(t, "really")
	tb.until(t, "its answer", `document.querySelectorAll(".theirs").length === 5`)
	assert.Empty(t, p.last(t, "/sms").Get("OriginalRepliedMessageSid"), "a reply is one message")
	tb.clean(t)
}

// TestOptOut texts STOP. Twilio confirms it, rejects the program's messages with
// error 21610, and accepts them again after START.
func TestOptOut(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/sms": "<Message>News!</Message>"})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.write(t, "stop")
	tb.until(t, "Twilio's word", bubble("network", "You are unsubscribed"))
	tb.until(t, "the mark", `document.querySelector(".thread h2").innerText.includes("opted out")`)
	tb.until(t, "what the program answers fails", `/Error 21610 [A-Z]/.test(document.querySelector(".theirs.failed")?.innerText)`)
	assert.Empty(t, p.last(t, "/sms").Get("OptOutType"), "the default handling names no type")
	tb.shot(t, "opted-out")

	tb.more(t, "Text START")
	tb.until(t, "Twilio's word", bubble("network", "You are subscribed again"))
	tb.until(t, "the mark is gone", `!document.querySelector(".thread h2").innerText.includes("opted out")`)
	tb.until(t, "what the program answers arrives", `[...document.querySelectorAll(".theirs:not(.failed) .meta")].some((m) => m.innerText.includes("delivered"))`)
	assert.Equal(t, "START", p.last(t, "/sms").Get("OptOutType"))

	tb.more(t, "Text STOP")
	tb.until(t, "the mark", `document.querySelector(".thread h2").innerText.includes("opted out")`)
	tb.until(t, "three texts", `document.querySelectorAll(".mine").length === 3`)
	p.mu.Lock()
	types := make([]string, 0, len(p.sent["/sms"]))
	for _, form := range p.sent["/sms"] {
		types = append(types, form.Get("OptOutType"))
	}
	p.mu.Unlock()
	assert.True(t, slices.Contains(types, "START"), types)
	tb.clean(t)
}
