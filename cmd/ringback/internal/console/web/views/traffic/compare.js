// Two exchanges side by side.

import {classes, html, useEffect, useState} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {Badge, Button, Empty} from "../../lib/components.js";
import {duration, full} from "../../lib/format.js";
import {named} from "../../lib/store.js";
import {failed} from "../../lib/toast.js";
import {Diff} from "./diff.js";
import {change, show} from "./state.js";

/** @typedef {import("../../lib/types.js").Comparison} Comparison */
/** @typedef {import("../../lib/types.js").Exchange} Exchange */

/** @param {{a: number, b: number}} props */
export function Compare({a, b}) {
  const [data, setData] = useState(/** @type {Comparison | "gone" | null} */ (null));
  useEffect(() => {
    api.get(`compare?a=${a}&b=${b}`).then(setData, (error) => { if (error.status === 404) setData("gone"); else failed(error); });
  }, [a, b]);
  const back = html`<${Button} variant="quiet" icon="x" label="Close" class="close" onClick=${() => change({compare: 0})} />`;
  if (!data) return null;
  if (data === "gone") return html`<header class="detail-title">${back}</header><${Empty} icon="trash" title="One of these exchanges was deleted" />`;
  const [differ, same] = [data.parameters.filter((p) => !p.same), data.parameters.filter((p) => p.same)];
  return html`
    <header class="detail-title"><div class="title-row"><h2>Comparison</h2>${back}</div></header>
    <div class="two"><${Side} e=${data.a} /><${Side} e=${data.b} /></div>
    ${differ.length ? html`<table class="compared-table"><caption class="hidden">Parameters that differ</caption><thead><tr><th scope="col">Parameter</th><th scope="col">#${data.a.id}</th><th scope="col">#${data.b.id}</th></tr></thead>
      <tbody>${differ.map((p, i) => html`<tr key=${i}><th scope="row">${p.name}</th><${Cell} value=${p.a} /><${Cell} value=${p.b} /></tr>`)}</tbody></table>` : html`<p class="same">Parameters: no differences.</p>`}
    ${differ.length && same.length ? html`<p class="soft">${same.length} parameters are the same.</p>` : null}
    <${Diff} name="Response" lines=${data.answerDiff} /><${Diff} name="Request headers" lines=${data.headerDiff} />`;
}

/** @param {{value: string | null}} props */
function Cell({value}) { return html`<td class=${classes(value === null && "soft")}>${value === null ? "missing" : value || html`<span class="soft">empty</span>`}</td>`; }

/** @param {{e: Exchange}} props */
function Side({e}) {
  return html`<div><${Button} variant="link" onClick=${() => show(e.id)}>#${e.id} ${named(e.summary) || e.kind}<//>
    <p class="facts"><span>${e.method} ${e.path}</span><span>${full(e.at)}</span><span>${duration(e.took)}</span><${Badge} tone=${e.failed ? "bad" : "good"}>${e.status || "no response"}<//></p></div>`;
}
