// The open conversation and its unsent text. This state outlives the view, so that
// it is still there when the user returns.

import {computed, signal} from "../../lib/html.js";
import {remember, route} from "../../lib/route.js";
import {conversations, nameOf, people} from "../../lib/store.js";

/** @typedef {import("../../lib/types.js").Conversation} Conversation */
/** @typedef {import("../../lib/types.js").Message} Message */

export const channels = {sms: "SMS", whatsapp: "WhatsApp", rcs: "RCS"};

/** @param {string} person @param {string} channel */
const idOf = (person, channel) => (channel === "sms" ? person : channel + ":" + person);

/** @param {string} id @returns {Conversation} */
function parse(id) {
  const [, channel = "sms", person] = /** @type {RegExpMatchArray} */ (id.match(/^(?:(whatsapp|rcs):)?(.*)$/));
  return {id, person, channel, name: nameOf(person)};
}

const chosen = signal("");

// Each of these changes less often than the conversations, which change with every
// message.
const openId = computed(() => chosen.value || conversations.value[0]?.id || people.value[0]?.address || "+15550101");
const found = computed(() => conversations.value.some((c) => c.id === openId.value));
const optedOut = computed(() => conversations.value.some((c) => c.id === openId.value && c.optedOut));

/** open is the conversation that is shown; known says whether it has messages. */
export const open = computed(() => ({...parse(openId.value), optedOut: optedOut.value, known: found.value}));

/** pane is the part that a narrow window shows: people, thread or call. */
export const pane = signal(/** @type {"people" | "thread" | "call"} */ ("thread"));

/** pick opens a conversation. @param {string} person @param {string} channel */
export function pick(person, channel) {
  chosen.value = idOf(person, channel);
  pane.value = "thread";
  if (route.value.name === "phone" || !route.value.name) remember("phone", {with: chosen.value});
}

/** follow opens the conversation named in the URL. @param {string | null} id */
export function follow(id) { if (id) chosen.value = id; }

/** rows are the conversations, followed by the people without one. */
export const rows = computed(() => {
  const all = conversations.value.map((c) => ({...c, name: c.name || nameOf(c.person)}));
  for (const p of people.value) {
    if (!all.some((c) => c.person === p.address)) all.push(parse(p.address));
  }
  if (!all.some((c) => c.id === open.value.id)) all.unshift(parse(open.value.id));
  return all;
});

/** drafts hold the unsent text of each conversation. */
export const drafts = signal(/** @type {Record<string, string>} */ ({}));

/** quoted is the WhatsApp message that the next message replies to. */
export const quoted = signal(/** @type {Message | null} */ (null));
