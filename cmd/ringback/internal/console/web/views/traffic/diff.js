// A line-by-line diff of two texts. Unchanged lines are collapsed.

import {html} from "../../lib/html.js";

/** @typedef {import("../../lib/types.js").DiffLine} DiffLine */

const around = 2; // unchanged lines shown around a change

/** @param {{name: string, lines: DiffLine[]}} props */
export function Diff({name, lines}) {
  if (!lines || !lines.some((l) => l.op !== " ")) return html`<p class="same">${name}: no differences.</p>`;
  /** @param {number} i */
  const near = (i) => lines.slice(Math.max(0, i - around), i + around + 1).some((l) => l.op !== " ");
  /** @type {any[]} */
  const rows = [];
  let left = 0;
  const skip = () => { if (left) rows.push(html`<span class="kept">${`  … ${left} unchanged lines\n`}</span>`); left = 0; };
  for (const [i, l] of lines.entries()) {
    if (!near(i)) { left++; continue; }
    skip();
    rows.push(html`<span class=${{"+": "added", "-": "removed", " ": "kept"}[l.op]}>${`${l.op} ${l.text}\n`}</span>`);
  }
  skip();
  return html`<figure class="diff"><figcaption>${name}</figcaption><pre tabindex="0" role="region" aria-label=${name + " diff"}>${rows}</pre></figure>`;
}
