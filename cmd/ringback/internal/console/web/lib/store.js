// The state of the page, in signals. Server events change them only in this
// file. A view is rendered again when a signal that it reads changes.

import {batch, computed, signal} from "./html.js";
import * as api from "./api.js";
import {failed, notice} from "./toast.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").App} App */
/** @typedef {import("./types.js").Call} Call */
/** @typedef {import("./types.js").Conversation} Conversation */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Delivery} Delivery */
/** @typedef {import("./types.js").FaultPlan} FaultPlan */
/** @typedef {import("./types.js").Outcome} Outcome */

/** connection is connecting, open, lost (the console stopped) or refused (no valid token). */
export const connection = signal(/** @type {"connecting" | "open" | "lost" | "refused"} */ ("connecting"));

/** state is the response of /api/state, or null before the first response. */
export const state = signal(/** @type {State | null} */ (null));

/** app is the program under development. */
export const app = signal(/** @type {App | null} */ (null));

/** conversations are ordered by last activity, newest first. */
export const conversations = signal(/** @type {Conversation[]} */ ([]));

/** calls are ordered by start, newest first. */
export const calls = signal(/** @type {Call[]} */ ([]));

/** liveCalls are the calls that have not ended. */
export const liveCalls = computed(() => calls.value.filter((c) => !c.ended));

/** ringing are the calls that can be answered now. */
export const ringing = computed(() => calls.value.filter((c) => c.rings && !c.ended));

export const deliveries = signal(/** @type {Delivery[]} */ ([]));
export const faults = signal(/** @type {FaultPlan} */ ({faults: [], seed: 1}));

/** outcomes are the results of messages and calls by address; words explains each result. */
export const outcomes = signal(/** @type {{outcomes: Outcome[], words: Record<string, string>}} */ ({outcomes: [], words: {}}));

/** people are the named people in the console's settings. */
export const people = computed(() => (state.value ? state.value.people : []));

/** nameOf returns a person's name, or the number if it has none. @param {string} address */
export function nameOf(address) {
  const known = people.value.find((p) => p.address === address);
  return known ? known.name : address;
}

/** named replaces the numbers in a text with names. @param {string} text */
export const named = (text) => people.value.reduce((all, p) => all.replaceAll(p.address, p.name), text);

/** @type {Map<string, import("@preact/signals").Signal<Message[]>>} */
const threads = new Map();

/**
 * messagesOf returns the signal of a conversation's messages. It is empty until
 * loadMessages has loaded them.
 * @param {string} id
 */
export function messagesOf(id) {
  let thread = threads.get(id);
  if (!thread) threads.set(id, thread = signal(/** @type {Message[]} */ ([])));
  return thread;
}

const longest = 500; // messages of a conversation that are kept, as many as the console keeps

/** @type {Map<string, number>} the number of events received by name */
const news = new Map();

/** @type {Map<string, Set<(data: any) => void>>} */
const listeners = new Map();

/**
 * on calls listener for each event of a name, after the signals have changed.
 * Events that arrive together are delivered in one batch. "open" is sent after
 * each connection, when everything should be reloaded. It returns a function that
 * removes the listener.
 * @param {string} name @param {(data: any) => void} listener
 * @returns {() => void}
 */
export function on(name, listener) {
  let all = listeners.get(name);
  if (!all) listeners.set(name, all = new Set());
  all.add(listener);
  return () => { all.delete(listener); };
}

/**
 * settled repeats a request if events of a name arrived before its response, which
 * would undo them.
 * @template T
 * @param {string} name @param {() => Promise<T>} request @returns {Promise<T>}
 */
export async function settled(name, request) {
  for (;;) {
    const before = news.get(name);
    const answer = await request();
    if (news.get(name) === before) return answer;
  }
}

/** loadMessages loads a conversation from the server. @param {string} id */
export async function loadMessages(id) {
  if (!conversations.value.some((c) => c.id === id)) return;
  const thread = await settled("message", () => api.get("conversations/" + encodeURIComponent(id)));
  messagesOf(id).value = thread.messages;
}

export async function loadDeliveries() {
  deliveries.value = (await settled("delivery", () => api.get("deliveries"))).deliveries;
}

export async function loadOutcomes() {
  outcomes.value = await settled("outcomes", () => api.get("outcomes"));
}

/**
 * putCall stores a call unless a newer version is known, and returns the newest. A
 * response may arrive after a more recent event.
 * @param {Call} call @returns {Call}
 */
export function putCall(call) {
  const at = calls.value.findIndex((c) => c.sid === call.sid);
  if (at >= 0 && calls.value[at].seq > call.seq) return calls.value[at];
  calls.value = at < 0 ? [call, ...calls.value] : calls.value.with(at, call);
  return call;
}

/** @type {Record<string, (data: any) => void>} applies each event to the state */
const reducers = {
  app: (data) => { app.value = data; },
  call: putCall,
  message: ({conversation, message}) => {
    const known = conversations.value.find((c) => c.id === conversation.id) || conversation;
    conversations.value = [{...known, last: message, optedOut: conversation.optedOut}, ...conversations.value.filter((c) => c.id !== conversation.id)];
    const thread = threads.get(conversation.id);
    if (!thread) return;
    const at = thread.value.findLastIndex((m) => m.sid === message.sid);
    thread.value = at < 0 ? [...thread.value, message].slice(-longest) : thread.value.with(at, message);
  },
  delivery: (data) => {
    const at = deliveries.value.findIndex((d) => d.sid === data.sid);
    deliveries.value = at < 0 ? [data, ...deliveries.value] : deliveries.value.with(at, data);
  },
  faults: (data) => { faults.value = data; },
  outcomes: (data) => { outcomes.value = {...outcomes.value, outcomes: data}; },
  trouble: (data) => { failed(new api.Failure(0, "Cannot save this exchange: " + data)); },
};

/** @type {[string, any][]} */
let queue = [];

// gather is how long events are collected before the page is updated. At 200
// events a second, the page is rendered 25 times.
const gather = 40;

/** @param {string} name @param {any} data */
function event(name, data) {
  if (queue.push([name, data]) === 1) setTimeout(flush, gather);
}

function flush() {
  const events = queue;
  queue = [];
  batch(() => {
    for (const [name, data] of events) {
      news.set(name, (news.get(name) || 0) + 1);
      reducers[name]?.(data);
      for (const listener of listeners.get(name) || []) listener(data);
    }
  });
}

async function refresh() {
  const [now, plan, all, current] = await Promise.all([
    api.get("state"), settled("faults", () => api.get("faults")),
    settled("message", () => api.get("conversations")), settled("call", () => api.get("calls")),
  ]);
  batch(() => {
    state.value = now;
    app.value = now.app;
    faults.value = plan;
    conversations.value = all.conversations;
    calls.value = current.calls;
    connection.value = "open";
  });
  await Promise.all([...threads.keys()].map(loadMessages));
  for (const listener of listeners.get("open") || []) listener(null);
}

/** @param {unknown} error */
function lost(error) {
  connection.value = error instanceof api.Failure && error.status === 401 ? "refused" : "lost";
}

/** start loads the state once and then follows the events. */
export async function start() {
  let told = false;
  await api.listen({
    open: () => {
      refresh().then(() => {
        if (!told && state.value?.notice) notice(state.value.notice);
        told = true;
      }).catch((error) => { lost(error); if (connection.value !== "refused") failed(error); });
    },
    lost,
    event,
  });
}
