// One exchange in full: parameters with their meaning, signature, answer with
// its problems, what Twilio does next; replay with changes.

import {html, useEffect, useRef, useState} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {Badge, Button, CodeBlock, Copy, Empty, ErrorCode, Icon} from "../../lib/components.js";
import {duration, full} from "../../lib/format.js";
import {Menu} from "../../lib/menu.js";
import {named} from "../../lib/store.js";
import {failed, say, toast} from "../../lib/toast.js";
import {shownAt, Viewer} from "../../lib/xml.js";
import {Diff} from "./diff.js";
import {Parameters} from "./parameters.js";
import {change, close, show} from "./state.js";

/** @typedef {import("../../lib/types.js").Details} Data */
/** @typedef {import("../../lib/types.js").Exchange} Exchange */
/** @typedef {{exchange: Exchange, requestDiff: import("../../lib/types.js").DiffLine[], answerDiff: import("../../lib/types.js").DiffLine[]}} Replayed */

/** @param {{id: number}} props */
export function Details({id}) {
  const [data, setData] = useState(/** @type {Data | "gone" | null} */ (null));
  const [replayed, setReplayed] = useState(/** @type {Replayed | null} */ (null));
  const result = useRef(/** @type {HTMLElement | null} */ (null));
  // What is shown stays until the next exchange has arrived.
  useEffect(() => {
    let wanted = true;
    /** @param {Data | "gone"} next */
    const set = (next) => {
      if (!wanted) return;
      setReplayed(null);
      setData(next);
    };
    api.get("exchanges/" + id).then(set, (error) => { if (error.status === 404) set("gone"); else failed(error); });
    return () => { wanted = false; };
  }, [id]);
  useEffect(() => { result.current?.scrollIntoView({block: "nearest"}); }, [replayed]);
  if (!data) return null;
  const back = html`<${Button} variant="quiet" icon="x" label="Close" class="close" onClick=${close} />`;
  if (data === "gone") return html`<header class="detail-title">${back}</header><${Empty} icon="trash" title="This exchange was deleted" />`;
  const e = data.exchange;

  /** @param {Record<string, any>} changes */
  async function replay(changes) {
    try {
      const answer = await api.post(`exchanges/${e.id}/replay`, changes);
      setReplayed(answer);
      say(`Replayed: ${answer.exchange.status || "no answer"}`);
    } catch (error) { failed(error); }
  }

  async function pin() {
    try {
      await api.post(`exchanges/${e.id}/pin`, {pinned: !e.pinned});
      setData({.../** @type {Data} */ (data), exchange: {...e, pinned: !e.pinned}});
    } catch (error) { failed(error); }
  }

  return html`
    <header class="detail-title">
      <div class="title-row"><h2>${named(e.summary) || e.kind || "Exchange"} <small>#${e.id}</small></h2>${back}</div>
      <p class="facts">${e.kind ? html`<${Button} variant="link" title="Show only this kind" onClick=${() => change({kind: e.kind})}>${e.kind}<//>` : "unknown kind"}
        <span>${e.method} ${e.path}</span><span>${full(e.at)}</span><span>${duration(e.took)} (limit 15 s)</span>
        ${e.sid && html`<${Button} variant="link" title="Show this message or call only" onClick=${() => change({sid: e.thread || e.sid})}>${e.sid}<//>`}</p>
      <div class="row">
        <${Button} variant="primary" icon="rotate-ccw" data-replay onClick=${() => replay({})}>Replay<//>
        <${Button} icon=${e.pinned ? "pin-off" : "pin"} data-pin aria-pressed=${String(e.pinned)} onClick=${pin}>${e.pinned ? "Unpin" : "Pin"}<//>
        <${CopyMenu} id=${e.id} />
      </div>
    </header>
    ${replayed && html`<div class="replayed" role="status" ref=${result}>
      <h3>Replayed as <${Button} variant="link" onClick=${() => show(replayed.exchange.id)}>#${replayed.exchange.id}<//></h3>
      <${Diff} name="Request" lines=${replayed.requestDiff} /><${Diff} name="Answer" lines=${replayed.answerDiff} /></div>`}
    <${Verdict} data=${data} />
    ${data.next && html`<p class="next"><${Icon} name="corner-down-left" /><span><strong>Next:</strong> ${data.next}</span></p>`}
    <section class="request"><h3>Request</h3>
      ${data.parameters.length ? html`<${Parameters} key=${e.id} parameters=${data.parameters} resend=${replay} />`
        : data.request.body ? html`<${CodeBlock} text=${data.request.body} label="request body" />` : html`<p class="soft">No parameters.</p>`}
    </section>
    <${Answer} data=${data} />
    <details class="fold"><summary>Headers</summary><${Headers} name="Request" all=${data.request.header} /><${Headers} name="Answer" all=${data.response.header} /></details>`;
}

/** @param {{data: Data}} props */
function Verdict({data}) {
  const {verdict} = data.exchange;
  if (!verdict) return null;
  if (verdict === "valid") return html`<p class="verdict good"><${Icon} name="shield-check" />Signature valid</p>`;
  return html`<section class="verdict bad"><h3><${Icon} name="shield-alert" />Signature: ${verdict}</h3>
    ${(data.findings || []).map((f) => html`<p key=${f.cause}><strong>${f.cause}</strong><br />${f.remedy}</p>`)}</section>`;
}

/** @param {{data: Data}} props */
function Answer({data}) {
  const {response, problems} = data;
  const {error, code} = data.exchange;
  const why = error && html`<p class="failure-text"><${Icon} name="circle-alert" />${code ? html`<${ErrorCode} code=${code} /> ` : null}<span>${error}</span></p>`;
  if (!response.status) return html`<section class="answer"><h3>No answer</h3>${why}</section>`;
  const type = (response.header["Content-Type"] || [""])[0];
  return html`<section class="answer">
    <h3>Answer <${Badge} tone=${response.status < 300 ? "good" : "bad"}>${response.status}<//> <small>${type}</small></h3>
    ${why}
    ${response.binary ? html`<p>Not text.</p>` : response.body ? html`<div class="code-block"><${Viewer} text=${response.body} problems=${problems || []} type=${type} /><${Copy} text=${response.body} label="Copy answer" /></div>` : html`<p class="soft">Empty.</p>`}
    ${response.truncated && html`<p>The rest was cut off: Twilio reads at most 64 KB.</p>`}
    ${problems?.length ? html`<ul class="problems">${problems.map((p, i) => html`<li key=${i} class=${p.stops ? "stops" : "warns"}>
      <${Icon} name=${p.stops ? "circle-x" : "triangle-alert"} /><span><strong>${p.stops ? "Error" : "Warning"}${p.code ? html` <${ErrorCode} code=${p.code} />` : null}</strong> line ${shownAt(response.body, p)}: ${p.text} <code>${p.path}</code></span></li>`)}</ul>` : null}
  </section>`;
}

/** @param {{name: string, all: Record<string, string[]>}} props */
function Headers({name, all}) {
  const rows = Object.entries(all || {}).sort(([a], [b]) => a.localeCompare(b));
  return html`<h4>${name}</h4><dl class="headers">${rows.map(([key, values]) => html`<dt>${key}</dt>${values.map((v) => html`<dd>${v}</dd>`)}`)}</dl>`;
}

/** @param {{id: number}} props */
function CopyMenu({id}) {
  const forms = [["curl", "curl"], ["go", "Go test"], ["fixture", "Fixture file"], ["har", "HAR"]];
  return html`<${Menu} text="Copy as" icon="copy" items=${forms.map(([form, title]) => ({title, onClick: async () => {
    try {
      const text = await api.get(`exchanges/${id}/export/${form}`);
      await navigator.clipboard.writeText(typeof text === "string" ? text : JSON.stringify(text, null, 2));
      toast("Copied as " + title);
    } catch (error) { failed(error); }
  }}))} />`;
}
