// The agent's speech, read aloud by the browser clause by clause as the caller
// hears it. An interruption stops it.

import {html, useEffect, useRef} from "../../lib/html.js";
import {Mute, muted} from "../call/sounds.js";

/** @typedef {import("../../lib/types.js").Session} Session */

/** @param {{session: Session}} props */
export function Aloud({session}) {
  const spoken = useRef(/** @type {Map<number, number>} how much of each item was read */ (new Map()));
  const fresh = useRef(session.items.length ? session.items[session.items.length - 1].n : 0);
  useEffect(() => {
    if (!("speechSynthesis" in window)) return;
    for (const item of session.items) {
      if (item.n <= fresh.current || item.kind !== "reply" && item.kind !== "greeting") continue;
      const text = item.text || "", heard = Math.min((item.heard || "").length, text.length);
      let done = spoken.current.get(item.n) || 0;
      if (item.cut && done < Infinity) {
        speechSynthesis.cancel();
        spoken.current.set(item.n, Infinity);
        continue;
      }
      while (heard > done) {
        const end = text.slice(done).search(/[.,:;!?]/);
        const next = end < 0 ? text.length : done + end + 1;
        if (!muted.value) {
          const utterance = new SpeechSynthesisUtterance(text.slice(done, next));
          if (item.lang) utterance.lang = item.lang;
          speechSynthesis.speak(utterance);
        }
        done = next;
      }
      spoken.current.set(item.n, done);
    }
  }, [session.items]);
  const off = muted.value;
  useEffect(() => {
    if (!("speechSynthesis" in window)) return undefined;
    if (off) speechSynthesis.cancel();
    return () => speechSynthesis.cancel();
  }, [off]);
  return html`<${Mute} />`;
}
