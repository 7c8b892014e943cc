// The search field and the filters above the list.

import {html, useEffect, useState} from "../../lib/html.js";
import {Button, Check, Icon, Select} from "../../lib/components.js";
import {change, filter} from "./state.js";

/** @type {[string, string][]} */
const sources = [["", "All sources"], ["phone", "Phone"], ["delivery", "Deliveries"], ["tunnel", "Tunnel"], ["replay", "Replays"], ["rest", "API callbacks"], ["api", "API requests"]];

/** @param {{clear: () => void}} props */
export function Filters({clear}) {
  const f = filter.value;
  const [text, setText] = useState(f.text);
  useEffect(() => { setText(f.text); }, [f.text]);
  useEffect(() => {
    if (text === f.text) return;
    const timer = setTimeout(() => change({text}), 150);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<form class="filters" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
    <span class="search"><${Icon} name="search" /><input type="search" aria-label="Search exchanges" placeholder="Search texts, numbers, SIDs, answers" data-first value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} /></span>
    <${Select} aria-label="Source" options=${sources} value=${f.source} onChange=${(/** @type {string} */ source) => change({source})} />
    <${Check} label="Failed" checked=${f.failed} onChange=${(/** @type {boolean} */ failed) => change({failed})} />
    <${Check} label="Pinned" checked=${f.pinned} onChange=${(/** @type {boolean} */ pinned) => change({pinned})} />
    ${f.kind && html`<${Chip} label=${f.kind} remove=${() => change({kind: ""})} />`}
    ${f.sid && html`<${Chip} label=${`Thread ${f.sid.slice(0, 10)}…`} remove=${() => change({sid: ""})} />`}
    <${Button} variant="quiet" class="clear" icon="trash" label="Delete all that is not pinned" onClick=${clear} />
  </form>`;
}

/** @param {{label: string, remove: () => void}} props */
function Chip({label, remove}) {
  return html`<button type="button" class="chip" aria-label=${`Remove filter: ${label}`} onClick=${remove}>${label}<${Icon} name="x" size=${13} /></button>`;
}
