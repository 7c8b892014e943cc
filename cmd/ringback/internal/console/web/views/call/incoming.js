// The sheet that shows an incoming call above every view.

import {html} from "../../lib/html.js";
import {Avatar, Button} from "../../lib/components.js";
import {go} from "../../lib/route.js";
import {nameOf, ringing} from "../../lib/store.js";
import {pane} from "../phone/state.js";
import {act, showCall} from "./state.js";

export function Incoming() {
  return html`<div class="incoming" aria-live="assertive">${ringing.value.map((call) => html`
    <section key=${call.sid} class="incoming-call" role="group" aria-label="Incoming call">
      <${Avatar} name=${nameOf(call.person)} />
      <p><strong>Incoming call from ${call.from}</strong><span>for ${nameOf(call.person)}</span></p>
      <${Button} variant="hangup" icon="phone-off" onClick=${() => act(call, "busy")}>Decline<//>
      <${Button} variant="call" icon="phone" onClick=${async () => {
        showCall(call);
        pane.value = "call";
        go("phone", {with: call.person});
        await act(call, "answers");
      }}>Answer<//>
    </section>`)}</div>`;
}
