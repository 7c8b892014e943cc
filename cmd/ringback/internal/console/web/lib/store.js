// What the page knows, in signals. Server events change them here and nowhere
// else; a view reads the signals that it shows and is drawn again by itself.

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

/** state is /api/state, or null before the first answer. */
export const state = signal(/** @type {State | null} */ (null));

/** app is the program under development. */
export const app = signal(/** @type {App | null} */ (null));

/** conversations, the last active one first. */
export const conversations = signal(/** @type {Conversation[]} */ ([]));

/** calls, the newest first. */
export const calls = signal(/** @type {Call[]} */ ([]));

/** liveCalls are the calls that have not ended. */
export const liveCalls = computed(() => calls.value.filter((c) => !c.ended));

/** ringing are the calls that a person could answer now. */
export const ringing = computed(() => calls.value.filter((c) => c.rings && !c.ended));

export const deliveries = signal(/** @type {Delivery[]} */ ([]));
export const faults = signal(/** @type {FaultPlan} */ ({faults: [], seed: 1}));

/** outcomes say what happens to messages and calls by address; words explains the results. */
export const outcomes = signal(/** @type {{outcomes: Outcome[], words: Record<string, string>}} */ ({outcomes: [], words: {}}));

/** people are those with a name, from the console's settings. */
export const people = computed(() => (state.value ? state.value.people : []));

/** nameOf is a person's name, or the number. @param {string} address */
export function nameOf(address) {
  const known = people.value.find((p) => p.address === address);
  return known ? known.name : address;
}

/** named puts names in the place of the numbers in a text. @param {string} text */
export const named = (text) => people.value.reduce((all, p) => all.replaceAll(p.address, p.name), text);

/** @type {Map<string, import("@preact/signals").Signal<Message[]>>} */
const threads = new Map();

/**
 * messagesOf is the signal of a conversation's messages. It is empty until
 * loadMessages has asked for them.
 * @param {string} id
 */
export function messagesOf(id) {
  let thread = threads.get(id);
  if (!thread) threads.set(id, thread = signal(/** @type {Message[]} */ ([])));
  return thread;
}

const longest = 500; // messages of a conversation that are kept, as many as the console keeps

/** @type {Map<string, number>} how many events of each name came so far */
const news = new Map();

/** @type {Map<string, Set<(data: any) => void>>} */
const listeners = new Map();

/**
 * on calls a function for each event of a name, after the signals have changed:
 * what came together, one after the other in one batch. "open" comes after
 * each connection, when everything should be reloaded. It returns what stops it.
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
 * settled asks again when events of a name came while the answer was on its way:
 * the answer would undo them.
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

/** loadMessages reads a conversation from the server. @param {string} id */
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
 * putCall keeps the latest look at a call and returns it: an answer may come
 * after news that are younger.
 * @param {Call} call @returns {Call}
 */
export function putCall(call) {
  const at = calls.value.findIndex((c) => c.sid === call.sid);
  if (at >= 0 && calls.value[at].seq > call.seq) return calls.value[at];
  calls.value = at < 0 ? [call, ...calls.value] : calls.value.with(at, call);
  return call;
}

/** @type {Record<string, (data: any) => void>} what each event changes */
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
  trouble: (data) => { failed(new api.Failure(0, "This exchange could not be kept: " + data)); },
};

/** @type {[string, any][]} */
let queue = [];

// gather is how long events are gathered before the page changes: at 200 a
// second it is drawn 25 times.
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

/** start reads everything once and follows the events from then on. */
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
