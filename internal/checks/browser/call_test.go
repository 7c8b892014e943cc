package browsertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ears records the audible output of the page: words with their language, and the
// frequencies of tones. It takes effect when the page is reloaded.
const ears = `
	window.__heard = [];
	window.SpeechSynthesisUtterance = function (text) { this.text = text; };
	Object.defineProperty(window, "speechSynthesis", {value: {
		getVoices: () => [{lang: "en-US", name: "Sam"}, {lang: "de-DE", name: "Vicki"}],
		speak: (u) => { window.__heard.push("says " + u.lang + " " + (u.voice ? u.voice.name : "nobody") + " " + u.text); window.__speaking = u; },
		cancel: () => { if (window.__speaking) window.__heard.push("silence"); window.__speaking = null; },
	}});
	window.AudioContext = class {
		state = "running"; currentTime = 0; destination = {};
		resume() { return Promise.resolve(); }
		createGain() { return {gain: {setValueAtTime() {}, linearRampToValueAtTime() {}}, connect() {}}; }
		createOscillator() { const frequency = {}; return {frequency, connect() {}, start() { window.__heard.push("tone " + frequency.value); }, stop() {}}; }
		decodeAudioData(data) { window.__heard.push("file of " + data.byteLength); return Promise.resolve({}); }
		createBufferSource() { const s = {connect() {}, start() { setTimeout(() => s.onended(), 10); }, stop() {}}; return s; }
	};`

// listens reloads the page with ears.
func (tb *tab) listens(t *testing.T, scripts ...string) {
	t.Helper()
	for _, script := range append([]string{ears}, scripts...) {
		tb.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
			return err
		}))
	}
	tb.run(t, chromedp.Reload(), chromedp.WaitVisible("main > section.shown"))
	tb.until(t, "the page", `document.querySelector("#app-state").dataset.up === "yes"`)
	tb.run(t, chromedp.KeyEvent(kb.Escape)) // browsers allow sound only after user input
}

// hears is true once something was heard.
func hears(what string) string {
	return fmt.Sprintf(`window.__heard.some((h) => h.includes(%q))`, what)
}

// inEachSize runs a test in windows of several sizes, each with a program and a
// console of its own.
func inEachSize(t *testing.T, documents map[string]string, test func(t *testing.T, tb *tab, p *program, size string)) {
	for _, size := range sizes {
		t.Run(size.name, func(t *testing.T) {
			t.Parallel()
			p := answers(t, documents)
			tb := browse(t, start(t, "--app", p.server.URL))
			tb.run(t, chromedp.EmulateViewport(size.width, size.height))
			tb.listens(t)
			test(t, tb, p, size.name)
			tb.fits(t, "at "+size.name)
			tb.clean(t)
		})
	}
}

// inspect takes a screenshot of the page and checks that nothing is cut off and that
// axe, if it is installed, finds nothing.
func (tb *tab) inspect(t *testing.T, name string) {
	t.Helper()
	tb.shot(t, name)
	tb.fits(t, name)
	if script, err := axeScript(); err == nil {
		tb.run(t, chromedp.Evaluate(script, nil))
		tb.accessible(t, name)
	}
}

// ring makes a call with the REST API, as the program would.
func (c console) ring(t *testing.T, to, twiml string) {
	t.Helper()
	sum := sha256.Sum256([]byte("account of " + token))
	account := "AC" + hex.EncodeToString(sum[:16])
	form := url.Values{"To": {to}, "From": {"+15550100"}, "Twiml": {twiml}}
	r, err := http.NewRequest(http.MethodPost, c.url+"2010-04-01/Accounts/"+account+"/Calls.json", strings.NewReader(form.Encode()))
	require.NoError(t, err)
	r.SetBasicAuth(account, token)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, http.StatusCreated, resp.StatusCode)
}

// TestIncomingCallShowsEverywhere calls Ana while the page shows another view. She
// declines once and answers once.
func TestIncomingCallShowsEverywhere(t *testing.T) {
	t.Parallel()
	for _, size := range sizes {
		t.Run(size.name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			tb := browse(t, c)
			tb.run(t, chromedp.EmulateViewport(size.width, size.height))
			tb.listens(t)
			tb.calls(t)
			tb.until(t, "a call", keys)
			tb.click(t, "Hang up")
			for _, view := range []string{"traffic", "deliveries", "faults", "phone"} {
				tb.open(t, view)
				c.ring(t, "+15550101", "<Response><Say>Good morning, Ana.</Say></Response>")
				tb.until(t, "the sheet in "+view, `document.querySelector(".incoming-call")?.innerText.includes("for Ana")`)
				tb.until(t, "the title", `document.title.startsWith("(1) Incoming call")`)
				tb.until(t, "the ring tone", hears("tone 620"))
				if view == "traffic" {
					tb.shot(t, "incoming-"+size.name)
				}
				tb.fits(t, view+" at "+size.name)
				tb.click(t, "Decline")
				tb.until(t, "silence", `!document.querySelector(".incoming-call") && !document.title.includes("Incoming")`)
			}
			tb.open(t, "faults")
			c.ring(t, "+15550101", "<Response><Say>Good morning, Ana.</Say></Response>")
			tb.click(t, "Answer")
			tb.until(t, "the phone", `location.hash.startsWith("#/phone")`)
			tb.until(t, "what is said", heard("App", "Good morning, Ana."))
			tb.until(t, "the end", over)
			tb.until(t, "the voice", hears("says en-US Sam Good morning, Ana."))
			tb.clean(t)
		})
	}
}

// TestSoundsOfACall checks tones, languages, files and beeps, and the silence after a key press.
func TestSoundsOfACall(t *testing.T) {
	t.Parallel()
	const wav = "RIFF\x24\x00\x00\x00WAVE"
	p := answers(t, map[string]string{
		"/voice": `<Gather numDigits="1" action="/next"><Say language="de-DE">Guten Tag. Bitte drücken Sie eine Taste, wenn Sie das nicht zu Ende hören wollen.</Say><Pause length="60"/></Gather>`,
		"/next":  `<Say voice="Polly.Joanna">Thank you.</Say><Play>/ding.wav</Play><Play digits="5"/><Record timeout="20" action="/done" finishOnKey="#"/>`,
		"/done":  `<Hangup/>`,
	})
	p.files = map[string]string{"/ding.wav": wav}
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.listens(t)
	tb.calls(t)
	tb.until(t, "German", hears("says de-DE Vicki Guten Tag."))
	tb.run(t, chromedp.Click(`//div[@class="keypad"]/button[text()="7"]`, chromedp.BySearch))
	tb.until(t, "the key", hears("tone 852")+" && "+hears("tone 1209"))
	tb.until(t, "silence", hears("silence"))
	tb.until(t, "the mark of the interrupted line", `document.querySelector(".line-say.line-cut")`)
	tb.run(t, chromedp.Evaluate(`window.__speaking = null`, nil))
	tb.until(t, "English", hears("says en-US Sam Thank you."))
	tb.run(t, chromedp.Evaluate(`(window.__last = [...document.querySelectorAll(".line-say")].length)`, nil))
	tb.until(t, "the beep", voice+" && "+hears("tone 1000"))
	tb.until(t, "the file", hears(fmt.Sprintf("file of %d", len(wav))))
	tb.until(t, "the digit of the app", hears("tone 770"))
	tb.click(t, "Leave a 5-second message")
	tb.run(t, chromedp.Click(`//button[starts-with(normalize-space(), "Skip the wait")]`, chromedp.BySearch))
	tb.until(t, "the end", over)
	tb.run(t, chromedp.Click(`button[aria-label="Play the recording"]`, chromedp.ByQuery))
	tb.until(t, "the recording", `window.__heard.filter((h) => h.startsWith("file of")).length === 2`)

	tb.run(t, chromedp.Click(`button[aria-label="Mute sound"]`, chromedp.ByQuery), chromedp.Evaluate(`window.__heard = []`, nil))
	tb.click(t, "Call again")
	tb.until(t, "the next call", heard("App", "Guten Tag.")+` && !document.querySelector(".call-state").innerText.includes("Ended")`)
	tb.click(t, "Hang up")
	tb.until(t, "the end", over)
	var sounds []string
	tb.run(t, chromedp.Evaluate(`window.__heard`, &sounds))
	assert.Empty(t, sounds, "a muted page")
	tb.run(t, chromedp.Reload(), chromedp.WaitVisible(`button[aria-label="Turn sound on"]`))
	tb.clean(t)
}

// TestPayAtThePage pays with the form: first with a wrong number, then with a valid
// card and a declined one, and finally cancels a payment.
func TestPayAtThePage(t *testing.T) {
	t.Parallel()
	documents := map[string]string{
		"/voice": `<Pay action="/paid" chargeAmount="20.45" currency="usd" postalCode="false" timeout="120"><Prompt for="payment-card-number"><Say>Your card?</Say></Prompt></Pay>`,
		"/paid":  `<Say>Thank you.</Say>`,
	}
	inEachSize(t, documents, func(t *testing.T, tb *tab, p *program, size string) {
		choose := func(card string) {
			tb.run(t, chromedp.Evaluate(fmt.Sprintf(`(() => { const s = document.querySelector("select[aria-label='Test card']"); s.value = %q; s.dispatchEvent(new Event("change", {bubbles: true})); })()`, card), nil))
		}
		tb.calls(t)
		tb.until(t, "the payment", `document.querySelector(".pay")?.innerText.includes("Pay $20.45") && document.querySelector(".waiting").innerText.includes("payment")`)
		choose("wrong")
		tb.until(t, "the wrong number", `[...document.querySelectorAll(".pay input")].some((i) => i.value === "4242424242424241")`)
		tb.click(t, "Pay")
		tb.until(t, "what is wrong", `document.querySelector(".pay-problem")?.innerText.includes("The card number is not valid.")`)
		tb.inspect(t, "pay-"+size)
		choose("visa")
		tb.until(t, "the right number", `[...document.querySelectorAll(".pay input")].some((i) => i.value === "4242424242424242")`)
		tb.click(t, "Pay")
		tb.until(t, "the end", over)
		assert.Equal(t, "success xxxxxxxxxxxx4242", p.last(t, "/paid").Get("Result")+" "+p.last(t, "/paid").Get("PaymentCardNumber"))
		tb.until(t, "no digits", `!document.querySelector(".lines").innerText.includes("42424242")`)

		tb.click(t, "Call again")
		tb.until(t, "the payment", `document.querySelector(".pay")`)
		choose("declined")
		tb.until(t, "the declined card", `[...document.querySelectorAll(".pay input")].some((i) => i.value === "4000000000000002")`)
		tb.click(t, "Pay")
		tb.until(t, "the end", over)
		assert.Equal(t, "payment-connector-error", p.last(t, "/paid").Get("Result"))

		tb.click(t, "Call again")
		tb.click(t, "Cancel payment")
		tb.until(t, "the end", over)
		assert.Equal(t, "caller-interrupted-with-star", p.last(t, "/paid").Get("Result"))
	})
}

// TestWhisperAtTheOtherPhone has Ben hear the whisper and press a key on his own
// phone, and Chidi decline on his.
func TestWhisperAtTheOtherPhone(t *testing.T) {
	t.Parallel()
	documents := map[string]string{
		"/voice":   `<Dial action="/dialed"><Number url="/whisper">+15550102</Number><Number>+15550103</Number></Dial>`,
		"/whisper": `<Gather numDigits="1" action="/taken" timeout="60"><Say>Press 1 to take this call.</Say></Gather><Hangup/>`,
		"/taken":   `<Say>Connecting.</Say>`, "/dialed": `<Say>Thank you.</Say>`,
	}
	inEachSize(t, documents, func(t *testing.T, tb *tab, p *program, size string) {
		of := func(name, button string) string {
			return fmt.Sprintf(`//div[@aria-label="Phone of %s"]//button[normalize-space()=%q]`, name, button)
		}
		tb.calls(t)
		tb.until(t, "two phones", `document.querySelectorAll(".legs .leg-rings").length === 2`)
		tb.inspect(t, "legs-ringing-"+size)
		tb.until(t, "ring-back", hears("tone 480"))
		tb.run(t, chromedp.Click(of("Ben", "Answer"), chromedp.BySearch))
		tb.until(t, "the whisper", heard("App to Ben", "Press 1 to take this call."))
		tb.until(t, "one phone", `document.querySelectorAll(".legs .leg").length === 1 && document.querySelector(".legs .waiting")?.innerText.includes("Waiting for keys")`)
		tb.inspect(t, "whisper-"+size)
		tb.run(t, chromedp.Click(`//div[@aria-label="Keypad of Ben"]/button[text()="1"]`, chromedp.BySearch))
		tb.until(t, "Ben's key", heard("Ben", "1"))
		tb.until(t, "the two talk", `document.querySelector(".call-state").innerText.includes("Talking")`)
		tb.run(t, chromedp.SendKeys(`input[aria-label="Speak as Ben"]`, "hello, this is Ben", chromedp.ByQuery))
		tb.run(t, chromedp.Click(of("Ben", "Speak"), chromedp.BySearch))
		tb.until(t, "Ben's words", heard("Ben", "hello, this is Ben"))
		tb.inspect(t, "talking-"+size)
		tb.run(t, chromedp.Click(of("Ben", "Hang up Ben"), chromedp.BySearch))
		tb.until(t, "the end", over)
		assert.Equal(t, "completed true", p.last(t, "/dialed").Get("DialCallStatus")+" "+p.last(t, "/dialed").Get("DialBridged"))
		tb.until(t, "its card in the conversation", `document.querySelector(".call-card")?.innerText.includes("Call to the app")`)
	})
}

// TestTranscriptAndHistory shows and hides the requests, shows errors with their code,
// and opens an ended call from its card.
func TestTranscriptAndHistory(t *testing.T) {
	t.Parallel()
	documents := map[string]string{"/voice": `<Say>Welcome.</Say><Gather timeout="300"><Say>Press a key.</Say></Gather><Redirect>/broken</Redirect>`, "/broken": `<Oops`}
	inEachSize(t, documents, func(t *testing.T, tb *tab, p *program, size string) {
		tb.calls(t)
		tb.until(t, "the menu", keys)
		tb.until(t, "a timer", `document.querySelector(".timer")?.innerText.match(/^\d:\d\d$/)`)
		tb.until(t, "why nothing is recorded", `[...document.querySelectorAll(".does button")].some((b) => b.disabled && b.title === "The app isn't recording yet. Wait for the beep.")`)
		tb.until(t, "no protocol", `!document.querySelector(".line-protocol")`)
		tb.run(t, chromedp.Click(`button[aria-label="Show requests"]`, chromedp.ByQuery))
		tb.until(t, "the request", `document.querySelector(".line-fetch")?.innerText.includes("POST /voice")`)
		tb.until(t, "the end of the prompt", `document.querySelector(".line-listening")`)
		tb.until(t, "Skip the wait", `[...document.querySelectorAll(".does button")].some((b) => !b.disabled && b.innerText.startsWith("Skip the wait"))`)
		tb.run(t, chromedp.Click(`//button[starts-with(normalize-space(), "Skip the wait")]`, chromedp.BySearch))
		tb.until(t, "the error", `document.querySelector(".line-error .error-code")?.href.endsWith("/12100")`)
		tb.until(t, "Twilio's apology", `document.querySelector(".line-apology .who").innerText === "Twilio" && document.querySelector(".line-apology").innerText.includes("application error")`)
		tb.until(t, "the end", over)
		tb.inspect(t, "transcript-"+size)
		tb.run(t, chromedp.Click(`button[aria-label="Hide requests"]`, chromedp.ByQuery), chromedp.Reload(), chromedp.WaitVisible("main > section.shown"))
		tb.until(t, "the card", `document.querySelector(".call-card")?.innerText.includes("12100")`)
		tb.inspect(t, "history-"+size)
		tb.run(t, chromedp.Click(".call-card .call-open", chromedp.ByQuery))
		tb.until(t, "what was said then", heard("App", "Welcome."))
	})
}

// TestSpeakingIntoTheMicrophone uses a simulated speech recognition of the browser.
func TestSpeakingIntoTheMicrophone(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/voice": `<Gather input="speech" language="fr-FR" action="/said"><Say>Bonjour.</Say></Gather>`, "/said": `<Say>Merci.</Say>`})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.listens(t, `window.SpeechRecognition = window.webkitSpeechRecognition = class {
		start() { window.__language = this.lang; setTimeout(() => {
			this.onresult({results: [Object.assign([{transcript: "les"}], {isFinal: false})]});
			setTimeout(() => { this.onresult({results: [Object.assign([{transcript: "les ventes"}], {isFinal: true})]}); this.onend(); }, 300);
		}, 100); }
		stop() {} abort() {}
	};`)
	tb.calls(t)
	tb.until(t, "the question", `document.querySelector(".waiting")?.innerText.includes("speech")`)
	tb.run(t, chromedp.Click(`button[aria-label="Speak into the microphone"]`, chromedp.ByQuery))
	tb.until(t, "the words", heard("Ana", "les ventes"))
	tb.until(t, "the answer", heard("App", "Merci."))
	assert.Equal(t, "les ventes", p.last(t, "/said").Get("SpeechResult"))
	tb.until(t, "the language", `window.__language === "fr-FR"`)
	tb.clean(t)
}

// TestT34PictureOfTheAppOnClick loads a picture that the program sent, through the
// console, and only when the user asks for it.
func TestT34PictureOfTheAppOnClick(t *testing.T) {
	t.Parallel()
	const gif = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
	p := answers(t, nil)
	p.documents = map[string]string{"/sms": "<Message><Body>Look.</Body><Media>" + p.server.URL + "/dot.gif</Media></Message>"}
	p.files = map[string]string{"/dot.gif": gif}
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.write(t, "a picture, please")
	tb.until(t, "the address", bubble("theirs", "/dot.gif"))
	assert.Zero(t, p.fetched("/dot.gif"), "nothing is fetched before the click")
	tb.click(t, "Show picture")
	tb.until(t, "the picture", `document.querySelector(".theirs img.picture")?.naturalWidth === 1`)
	assert.Equal(t, 1, p.fetched("/dot.gif"))
	tb.clean(t)
}
