// The list of exchanges.

import {classes, html, memo, useState} from "../../lib/html.js";
import {Badge, Button, Empty, Time} from "../../lib/components.js";
import {count, duration} from "../../lib/format.js";
import {List} from "../../lib/list.js";
import {link} from "../../lib/route.js";
import {named} from "../../lib/store.js";
import {filter, filtered, loadOlder, more, ready, rows, show} from "./state.js";

/** @typedef {import("../../lib/types.js").Exchange} Exchange */

/** @param {Exchange} e */
const good = (e) => e.status >= 200 && e.status < 300 && (!e.verdict || e.verdict === "valid") && !e.error && !e.code;

export function Exchanges() {
  const all = rows.value;
  const [height] = useState(matchMedia("(max-width: 48rem)").matches ? 60 : 52);
  if (!all.length) {
    if (!ready.value) return null;
    return filtered.value
      ? html`<${Empty} icon="search" title="No exchange matches these filters">Remove a filter, or search for something else.<//>`
      : html`<${Empty} icon="activity" title="No exchanges yet">Send a text or call on the <a href=${link("phone")}>Phone</a>, or point a tunnel at the capturing endpoint.<//>`;
  }
  return html`
    <${List} class="exchanges" label="Exchanges, newest first" items=${all} keyOf=${(/** @type {Exchange} */ e) => e.id} height=${height} current=${filter.value.id || undefined}
      row=${(/** @type {Exchange} */ e) => html`<${Row} e=${e} current=${e.id === filter.value.id} />`}
      end=${more.value && html`<${Button} class="older" onClick=${loadOlder}>Older exchanges<//>`} />
    <p class="list-count">${count(all.length, "exchange")}${more.value && ", older ones not loaded"}</p>`;
}

const Row = memo(({e, current}) => html`
  <button type="button" class=${classes("exchange", good(e) ? "good" : "bad")} aria-current=${current ? "true" : undefined} onClick=${() => show(e.id)}>
    <span class="status">${e.status || "—"}</span>
    <span class="summary"><strong>${named(e.summary) || e.kind || e.method}</strong><span class="path">${e.method} ${e.path}</span></span>
    <span class="marks">
      ${e.code ? html`<${Badge} tone="bad" title=${e.error}>${e.code}<//>` : !e.status && html`<${Badge} tone="bad" title=${e.error}>no answer<//>`}
      ${e.verdict && e.verdict !== "valid" && html`<${Badge} tone="bad" title=${e.verdict}>signature<//>`}
      ${e.lint ? html`<${Badge} tone="warn">${count(e.lint, "problem")}<//>` : null}
      ${e.fault && html`<${Badge} title="A fault was on">${e.fault}<//>`}
      ${e.pinned && html`<${Badge} icon="pin">pinned<//>`}
    </span>
    <span class="when"><${Time} at=${e.at} /><span class="took">${duration(e.took)}</span></span>
  </button>`);
