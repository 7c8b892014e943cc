// The incoming call sheet, shown above every view.

import {html, useEffect} from "../../lib/html.js";
import {Avatar, Button} from "../../lib/components.js";
import {go, route} from "../../lib/route.js";
import {liveCalls, nameOf, ringing} from "../../lib/store.js";
import {pane} from "../phone/state.js";
import {act, showCall, shown} from "./state.js";

/** @typedef {import("../../lib/types.js").Call} Call */

/**
 * rings returns the ringing phones: those that the app calls, and those that a Dial
 * calls, unless the panel already shows them.
 * @returns {{call: Call, leg: string, from: string, to: string}[]}
 */
function rings() {
  const panel = (!route.value.name || route.value.name === "phone") && pane.value !== "people" ? shown.value?.sid : "";
  return [
    ...ringing.value.map((call) => ({call, leg: "", from: call.from, to: call.person})),
    ...liveCalls.value.filter((call) => call.sid !== panel).flatMap((call) => (call.legs || []).filter((leg) => leg.rings)
      .map((leg) => ({call, leg: leg.sid, from: call.from, to: leg.to}))),
  ];
}

export function Incoming() {
  const all = rings();
  const first = ringing.value[0];
  useEffect(() => {
    if (!first || !document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const note = new Notification(`Incoming call from ${nameOf(first.from)}`, {body: "for " + nameOf(first.person), icon: "/assets/icon.svg", tag: first.sid});
    note.onclick = () => { window.focus(); };
    return () => note.close();
  }, [first?.sid]);

  return html`<div class="incoming" aria-live="assertive">${all.map(({call, leg, from, to}) => html`
    <section key=${call.sid + leg} class="incoming-call" role="group" aria-label="Incoming call">
      <${Avatar} name=${nameOf(to)} id=${to} />
      <p><strong>Incoming call from ${nameOf(from)}</strong><span>for ${nameOf(to)}</span></p>
      <${Button} variant="hangup" icon="phone-off" onClick=${() => act(call, "busy", leg)}>Decline<//>
      <${Button} variant="call" icon="phone" onClick=${async () => {
        showCall(call);
        pane.value = "call";
        go("phone", {with: call.person});
        await act(call, "answers", leg);
      }}>Answer<//>
    </section>`)}</div>`;
}
