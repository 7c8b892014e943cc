// The phones of the people that a call dials. Each has its own keypad, speech input
// and controls.

import {classes, html, useState} from "../../lib/html.js";
import {Avatar, Button} from "../../lib/components.js";
import {nameOf} from "../../lib/store.js";
import {Keypad} from "./keypad.js";
import {Pay} from "./pay.js";
import {Speak} from "./speak.js";
import {act, cannot, waitingFor} from "./state.js";

/** @typedef {import("../../lib/types.js").Call} Call */
/** @typedef {import("../../lib/types.js").Leg} Leg */

/** @param {{call: Call}} props */
export function Legs({call}) {
  const legs = (call.legs || []).filter((leg) => !leg.ended && (leg.rings || leg.status === "in-progress"));
  return html`<div class="legs">${legs.map((leg) => html`<${Phone} key=${leg.sid} call=${call} leg=${leg} />`)}</div>`;
}

/** @param {{call: Call, leg: Leg}} props */
function Phone({call, leg}) {
  const name = nameOf(leg.to);
  const [open, setOpen] = useState(false);
  const waits = waitingFor(leg);
  const keys = open || leg.waitingFor.kind.includes("keys");
  /** @param {string} what */
  const does = (what) => act(call, what, leg.sid);
  return html`<div class=${classes("leg", leg.rings && "leg-rings")} role="group" aria-label=${"Phone of " + name}>
    <p class="leg-name"><${Avatar} name=${name} id=${leg.to} size="small" /><span><strong>${name}</strong>${leg.rings ? " is ringing" : " is on the line"}</span></p>
    ${waits && html`<p class="waiting">${waits}${leg.waitingFor.hint && ` (${leg.waitingFor.hint})`}</p>`}
    ${leg.rings ? html`<div class="row">
        <${Button} variant="call" icon="phone" onClick=${() => does("answers")}>Answer<//>
        <${Button} onClick=${() => does("busy")}>Busy<//>
        <${Button} onClick=${() => does("no answer")}>No answer<//>
        <${Button} onClick=${() => does("unreachable")}>Unreachable<//></div>`
      : html`
        ${leg.waitingFor.payment && html`<${Pay} call=${call} payment=${leg.waitingFor.payment} leg=${leg.sid} />`}
        ${keys && html`<${Keypad} disabled=${Boolean(cannot(leg, "presses"))} label=${"Keypad of " + name} onKey=${(/** @type {string} */ key) => does("presses " + key)} />`}
        <${Speak} call=${call} phone=${leg} leg=${leg.sid} label=${"Speak as " + name} />
        <div class="row">
          <${Button} icon="grid-3x3" label=${(keys ? "Hide" : "Show") + " keypad for " + name} aria-expanded=${keys ? "true" : "false"} onClick=${() => setOpen(!keys)} />
          ${!cannot(leg, "records") && html`<${Button} icon="voicemail" onClick=${() => does("records 5s")}>Leave a message<//>`}
          <${Button} variant="hangup" icon="phone-off" onClick=${() => does("hangs up")}>Hang up ${name}<//></div>`}
  </div>`;
}
