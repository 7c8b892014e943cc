// The phones that a Dial rings.

import {html} from "../../lib/html.js";
import {Button} from "../../lib/components.js";
import {nameOf} from "../../lib/store.js";
import {act} from "./state.js";

/** @typedef {import("../../lib/types.js").Call} Call */

/** @param {{call: Call}} props */
export function Legs({call}) {
  const legs = (call.legs || []).filter((leg) => leg.status === "ringing" || leg.status === "in-progress");
  return html`<div class="legs">${legs.map((leg) => html`
    <div key=${leg.sid} class="leg" role="group" aria-label=${"Phone of " + nameOf(leg.to)}>
      <span><strong>${nameOf(leg.to)}</strong>${leg.status === "ringing" ? " rings" : " is on the line"}</span>
      ${leg.status === "ringing"
        ? html`<${Button} variant="call" icon="phone" onClick=${() => act(call, "answers", leg.sid)}>Answer<//>
          <${Button} onClick=${() => act(call, "busy", leg.sid)}>Busy<//>
          <${Button} onClick=${() => act(call, "no answer", leg.sid)}>No answer<//>`
        : html`<${Button} variant="hangup" icon="phone-off" onClick=${() => act(call, "hangs up", leg.sid)}>Hang up ${nameOf(leg.to)}<//>`}
    </div>`)}</div>`;
}
