// Which call is shown, and what a person does in a call.

import {computed, signal} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {calls, liveCalls, on, putCall, ringing} from "../../lib/store.js";
import {failed, say} from "../../lib/toast.js";

/** @typedef {import("../../lib/types.js").Call} Call */

const chosen = signal("");

/** shown is the call that the panel shows, or null. */
export const shown = computed(() => calls.value.find((c) => c.sid === chosen.value) || ringing.value[0] || liveCalls.value[0] || calls.value[0] || null);

/** showCall turns to a call. @param {Call} call */
export function showCall(call) { chosen.value = call.sid; }

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

/** waitingFor says what the app waits for, or nothing. @param {Call} call */
export const waitingFor = (call) => (call.ended ? "" : waits[call.waitingFor.kind] || "");

/** doing says what goes on in a call. @param {Call} call */
export const doing = (call) => (call.ended ? `Ended: ${call.status}` : doings[call.doing] || call.status);
