// A phone keypad.

import {html} from "../../lib/html.js";
import {tone} from "./sounds.js";

export const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** @param {{disabled: boolean, onKey: (key: string) => void, label?: string}} props */
export function Keypad({disabled, onKey, label = "Keypad"}) {
  return html`<div class="keypad" role="group" aria-label=${label}>
    ${keys.map((key) => html`<button key=${key} type="button" disabled=${disabled} onClick=${() => { tone(key); onKey(key); }}>${key}</button>`)}
  </div>`;
}
