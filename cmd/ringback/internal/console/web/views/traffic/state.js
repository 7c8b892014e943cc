// The list of exchanges: what the filters in the address let through, live.

import {batch, computed, signal} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {go, query, remember, route} from "../../lib/route.js";
import {on, settled} from "../../lib/store.js";
import {failed} from "../../lib/toast.js";

/** @typedef {import("../../lib/types.js").Exchange} Exchange */
/** @typedef {{text: string, source: string, sid: string, kind: string, failed: boolean, pinned: boolean, id: number}} Filter */

const page = 200;
const most = 20000; // rows that are kept, as many as the console keeps

/** filter is what the address says. */
export const filter = computed(/** @returns {Filter} */ () => {
  const p = route.value.params;
  return {text: p.get("text") || "", source: p.get("source") || "", sid: p.get("sid") || "", kind: p.get("kind") || "",
    failed: p.has("failed"), pinned: p.has("pinned"), id: Number(p.get("id")) || 0};
});

/** wanted is the filter without the exchange that is open, as a question to the server. */
const wanted = computed(() => query({...filter.value, id: 0}));

/** filtered says whether a filter is on. */
export const filtered = computed(() => wanted.value !== "");

/** rows are the exchanges, the newest first. */
export const rows = signal(/** @type {Exchange[]} */ ([]));

/** more says whether there are older exchanges on the server. */
export const more = signal(false);

/** loaded says which question the rows answer. */
const loaded = signal(/** @type {string | null} */ (null));
export const ready = computed(() => loaded.value === wanted.value);

/** change sets a part of the filter. @param {Partial<Filter>} part */
export function change(part) { remember("traffic", {...filter.value, ...part}); }

/** show opens an exchange; the first one is a step in the history, so that Back closes it. @param {number} id */
export function show(id) {
  if (filter.value.id) change({id});
  else go("traffic", {...filter.value, id});
}

/** close closes the open exchange. */
export function close() { change({id: 0}); }

/** load reads the newest exchanges that match. */
export async function load() {
  const mine = wanted.value;
  const answer = await settled("exchange", () => api.get("exchanges" + (mine ? mine + "&" : "?") + "limit=" + page));
  if (mine !== wanted.value) return; // another filter is on by now
  batch(() => {
    rows.value = answer.exchanges;
    more.value = answer.more;
    loaded.value = mine;
  });
}

let reading = false;

/** loadOlder reads on at the end of the list. */
export async function loadOlder() {
  const last = rows.value[rows.value.length - 1];
  if (reading || !more.value || !last) return;
  reading = true;
  const mine = wanted.value;
  try {
    const answer = await api.get("exchanges" + (mine ? mine + "&" : "?") + query({before: last.id, limit: 500}).slice(1));
    if (mine !== wanted.value) return;
    const known = new Set(rows.value.map((e) => e.id));
    rows.value = rows.value.concat(answer.exchanges.filter((/** @type {Exchange} */ e) => !known.has(e.id)));
    more.value = answer.more;
  } catch (error) { failed(error); } finally { reading = false; }
}

let again = false; // the server is asked anew soon

/** @type {Exchange[]} */
let waiting = [];

on("exchange", (e) => {
  if (loaded.value === null) return; // nobody has looked at the list yet
  if (filtered.value) {
    if (!again && route.value.name === "traffic") setTimeout(() => { again = false; load().catch(failed); }, 300);
    again = route.value.name === "traffic";
    return;
  }
  if (waiting.push(e) === 1) queueMicrotask(arrive);
});

// arrive puts the exchanges of one moment on top of the list. An exchange that
// is told again has changed.
function arrive() {
  /** @type {Map<number, Exchange>} */
  const fresh = new Map(waiting.map((e) => [e.id, e]));
  waiting = [];
  const kept = rows.value.map((e) => {
    const news = fresh.get(e.id);
    if (news) fresh.delete(e.id);
    return news || e;
  });
  rows.value = [...fresh.values()].reverse().concat(kept).slice(0, most);
}

on("cleared", () => {
  if (route.value.name === "traffic") close();
  if (loaded.value !== null) load().catch(failed);
});

on("open", () => { if (loaded.value !== null) load().catch(failed); });
