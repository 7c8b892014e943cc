// Short messages at the bottom of the page, and announcements to screen readers.

import {html, signal} from "./html.js";
import {Failure} from "./api.js";
import {Button, Icon} from "./components.js";
import {sentence} from "./format.js";

/** @typedef {{id: number, kind: "done" | "failure" | "notice", text: string}} Toast */

const toasts = signal(/** @type {Toast[]} */ ([]));
const spoken = signal("");
let last = 0;

/** say announces a change to screen readers. @param {string} text */
export function say(text) { spoken.value = text; }

/** @param {Toast["kind"]} kind @param {string} text @param {number} stay in milliseconds, or 0 to stay until closed */
function add(kind, text, stay) {
  const id = ++last;
  toasts.value = [...toasts.value.filter((t) => t.text !== text && !(kind === "done" && t.kind === "done")).slice(-2), {id, kind, text}];
  if (stay) setTimeout(() => close(id), stay);
}

/** @param {number} id */
function close(id) { toasts.value = toasts.value.filter((t) => t.id !== id); }

/** toast briefly shows a confirmation and announces it. @param {string} text */
export function toast(text) {
  add("done", sentence(text), 2500);
  say(text);
}

/** failed shows an error. @param {unknown} error */
export function failed(error) {
  const known = error instanceof Failure;
  add("failure", sentence(known ? error.message : "Something went wrong on this page: " + (error instanceof Error ? error.message : error)), 12000);
  if (!known) console.error(error);
}

/** notice shows a message until it is closed. @param {string} text */
export function notice(text) { add("notice", sentence(text), 0); }

const icons = {done: "circle-check", failure: "circle-alert", notice: "info"};

/** Toasts shows the current messages. The page has one. */
export function Toasts() {
  return html`
    <div class="toasts">
      ${toasts.value.map((t) => html`
        <div key=${t.id} class=${"toast toast-" + t.kind} role=${t.kind === "failure" ? "alert" : t.kind === "notice" ? "status" : undefined} aria-hidden=${t.kind === "done" ? "true" : undefined}>
          <${Icon} name=${icons[t.kind]} /><p>${t.text}</p>
          ${t.kind !== "done" && html`<${Button} variant="quiet" icon="x" label="Close" onClick=${() => close(t.id)} />`}
        </div>`)}
    </div>
    <p id="live" class="hidden" role="status" aria-live="polite">${spoken.value}</p>`;
}
