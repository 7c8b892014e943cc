// The call panel: the transcript, the phones of the people dialed, and the phone of
// the person who is in the call.

import {classes, html, useEffect, useState} from "../../lib/html.js";
import {Button, Empty, ErrorCode} from "../../lib/components.js";
import {sentence, timer} from "../../lib/format.js";
import {useKeys} from "../../lib/keys.js";
import {link} from "../../lib/route.js";
import {liveCalls, nameOf} from "../../lib/store.js";
import {pane} from "../phone/state.js";
import {SaveMenu} from "../save.js";
import {Keypad, keys} from "./keypad.js";
import {Legs} from "./legs.js";
import {Lines, ProtocolSwitch} from "./lines.js";
import {Pay} from "./pay.js";
import {Mute, tone} from "./sounds.js";
import {Speak} from "./speak.js";
import {act, cannot, dial, doing, hangUp, length, load, showCall, shown, waitingFor} from "./state.js";

/** @typedef {import("../../lib/types.js").Call} Call */

export function CallPanel() {
  const call = shown.value;
  useKeys((event) => {
    if (!call || call.ended || !keys.includes(event.key)) return false;
    tone(event.key);
    act(call, "presses " + event.key);
    return true;
  });
  useEffect(() => { load(call); }, [call]);
  const back = html`<${Button} variant="quiet" icon="arrow-left" label="Messages" class="narrow-only" onClick=${() => { pane.value = "thread"; }} />`;
  if (!call) return html`<header>${back}<h2>Call</h2><${Bell} /><${Mute} /></header><${Empty} icon="phone" title="No call yet">Press Call to ring your app, or let your app call someone.<//>`;
  return html`
    <header>${back}<h2>${nameOf(call.person)}</h2><${Timer} call=${call} /><${Bell} /><${ProtocolSwitch} /><${SaveMenu} query=${"?sid=" + call.sid} label="Save this call as" disabled=${!call.ended} /><${Mute} /></header>
    <${CallTabs} />
    <${Status} call=${call} />
    <${Lines} key=${call.sid} call=${call} />
    <${Controls} key=${"controls " + call.sid} call=${call} />`;
}

// Several people may be in calls at once, as in a conference. Each call in progress
// has a tab, and so does the call that is shown.
function CallTabs() {
  const now = shown.value;
  const tabs = liveCalls.value.slice(0, 8);
  if (now && now.ended) tabs.unshift(now);
  if (!now || tabs.length < 2) return null;
  return html`<menu class="calls" aria-label="Calls">${tabs.map((c) => html`<li key=${c.sid}>
    <button type="button" aria-pressed=${c.sid === now.sid ? "true" : "false"} onClick=${() => showCall(c)}>${nameOf(c.person)}${c.ended && " (ended)"}</button></li>`)}</menu>`;
}

/** useNow returns the time, updated each second while on is set. @param {boolean} on */
function useNow(on) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!on) return undefined;
    setNow(Date.now());
    const clock = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(clock);
  }, [on]);
  return now;
}

/** @param {{call: Call}} props */
function Timer({call}) {
  const now = useNow(!call.ended);
  if (!call.answeredAt) return null;
  return html`<span class="timer" role="timer" aria-label="Call duration">${timer(length(call, now))}</span>`;
}

// Bell asks for permission to notify of incoming calls while another tab is open.
function Bell() {
  const [state, setState] = useState("Notification" in window ? Notification.permission : "denied");
  if (state !== "default") return null;
  return html`<${Button} variant="quiet" icon="bell" label="Notify me of incoming calls" onClick=${async () => setState(await Notification.requestPermission())} />`;
}

/** @param {{call: Call}} props */
function Status({call}) {
  const waits = waitingFor(call);
  return html`<p class="call-state" role="status">
    ${waits ? html`<span class="waiting">${waits}${call.waitingFor.hint && ` (${call.waitingFor.hint})`}</span>` : doing(call)}
    ${call.doing === "in-session" && html` <a href=${link("agent")}>Open the agent view</a>`}
    ${call.room && html` <span class="soft">${call.room}${call.muted && ", muted"}${call.held && ", on hold"}</span>`}
    ${call.queue && html` <span class="soft">${call.queue}</span>`}
    ${call.code ? html` <strong class="code">Error <${ErrorCode} code=${call.code} /></strong>` : null} ${call.reason && sentence(call.reason)}</p>`;
}

/** @param {{call: Call}} props */
function Skip({call}) {
  const now = useNow(Boolean(call.until));
  const left = call.until ? Math.ceil((new Date(call.until).getTime() - now) / 1000) : 0;
  const why = cannot(call, "skips");
  return html`<${Button} icon="skip-forward" disabled=${Boolean(why)} title=${why || "Continue as if this time had passed"} onClick=${() => act(call, "skips")}>Skip the wait${left > 0 && left < 600 ? html` <span class="left">${left} s</span>` : null}<//>`;
}

// Controls stay in place throughout the call. Anything that appears and disappears is
// above the keypad.
/** @param {{call: Call}} props */
function Controls({call}) {
  const payment = call.waitingFor.payment;
  const records = cannot(call, "records");
  return html`<div class=${classes("controls", call.ended && "over")}>
    <div class="comes">
      ${call.rings && html`<div class="leg leg-rings" role="group" aria-label="Incoming call"><p class="leg-name"><strong>Incoming call from ${nameOf(call.from)}</strong></p>
        <div class="row"><${Button} variant="call" icon="phone" onClick=${() => act(call, "answers")}>Answer<//>
        <${Button} onClick=${() => act(call, "busy")}>Busy<//>
        <${Button} onClick=${() => act(call, "no answer")}>No answer<//>
        <${Button} onClick=${() => act(call, "unreachable")}>Unreachable<//></div></div>`}
      <${Legs} call=${call} />
      ${payment && html`<${Pay} call=${call} payment=${payment} />`}
    </div>
    <${Keypad} disabled=${Boolean(cannot(call, "presses"))} onKey=${(/** @type {string} */ key) => act(call, "presses " + key)} />
    <${Speak} call=${call} phone=${call} />
    <div class="does">
      <${Button} icon="voicemail" disabled=${Boolean(records)} title=${records || undefined} onClick=${() => act(call, "records 5s")}>Leave a 5-second message<//>
      <${Skip} call=${call} />
      ${call.ended ? html`<${Button} variant="call" icon="phone" onClick=${() => dial(call.person)}>Call again<//>`
        : html`<${Button} variant="hangup" icon="phone-off" onClick=${() => hangUp(call)}>Hang up<//>`}
    </div>
  </div>`;
}
