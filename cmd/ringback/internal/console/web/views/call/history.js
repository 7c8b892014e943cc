// The calls of a conversation, shown as cards between its messages.

import {classes, html, memo} from "../../lib/html.js";
import {Badge, Button, ErrorCode, Icon, Time} from "../../lib/components.js";
import {timer} from "../../lib/format.js";
import {calls} from "../../lib/store.js";
import {pane} from "../phone/state.js";
import {length, showCall} from "./state.js";

/** @typedef {import("../../lib/types.js").Call} Call */
/** @typedef {import("../../lib/types.js").Message} Message */

/**
 * woven merges calls and messages of a conversation by time.
 * @param {Message[]} messages @param {Call[]} history the oldest first
 * @returns {{m?: Message, call?: Call}[]}
 */
export function woven(messages, history) {
  /** @type {{m?: Message, call?: Call}[]} */
  const out = [];
  let at = 0;
  for (const m of messages) {
    const time = new Date(m.at).getTime();
    while (at < history.length && new Date(history[at].startedAt).getTime() <= time) out.push({call: history[at++]});
    out.push({m});
  }
  for (; at < history.length; at++) out.push({call: history[at]});
  return out;
}

/** @type {Record<string, string>} */
const endings = {
  busy: "Declined", "no-answer": "Not answered", failed: "Failed", canceled: "Canceled", completed: "Call",
};

/** @param {{call: Call}} props */
export function CallItem({call}) {
  const outbound = call.direction !== "inbound";
  return html`<${Card} sid=${call.sid} outbound=${outbound} ended=${call.ended} status=${call.status} at=${call.startedAt} code=${call.code}
    length=${call.ended && call.answeredAt ? timer(length(call, 0)) : ""} rings=${call.rings} />`;
}

const Card = memo(({sid, outbound, ended, status, at, code, length, rings}) => html`<li class=${classes("call-card", outbound ? "item-theirs" : "item-mine")}>
  <${Button} class="call-open" onClick=${() => {
    const call = calls.value.find((c) => c.sid === sid);
    if (call) showCall(call);
    pane.value = "call";
  }}>
    <${Icon} name=${!ended ? "phone-call" : status !== "completed" ? "phone-missed" : outbound ? "phone-incoming" : "phone-outgoing"} size=${18} />
    <span class="call-words"><strong>${rings ? "Incoming call" : !ended ? "In a call" : status === "completed" ? (outbound ? "Call from the app" : "Call to the app") : endings[status] || status}</strong>
      <span class="meta"><${Time} at=${at} />${length && ` ${length}`}</span></span>
    ${!ended && html`<${Badge} tone="good">now<//>`}
  <//>
  ${code ? html`<span class="bubble-error"><${Icon} name="circle-alert" size=${14} />Error <${ErrorCode} code=${code} /></span>` : null}
</li>`);
