// The caller's input to a ConversationRelay: words, sent while they are typed
// or spoken into the microphone where the browser recognizes speech, and keys.

import {html, signal, useEffect, useRef, useState} from "../../lib/html.js";
import {Button, Check} from "../../lib/components.js";
import {Popover} from "../../lib/menu.js";
import {useKeys} from "../../lib/keys.js";
import {toast} from "../../lib/toast.js";
import {Keypad, keys} from "../call/keypad.js";
import {canRecognize, recognize} from "./recognition.js";
import {Aloud} from "./aloud.js";
import {callOf, live, press} from "./state.js";

/** @typedef {import("../../lib/types.js").Session} Session */

const asTyped = signal(localStorage.getItem("as-typed") !== "no");
const pause = 250; // milliseconds between partial prompts

/** @param {{session: Session}} props */
export function Composer({session}) {
  const [words, setWords] = useState("");
  const [listening, setListening] = useState(false);
  const stop = useRef(/** @type {(() => void) | null} */ (null));
  const speech = useRef(new Speech(session));
  const call = callOf(session);
  const off = session.state !== "open" || !call || call.ended;
  useEffect(() => () => stop.current?.(), []);
  useKeys((event) => {
    if (off || !call || !keys.includes(event.key)) return false;
    press(call, event.key);
    return true;
  });

  /** @param {string} text */
  function type(text) {
    setWords(text);
    if (asTyped.value) speech.current.partial(text);
  }
  /** @param {string} text */
  async function say(text) {
    setWords("");
    if (!text.trim()) return;
    if (!await speech.current.final(text.trim())) {
      setWords((now) => now || text);
      toast("The agent cannot be interrupted now");
    }
  }
  function listen() {
    if (stop.current) {
      stop.current();
      return;
    }
    setListening(true);
    stop.current = recognize((text, final) => (final ? say(text) : type(text)), (problem) => {
      stop.current = null;
      setListening(false);
      if (problem) toast(problem);
    });
  }
  return html`<div class="say">
    <form class="row" onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); say(words); }}>
      ${canRecognize() && html`<${Button} icon=${listening ? "mic-off" : "mic"} label=${listening ? "Stop listening" : "Speak into the microphone"} aria-pressed=${listening ? "true" : "false"} disabled=${off} onClick=${listen} />`}
      <input data-first aria-label="What you say to the agent" placeholder=${off ? "The session has ended" : "Say something (typing interrupts the agent)"} disabled=${off} value=${words} maxlength="4000"
        onInput=${(/** @type {any} */ e) => type(e.target.value)} onKeyDown=${(/** @type {KeyboardEvent} */ e) => { if (e.key === "Escape") { setWords(""); speech.current.cancel(); } }} />
      <${Button} type="submit" variant="primary" icon="send" disabled=${off}>Say<//>
      <${Popover} icon="grid-3x3" label="Keypad" up>${() => html`<${Keypad} disabled=${off || !session.keys} onKey=${(/** @type {string} */ key) => { if (call) press(call, key); }} />
        ${session.keys ? null : html`<small>The TwiML does not set dtmfDetection="true", so the program does not receive keys.</small>`}`}<//>
    </form>
    <div class="row">
      <${Check} label=${session.partials ? "Heard as you type (partial prompts)" : "Interrupts as you type"} checked=${asTyped.value} onChange=${(/** @type {boolean} */ on) => {
        asTyped.value = on;
        localStorage.setItem("as-typed", on ? "yes" : "no");
      }} />
      <${Aloud} session=${session} />
    </div>
  </div>`;
}

/** Speech sends typed words in order, one message at a time. */
class Speech {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    this.line = Promise.resolve(true);
    this.latest = "";
    this.begun = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {string} text */
  partial(text) {
    this.latest = text;
    if (this.timer || !text.trim()) return;
    this.timer = setTimeout(() => { this.timer = undefined; this.flush(); }, this.begun ? pause : 0);
  }

  flush() {
    if (!this.latest.trim()) return;
    this.begun = true;
    this.send(this.latest.trim(), false);
  }

  /** @param {string} text @param {boolean} last */
  send(text, last) {
    this.line = this.line.then(() => live(this.session, {do: "types", text, last}));
    return this.line;
  }

  /** @param {string} text */
  final(text) {
    this.forget();
    return this.send(text, true);
  }

  cancel() {
    const begun = this.begun;
    this.forget();
    if (begun) this.send("", true);
  }

  forget() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.latest = "";
    this.begun = false;
  }
}
