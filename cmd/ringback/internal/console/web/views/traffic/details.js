// The details of an exchange: its problems, the request with the most relevant
// parameters first, the response, and what Twilio does next. Further
// tabs show the raw bytes, the timeline of its call or message, and the program's output.

import {html, useEffect, useRef, useState} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {Badge, Button, CodeBlock, Copy, Empty, ErrorCode, Icon, Tabs} from "../../lib/components.js";
import {clock, duration, full, sentence, size} from "../../lib/format.js";
import {Menu} from "../../lib/menu.js";
import {named} from "../../lib/store.js";
import {failed, say, toast} from "../../lib/toast.js";
import {shownAt, Viewer} from "../../lib/xml.js";
import {SaveMenu} from "../save.js";
import {AdviceCard, Fixes} from "./advice.js";
import {Diff} from "./diff.js";
import {Parameters} from "./parameters.js";
import {change, chosen, close, show} from "./state.js";
import {Timeline} from "./timeline.js";

/** @typedef {import("../../lib/types.js").Details} Data */
/** @typedef {import("../../lib/types.js").Exchange} Exchange */
/** @typedef {{exchange: Exchange, requestDiff: import("../../lib/types.js").DiffLine[], answerDiff: import("../../lib/types.js").DiffLine[]}} Replayed */

/** @param {{id: number}} props */
export function Details({id}) {
  const [data, setData] = useState(/** @type {Data | "gone" | null} */ (null));
  const [replayed, setReplayed] = useState(/** @type {Replayed | null} */ (null));
  const [tab, setTab] = useState("exchange");
  const result = useRef(/** @type {HTMLElement | null} */ (null));
  // The current exchange stays until the next one has loaded.
  useEffect(() => {
    let wanted = true;
    /** @param {Data | "gone"} next */
    const set = (next) => {
      if (!wanted) return;
      setReplayed(null);
      setData(next);
    };
    const ask = () => { api.get("exchanges/" + id).then(set, (error) => { if (error.status === 404) set("gone"); else failed(error); }); };
    // When the user moves through the list by keyboard, only the last exchange is loaded.
    const timer = setTimeout(ask, data ? 80 : 0);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [id]);
  useEffect(() => { result.current?.scrollIntoView({block: "nearest"}); }, [replayed]);
  if (!data) return null;
  const back = html`<${Button} variant="quiet" icon="x" label="Close" class="close" onClick=${close} />`;
  if (data === "gone") return html`<header class="detail-title">${back}</header><${Empty} icon="trash" title="This exchange was deleted" />`;
  const e = data.exchange;
  const outbound = e.source === "api";

  /** @param {Record<string, any>} changes */
  async function replay(changes) {
    try {
      const answer = await api.post(`exchanges/${e.id}/replay`, changes);
      setReplayed(answer);
      say(`Replayed: ${answer.exchange.status || "no response"}`);
    } catch (error) { failed(error); }
  }

  async function pin() {
    try {
      await api.post(`exchanges/${e.id}/pin`, {pinned: !e.pinned});
      setData({.../** @type {Data} */ (data), exchange: {...e, pinned: !e.pinned}});
    } catch (error) { failed(error); }
  }

  const tabs = [{id: "exchange", title: "Exchange", icon: "activity"}, {id: "raw", title: "Raw", icon: "code"},
    ...(e.thread ? [{id: "timeline", title: "Timeline", icon: "list-tree"}] : []),
    {id: "log", title: "Output", icon: "terminal", badge: data.log.lines.length ? html` <${Badge}>${data.log.lines.length}<//>` : null}];
  return html`
    <header class="detail-title">
      <div class="title-row"><h2>${named(e.summary) || e.kind || "Exchange"} <small>#${e.id}</small></h2>${back}</div>
      <p class="facts">${outbound ? html`<span>request from your program to the REST API</span>` : e.kind ? html`<${Button} variant="link" title="Show only this kind" onClick=${() => change({kind: e.kind})}>${e.kind}<//>` : "unknown kind"}
        <span class="copied">${e.method} ${e.path}<${Copy} text=${e.url} label="Copy URL" /></span><span>${full(e.at)}</span><span>${duration(e.took)}${outbound ? null : " (limit 15 s)"}</span>
        ${e.sid && html`<span class="copied"><${Button} variant="link" title="Show only this message or call" onClick=${() => change({sid: e.thread || e.sid})}>${e.sid}<//><${Copy} text=${e.sid} label="Copy SID" /></span>`}</p>
      <div class="row">
        ${!outbound && html`<${Button} variant="primary" icon="rotate-ccw" data-replay onClick=${() => replay({})}>Replay<//>`}
        <${Button} icon=${e.pinned ? "pin-off" : "pin"} data-pin aria-pressed=${String(e.pinned)} onClick=${pin}>${e.pinned ? "Unpin" : "Pin"}<//>
        <${CopyMenu} id=${e.id} />
        <${SaveMenu} text="Save as" query=${"?sid=" + encodeURIComponent(e.thread || e.sid)} disabled=${outbound || !e.thread} />
        <${CompareButton} id=${e.id} />
      </div>
    </header>
    ${replayed && html`<div class="replayed" role="status" ref=${result}>
      <h3>Replayed as <${Button} variant="link" onClick=${() => show(replayed.exchange.id)}>#${replayed.exchange.id}<//></h3>
      <${Diff} name="Request" lines=${replayed.requestDiff} /><${Diff} name="Response" lines=${replayed.answerDiff} /></div>`}
    <${Codes} data=${data} />
    ${data.advice && html`<${AdviceCard} advice=${data.advice} />`}
    <${Verdict} data=${data} />
    <${Tabs} label="Exchange details" tabs=${tabs} value=${tabs.some((t) => t.id === tab) ? tab : "exchange"} onChange=${setTab} />
    <div role="tabpanel" class="tab-panel" aria-label=${tab}>
      ${tab === "exchange" ? html`<${Overview} data=${data} replay=${replay} />`
        : tab === "raw" ? html`<${Raw} id=${e.id} />`
        : tab === "timeline" ? html`<${Timeline} sid=${e.thread} id=${e.id} />`
        : html`<${Output} data=${data} />`}
    </div>`;
}

/** @param {{data: Data, replay: (changes: Record<string, any>) => void}} props */
function Overview({data, replay}) {
  const outbound = data.exchange.source === "api";
  return html`
    <section class="request"><h3>Request <small>${size(data.request.bytes)}</small></h3>
      ${data.parameters.length ? html`<${Parameters} key=${data.exchange.id} parameters=${data.parameters} resend=${outbound ? null : replay} />`
        : data.request.body ? html`<${CodeBlock} text=${data.request.body} label="request body" />` : html`<p class="soft">No parameters.</p>`}
    </section>
    <${Answer} data=${data} />
    ${data.next && html`<p class="next"><${Icon} name="corner-down-left" /><span><strong>Next:</strong> ${data.next}</span></p>`}
    <details class="fold"><summary>Headers</summary><${Headers} name="Request" all=${data.request.header} /><${Headers} name="Response" all=${data.response.header} /></details>`;
}

/** @param {{data: Data}} props */
function Codes({data}) {
  if (!data.codes.length && !data.why) return null;
  return html`<section class="codes"><${Icon} name="circle-alert" /><div>
    ${data.codes.map((c) => html`<p key=${c.code}><${ErrorCode} code=${c.code} name=${c.name} />${c.meaning && html`<br /><span>${c.meaning}</span>`}</p>`)}
    ${data.why && html`<p>${sentence(data.why)}</p>`}</div></section>`;
}

/** @param {{data: Data}} props */
function Verdict({data}) {
  const {verdict} = data.exchange;
  if (!verdict || data.exchange.source === "api") return null;
  if (verdict === "valid") return html`<p class="verdict good"><${Icon} name="shield-check" />Signature valid</p>`;
  const [sure, guesses] = [data.findings.filter((f) => !f.guess), data.findings.filter((f) => f.guess)];
  return html`<section class="verdict bad"><h3><${Icon} name="shield-alert" />Signature: ${verdict}</h3>
    ${sure.map((f) => html`<div key=${f.cause}><p><strong>${f.cause}</strong><br />${f.remedy}</p>${f.fixes?.length ? html`<${Fixes} fixes=${f.fixes} />` : null}</div>`)}
    ${guesses.length ? html`<details class="fold"><summary>Causes that could not be checked</summary>${guesses.map((f) => html`<p key=${f.cause}><strong>${f.cause}</strong><br />${f.remedy}</p>`)}</details>` : null}</section>`;
}

/** @param {{data: Data}} props */
function Answer({data}) {
  const {response, problems} = data;
  if (!response.status) return html`<section class="answer"><h3>No response</h3></section>`;
  const type = (response.header["Content-Type"] || [""])[0];
  return html`<section class="answer">
    <h3>Response <${Badge} tone=${response.status < 300 ? "good" : "bad"}>${response.status}<//> <small>${type}${response.bytes ? ", " + size(response.bytes) : null}</small></h3>
    ${problems.length ? html`<ul class="problems">${problems.map((p, i) => html`<li key=${i} class=${p.stops ? "stops" : "warns"}>
      <${Icon} name=${p.stops ? "circle-x" : "triangle-alert"} /><span><strong>${p.stops ? "Error" : "Warning"}${p.code ? html` <${ErrorCode} code=${p.code} name=${p.name} />` : null}</strong> line ${shownAt(response.body, p)}: ${p.text} <code>${p.path}</code></span></li>`)}</ul>` : null}
    ${response.binary ? html`<p>The body is not text.</p>` : response.body ? html`<div class="code-block"><${Viewer} text=${response.body} problems=${problems} type=${type} /><${Copy} text=${response.body} label="Copy response" /></div>` : html`<p class="soft">Empty.</p>`}
    ${response.truncated && html`<p>The rest is not shown. Twilio reads at most 64 KB.</p>`}
  </section>`;
}

/** @param {{name: string, all: Record<string, string[]>}} props */
function Headers({name, all}) {
  const rows = Object.entries(all || {}).sort(([a], [b]) => a.localeCompare(b));
  return html`<h4>${name}</h4><dl class="headers">${rows.map(([key, values]) => html`<dt>${key}</dt>${values.map((v) => html`<dd class="copied">${v}<${Copy} text=${v} label=${"Copy " + key} /></dd>`)}`)}</dl>`;
}

/** @param {{id: number}} props */
function Raw({id}) {
  const [raw, setRaw] = useState(/** @type {{request: string, response: string, escaped: boolean, truncated: boolean} | null} */ (null));
  useEffect(() => { api.get(`exchanges/${id}/raw`).then(setRaw, failed); }, [id]);
  if (!raw) return null;
  return html`<section class="raw"><h3>Request</h3><${CodeBlock} text=${raw.request} label="raw request" />
    <h3>Response</h3>${raw.response ? html`<${CodeBlock} text=${raw.response} label="raw response" />` : html`<p class="soft">No response.</p>`}
    <p class="soft">Headers are sorted by name.${raw.escaped && " Binary bytes are shown as \\x00."}${raw.truncated && " The end of the response is not shown."}</p></section>`;
}

/** @param {{data: Data}} props */
function Output({data}) {
  const {lines, known, more} = data.log;
  if (!known) return html`<${Empty} icon="terminal" title="No output captured">Start your program with the console to see its output: <code>ringback dev -- COMMAND</code><//>`;
  if (!lines.length) return html`<${Empty} icon="terminal" title="Your program printed nothing during this request" />`;
  return html`<section class="output"><ol>${lines.map((l, i) => html`<li key=${i}><time>${clock(l.at)}</time><code>${l.text}</code></li>`)}</ol>
    ${more && html`<p class="soft">Only the first lines are shown.</p>`}
    <p class="soft">Lines are matched by time, so output from simultaneous requests is included.</p></section>`;
}

/** @param {{id: number}} props */
function CompareButton({id}) {
  const other = chosen.value;
  if (!other || other === id) return html`<${Button} icon="git-compare" aria-pressed=${String(other === id)} onClick=${() => {
    chosen.value = other === id ? 0 : id;
    if (chosen.value) toast(`Open another exchange to compare it with #${id}`);
  }}>Compare<//>`;
  return html`<${Button} icon="git-compare" onClick=${() => { chosen.value = 0; change({compare: other}); }}>Compare with #${other}<//>`;
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
