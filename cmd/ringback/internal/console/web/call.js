// The call screen: what is heard, a keypad, words, voice message, and
// the far end of a Dial.

import {$, h, fill, keyed, say} from "./dom.js";
import * as api from "./api.js";

const pad = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

const awaited = {
  keys: "Waiting for keys", speech: "Waiting for speech", "keys or speech": "Waiting for keys or speech", recording: "Recording", payment: "Waiting for a payment",
};

// What a call is busy with, for people.
const doings = {
  starting: "Connecting", ringing: "Ringing", speaking: "Listening to the app", prompting: "Listening to the app", listening: "In a call",
  recording: "In a call", dialing: "The app dials", talking: "Talking", "in-conference": "In a conference", "in-queue": "In a queue",
  "in-session": "Connected to a stream", paying: "In a call",
};

export function callScreen(root, shared, nameOf, latest) {
  let call = null;
  let spoken = 0;
  const status = h("p.call-state", {role: "status"});
  const lines = h("ol.lines", {"aria-label": "What is heard", "aria-live": "polite"});
  const keypad = h("div.keypad", {role: "group", "aria-label": "Keypad", tabindex: 0},
    pad.map((key) => h("button", {type: "button", onclick: () => act("presses " + key)}, key)));
  const words = h("input", {"aria-label": "Words to speak", placeholder: "Say something"});
  const speak = h("form.speak", {onsubmit: (e) => {
    e.preventDefault();
    if (words.value.trim()) act("speaks " + words.value.trim());
    words.value = "";
  }}, words, h("button", {}, "Speak"));
  const legs = h("div.legs");
  const rings = h("div.leg", {role: "group", "aria-label": "The phone rings"}, h("strong", {}, "Incoming call from the app"),
    h("button", {type: "button", onclick: () => act("answers")}, "Answer"),
    h("button", {type: "button", onclick: () => act("busy")}, "Busy"),
    h("button", {type: "button", onclick: () => act("no answer")}, "No answer"));
  const aloud = h("input", {type: "checkbox", onchange: () => { if (!aloud.checked) speechSynthesis.cancel(); }});
  // What comes and goes stands above the keypad, whose keys stay where they are.
  const controls = h("div.controls", {}, rings, legs, keypad, speak,
    h("div.row", {},
      h("button", {type: "button", onclick: () => act("records 5s")}, "Leave a 5-second message"),
      h("button.danger", {type: "button", onclick: hangUp}, "Hang up")));
  const reader = "speechSynthesis" in window ? h("label.aloud", {}, aloud, " Speak aloud") : null;

  draw();

  function show(next) {
    call = next;
    spoken = call ? call.lines.length : 0;
    draw();
  }

  function update(next) {
    if (!call || next.sid !== call.sid) spoken = 0;
    call = next;
    readOut();
    draw();
  }

  // readOut uses the browser's own voice, only when asked to.
  function readOut() {
    const fresh = call.lines.slice(spoken);
    spoken = call.lines.length;
    if (!aloud.checked) return;
    for (const line of fresh) {
      if (line.kind === "say") speechSynthesis.speak(new SpeechSynthesisUtterance(line.text));
    }
  }

  function draw() {
    if (!call) {
      fill(root, h("h2", {}, "Call"), h("p.empty", {}, "No call yet. Press Call to ring the app."));
      return;
    }
    if (!root.contains(lines)) fill(root, h("h2", {}, "Call"), status, lines, controls, reader);
    const waits = !call.ended && awaited[call.waitingFor.kind];
    fill(status, call.ended ? `Ended: ${call.status}` : waits ? null : doings[call.doing] || call.status,
      call.code ? h("strong.code", {}, " " + call.code) : null, call.reason ? " " + call.reason : null,
      waits ? h("span.waiting", {}, waits, call.waitingFor.hint ? ` (${call.waitingFor.hint})` : "") : null);
    const near = lines.scrollTop + lines.clientHeight > lines.scrollHeight - 60;
    keyed(lines, call.lines, (l) => call.sid + l.n, line, null);
    if (near) lines.scrollTop = lines.scrollHeight;
    for (const control of controls.querySelectorAll("button, input")) control.disabled = call.ended;
    rings.hidden = !call.rings;
    fill(legs, (call.legs || []).filter((leg) => leg.status === "ringing" || leg.status === "in-progress").map((leg) =>
      h("div.leg", {role: "group", "aria-label": "Phone of " + nameOf(leg.to)}, h("span", {}, h("strong", {}, nameOf(leg.to)), leg.status === "ringing" ? " rings" : " is on the line"),
        leg.status === "ringing"
          ? [["answers", "Answer"], ["busy", "Busy"], ["no answer", "No answer"]].map(([what, name]) =>
            h("button", {type: "button", onclick: () => act(what, leg.sid)}, name))
          : h("button", {type: "button", onclick: () => act("hangs up", leg.sid)}, "Hang up " + nameOf(leg.to)))));
  }

  function speaker(l) {
    if (l.who === "app") return l.name ? "App to " + nameOf(l.name) : "App";
    if (l.who === "twilio") return "Twilio";
    return nameOf(l.name || call.person);
  }

  function line(l) {
    return h("li." + l.who, {class: "line-" + l.kind},
      h("span.who", {}, speaker(l)),
      h("span.what", {}, l.text),
      l.exchange ? h("a", {href: "#/traffic?id=" + l.exchange, "aria-label": "Exchange " + l.exchange}, "›") : null);
  }

  // act performs a step as written on the command line: "presses 1".
  async function act(what, leg = "") {
    if (!call || call.ended) return;
    try {
      const next = latest(await api.post(`calls/${encodeURIComponent(call.sid)}/act`, {do: what, leg}));
      if (next.sid === call.sid) update(next); // the person may have turned to another call meanwhile
    } catch (error) { shared.failed(error); }
  }

  async function hangUp() {
    await act("hangs up");
    say("Hung up");
  }

  return {
    show, update, hangUp,
    sid: () => call ? call.sid : "",
    focus: () => keypad.focus(),
    leave: () => { if ("speechSynthesis" in window) speechSynthesis.cancel(); },
    key: (event) => {
      if (!call || call.ended || !pad.includes(event.key) || !root.contains(document.activeElement)) return false;
      act("presses " + event.key);
      return true;
    },
  };
}
