// The timeline of a call or message.

import {classes, html, useEffect, useState} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {Badge, Button, Icon} from "../../lib/components.js";
import {nameOf, named, on} from "../../lib/store.js";
import {failed} from "../../lib/toast.js";
import {show} from "./state.js";

/** @typedef {import("../../lib/types.js").Moment} Moment */

/** @param {number} ns */
const after = (ns) => `+${(ns / 1e9).toFixed(ns < 1e11 ? 2 : 0)} s`;

/** @type {Record<string, string>} */
const people = {app: "App", caller: "Caller", twilio: "Twilio"};
/** @type {Record<string, string>} */
const signs = {say: "volume-2", apology: "volume-2", play: "play", press: "grid-3x3", speak: "mic", end: "phone-off", error: "circle-alert", warning: "triangle-alert"};

/** @param {{sid: string, id: number}} props */
export function Timeline({sid, id}) {
  const [moments, setMoments] = useState(/** @type {Moment[]} */ ([]));
  useEffect(() => {
    let timer = 0;
    const load = () => { api.get("timeline/" + encodeURIComponent(sid)).then((answer) => setMoments(answer.moments), failed); };
    load();
    const off = on("exchange", (e) => {
      if (e.thread !== sid && e.sid !== sid) return;
      clearTimeout(timer);
      timer = setTimeout(load, 200);
    });
    return () => { off(); clearTimeout(timer); };
  }, [sid]);
  return html`<ol class="timeline" aria-label=${"Timeline of " + sid}>${moments.map((m, i) => html`<li key=${i} class=${classes(m.exchange && "is-exchange", m.exchange?.id === id && "here")}>
    <span class="took">${after(m.after)}</span>
    ${m.exchange ? html`<${Exchange} e=${m.exchange} here=${m.exchange.id === id} />` : html`<span class="moment"><${Icon} name=${signs[m.kind || ""] || "circle-dot"} size=${14} /><strong>${m.name ? nameOf(m.name) : people[m.who || ""] || m.who}</strong> ${named(m.text || "")}</span>`}</li>`)}</ol>`;
}

/** @param {{e: import("../../lib/types.js").Exchange, here: boolean}} props */
function Exchange({e, here}) {
  return html`<span class="moment"><${Icon} name=${e.source === "api" ? "arrow-down-left" : "arrow-up-right"} size=${14} />
    ${here ? html`<strong>${named(e.summary) || e.kind}</strong>` : html`<${Button} variant="link" onClick=${() => show(e.id)}>${named(e.summary) || e.kind}<//>`}
    <${Badge} tone=${e.failed ? "bad" : "good"}>${e.status || "no response"}<//>${e.code ? html` <${Badge} tone="bad" title=${e.name}>${e.code}<//>` : null} <code>${e.method} ${e.path}</code></span>`;
}
