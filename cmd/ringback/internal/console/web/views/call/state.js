// The call that is shown, and the actions in a call.

import {computed, signal} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {calls, liveCalls, on, putCall, ringing} from "../../lib/store.js";
import {failed, say} from "../../lib/toast.js";

/** @typedef {import("../../lib/types.js").Call} Call */
/** @typedef {import("../../lib/types.js").Phone} Phone */

const chosen = signal("");

/** shown is the call that the panel shows, or null. */
export const shown = computed(() => calls.value.find((c) => c.sid === chosen.value) || ringing.value[0] || liveCalls.value[0] || calls.value[0] || null);

/** showCall shows a call and loads its lines if it has ended. @param {Call} call */
export function showCall(call) {
  chosen.value = call.sid;
  load(call);
}

/** load loads the lines of a call that has ended. @param {Call | null} call */
export function load(call) {
  if (call?.ended && !call.lines.length) api.get("calls/" + encodeURIComponent(call.sid)).then(putCall, failed);
}

// A ringing phone replaces a call that has ended in the panel.
on("call", (call) => {
  const now = calls.value.find((c) => c.sid === chosen.value);
  if (call.rings && !call.ended && (!now || now.ended)) chosen.value = call.sid;
});

/** dial calls the app. @param {string} person */
export async function dial(person) {
  try {
    showCall(putCall(await api.post("calls", {person})));
  } catch (error) { failed(error); }
}

/**
 * act performs a step in the notation of the command line, such as "presses 1". leg is the
 * SID of the phone that does it, or empty for the call itself.
 * @param {Call} call @param {string} what @param {string} [leg]
 */
export async function act(call, what, leg = "") {
  try {
    putCall(await api.post(`calls/${encodeURIComponent(call.sid)}/act`, {do: what, leg}));
  } catch (error) { failed(error); }
}

/** hangUp ends a call. @param {Call} call */
export async function hangUp(call) {
  await act(call, "hangs up");
  say("Hung up");
}

/** @type {Record<string, string>} */
const waits = {
  keys: "Waiting for keys", speech: "Waiting for speech", "keys or speech": "Waiting for keys or speech", recording: "Recording", payment: "Waiting for a payment",
};

// The state of a call, as shown to users.
/** @type {Record<string, string>} */
const doings = {
  starting: "Connecting", ringing: "Ringing", speaking: "Listening to the app", prompting: "Listening to the app", listening: "In a call",
  recording: "In a call", dialing: "The app is dialing", talking: "Talking", "in-conference": "In a conference", "in-queue": "In a queue",
  "in-session": "Connected to a stream", paying: "Waiting for a payment",
};

/** waitingFor describes the input that the app waits for, or returns nothing. @param {Phone} phone */
export const waitingFor = (phone) => (phone.ended ? "" : waits[phone.waitingFor.kind] || "");

/** cannot explains why an action is unavailable at a phone, or returns nothing. @param {Phone} phone @param {string} verb */
export const cannot = (phone, verb) => phone.cannot?.[verb] || "";

/** length returns the duration of a call in seconds. @param {Call} call @param {number} now */
export function length(call, now) {
  const end = call.endedAt ? new Date(call.endedAt).getTime() : now;
  return Math.max(0, (end - new Date(call.answeredAt || call.startedAt).getTime()) / 1000);
}

/** callsOf returns the calls with a person, oldest first. @param {string} person */
export const callsOf = (person) => calls.value.filter((c) => c.person === person).reverse();

/** doing describes the state of a call. @param {Call} call */
export const doing = (call) => (call.ended ? `Ended: ${call.status}` : doings[call.doing] || call.status);
