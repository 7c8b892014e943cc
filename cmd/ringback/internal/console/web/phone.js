// The phone: conversations by person, one thread, and the call screen.

import {$, h, fill, keyed, time, say} from "./dom.js";
import * as api from "./api.js";
import {callScreen} from "./call.js";

const channels = {sms: "SMS", whatsapp: "WhatsApp", rcs: "RCS"};

export function phone(root, shared) {
  let threads = [];
  let open = null; // the thread that is shown
  let calls = [];
  let replyTo = ""; // the message that the next one answers, on WhatsApp

  const list = h("ul.threads", {"aria-label": "Conversations"});
  const log = h("ol.bubbles", {"aria-label": "Messages", "aria-live": "polite"});
  const title = h("h2", {});
  const lines = h("menu.calls", {"aria-label": "Calls"});
  const place = h("div.call-place");
  const callPlace = h("section.call", {"aria-label": "Call"}, lines, place);
  const screen = callScreen(place, shared);
  const dialButton = h("button.call-button", {type: "button", onclick: dial}, "Call");

  const text = h("textarea", {rows: 1, "aria-label": "Text", placeholder: "Text the app", "data-first": true,
    onkeydown: (e) => { if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); send({body: text.value}); } }});
  const channel = h("select", {"aria-label": "Channel", onchange: () => pick(open && open.person, channel.value)},
    Object.entries(channels).map(([value, name]) => h("option", {value}, name)));
  const more = h("details.more", {},
    h("summary", {}, "More"),
    h("menu", {},
      h("li", {}, h("button", {type: "button", onclick: () => send({body: text.value, picture: true})}, "Send with a picture")),
      h("li", {}, h("button", {type: "button", onclick: () => send({location: {latitude: 37.7749, longitude: -122.4194, label: "Ferry Building"}})}, "Send a location (WhatsApp)")),
      h("li", {}, h("button", {type: "button", onclick: () => send({button: {text: text.value || "Yes", payload: "yes"}})}, "Press a button (WhatsApp)")),
      h("li", {}, h("button", {type: "button", onclick: () => send({body: "STOP", optOut: "STOP"})}, "Text STOP")),
      h("li", {}, h("button", {type: "button", onclick: () => send({body: "START", optOut: "START"})}, "Text START"))));
  const composer = h("form.composer", {onsubmit: (e) => { e.preventDefault(); send({body: text.value}); }},
    channel, text, h("button.primary", {}, "Send"), more);

  const person = h("input", {"aria-label": "Number of another person", placeholder: "+1 555 0102", inputmode: "tel"});
  const newThread = h("form.new", {onsubmit: (e) => {
    e.preventDefault();
    const number = person.value.replace(/[^+\d]/g, "");
    if (number.length > 3) { person.value = ""; pick(number, channel.value); }
  }}, person, h("button", {}, "Open"));

  fill(root,
    h("section.side", {"aria-label": "People"}, h("h2", {}, "People"), list, newThread),
    h("section.thread", {"aria-label": "Conversation"},
      h("header", {}, title, dialButton), log, composer),
    callPlace);

  async function load() {
    const [conversations, now] = await Promise.all([api.get("conversations"), api.get("calls")]);
    threads = conversations.conversations;
    calls = now.calls;
    const wanted = shared.params.get("with");
    const first = threads.find((t) => t.id === wanted) || threads[0];
    const people = shared.state ? shared.state.people : [];
    if (first) await pick(first.person, first.channel);
    else await pick(people.length ? people[0].address : "+15550101", "sms");
    showCall(calls.find((c) => !c.ended) || calls[0] || null);
  }

  // Several people may be in calls at once, as in a conference: each call that
  // goes on has a tab, and the one that is shown keeps its own.
  function showCall(call) {
    screen.show(call);
    drawCalls();
  }

  function drawCalls() {
    const shown = screen.sid();
    const tabs = calls.filter((c) => !c.ended || c.sid === shown).slice(0, 8);
    lines.hidden = tabs.length < 2;
    fill(lines, tabs.map((c) => h("li", {}, h("button", {type: "button", "aria-pressed": String(c.sid === shown), onclick: () => showCall(calls.find((x) => x.sid === c.sid))},
      nameOf(c.person), c.ended ? " (ended)" : ""))));
    fill(dialButton, liveOf(open && open.person) ? "Hang up" : "Call");
  }

  function nameOf(person) {
    const known = (shared.state ? shared.state.people : []).find((p) => p.address === person);
    return known ? known.name : person;
  }

  function liveOf(person) { return calls.find((c) => c.person === person && !c.ended); }

  function put(call) {
    const at = calls.findIndex((c) => c.sid === call.sid);
    if (at < 0) calls.unshift(call);
    else calls[at] = call;
  }

  function id(number, ch) { return ch === "sms" ? number : ch + ":" + number; }

  async function pick(number, ch) {
    if (!number) return;
    channel.value = ch;
    const key = id(number, ch);
    open = {id: key, person: number, channel: ch, messages: []};
    const known = threads.find((t) => t.id === key);
    open.name = nameOf(number) === number ? "" : nameOf(number);
    shared.remember("phone", {with: key});
    drawThreads();
    fill(title, open.name || number, open.name ? h("small", {}, " " + number) : null);
    if (known) {
      try {
        const thread = await api.get("conversations/" + encodeURIComponent(key));
        if (open.id === key) open.messages = thread.messages;
      } catch (error) { shared.failed(error); }
    }
    drawMessages(true);
    drawCalls();
  }

  function drawThreads() {
    const rows = threads.slice();
    for (const p of shared.state ? shared.state.people : []) {
      if (!rows.some((t) => t.person === p.address)) rows.push({id: p.address, person: p.address, channel: "sms", name: p.name});
    }
    if (open && !rows.some((t) => t.id === open.id)) rows.unshift({id: open.id, person: open.person, channel: open.channel, name: open.name});
    keyed(list, rows, (t) => t.id, () => h("li"), null);
    for (const [i, row] of rows.entries()) {
      fill(list.children[i], h("button", {
        type: "button", "aria-current": open && open.id === row.id ? "true" : false, onclick: () => pick(row.person, row.channel),
      }, h("strong", {}, row.name || row.person), row.channel !== "sms" ? h("span.tag", {}, channels[row.channel] || row.channel) : null,
      h("span.last", {}, row.last ? row.last.body || "(picture)" : "No messages yet")));
    }
  }

  function drawMessages(jump) {
    const near = jump || log.scrollTop + log.clientHeight > log.scrollHeight - 60;
    keyed(log, open.messages, (m) => m.sid, bubble, (element, m) => fill(element, inside(m)));
    if (!open.messages.length) fill(log, h("li.empty", {"data-key": "empty"}, "Write a text: it goes to the app signed, as Twilio would send it."));
    if (near) log.scrollTop = log.scrollHeight;
  }

  function bubble(m) {
    return h("li." + (m.direction === "to-app" ? "mine" : "theirs"), {}, inside(m));
  }

  function inside(m) {
    return [
      (m.media || []).map((item) => h("span.media", {}, "Picture (" + item.type + ")")),
      m.body ? h("span.body", {}, m.body) : null,
      open.channel === "whatsapp" && m.direction === "from-app"
        ? h("button.link.reply", {type: "button", onclick: () => { replyTo = m.sid; text.placeholder = "Reply to: " + m.body.slice(0, 40); text.focus(); }}, "Reply") : null,
      (m.buttons || []).map((b) => h("button.quick", {type: "button", onclick: () => send({button: b})}, b.text)),
      h("span.meta", {}, time(m.at), " ", m.status || "", m.errorCode ? " " + m.errorCode : "", " ",
        m.exchange ? h("a", {href: "#/traffic?id=" + m.exchange}, "exchange") : null),
    ];
  }

  async function send(message) {
    if (!message.body && !message.picture && !message.location && !message.button) return;
    text.value = "";
    more.open = false;
    try {
      const ch = message.location || message.button ? "whatsapp" : channel.value;
      if (ch !== open.channel) await pick(open.person, ch);
      if (replyTo && ch === "whatsapp") message.replyTo = replyTo;
      replyTo = "";
      text.placeholder = "Text the app";
      await api.post("messages", {person: open.person, channel: ch, ...message});
    } catch (error) { shared.failed(error); }
    text.focus();
  }

  async function dial() {
    const live = liveOf(open.person);
    if (live) {
      showCall(live);
      await screen.hangUp();
      return;
    }
    try {
      const call = await api.post("calls", {person: open.person});
      put(call);
      showCall(call);
      screen.focus();
    } catch (error) { shared.failed(error); }
  }

  load().catch(shared.failed);

  return {
    open: () => load().catch(shared.failed),
    navigate: () => {},
    leave: () => screen.leave(),
    message: (event) => {
      const {conversation, message} = event;
      let thread = threads.find((t) => t.id === conversation.id);
      if (!thread) threads.unshift(thread = conversation);
      thread.last = message;
      threads.sort((a, b) => (a === thread ? -1 : b === thread ? 1 : 0));
      if (open && open.id === conversation.id) {
        const at = open.messages.findIndex((m) => m.sid === message.sid);
        if (at < 0) open.messages.push(message);
        else open.messages[at] = message;
        drawMessages(false);
      } else if (message.direction === "from-app") say(`Text to ${conversation.person}: ${message.body}`);
      drawThreads();
    },
    call: (call) => {
      put(call);
      if (!screen.sid() || call.sid === screen.sid()) screen.update(call);
      drawCalls();
    },
    key: (event) => {
      if (event.key !== "c") return screen.key(event);
      dial();
      return true;
    },
  };
}
