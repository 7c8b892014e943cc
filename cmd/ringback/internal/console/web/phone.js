// The phone: conversations by person, one thread, and the call screen.

import {$, h, fill, keyed, time, say} from "./dom.js";
import * as api from "./api.js";
import {callScreen} from "./call.js";
import {composer, channels} from "./composer.js";

export function phone(root, shared) {
  let threads = [];
  let open = null; // the thread that is shown
  let calls = [];
  let news = 0; // how many events came so far

  const list = h("ul.threads", {"aria-label": "Conversations"});
  const log = h("ol.bubbles", {"aria-label": "Messages", "aria-live": "polite"});
  const title = h("h2", {});
  const lines = h("menu.calls", {"aria-label": "Calls"});
  const place = h("div.call-place");
  const callPlace = h("section.call", {"aria-label": "Call"}, lines, place);
  const screen = callScreen(place, shared, nameOf, put);
  const dialButton = h("button.call-button", {type: "button", onclick: dial}, "Call");

  const writing = composer({send, channel: (name) => pick(open && open.person, name)});
  const channel = writing.channel;

  const person = h("input", {"aria-label": "Number of another person", placeholder: "+1 555 0102", inputmode: "tel"});
  const newThread = h("form.new", {onsubmit: (e) => {
    e.preventDefault();
    const number = person.value.replace(/[^+\d]/g, "");
    if (number.length > 3) { person.value = ""; pick(number, channel.value); }
  }}, person, h("button", {}, "Open"));

  fill(root,
    h("section.side", {"aria-label": "People"}, h("h2", {}, "People"), list, newThread),
    h("section.thread", {"aria-label": "Conversation"},
      h("header", {}, title, dialButton), log, writing.element),
    callPlace);

  // settled asks again when news came while an answer was on its way: it would
  // undo them.
  async function settled(request) {
    for (;;) {
      const before = news;
      const answer = await request();
      if (news === before) return answer;
    }
  }

  async function load() {
    const [conversations, now] = await settled(() => Promise.all([api.get("conversations"), api.get("calls")]));
    threads = conversations.conversations;
    calls = now.calls;
    // After a reconnection what was open stays open.
    const wanted = open ? open.id : shared.params.get("with");
    const first = threads.find((t) => t.id === wanted) || open || threads[0];
    const people = shared.state ? shared.state.people : [];
    if (first) await pick(first.person, first.channel);
    else await pick(people.length ? people[0].address : "+15550101", "sms");
    showCall(calls.find((c) => c.sid === screen.sid()) || calls.find((c) => !c.ended) || calls[0] || null);
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

  // put keeps the latest look at a call and returns it: an answer may come after
  // news that are younger.
  function put(call) {
    const at = calls.findIndex((c) => c.sid === call.sid);
    if (at < 0) calls.unshift(call);
    else if (calls[at].seq > call.seq) return calls[at];
    else calls[at] = call;
    return call;
  }

  function id(number, ch) { return ch === "sms" ? number : ch + ":" + number; }

  async function pick(number, ch) {
    if (!number) return;
    channel.value = ch;
    const key = id(number, ch);
    if (!open || open.id !== key) writing.answer(null);
    open = {id: key, person: number, channel: ch, messages: []};
    const known = threads.find((t) => t.id === key);
    open.name = nameOf(number) === number ? "" : nameOf(number);
    shared.remember("phone", {with: key});
    drawThreads();
    drawTitle();
    if (known) {
      try {
        const thread = await settled(() => api.get("conversations/" + encodeURIComponent(key)));
        if (open.id === key) open.messages = thread.messages;
      } catch (error) { shared.failed(error); }
    }
    drawMessages(true);
    drawCalls();
  }

  function drawTitle() {
    const known = threads.find((t) => t.id === open.id);
    fill(title, open.name || open.person, open.name ? h("small", {}, " " + open.person) : null,
      known && known.optedOut ? h("span.tag.bad", {title: "The app's messages do not arrive (21610)"}, "opted out") : null);
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
    keyed(log, open.messages, (m) => m.sid, bubble, redraw);
    if (!open.messages.length) fill(log, h("li.empty", {"data-key": "empty"}, "Write a text: it goes to the app signed, as Twilio would send it."));
    if (near) log.scrollTop = log.scrollHeight;
  }

  // redraw brings a message up to date. A picture stays as it is: it would be
  // loaded again.
  function redraw(element, m) {
    const picture = $("img", element);
    element.classList.toggle("failed", Boolean(m.errorCode));
    fill(element, inside(m));
    const again = $("img", element);
    if (picture && again) again.replaceWith(picture);
  }

  const sides = {"to-app": "mine", "from-app": "theirs", "from-twilio": "network"};

  function bubble(m) {
    return h("li." + sides[m.direction], {class: m.errorCode ? "failed" : ""}, inside(m));
  }

  function inside(m) {
    const answered = m.replyTo && open.messages.find((other) => other.sid === m.replyTo);
    return [
      m.direction === "from-twilio" ? h("span.from", {}, "Twilio") : null,
      answered ? h("q.answered", {}, answered.body) : null,
      (m.media || []).map(media),
      m.body ? h("span.body", {}, m.body) : null,
      h("span.meta", {}, time(m.at), " ", m.status || "", m.errorCode ? h("strong.code", {}, " " + m.errorCode) : "", " ",
        m.exchange ? h("a", {href: "#/traffic?id=" + m.exchange}, "exchange") : null,
        open.channel === "whatsapp" && m.direction === "from-app"
          ? h("button.link.reply", {type: "button", onclick: () => writing.answer(m)}, "Reply") : null),
    ];
  }

  // A picture that a person sent is shown. One of the app's is only named:
  // nothing is loaded from an address that was captured.
  function media(item) {
    if (item.sid) {
      const picture = h("img.picture", {alt: "Picture, " + item.type, width: 160, height: 100});
      api.image("media/" + encodeURIComponent(item.sid)).then((src) => { picture.src = src; }).catch(shared.failed);
      return picture;
    }
    return h("span.media", {}, "Picture at ", h("code", {}, item.url));
  }

  async function send(message) {
    try {
      const ch = message.location || message.button ? "whatsapp" : channel.value;
      if (ch !== open.channel) await pick(open.person, ch);
      await api.post("messages", {person: open.person, channel: ch, ...message});
    } catch (error) { shared.failed(error); }
  }

  async function dial() {
    if (!open) return; // nothing is loaded yet
    const live = liveOf(open.person);
    if (live) {
      showCall(live);
      await screen.hangUp();
      return;
    }
    try {
      const call = await api.post("calls", {person: open.person});
      showCall(put(call));
      screen.focus();
    } catch (error) { shared.failed(error); }
  }

  load().catch(shared.failed);

  return {
    open: () => load().catch(shared.failed),
    navigate: () => {},
    leave: () => screen.leave(),
    message: (event) => {
      news++;
      const {conversation, message} = event;
      let thread = threads.find((t) => t.id === conversation.id);
      if (!thread) threads.unshift(thread = conversation);
      thread.last = message;
      thread.optedOut = conversation.optedOut;
      threads.sort((a, b) => (a === thread ? -1 : b === thread ? 1 : 0));
      if (open && open.id === conversation.id) {
        const at = open.messages.findIndex((m) => m.sid === message.sid);
        if (at < 0) open.messages.push(message);
        else open.messages[at] = message;
        drawMessages(false);
        drawTitle();
      } else if (message.direction === "from-app") say(`Text to ${conversation.person}: ${message.body}`);
      drawThreads();
    },
    call: (call) => {
      news++;
      const latest = put(call);
      if (!screen.sid() || call.sid === screen.sid()) screen.update(latest);
      drawCalls();
    },
    key: (event) => {
      if (event.key !== "c") return screen.key(event);
      dial();
      return true;
    },
  };
}
