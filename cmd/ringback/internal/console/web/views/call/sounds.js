// Speech: what the app says, read aloud by the browser when a person wants it.

import {html, signal, useEffect, useRef} from "../../lib/html.js";
import {Check} from "../../lib/components.js";

/** @typedef {import("../../lib/types.js").Call} Call */

const aloud = signal(localStorage.getItem("aloud") === "yes");

/** @param {{call: Call}} props */
export function Aloud({call}) {
  const spoken = useRef({sid: call.sid, lines: call.lines.length});
  useEffect(() => {
    if (spoken.current.sid !== call.sid) spoken.current = {sid: call.sid, lines: 0};
    const fresh = call.lines.slice(spoken.current.lines);
    spoken.current.lines = call.lines.length;
    if (!aloud.value || !("speechSynthesis" in window)) return;
    for (const line of fresh) {
      if (line.kind === "say") speechSynthesis.speak(new SpeechSynthesisUtterance(line.text));
    }
  }, [call]);
  useEffect(() => () => { if ("speechSynthesis" in window) speechSynthesis.cancel(); }, []);
  if (!("speechSynthesis" in window)) return null;
  return html`<div class="aloud"><${Check} label="Speak aloud" checked=${aloud.value} onChange=${(/** @type {boolean} */ on) => {
    aloud.value = on;
    localStorage.setItem("aloud", on ? "yes" : "no");
    if (!on) speechSynthesis.cancel();
  }} /></div>`;
}
