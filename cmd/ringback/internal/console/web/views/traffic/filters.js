// The search field and the filters above the list.

import {html, useEffect, useRef, useState} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {Button, Check, Icon, Select} from "../../lib/components.js";
import {clock, day} from "../../lib/format.js";
import {Popover} from "../../lib/menu.js";
import {on} from "../../lib/store.js";
import {failed} from "../../lib/toast.js";
import {SaveMenu} from "../save.js";
import {change, filter, loadSessions, paused, rows, sessions, toggle, wanted} from "./state.js";

/** @typedef {import("../../lib/types.js").Start} Start */

/** @type {[string, string][]} */
const sources = [["", "All sources"], ["phone", "Phone"], ["delivery", "Deliveries"], ["tunnel", "Tunnel"], ["replay", "Replays"], ["command", "Command line"], ["rest", "API callbacks"], ["api", "API requests"]];

/** @param {Start} s @returns {[string, string]} */
function option(s) {
  const title = s.now ? "Since the console started" : s.at ? `From ${day(s.at)}, ${clock(s.at).slice(0, 5)}` : "Older";
  return [String(s.id), `${title} (${s.count})`];
}

/** @param {{clear: () => void}} props */
export function Filters({clear}) {
  const f = filter.value;
  const [text, setText] = useState(f.text);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => { setText(f.text); }, [f.text]);
  useEffect(() => {
    if (text === f.text) return;
    const timer = setTimeout(() => change({text}), 150);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    const load = () => { loadSessions().catch(failed); };
    load();
    return on("open", load);
  }, []);

  /** @param {string} term */
  function add(term) {
    setText((before) => (before.trim() ? before.trim() + " " : "") + term);
    field.current?.focus();
  }

  return html`<form class="filters" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
    <div class="search-row"><span class="search"><${Icon} name="search" /><input type="search" ref=${field} aria-label="Search exchanges" placeholder="Search, or code:12100, status:403, from:…" data-first value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} /></span>
      <${Popover} label="How to search" icon="circle-question-mark" class="search-help">${(/** @type {() => void} */ close) => html`<${Hints} add=${(/** @type {string} */ term) => { add(term); close(); }} />`}<//></div>
    <${Select} aria-label="Source" options=${sources} value=${f.source} onChange=${(/** @type {string} */ source) => change({source})} />
    ${(sessions.value.length > 1 || f.session) && html`<${Select} aria-label="Session" options=${[["", "All sessions"], ...sessions.value.map(option)]} value=${f.session} onChange=${(/** @type {string} */ session) => change({session})} />`}
    <${Check} label="Failed" checked=${f.failed} onChange=${(/** @type {boolean} */ failed) => change({failed})} />
    <${Check} label="Pinned" checked=${f.pinned} onChange=${(/** @type {boolean} */ pinned) => change({pinned})} />
    ${f.kind && html`<${Chip} label=${f.kind} remove=${() => change({kind: ""})} />`}
    ${f.sid && html`<${Chip} label=${`Thread ${f.sid.slice(0, 10)}…`} remove=${() => change({sid: ""})} />`}
    <span class="filter-actions">
      <${Button} variant="quiet" icon=${paused.value ? "play" : "pause"} label=${paused.value ? "Show new exchanges" : "Pause the list"} aria-pressed=${String(paused.value)} onClick=${toggle} />
      <${SaveMenu} query=${wanted.value} label="Save these exchanges as" disabled=${!rows.value.length} />
      <${Button} variant="quiet" class="clear" icon="trash" label=${wanted.value ? "Delete these exchanges" : "Delete all except pinned"} onClick=${clear} />
    </span>
  </form>`;
}

/** @param {{add: (term: string) => void}} props */
function Hints({add}) {
  const [keys, setKeys] = useState(/** @type {{key: string, example: string, values?: string[]}[]} */ ([]));
  useEffect(() => { api.get("search").then((answer) => setKeys(answer.keys), failed); }, []);
  return html`<div class="hints"><p>Search texts, numbers, SIDs and responses. Put phrases in quotes. Use a minus sign to exclude: <code>-status:200</code></p>
    <ul>${keys.map((k) => html`<li key=${k.key}><button type="button" class="chip" onClick=${() => add(k.example)}>${k.example}</button></li>`)}
      ${keys.flatMap((k) => k.values || []).map((v) => html`<li key=${v}><button type="button" class="chip" onClick=${() => add("is:" + v)}>is:${v}</button></li>`)}</ul></div>`;
}

/** @param {{label: string, remove: () => void}} props */
function Chip({label, remove}) {
  return html`<button type="button" class="chip" aria-label=${`Remove filter: ${label}`} onClick=${remove}>${label}<${Icon} name="x" size=${13} /></button>`;
}
