// The call panel: what is heard, the keypad, words, and the phones that a Dial
// rings.

import {classes, html, useState} from "../../lib/html.js";
import {Button, Empty} from "../../lib/components.js";
import {useKeys} from "../../lib/keys.js";
import {liveCalls, nameOf} from "../../lib/store.js";
import {pane} from "../phone/state.js";
import {Keypad, keys} from "./keypad.js";
import {Legs} from "./legs.js";
import {Lines} from "./lines.js";
import {Aloud} from "./sounds.js";
import {act, doing, hangUp, showCall, shown, waitingFor} from "./state.js";

/** @typedef {import("../../lib/types.js").Call} Call */

export function CallPanel() {
  const call = shown.value;
  useKeys((event) => {
    if (!call || call.ended || !keys.includes(event.key)) return false;
    act(call, "presses " + event.key);
    return true;
  });
  const back = html`<${Button} variant="quiet" icon="arrow-left" label="Messages" class="narrow-only" onClick=${() => { pane.value = "thread"; }} />`;
  if (!call) return html`<header>${back}<h2>Call</h2></header><${Empty} icon="phone" title="No call yet">Press Call to ring your app, or let your app call somebody.<//>`;
  return html`
    <header>${back}<h2>${nameOf(call.person)}</h2></header>
    <${CallTabs} />
    <${Status} call=${call} />
    <${Lines} key=${call.sid} call=${call} />
    <${Controls} key=${"controls " + call.sid} call=${call} />
    <${Aloud} call=${call} />`;
}

// Several people may be in calls at once, as in a conference: each call that
// goes on has a tab, and the one that is shown keeps its own.
function CallTabs() {
  const now = shown.value;
  const tabs = liveCalls.value.slice(0, 8);
  if (now && now.ended) tabs.unshift(now);
  if (!now || tabs.length < 2) return null;
  return html`<menu class="calls" aria-label="Calls">${tabs.map((c) => html`<li key=${c.sid}>
    <button type="button" aria-pressed=${c.sid === now.sid ? "true" : "false"} onClick=${() => showCall(c)}>${nameOf(c.person)}${c.ended && " (ended)"}</button></li>`)}</menu>`;
}

/** @param {{call: Call}} props */
function Status({call}) {
  const waits = waitingFor(call);
  return html`<p class="call-state" role="status">
    ${waits ? html`<span class="waiting">${waits}${call.waitingFor.hint && ` (${call.waitingFor.hint})`}</span>` : doing(call)}
    ${call.code ? html`<strong class="code"> ${call.code}</strong>` : null} ${call.reason}</p>`;
}

/** @param {{call: Call}} props */
function Controls({call}) {
  const [words, setWords] = useState("");
  const off = call.ended;
  /** @param {Event} e */
  function speak(e) {
    e.preventDefault();
    if (words.trim()) act(call, "speaks " + words.trim());
    setWords("");
  }
  return html`<div class=${classes("controls", off && "over")}>
    ${call.rings && html`<div class="leg" role="group" aria-label="The phone rings"><strong>Incoming call from the app</strong>
      <${Button} variant="call" icon="phone" onClick=${() => act(call, "answers")}>Answer<//>
      <${Button} onClick=${() => act(call, "busy")}>Busy<//>
      <${Button} onClick=${() => act(call, "no answer")}>No answer<//></div>`}
    <${Legs} call=${call} />
    <${Keypad} disabled=${off} onKey=${(/** @type {string} */ key) => act(call, "presses " + key)} />
    <form class="speak" onSubmit=${speak}>
      <input aria-label="Words to speak" placeholder="Say something" disabled=${off} value=${words} onInput=${(/** @type {any} */ e) => setWords(e.target.value)} />
      <${Button} type="submit" icon="mic" disabled=${off}>Speak<//>
    </form>
    <div class="row">
      <${Button} icon="voicemail" disabled=${off || call.waitingFor.kind !== "recording"} title=${call.waitingFor.kind === "recording" ? undefined : "The app is not recording yet"} onClick=${() => act(call, "records 5s")}>Leave a 5-second message<//>
      <${Button} variant="hangup" icon="phone-off" disabled=${off} onClick=${() => hangUp(call)}>Hang up<//>
    </div>
  </div>`;
}
