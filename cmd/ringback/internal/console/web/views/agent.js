// The agent view: the conversation of a ConversationRelay or Media Stream session,
// the response times of the program, and the messages on the WebSocket.

import {classes, html, signal, useEffect, useState} from "../lib/html.js";
import {Badge, Button, Copy, Empty, ErrorCode, Icon, Select, Tabs} from "../lib/components.js";
import {timer} from "../lib/format.js";
import {Menu} from "../lib/menu.js";
import {remember, route} from "../lib/route.js";
import {liveCalls, nameOf, people} from "../lib/store.js";
import {dial, hangUp} from "./call/state.js";
import {Composer} from "./agent/composer.js";
import {Conversation} from "./agent/conversation.js";
import {Figures} from "./agent/figures.js";
import {Frames} from "./agent/frames.js";
import {SoundPanel} from "./agent/soundpanel.js";
import {callOf, live, load, sessions, showSession, shown} from "./agent/state.js";
import {Wave} from "./agent/wave.js";

/** @typedef {import("../lib/types.js").Session} Session */

/** pane is the part that a narrow window shows. */
const pane = signal("conversation");

export function Agent() {
  const session = shown.value;
  const wanted = route.value.params.get("session");
  const sid = session ? session.sid : "";
  useEffect(() => { if (wanted) showSession(wanted); }, [wanted]);
  useEffect(() => {
    if (!session) return;
    remember("agent", {session: session.sid});
    load(session);
  }, [sid]);
  if (!session) return html`<${NoSession} />`;
  const stream = session.kind === "Stream";
  if (session.kind === "WebSocket") {
    return html`<section class="talk shown" aria-label="WebSocket not opened">
      <${Head} session=${session} />
      <${Problems} session=${session} />
      <${Empty} icon="unplug" title="The WebSocket was not opened">Fix the problem above, then call again.<//>
    </section>`;
  }
  return html`
    <section class=${classes("talk", pane.value === "conversation" && "shown")} aria-label="Conversation with the agent">
      <${Head} session=${session} />
      <${Panes} />
      <${Problems} session=${session} />
      ${stream && html`<${Wave} session=${session} />`}
      <${Conversation} key=${sid} session=${session} />
      ${stream ? html`<${SoundPanel} key=${"sound " + sid} session=${session} />` : html`<${Composer} key=${"write " + sid} session=${session} />`}
    </section>
    <section class=${classes("wire", pane.value === "wire" && "shown")} aria-label="Messages on the WebSocket">
      <${Panes} />
      <${Figures} session=${session} />
      <${Frames} key=${sid} session=${session} />
    </section>`;
}

function Panes() {
  return html`<div class="panes narrow-only"><${Tabs} label="Parts" value=${pane.value} onChange=${(/** @type {string} */ id) => { pane.value = id; }}
    tabs=${[{id: "conversation", title: "Conversation", icon: "message-circle"}, {id: "wire", title: "Messages", icon: "list"}]} /></div>`;
}

/** CallButton calls the app from a chosen person's number. */
function CallButton() {
  const [person, setPerson] = useState("");
  const all = people.value;
  const who = person || (all[0] ? all[0].address : "+15550101");
  const live = liveCalls.value.find((c) => c.person === who);
  return html`<span class="row caller">
    <${Select} aria-label="Caller" value=${who} options=${all.map((p) => [p.address, p.name])} onChange=${setPerson} />
    <${Button} variant="call" icon="phone" disabled=${Boolean(live)} onClick=${() => dial(who)}>Call<//></span>`;
}

function NoSession() {
  return html`<section class="talk shown"><${Empty} icon="bot" title="No agent yet">
    <p>Call your app. When it answers with <code>${"<Connect><ConversationRelay>"}</code> or <code>${"<Connect><Stream>"}</code>, you can talk to it here.</p>
    <${CallButton} />
    ${liveCalls.value.length ? html`<p role="status">Call in progress. No WebSocket yet.</p>` : null}
  <//></section>`;
}

/** @param {{session: Session}} props */
function Head({session}) {
  const call = callOf(session);
  const over = !call || call.ended;
  const list = sessions.value;
  return html`<header>
    <div class="row">
      <h2>${session.kind === "WebSocket" ? "WebSocket" : session.kind === "Stream" ? "Media Stream" : "ConversationRelay"}</h2>
      <${State} session=${session} />
    </div>
    <div class="row">
      ${list.length > 1 && html`<${Select} aria-label="Session" value=${session.sid} onChange=${showSession}
        options=${list.map((s) => [s.sid, label(s)])} />`}
      ${over ? html`<${CallButton} />` : html`<${Button} variant="hangup" icon="phone-off" onClick=${() => hangUp(call)}>Hang up<//>`}
      <${Menu} icon="ellipsis-vertical" label="More" variant="quiet" items=${[
        {title: "Drop the connection", icon: "unplug", disabled: session.state !== "open" || over, onClick: () => live(session, {do: "drops"})},
      ]} />
    </div>
  </header>`;
}

/** @param {Session} s */
function label(s) {
  const call = callOf(s);
  const at = new Date(s.at).toTimeString().slice(0, 8);
  return `${at} ${call ? nameOf(call.person) : s.call.slice(0, 8)}, ${s.verb} ${s.kind}`;
}

/** @param {{session: Session}} props */
function State({session}) {
  const [, tick] = useState(0);
  const open = session.state === "open";
  useEffect(() => {
    if (!open) return;
    const clock = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(clock);
  }, [open, session.sid]);
  const close = session.close;
  const code = close && close.code > 0 ? " (" + close.code + ")" : "";
  switch (session.state) {
    case "connecting": return html`<${Badge} tone="warn" icon="loader-circle">Connecting<//>`;
    case "open": return html`<${Badge} tone="good" icon="radio">Live ${timer((Date.now() - Date.parse(session.at)) / 1000)}<//>`;
    case "closed": return html`<${Badge} icon="plug" title=${close?.reason}>${close?.by === "program" ? "Closed by the program" : "Session ended"}${code}<//>`;
  }
  return html`<${Badge} tone="bad" icon="circle-x" title=${close?.reason}>${close ? "Failed" + code : session.status ? `Refused with ${session.status}` : "Failed"}<//>`;
}

/** Problems shows each problem of a session and its fix. @param {{session: Session}} props */
function Problems({session}) {
  const list = session.problems.slice(-3);
  return html`<div class="problems" role="status">${list.map((p, i) => html`<div key=${session.problems.length - list.length + i} class=${classes("problem", p.mild && "mild")}>
    <${Icon} name=${p.mild ? "triangle-alert" : "circle-alert"} />
    <div><p>${p.code ? html`<${ErrorCode} code=${p.code} /> ` : null}${p.text}</p>${p.advice && html`<p class="advice">${p.advice}</p>`}${p.flag && html`<p class="flag"><code>${p.flag}</code><${Copy} text=${p.flag} label="Copy the flag" /></p>`}</div>
  </div>`)}</div>`;
}
