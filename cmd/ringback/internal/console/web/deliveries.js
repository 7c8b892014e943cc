// Deliveries: the life of each message and call, and lifecycles to play.

import {h, fill, keyed, time} from "./dom.js";
import * as api from "./api.js";

const endings = [
  ["delivered", "Delivered"], ["read", "Read"], ["undelivered", "Undelivered"], ["failed", "Failed"], ["canceled", "Canceled"],
  ["call-completed", "Call: completed"], ["call-busy", "Call: busy"], ["call-no-answer", "Call: no answer"],
];
const orders = [["in-order", "In order"], ["shuffled", "Shuffled"], ["doubled", "Doubled"], ["lost", "With a loss"], ["late", "Late"]];

export function deliveries(root, shared) {
  let all = [];
  let news = 0; // how many events came so far
  const list = h("ol.lives", {"aria-label": "Messages and calls, newest first"});
  const empty = h("p.empty", {}, "Nothing sent yet. Play a lifecycle, or let the app send a message through the API that the console speaks.");
  const ending = h("select", {"aria-label": "Ending", onchange: codes}, endings.map(([value, name]) => h("option", {value}, name)));
  const order = h("select", {"aria-label": "Order"}, orders.map(([value, name]) => h("option", {value}, name)));
  const code = h("input", {list: "codes", inputmode: "numeric", "aria-label": "Error code", placeholder: "Error code", size: 8});
  const known = h("datalist", {id: "codes"});
  const seed = h("input", {type: "number", "aria-label": "Seed", value: 1, min: 0, class: "seed"});

  fill(root,
    h("form.play", {onsubmit: play}, h("h2", {}, "Play a lifecycle"), ending, code, known, order, h("label", {}, "Seed ", seed), h("button.primary", {}, "Play")),
    h("section", {"aria-label": "Deliveries"}, list, empty));
  codes();

  async function codes() {
    const fails = ["undelivered", "failed"].includes(ending.value);
    code.hidden = !fails;
    if (!fails || known.children.length) return;
    try {
      const answer = await api.get("codes");
      fill(known, answer.codes.map((c) => h("option", {value: c.code}, c.name)));
    } catch (error) { shared.failed(error); }
  }

  async function play(event) {
    event.preventDefault();
    const wanted = {ending: ending.value, order: order.value, seed: Number(seed.value) || 0};
    if (!code.hidden && code.value) wanted.errorCode = Number(code.value);
    try { await api.post("deliveries", wanted); } catch (error) { shared.failed(error); }
  }

  async function load() {
    let before;
    do { // news that came meanwhile must not be undone
      before = news;
      all = (await api.get("deliveries")).deliveries;
    } while (news !== before);
    draw();
  }

  function draw() {
    keyed(list, all, (d) => d.sid, (d) => h("li", {}, life(d)), (item, d) => fill(item, life(d)));
    empty.hidden = all.length > 0;
  }

  // after is how long after the first report another came.
  function after(steps, i) {
    return i ? h("small", {}, ` +${Math.max(0, (new Date(steps[i].at) - new Date(steps[0].at)) / 1000).toFixed(1)} s`) : null;
  }

  function life(d) {
    return [
      h("h3", {}, d.kind === "call" ? "Call to " : "Message to ", d.to, h("small", {}, " ", h("a", {href: "#/traffic?sid=" + d.sid}, d.sid))),
      h("ol.steps", {}, d.steps.map((s, i) => h("li", {class: s.lost ? "lost" : "status-" + s.status},
        s.exchange ? h("a", {href: "#/traffic?id=" + s.exchange}, s.status) : s.status, s.lost ? " (lost)" : "", " ", time(s.at), after(d.steps, i)))),
      h("p.ending", {}, "Now ", h("strong", {}, d.status), d.errorCode ? ` (${d.errorCode}${d.error ? ", " + d.error : ""})` : "",
        d.silent ? h("small", {}, " No statusCallback set: no callbacks are sent.") : null),
    ];
  }

  load().catch(shared.failed);
  return {
    open: () => load().catch(shared.failed),
    delivery: (d) => {
      news++;
      const at = all.findIndex((x) => x.sid === d.sid);
      if (at < 0) all.unshift(d);
      else all[at] = d;
      draw();
    },
  };
}
