package browsertest

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// example builds one of the examples and returns its program.
func example(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	out, err := exec.Command("go", "-C", "../../..", "build", "-o", path, "./examples/"+name).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// microphone gives the browser a simulated microphone that beeps, without a permission prompt.
var microphone = []chromedp.ExecAllocatorOption{
	chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
}

// look checks the page at three sizes, light and dark. Nothing may be cut off, and
// axe, if it is installed, must find nothing.
func (tb *tab) look(t *testing.T, name string) {
	t.Helper()
	for _, s := range sizes {
		tb.run(t, chromedp.EmulateViewport(s.width, s.height))
		tb.fits(t, name+" at "+s.name)
		tb.shot(t, name+"-"+s.name)
	}
	tb.run(t, chromedp.EmulateViewport(sizes[0].width, sizes[0].height))
	script, err := axeScript()
	if err == nil {
		tb.run(t, chromedp.Evaluate(script, nil))
		tb.accessible(t, name)
	}
	tb.dark(t, true)
	tb.shot(t, name+"-dark")
	if err == nil {
		tb.accessible(t, name+", dark")
	}
	tb.dark(t, false)
}

const (
	replies = `[...document.querySelectorAll(".said .theirs")]`
	talkBox = ".say form input"
	notes   = `[...document.querySelectorAll(".said .network")]`
)

// TestTalkWithTheAgent talks with examples/agent: streaming replies, an
// interruption by typing, keys, the messages on the WebSocket, and the end.
func TestTalkWithTheAgent(t *testing.T) {
	t.Parallel()
	c := start(t, "--base-url", "https://agent.example.com", "--", example(t, "agent"))
	tb := browse(t, c)
	tb.run(t, chromedp.EmulateViewport(1440, 900))
	tb.open(t, "agent")
	tb.until(t, "the empty view", body+`.includes("No agent yet")`)
	tb.shot(t, "agent-empty")
	tb.until(t, "the program is up", `document.querySelector(".app-state")?.dataset.up === "yes" || document.querySelector("[data-up=yes]")`)
	tb.click(t, "Call")
	tb.until(t, "the greeting is heard", `document.querySelector(".said .heard")?.innerText.includes("How can I help?")`)
	tb.until(t, "the session is live", `document.querySelector(".talk header .badge").innerText.startsWith("Live")`)

	tb.run(t, chromedp.SendKeys(talkBox, "what are your hours", chromedp.ByQuery))
	tb.run(t, chromedp.SendKeys(talkBox, kb.Enter, chromedp.ByQuery))
	tb.until(t, "the prompt", `[...document.querySelectorAll(".said .mine")].some((e) => e.innerText.includes("what are your hours"))`)
	tb.until(t, "the reply is being heard", replies+`.some((e) => /We are open/.test(e.querySelector(".heard").innerText) && e.querySelector(".unheard"))`)
	tb.until(t, "its latency", replies+`.some((e) => /first token \d+ ms/.test(e.innerText) && /first sound \d+ ms/.test(e.innerText))`)
	tb.shot(t, "agent-reply")

	tb.run(t, chromedp.SendKeys(talkBox, "w", chromedp.ByQuery))
	tb.until(t, "typing interrupts", replies+`.some((e) => e.querySelector("del") && e.innerText.includes("interrupted"))`)
	tb.until(t, "the interruption is shown", notes+`.some((e) => e.innerText.includes("Interrupted after"))`)
	tb.run(t, chromedp.SendKeys(talkBox, "here are you"+kb.Enter, chromedp.ByQuery))
	tb.until(t, "the next reply", replies+`.some((e) => e.innerText.includes("12 Example Street"))`)

	tb.until(t, "the figures", `/\d+ ms/.test(document.querySelector(".figures").innerText)`)
	tb.until(t, "an interrupt among the messages", `(() => {
		const row = [...document.querySelectorAll(".frame-row")].find((e) => e.querySelector(".type").innerText === "interrupt");
		if (row) row.click();
		return Boolean(row);
	})()`)
	tb.until(t, "the message as JSON", `/"utteranceUntilInterrupt":/.test(document.querySelector(".frame pre").innerText)`)
	tb.shot(t, "agent-frame")

	// Opening the view again reloads everything.
	tb.run(t, chromedp.Reload(), chromedp.WaitVisible(".said", chromedp.ByQuery))
	tb.until(t, "everything is there after a reload", replies+`.some((e) => e.querySelector("del")) && `+notes+`.length >= 1`)

	tb.run(t, chromedp.SendKeys(talkBox, "bye"+kb.Enter, chromedp.ByQuery))
	tb.until(t, "the program ends the session", notes+`.some((e) => e.innerText.includes("The program ended the session"))`)
	tb.until(t, "the action request", notes+`.some((e) => e.innerText.includes("POST /ended SessionStatus=ended"))`)
	tb.until(t, "the state", `document.querySelector(".talk header .badge").innerText.includes("Session ended (1000)")`)
	tb.look(t, "agent-over")
	tb.clean(t)
}

// TestTalkWithTheVoicebot talks with examples/voicebot through a microphone that
// beeps, and expects the beeps back.
func TestTalkWithTheVoicebot(t *testing.T) {
	t.Parallel()
	c := start(t, "--base-url", "https://voicebot.example.com", "--", example(t, "voicebot"))
	tb := browse(t, c, microphone...)
	tb.run(t, chromedp.EmulateViewport(1440, 900))
	tb.open(t, "agent")
	tb.until(t, "the program is up", `document.querySelector("[data-up=yes]")`)
	tb.click(t, "Call")
	tb.until(t, "the stream is live", `document.querySelector(".talk header .badge")?.innerText.startsWith("Live")`)
	tb.until(t, "the program's tone", replies+`.some((e) => e.innerText.includes("Sound, "))`)
	tb.run(t, chromedp.Evaluate(`window.__peaks = {};
		setInterval(() => {
			for (const m of document.querySelectorAll("[role=meter]")) window.__peaks[m.ariaLabel] = Math.max(window.__peaks[m.ariaLabel] || 0, Number(m.ariaValueNow));
		}, 20);`, nil))
	tb.click(t, "Use the microphone")
	tb.until(t, "the caller is heard", `[...document.querySelectorAll(".said .mine")].some((e) => e.innerText.includes("Sound, "))`)
	tb.until(t, "the microphone's level", `window.__peaks.Microphone > 5`)
	tb.click(t, "Mute") // the program replies after a pause, which the beeps do not allow
	tb.click(t, "Play a tone")
	tb.until(t, "the tone is heard", `[...document.querySelectorAll(".said .mine")].some((e) => /Sound, 1\.\d+ s/.test(e.innerText))`)
	tb.until(t, "the caller's sound is played back", replies+`.some((e) => /first sound/.test(e.innerText))`)
	tb.until(t, "the loudspeaker's level", `window.__peaks.Loudspeaker > 5`)
	tb.until(t, "the waveform", `(() => {
		const canvas = document.querySelector(".wave canvas");
		return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((v) => v > 0);
	})()`)
	tb.shot(t, "voicebot")
	tb.run(t, chromedp.Evaluate(`(() => {
		window.__saved = 0;
		URL.createObjectURL = (blob) => { window.__saved = blob.type === "audio/wav" ? blob.size : -1; return "data:,"; };
	})()`, nil))
	tb.click(t, "WAV")
	tb.until(t, "the recording", `window.__saved > 10000`)
	tb.run(t, chromedp.Evaluate(`(() => {
		const select = document.querySelector(".frames-head select");
		select.value = "all";
		select.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, nil))
	tb.until(t, "media messages without their payload", `[...document.querySelectorAll(".frame-row .preview")].some((e) => e.innerText === "(160 bytes)")`)
	tb.shot(t, "voicebot-frames")
	tb.until(t, "the end, since nobody speaks", `/Closed by the program/.test(document.querySelector(".talk header .badge").innerText)`)
	tb.look(t, "voicebot-over")
	tb.clean(t)
}

// TestAgentWithoutWSS uses a program whose WebSocket URL is not wss, as with the
// console's default base URL. The page must show how to fix it.
func TestAgentWithoutWSS(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"/voice": `<Connect><ConversationRelay url="http://127.0.0.1/agent"/></Connect>`})
	tb := browse(t, start(t, "--app", p.server.URL))
	tb.run(t, chromedp.EmulateViewport(1440, 900))
	tb.open(t, "agent")
	tb.until(t, "the program is up", `document.querySelector("[data-up=yes]")`)
	tb.click(t, "Call")
	tb.until(t, "what to do", `/31922[\s\S]*--base-url https:/.test(document.querySelector(".problem").innerText)`)
	tb.look(t, "agent-refused")
	tb.clean(t)
}
