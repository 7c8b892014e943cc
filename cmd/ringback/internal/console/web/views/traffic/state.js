// The live list of exchanges that match the filters in the URL.

import {batch, computed, signal} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {go, query, remember, route} from "../../lib/route.js";
import {on, settled} from "../../lib/store.js";
import {failed} from "../../lib/toast.js";

/** @typedef {import("../../lib/types.js").Exchange} Exchange */
/** @typedef {import("../../lib/types.js").Start} Start */
/** @typedef {{text: string, source: string, sid: string, kind: string, session: string, failed: boolean, pinned: boolean, id: number, compare: number}} Filter */

const page = 500;
const most = 20000; // rows kept, as many as the console keeps

/** filter is read from the URL. */
export const filter = computed(/** @returns {Filter} */ () => {
  const p = route.value.params;
  return {text: p.get("text") || "", source: p.get("source") || "", sid: p.get("sid") || "", kind: p.get("kind") || "", session: p.get("session") || "",
    failed: p.has("failed"), pinned: p.has("pinned"), id: Number(p.get("id")) || 0, compare: Number(p.get("compare")) || 0};
});

/** wanted is the filter without the open exchange, as a query string for the server. */
export const wanted = computed(() => query({...filter.value, id: 0, compare: 0}));

/** filtered reports whether a filter is set. */
export const filtered = computed(() => wanted.value !== "");

/** rows are the exchanges, newest first. */
export const rows = signal(/** @type {Exchange[]} */ ([]));

/** more reports whether the server has older exchanges. */
export const more = signal(false);

/** problems are the search terms that the server does not understand. */
export const problems = signal(/** @type {string[]} */ ([]));

/** paused holds back new exchanges, which are collected in held. */
export const paused = signal(false);
export const held = signal(/** @type {Exchange[]} */ ([]));

/** sessions are the runs of the console that have exchanges. */
export const sessions = signal(/** @type {Start[]} */ ([]));

/** chosen is the exchange to compare the next one with. */
export const chosen = signal(0);

/** loaded is the query that the rows were loaded for. */
const loaded = signal(/** @type {string | null} */ (null));
export const ready = computed(() => loaded.value === wanted.value);

/** change sets part of the filter. @param {Partial<Filter>} part */
export function change(part) { remember("traffic", {...filter.value, ...part}); }

/** show opens an exchange. The first one adds a history entry, so that Back closes it. @param {number} id */
export function show(id) {
  if (filter.value.id) change({id, compare: 0});
  else go("traffic", {...filter.value, id, compare: 0});
}

/** close closes the open exchange. */
export function close() { change({id: 0, compare: 0}); }

/** ask returns a query with additional parameters. @param {string} mine @param {Record<string, string | number>} params */
const ask = (mine, params) => "exchanges" + (mine ? mine + "&" : "?") + query(params).slice(1);

/** load loads the newest exchanges that match. */
export async function load() {
  const mine = wanted.value;
  const answer = await settled("exchange", () => api.get(ask(mine, {limit: page})));
  if (mine !== wanted.value) return; // the filter has changed since
  batch(() => {
    rows.value = answer.exchanges;
    more.value = answer.more;
    problems.value = answer.problems || [];
    held.value = [];
    loaded.value = mine;
  });
}

/** loadSessions loads the start times of the console. */
export async function loadSessions() { sessions.value = (await api.get("sessions")).sessions; }

let reading = false;

/** loadOlder extends the list with older exchanges. */
export async function loadOlder() {
  const last = rows.value[rows.value.length - 1];
  if (reading || !more.value || !last) return;
  reading = true;
  const mine = wanted.value;
  try {
    const answer = await api.get(ask(mine, {before: last.id, limit: 1000}));
    if (mine !== wanted.value) return;
    const known = new Set(rows.value.map((e) => e.id));
    rows.value = rows.value.concat(answer.exchanges.filter((/** @type {Exchange} */ e) => !known.has(e.id)));
    more.value = answer.more;
  } catch (error) { failed(error); } finally { reading = false; }
}

/** toggle pauses or resumes the list. */
export function toggle() {
  paused.value = !paused.value;
  if (!paused.value) resume();
}

/** resume shows the exchanges held back. */
export function resume() {
  const fresh = held.value;
  batch(() => {
    paused.value = false;
    held.value = [];
    rows.value = fresh.concat(rows.value).slice(0, most);
  });
}

let soon = false; // a request for newer exchanges is scheduled

/** @type {Exchange[]} */
let waiting = [];

on("exchange", (e) => {
  if (loaded.value === null) return; // the list has not been opened yet
  if (waiting.push(e) === 1) queueMicrotask(arrive);
});

const near = 1000; // how far below the newest row a late exchange may be inserted

/**
 * merged inserts new exchanges into a list in order. Exchanges that arrive at the
 * same time may be reported in either order.
 * @param {Exchange[]} fresh @param {Exchange[]} list
 */
function merged(fresh, list) {
  const top = fresh.concat(list.slice(0, near)).sort((a, b) => b.id - a.id);
  return top.concat(list.slice(near)).slice(0, most);
}

// arrive adds a batch of exchanges to the top of the list. An exchange that
// is already listed is replaced.
function arrive() {
  /** @type {Map<number, Exchange>} */
  const fresh = new Map(waiting.map((e) => [e.id, e]));
  waiting = [];
  const newest = Math.max(rows.value[0]?.id || 0, held.value[0]?.id || 0);
  /** @param {Exchange[]} list */
  const renew = (list) => (list.some((e) => fresh.has(e.id)) ? list.map((e) => fresh.get(e.id) || e) : list);
  const kept = renew(rows.value), back = renew(held.value);
  const known = new Set([...kept.slice(0, near), ...back].map((e) => e.id));
  const added = [...fresh.values()].filter((e) => e.id > newest - near && !known.has(e.id));
  batch(() => {
    if (filtered.value) {
      rows.value = kept;
      if (added.length) askNewer();
    } else if (paused.value) {
      rows.value = kept;
      held.value = merged(added, back);
    } else {
      rows.value = merged(added, kept);
    }
  });
}

// askNewer asks the server which new exchanges match the filter.
function askNewer() {
  if (soon || route.value.name !== "traffic") return;
  soon = true;
  setTimeout(async () => {
    soon = false;
    const mine = wanted.value;
    const after = Math.max(rows.value[0]?.id || 0, held.value[0]?.id || 0);
    try {
      const answer = await api.get(ask(mine, {after, limit: 1000}));
      if (mine !== wanted.value) return;
      const newest = Math.max(rows.value[0]?.id || 0, held.value[0]?.id || 0);
      const above = answer.exchanges.filter((/** @type {Exchange} */ e) => e.id > newest);
      if (!above.length) return;
      if (paused.value) held.value = above.concat(held.value);
      else rows.value = above.concat(rows.value).slice(0, most);
    } catch (error) { failed(error); }
  }, 300);
}

on("cleared", () => {
  if (route.value.name === "traffic") close();
  if (loaded.value !== null) load().catch(failed);
});

on("open", () => { if (loaded.value !== null) load().catch(failed); });
