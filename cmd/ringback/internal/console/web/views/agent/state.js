// The WebSocket sessions between Twilio and the program, and the session shown.

import {computed, signal} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {calls, on} from "../../lib/store.js";
import {failed} from "../../lib/toast.js";
import {tone} from "../call/sounds.js";
import {act} from "../call/state.js";

/** @typedef {import("../../lib/types.js").Session} Session */
/** @typedef {import("../../lib/types.js").Call} Call */

/** sessions are the known sessions, newest first. */
export const sessions = signal(/** @type {Session[]} */ ([]));

/** openSessions are the sessions that are connecting or open. */
export const openSessions = computed(() => sessions.value.filter((s) => s.state === "connecting" || s.state === "open"));

const chosen = signal("");

/** shown is the session that the view shows, or null. */
export const shown = computed(() => sessions.value.find((s) => s.sid === chosen.value) || sessions.value[0] || null);

/** showSession shows a session. @param {string} sid */
export function showSession(sid) { chosen.value = sid; }

/** callOf returns the call of a session, if it is known. @param {Session} session @returns {Call | undefined} */
export const callOf = (session) => calls.value.find((c) => c.sid === session.call);

// The number of messages kept for a session, as in the console.
const keptItems = 500;
const keptMedia = 400;
const keptFrames = 1000;

/** @template {{n: number}} T @param {T[]} list @param {T[]} news */
function put(list, news) {
  const all = [...list];
  for (const item of news) {
    const at = all.findLastIndex((known) => known.n <= item.n);
    if (at >= 0 && all[at].n === item.n) all[at] = item;
    else all.splice(at + 1, 0, item);
  }
  return all;
}

/** @param {import("../../lib/types.js").Frame[]} frames */
function trim(frames) {
  let media = 0, others = 0;
  for (const f of frames) f.type === "media" ? media++ : others++;
  if (media <= keptMedia * 1.5 && others <= keptFrames * 1.5) return frames;
  return frames.filter((f) => (f.type === "media" ? media-- <= keptMedia : others-- <= keptFrames));
}

/** @param {number[]} list @param {number} from @param {number[]} news */
function lay(list, from, news) {
  while (list.length < from) list.push(0);
  for (let i = 0; i < news.length; i++) list[from + i] = news[i];
}

/** merge applies an update to a session. @param {Session | undefined} old @param {Session} news @returns {Session} */
function merge(old, news) {
  const levels = old ? old.levels : {from: 0, in: [], out: []};
  lay(levels.in, news.levels.from, news.levels.in);
  lay(levels.out, news.levels.from, news.levels.out);
  return {
    ...news, levels,
    items: put(old ? old.items : [], news.items).slice(-keptItems),
    frames: trim(put(old ? old.frames : [], news.frames)),
  };
}

/** @param {Session} news */
function take(news) {
  const at = sessions.value.findIndex((s) => s.sid === news.sid);
  if (at >= 0) {
    sessions.value = sessions.value.with(at, merge(sessions.value[at], news));
    return;
  }
  const now = shown.value;
  if (now && now.ended !== undefined) chosen.value = ""; // a new session replaces one that has ended
  sessions.value = [merge(undefined, news), ...sessions.value].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** @type {Set<string>} sessions of which everything was read */
const whole = new Set();

on("live", (news) => {
  const known = sessions.value.some((s) => s.sid === news.sid);
  take(news);
  if (known || news.items.some((/** @type {{n: number}} */ item) => item.n === 1) || news.frames[0]?.n === 1) whole.add(news.sid);
});

/** load loads a session that began before this page was opened. @param {Session} session */
export async function load(session) {
  if (whole.has(session.sid)) return;
  whole.add(session.sid);
  try {
    const answer = await api.get(`calls/${encodeURIComponent(session.call)}/live`);
    for (const s of answer.sessions) take(s);
  } catch (error) {
    whole.delete(session.sid);
    failed(error);
  }
}

async function list() {
  whole.clear();
  try {
    const answer = await api.get("live");
    for (const s of answer.sessions) take(s);
    if (shown.value) await load(shown.value);
  } catch (error) { failed(error); }
}

on("open", list);

/**
 * live performs an action in a call that is connected to a WebSocket. It reports
 * whether the session accepted it, and shows other failures.
 * @param {Session} session @param {object} what
 */
export async function live(session, what) {
  try {
    await api.post(`calls/${encodeURIComponent(session.call)}/live`, what);
    return true;
  } catch (error) {
    if (!(error instanceof api.Failure && error.status === 409)) failed(error);
    return false;
  }
}

/** press presses a key of a call's phone. @param {Call} call @param {string} key */
export function press(call, key) {
  tone(key);
  act(call, "presses " + key);
}
