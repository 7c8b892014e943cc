// Speech input: typed, or spoken into the microphone where the browser
// recognizes speech.

import {html, useEffect, useRef, useState} from "../../lib/html.js";
import {Button} from "../../lib/components.js";
import {toast} from "../../lib/toast.js";
import {act, cannot} from "./state.js";

/** @typedef {import("../../lib/types.js").Call} Call */
/** @typedef {import("../../lib/types.js").Phone} Phone */

const Recognition = /** @type {any} */ (window).SpeechRecognition || /** @type {any} */ (window).webkitSpeechRecognition;

/** @param {{call: Call, phone: Phone, leg?: string, label?: string}} props */
export function Speak({call, phone, leg = "", label = "Words to speak"}) {
  const [words, setWords] = useState("");
  const [listening, setListening] = useState(false);
  const recognition = useRef(/** @type {any} */ (null));
  const why = cannot(phone, "speaks");
  useEffect(() => () => recognition.current?.abort(), []);

  /** @param {string} text */
  function speak(text) {
    setWords("");
    if (text.trim()) act(call, "speaks " + text.trim(), leg);
  }

  function listen() {
    if (listening) {
      recognition.current?.stop();
      return;
    }
    const r = recognition.current = new Recognition();
    r.lang = phone.waitingFor.language || "en-US";
    r.interimResults = true;
    r.onresult = (/** @type {any} */ event) => {
      const results = [...event.results];
      const text = results.map((result) => result[0].transcript).join("");
      if (results.every((result) => result.isFinal)) speak(text); else setWords(text);
    };
    r.onerror = (/** @type {any} */ event) => { if (event.error !== "aborted" && event.error !== "no-speech") toast("The browser cannot recognize speech now: " + event.error); };
    r.onend = () => setListening(false);
    r.start();
    setListening(true);
  }

  return html`<form class="speak" onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); speak(words); }}>
    <input aria-label=${label} placeholder=${listening ? "Listening…" : "Say something"} disabled=${phone.ended} value=${words} onInput=${(/** @type {any} */ e) => setWords(e.target.value)} />
    ${Recognition && html`<${Button} icon=${listening ? "mic-off" : "mic"} label=${listening ? "Stop listening" : "Speak into the microphone"} aria-pressed=${listening ? "true" : "false"} disabled=${Boolean(why)} onClick=${listen} />`}
    <${Button} type="submit" disabled=${Boolean(why)} title=${why || undefined}>Speak<//>
  </form>`;
}
