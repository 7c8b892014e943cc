// The traffic view: a live list of exchanges. The filters are part of the URL. The
// selected exchange is shown beside the list.

import {classes, html, useEffect} from "../lib/html.js";
import * as api from "../lib/api.js";
import {ask} from "../lib/dialog.js";
import {useKeys} from "../lib/keys.js";
import {failed} from "../lib/toast.js";
import {Empty} from "../lib/components.js";
import {count} from "../lib/format.js";
import {Details} from "./traffic/details.js";
import {Exchanges} from "./traffic/exchanges.js";
import {Filters} from "./traffic/filters.js";
import {Compare} from "./traffic/compare.js";
import {change, close, filter, filtered, load, rows, show, toggle, wanted} from "./traffic/state.js";

export function Traffic() {
  const {id, compare, ...rest} = filter.value;
  useEffect(() => { load().catch(failed); }, [JSON.stringify(rest)]);

  /** @param {number} by */
  function step(by) {
    const all = rows.value;
    const at = all.findIndex((e) => e.id === filter.value.id);
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    if (next) show(next.id);
  }

  useKeys((event) => {
    switch (event.key) {
      case "j": step(1); return true;
      case "k": step(-1); return true;
      case "r": press("[data-replay]"); return true;
      case "p": press("[data-pin]"); return true;
      case "e": /** @type {HTMLElement | null} */ (document.querySelector(".parameters input"))?.focus(); return true;
      case "x": clear(); return true;
      case "h": toggle(); return true;
      case "Escape": if (filter.value.compare) change({compare: 0}); else if (filter.value.id) close(); return true;
    }
    return false;
  });

  return html`
    <section class=${classes("list", !id && "shown")} aria-label="Traffic"><${Filters} clear=${clear} /><${Exchanges} /></section>
    <section class=${classes("detail", id > 0 && "shown")} aria-label="Exchange" tabindex="-1">
      ${id && compare ? html`<${Compare} key=${`${compare} ${id}`} a=${compare} b=${id} />` : id ? html`<${Details} id=${id} />`
        : html`<${Empty} icon="activity" title="Choose an exchange">You see its parameters and their meaning, the signature, and the response with its problems.<//>`}
    </section>`;
}

/** @param {string} selector */
function press(selector) { /** @type {HTMLElement | null} */ (document.querySelector(".detail " + selector))?.click(); }

async function clear() {
  const mine = wanted.value;
  try {
    const {total} = await api.get("exchanges" + (mine ? mine + "&" : "?") + "count=1&limit=1");
    const text = filtered.value ? `This deletes the ${count(total, "exchange")} that match the filter, except pinned ones.` : "This deletes all exchanges that are not pinned.";
    if (await ask({title: filtered.value ? "Delete the filtered exchanges?" : "Delete all exchanges?", text: text + " This cannot be undone.", yes: "Delete"})) await api.post("exchanges/clear" + mine);
  } catch (error) { failed(error); }
}
