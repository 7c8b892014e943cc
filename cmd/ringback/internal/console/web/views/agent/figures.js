// Response times of the program.

import {html} from "../../lib/html.js";
import {ms} from "./conversation.js";

/** @typedef {import("../../lib/types.js").Session} Session */

/** @param {number[]} list @param {number} share */
function quantile(list, share) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** @param {{session: Session}} props */
export function Figures({session}) {
  const tokens = [], sounds = [];
  let cuts = 0;
  for (const item of session.items) {
    if (item.firstToken !== undefined) tokens.push(item.firstToken);
    if (item.firstSound !== undefined) sounds.push(item.firstSound);
    if (item.cut && item.who === "agent") cuts++;
  }
  return html`<dl class="figures">
    ${session.kind === "ConversationRelay" && html`<${Figure} title="First token" list=${tokens} />`}
    <${Figure} title="First sound" list=${sounds} />
    <div><dt>Interruptions</dt><dd>${cuts}</dd></div>
    <div><dt>Messages</dt><dd>${session.sent} sent to the program, ${session.received} received</dd></div>
  </dl>`;
}

/** @param {{title: string, list: number[]}} props */
function Figure({title, list}) {
  return html`<div><dt>${title}</dt><dd>${list.length ? html`${ms(quantile(list, .5))} <small>median of ${list.length}, longest ${ms(Math.max(...list))}</small>` : "–"}</dd></div>`;
}
