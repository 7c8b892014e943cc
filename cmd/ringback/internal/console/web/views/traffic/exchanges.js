// The list of exchanges, with a heading for each day.

import {classes, html, memo, useEffect, useMemo, useRef, useState} from "../../lib/html.js";
import {Badge, Button, Empty, Icon, Time} from "../../lib/components.js";
import {count, day, duration} from "../../lib/format.js";
import {List} from "../../lib/list.js";
import {link} from "../../lib/route.js";
import {named} from "../../lib/store.js";
import {change, filter, filtered, held, loadOlder, more, problems, ready, resume, rows, show} from "./state.js";

/** @typedef {import("../../lib/types.js").Exchange} Exchange */
/** @typedef {Exchange | {id: string, day: string}} Item */

// withDays inserts a heading before the first exchange of each day. Formatting a
// date is slow, so it is done only where the calendar day changes.
/** @param {Exchange[]} all @returns {Item[]} */
function withDays(all) {
  /** @type {Item[]} */
  const out = [];
  let before = "";
  for (const e of all) {
    const key = dayKey(e.at);
    if (key !== before) out.push({id: "day " + key, day: day(e.at)});
    before = key;
    out.push(e);
  }
  return out.length && out.length === all.length + 1 && /** @type {any} */ (out[0]).day === "Today" ? out.slice(1) : out;
}

/** @type {Map<string, string>} days by hour, in which the calendar day is the same */
const keys = new Map();

/** @param {string} at */
function dayKey(at) {
  const hour = at.slice(0, 13) + at.slice(19).replace(/^\.\d+/, "");
  let key = keys.get(hour);
  if (!key) keys.set(hour, key = new Date(at).toDateString());
  return key;
}

export function Exchanges() {
  const all = rows.value;
  const items = useMemo(() => withDays(all), [all]);
  const [height] = useState(matchMedia("(max-width: 48rem)").matches ? 60 : 52);
  const pill = held.value.length ? html`<${Button} class="pill" variant="primary" icon="arrow-up" onClick=${resume}>${count(held.value.length, "new exchange")}<//>` : null;
  const wrong = problems.value.map((p) => html`<p class="search-problem" key=${p} role="status"><${Icon} name="triangle-alert" />${p}</p>`);
  if (!all.length) {
    if (!ready.value) return null;
    return html`${wrong}${pill}${filtered.value
      ? html`<${Empty} icon="search" title="No exchange matches these filters">Remove a filter, or search for something else.<//>`
      : html`<${Empty} icon="activity" title="No exchanges yet">Send a text or call on the <a href=${link("phone")}>Phone</a>, or <a href=${link("connect")}>connect your program</a>.<//>`}`;
  }
  return html`${wrong}
    <div class="list-frame">${pill}
    <${List} class="exchanges" label="Exchanges, newest first" items=${items} keyOf=${(/** @type {Item} */ e) => e.id} height=${height} current=${filter.value.id || undefined}
      row=${(/** @type {any} */ e) => (e.day ? html`<p class="day"><span>${e.day}</span></p>` : html`<${Row} e=${e} current=${e.id === filter.value.id} compared=${e.id === filter.value.compare} />`)}
      end=${more.value && html`<${Older} key=${all[all.length - 1].id} />`} />
    </div>
    <p class="list-count">${count(all.length, "exchange")}${more.value && ", scroll down for older ones"}</p>`;
}

// Older loads the next part of the list, automatically when it is scrolled into view.
function Older() {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (!ref.current) return;
    const seen = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) loadOlder(); }, {rootMargin: "600px"});
    seen.observe(ref.current);
    return () => seen.disconnect();
  }, []);
  return html`<div ref=${ref}><${Button} class="older" onClick=${loadOlder}>Older exchanges<//></div>`;
}

/** @param {MouseEvent} event @param {number} id */
function choose(event, id) {
  const open = filter.value.id;
  if ((event.ctrlKey || event.metaKey) && open && open !== id) change({compare: id});
  else show(id);
}

const Row = memo((/** @type {{e: Exchange, current: boolean, compared: boolean}} */ {e, current, compared}) => html`
  <button type="button" class=${classes("exchange", e.failed ? "bad" : "good", compared && "compared")} aria-current=${current ? "true" : undefined} onClick=${(/** @type {MouseEvent} */ event) => choose(event, e.id)}>
    <span class="status">${e.status || "—"}</span>
    <span class="summary"><strong>${named(e.summary) || e.kind || e.method}</strong><span class="path">${e.method} ${e.path}</span></span>
    <span class="marks">
      ${e.code ? html`<${Badge} tone="bad" title=${e.error || e.name}>${e.code}<//>` : !e.status && html`<${Badge} tone="bad" title=${e.error}>no answer<//>`}
      ${e.verdict && e.verdict !== "valid" && html`<${Badge} tone="bad" title=${e.verdict}>signature<//>`}
      ${e.lint ? html`<${Badge} tone="warn">${count(e.lint, "problem")}<//>` : null}
      ${e.fault && html`<${Badge} title="Injected fault">${e.fault}<//>`}
      ${e.pinned && html`<${Badge} icon="pin">pinned<//>`}
    </span>
    <span class="when"><${Time} at=${e.at} /><span class="took">${duration(e.took)}</span></span>
  </button>`);
