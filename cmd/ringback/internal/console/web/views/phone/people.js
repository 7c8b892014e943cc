// The list of people and conversations.

import {html, memo, useState} from "../../lib/html.js";
import {Avatar, Badge, Button, Icon} from "../../lib/components.js";
import {liveCalls} from "../../lib/store.js";
import {channels, open, pick, rows} from "./state.js";

/** @typedef {import("../../lib/types.js").Conversation} Conversation */

export function People() {
  const [number, setNumber] = useState("");
  /** @param {Event} e */
  function add(e) {
    e.preventDefault();
    const wanted = number.replace(/[^+\d]/g, "");
    if (wanted.length < 4) return;
    setNumber("");
    pick(wanted, "sms");
  }
  return html`
    <header><h2>People</h2></header>
    <ul class="threads" aria-label="Conversations">
      ${rows.value.map((row) => html`<li key=${row.id}><${Row} person=${row.person} channel=${row.channel} name=${row.name || row.person} last=${preview(row)} current=${row.id === open.value.id} calling=${liveCalls.value.some((c) => c.person === row.person)} /></li>`)}
    </ul>
    <form class="new" onSubmit=${add}>
      <input aria-label="Number of another person" placeholder="+1 555 0104" inputmode="tel" value=${number} onInput=${(/** @type {any} */ e) => setNumber(e.target.value)} />
      <${Button} icon="user-plus" label="Open conversation" type="submit" />
    </form>`;
}

const Row = memo(({person, channel, name, last, current, calling}) => html`
  <button type="button" aria-current=${current ? "true" : undefined} onClick=${() => pick(person, channel)}>
    <${Avatar} name=${name} id=${person} />
    <span class="words">
      <span class="name"><strong>${name}</strong>
        ${channel !== "sms" && html`<${Badge}>${/** @type {Record<string, string>} */ (channels)[channel] || channel}<//>`}
        ${calling && html`<span class="calling"><${Icon} name="phone-call" size=${14} /><span class="hidden"> in a call</span></span>`}</span>
      <span class="last">${last}</span>
    </span>
  </button>`);

/** @param {Conversation} row */
function preview(row) {
  if (!row.last) return row.name ? row.person : "No messages yet";
  return row.last.body || (row.last.media?.length ? "Picture" : "Message");
}
