// Traffic: every exchange, live; filters stand in the address; one exchange in
// full beside the list.

import {$, h, fill, keyed, time, duration, say, ask} from "./dom.js";
import * as api from "./api.js";
import {exchange as detail} from "./exchange.js";

const page = 100;
const sources = [["", "All sources"], ["phone", "Phone"], ["delivery", "Deliveries"], ["tunnel", "Tunnel"], ["replay", "Replays"], ["rest", "API callbacks"], ["api", "API requests"]];

export function traffic(root, shared) {
  let rows = [];
  let more = false;
  let filter = read();
  let opened = 0;
  let timer = 0;
  let asked = 0;
  const narrow = matchMedia("(max-width: 48rem)");

  const search = h("input", {type: "search", "aria-label": "Search exchanges", placeholder: "Search texts, numbers, SIDs, answers", value: filter.text,
    "data-first": true, oninput: () => { clearTimeout(timer); timer = setTimeout(() => change({text: search.value}), 150); }});
  const source = h("select", {"aria-label": "Source", onchange: () => change({source: source.value})}, sources.map(([value, name]) => h("option", {value}, name)));
  const failed = h("input", {type: "checkbox", onchange: () => change({failed: failed.checked})});
  const pinned = h("input", {type: "checkbox", onchange: () => change({pinned: pinned.checked})});
  const thread = h("button.chip", {type: "button", onclick: () => change({sid: ""})});
  const kind = h("button.chip", {type: "button", onclick: () => change({kind: ""})});
  const list = h("ol.exchanges", {"aria-label": "Exchanges, newest first"});
  const older = h("button.older", {type: "button", onclick: loadOlder}, "Older exchanges");
  const empty = h("p.empty");
  const side = h("section.detail", {"aria-label": "Exchange", tabindex: -1});

  fill(root,
    h("section.list", {"aria-label": "Traffic"},
      h("form.filters", {role: "search", onsubmit: (e) => e.preventDefault()}, search, source,
        h("label", {}, failed, " Failed"), h("label", {}, pinned, " Pinned"), kind, thread,
        h("button.quiet.clear", {type: "button", title: "Delete all that is not pinned", onclick: clear}, "Clear")),
      list, empty, older),
    side);

  function read() {
    const p = shared.params;
    return {text: p.get("text") || "", source: p.get("source") || "", sid: p.get("sid") || "", kind: p.get("kind") || "", failed: p.has("failed"), pinned: p.has("pinned"), id: Number(p.get("id")) || 0};
  }

  function change(part) {
    Object.assign(filter, part);
    shared.remember("traffic", filter);
    load().catch(shared.failed);
  }

  async function load() {
    search.value = document.activeElement === search ? search.value : filter.text;
    source.value = filter.source;
    failed.checked = filter.failed;
    pinned.checked = filter.pinned;
    thread.hidden = !filter.sid;
    fill(thread, "Thread ", filter.sid.slice(0, 10), "… ×");
    kind.hidden = !filter.kind;
    fill(kind, filter.kind, " ×");
    const {id, ...rest} = filter;
    const mine = ++asked;
    const answer = await api.get("exchanges" + api.query({...rest, limit: page}));
    if (mine !== asked) return; // a later question has been asked, and answered perhaps
    rows = answer.exchanges;
    more = answer.more;
    draw();
    if (filter.id && filter.id !== opened) await show(filter.id); // one that is open may be being edited
    else if (!opened) fill(side, h("p.empty", {}, "Choose an exchange to see the request, what each parameter means, the signature, the answer and its problems."));
  }

  async function loadOlder() {
    const {id, ...rest} = filter;
    try {
      const answer = await api.get("exchanges" + api.query({...rest, before: rows[rows.length - 1].id, limit: page}));
      rows = rows.concat(answer.exchanges);
      more = answer.more;
      draw();
    } catch (error) { shared.failed(error); }
  }

  function draw() {
    keyed(list, rows, (e) => e.id, make, mark);
    older.hidden = !more;
    empty.hidden = rows.length > 0;
    fill(empty, filter.text || filter.source || filter.failed || filter.pinned || filter.sid || filter.kind
      ? "Nothing matches these filters." : "Nothing yet. Send a text or call on the Phone, or point a tunnel at the capturing endpoint.");
  }

  function make(e) {
    const item = h("li", {}, h("button", {type: "button", onclick: () => show(e.id).catch(shared.failed)}));
    mark(item, e);
    return item;
  }

  function mark(item, e) {
    const button = item.firstElementChild;
    item.className = good(e) ? "good" : "bad";
    if (e.id === opened) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    fill(button,
      h("span.status", {}, e.status || "—"),
      h("span.summary", {}, h("strong", {}, e.summary || e.kind || e.method), h("span.path", {}, `${e.method} ${e.path}`)),
      h("span.marks", {},
        e.verdict && e.verdict !== "valid" ? h("span.mark.bad", {title: e.verdict}, "signature") : null,
        e.lint ? h("span.mark.warn", {}, `${e.lint} TwiML`) : null,
        e.fault ? h("span.mark", {}, e.fault) : null,
        e.pinned ? h("span.mark", {}, "pinned") : null),
      h("span.took", {}, duration(e.took)), time(e.at));
  }

  function good(e) { return e.status >= 200 && e.status < 300 && (!e.verdict || e.verdict === "valid") && !e.error; }

  async function show(id) {
    opened = id;
    filter.id = id;
    shared.remember("traffic", filter);
    draw();
    await detail(side, id, shared, {kind: (kind) => change({kind}), replayed: (e) => show(e.id).catch(shared.failed), thread: (sid) => change({sid})});
    const current = $("[aria-current]", list);
    if (current) current.scrollIntoView({block: "nearest"});
    if (narrow.matches) side.scrollIntoView({block: "start"}); // where it stands below the list
  }

  function step(by) {
    const at = rows.findIndex((e) => e.id === opened);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next) show(next.id).catch(shared.failed);
  }

  async function clear() {
    if (!await ask("Delete all exchanges that are not pinned?", "Delete")) return;
    try { await api.post("exchanges/clear"); } catch (error) { shared.failed(error); }
  }

  // Exchanges come in faster than a person reads: those of one moment are drawn
  // together.
  let waiting = [];
  function arrived(e) {
    waiting.push(e);
    if (waiting.length > 1) return;
    setTimeout(() => {
      const fresh = waiting.reverse();
      waiting = [];
      if (filter.text || filter.sid || filter.pinned || filter.failed || filter.source || filter.kind) { load().catch(shared.failed); return; }
      const known = new Set(rows.map((r) => r.id));
      rows = fresh.filter((f) => !known.has(f.id)).concat(rows).slice(0, Math.max(page, rows.length));
      draw();
      say(fresh.length === 1 ? `${fresh[0].summary}, ${fresh[0].status || "no answer"}` : `${fresh.length} exchanges`);
    }, 120);
  }

  load().catch(shared.failed);

  return {
    open: () => load().catch(shared.failed),
    navigate: () => {
      filter = read();
      if (!filter.id) opened = 0;
      load().catch(shared.failed);
    },
    exchange: arrived,
    cleared: () => { opened = 0; load().catch(shared.failed); },
    key: (event) => {
      switch (event.key) {
        case "j": step(1); return true;
        case "k": step(-1); return true;
        case "r": { const b = $("[data-replay]", side); if (b) b.click(); return true; }
        case "e": { const f = $(".parameters input", side); if (f) f.focus(); return true; }
        case "x": clear(); return true;
        case "p": { const b = $("[data-pin]", side); if (b) b.click(); return true; }
      }
      return false;
    },
  };
}
