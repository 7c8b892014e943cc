// The views of the console. The navigation, number keys, help and
// URLs are derived from this list.

import {faults} from "./lib/store.js";
import {Agent} from "./views/agent.js";
import {openSessions} from "./views/agent/state.js";
import {Incoming} from "./views/call/incoming.js";
import {Sounds} from "./views/call/sounds.js";
import {Connect} from "./views/connect.js";
import {Deliveries} from "./views/deliveries.js";
import {Faults} from "./views/faults.js";
import {Outbound} from "./views/outbound.js";
import {Phone} from "./views/phone.js";
import {Traffic} from "./views/traffic.js";

/** @type {import("./lib/types.js").View[]} */
export const views = [
  {name: "phone", title: "Phone", icon: "phone", component: Phone, help: [
    ["c", "Call, or hang up"], ["0 – 9 * #", "Press a key during a call"], ["/", "Write a text"],
  ]},
  {name: "traffic", title: "Traffic", icon: "activity", component: Traffic, help: [
    ["j k", "Next or previous exchange"], ["/", "Search"], ["r", "Replay the open exchange"], ["e", "Edit its parameters"],
    ["p", "Pin or unpin the open exchange"], ["h", "Pause the list, or resume it"], ["Ctrl click", "Compare with the open exchange"], ["x", "Delete the exchanges shown, except pinned ones"], ["Esc", "Close the exchange"],
  ]},
  {name: "deliveries", title: "Deliveries", icon: "truck", component: Deliveries},
  {name: "faults", title: "Faults", icon: "bug", component: Faults, badge: () => faults.value.faults.filter((f) => f.on).length, badgeLabel: "on"},
  {name: "agent", title: "Agent", icon: "bot", component: Agent, badge: () => openSessions.value.length, badgeLabel: "open", help: [
    ["/", "Say something"], ["m", "Use the microphone, or mute it"], ["0 – 9 * #", "Press a key"],
  ]},
  {name: "outbound", title: "Outbound", icon: "server", component: Outbound},
  {name: "connect", title: "Connect", icon: "plug", component: Connect},
];

/** What is shown above every view. @type {(() => any)[]} */
export const overlays = [Incoming, Sounds];
