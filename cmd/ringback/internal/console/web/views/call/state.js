// Which call is shown, and what a person does in a call.

import {computed, signal} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {calls, liveCalls, on, putCall, ringing} from "../../lib/store.js";
import {failed, say} from "../../lib/toast.js";

/** @typedef {import("../../lib/types.js").Call} Call */
/** @typedef {import("../../lib/types.js").Phone} Phone */

const chosen = signal("");

/** shown is the call that the panel shows, or null. */
export const shown = computed(() => calls.value.find((c) => c.sid === chosen.value) || ringing.value[0] || liveCalls.value[0] || calls.value[0] || null);

/** showCall turns to a call. The lines of one that has ended are fetched. @param {Call} call */
export function showCall(call) {
  chosen.value = call.sid;
  load(call);
}

/** load fetches the lines of a call that has ended. @param {Call | null} call */
export function load(call) {
  if (call?.ended && !call.lines.length) api.get("calls/" + encodeURIComponent(call.sid)).then(putCall, failed);
}

// A phone that rings takes the panel over from a call that has ended.
on("call", (call) => {
  const now = calls.value.find((c) => c.sid === chosen.value);
  if (call.rings && !call.ended && (!now || now.ended)) chosen.value = call.sid;
});

/** dial rings the app. @param {string} person */
export async function dial(person) {
  try {
    showCall(putCall(await api.post("calls", {person})));
  } catch (error) { failed(error); }
}

/**
 * act performs a step as written on the command line: "presses 1". leg is the
 * SID of the phone that does it; empty is the call's own.
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

// What a call is busy with, for people.
/** @type {Record<string, string>} */
const doings = {
  starting: "Connecting", ringing: "Ringing", speaking: "Listening to the app", prompting: "Listening to the app", listening: "In a call",
  recording: "In a call", dialing: "The app is dialing", talking: "Talking", "in-conference": "In a conference", "in-queue": "In a queue",
  "in-session": "Connected to a stream", paying: "Waiting for a payment",
};

/** waitingFor says what the app waits for, or nothing. @param {Phone} phone */
export const waitingFor = (phone) => (phone.ended ? "" : waits[phone.waitingFor.kind] || "");

/** cannot says why a person cannot do something at a phone now, or nothing. @param {Phone} phone @param {string} verb */
export const cannot = (phone, verb) => phone.cannot?.[verb] || "";

/** length is how long a call has gone on, in seconds. @param {Call} call @param {number} now */
export function length(call, now) {
  const end = call.endedAt ? new Date(call.endedAt).getTime() : now;
  return Math.max(0, (end - new Date(call.answeredAt || call.startedAt).getTime()) / 1000);
}

/** callsOf are the calls with a person, the oldest first. @param {string} person */
export const callsOf = (person) => calls.value.filter((c) => c.person === person).reverse();

/** doing says what goes on in a call. @param {Call} call */
export const doing = (call) => (call.ended ? `Ended: ${call.status}` : doings[call.doing] || call.status);
