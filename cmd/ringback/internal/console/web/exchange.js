// One exchange in full: parameters with their meaning, signature, answer with
// its problems, what Twilio would do next; replay with changes.

import {h, fill, duration, say, told} from "./dom.js";
import * as api from "./api.js";
import {highlight, shownAt} from "./xml.js";

// asText is a body as a person reads it: JSON with indentation.
function asText(body) {
  if (!/^\s*[[{]/.test(body)) return body;
  try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; }
}

export async function exchange(root, id, shared, on) {
  let data;
  try {
    data = await api.get("exchanges/" + id);
  } catch (error) {
    if (error.status === 404) { fill(root, h("p.empty", {}, "This exchange was deleted.")); return; }
    throw error;
  }
  const e = data.exchange;
  const edits = data.parameters.map((p) => ({...p}));
  const out = h("div.replayed", {role: "status"});

  const pin = h("button", {type: "button", "data-pin": true, "aria-pressed": String(e.pinned), onclick: async () => {
    try {
      await api.post(`exchanges/${id}/pin`, {pinned: !e.pinned});
      e.pinned = !e.pinned;
      pin.setAttribute("aria-pressed", String(e.pinned));
      fill(pin, e.pinned ? "Pinned" : "Pin");
    } catch (error) { shared.failed(error); }
  }}, e.pinned ? "Pinned" : "Pin");

  fill(root,
    h("header", {}, h("h2", {}, e.summary || e.kind || "Exchange"),
      h("p.facts", {}, e.kind ? h("button.link", {type: "button", title: "Only this kind", onclick: () => on.kind(e.kind)}, e.kind) : "unknown kind", " · ", `${e.method} ${e.path}`, " · ", duration(e.took), " (limit 15 s)",
        e.sid ? [" · ", h("button.link", {type: "button", onclick: () => on.thread(e.thread || e.sid)}, e.sid)] : null),
      h("div.row", {},
        h("button.primary", {type: "button", "data-replay": true, onclick: () => replay({})}, "Replay"), pin,
        copyMenu(id, shared))),
    out,
    meter(e.took),
    verdict(data),
    data.next ? h("p.next", {}, h("strong", {}, "Next: "), data.next) : null,
    answer(data),
    request(data, edits, () => replay({parameters: edits.map((p) => [p.name, p.value])})),
    h("details", {}, h("summary", {}, "Headers"), headers("Request", data.request.header), headers("Answer", data.response.header)));

  async function replay(change) {
    try {
      const result = await api.post(`exchanges/${id}/replay`, change);
      fill(out, h("h3", {}, "Replayed as ", h("button.link", {type: "button", onclick: () => on.replayed(result.exchange)}, "#" + result.exchange.id)),
        diff("Request", result.requestDiff), diff("Answer", result.answerDiff));
      out.scrollIntoView({block: "nearest"});
      say(`Replayed: ${result.exchange.status || "no answer"}`);
    } catch (error) { shared.failed(error); }
  }
}

function meter(ns) {
  const share = Math.min(100, ns / 15e9 * 100);
  const bar = h("meter", {min: 0, max: 100, low: 30, high: 66, optimum: 0, value: share, "aria-label": "Time against Twilio's limit of 15 seconds"});
  return h("div.meter", {}, bar);
}

function verdict(data) {
  const e = data.exchange;
  if (!e.verdict) return null;
  if (e.verdict === "valid") return h("p.verdict.good", {}, "Signature valid");
  return h("section.verdict.bad", {}, h("h3", {}, "Signature: ", e.verdict),
    (data.findings || []).map((f) => h("p", {}, h("strong", {}, f.cause), h("br"), f.remedy)));
}

function answer(data) {
  const {response, problems} = data;
  const why = data.exchange.error ? h("p.failure-text", {}, data.exchange.code ? `${data.exchange.code}: ` : "", data.exchange.error) : null;
  if (!response.status) return h("section.answer", {}, h("h3", {}, "No answer"), why);
  const type = (response.header["Content-Type"] || [""])[0];
  return h("section.answer", {},
    h("h3", {}, "Answer ", h("span.status", {class: response.status < 300 ? "" : "bad"}, response.status), " ", h("small", {}, type)),
    why,
    response.binary ? h("p", {}, "Not text.") : response.body ? highlight(response.body, problems || [], type) : h("p.empty", {}, "Empty."),
    response.truncated ? h("p", {}, "The rest was cut off: Twilio reads at most 64 KB.") : null,
    (problems || []).length ? h("ul.problems", {}, problems.map((p) =>
      h("li", {class: p.stops ? "stops" : "warns"}, h("strong", {}, p.stops ? "Error" : "Warning", p.code ? ` ${p.code}` : ""), ` line ${shownAt(response.body, p)}: ${p.text}`, h("code", {}, " " + p.path)))) : null);
}

function request(data, edits, resend) {
  if (!edits.length) return h("section.request", {}, h("h3", {}, "Request"), data.request.body ? h("pre", {}, asText(data.request.body)) : h("p.empty", {}, "No parameters."));
  return h("section.request", {}, h("h3", {}, "Request"),
    h("form", {onsubmit: (event) => { event.preventDefault(); resend(); }},
      h("table.parameters", {}, h("caption.hidden", {}, "Parameters"),
        h("thead", {}, h("tr", {}, h("th", {scope: "col"}, "Name"), h("th", {scope: "col"}, "Value"), h("th", {scope: "col"}, "Meaning"))),
        h("tbody", {}, edits.map((p) => h("tr", {class: p.known ? "" : "unknown"},
          h("th", {scope: "row"}, p.name, p.known ? null : h("span.tag", {}, "unknown")),
          h("td", {}, h("input", {value: p.value, "aria-label": p.name, spellcheck: "false", oninput: (event) => { p.value = event.target.value; }})),
          h("td.meaning", {"data-whole": p.meaning || false, tabindex: p.meaning ? 0 : false}, h("span", {}, p.meaning || "")))))),
      h("button", {}, "Resend with edits (re-signed)")));
}

function headers(name, all) {
  const rows = Object.entries(all || {}).sort(([a], [b]) => a.localeCompare(b));
  return [h("h4", {}, name), h("dl.headers", {}, rows.map(([key, values]) => [h("dt", {}, key), values.map((v) => h("dd", {}, v))]))];
}

// around is how many lines that stayed are shown beside those that did not.
const around = 2;

function diff(name, lines) {
  if (!lines || !lines.some((l) => l.op !== " ")) return h("p.same", {}, name + ": the same.");
  const near = (i) => lines.slice(Math.max(0, i - around), i + around + 1).some((l) => l.op !== " ");
  const rows = [];
  let left = 0;
  const skip = () => { if (left) rows.push(h("span.kept", {}, `  … ${left} the same\n`)); left = 0; };
  for (const [i, l] of lines.entries()) {
    if (!near(i)) { left++; continue; }
    skip();
    rows.push(h("span", {class: {"+": "added", "-": "removed", " ": "kept"}[l.op]}, `${l.op} ${l.text}\n`));
  }
  skip();
  return h("figure.diff", {}, h("figcaption", {}, name), h("pre", {}, rows));
}

function copyMenu(id, shared) {
  const forms = [["curl", "curl"], ["go", "Go test"], ["fixture", "Fixture file"], ["har", "HAR"]];
  return h("details.more", {}, h("summary", {}, "Copy as"), h("menu", {}, forms.map(([form, name]) =>
    h("li", {}, h("button", {type: "button", onclick: async (event) => {
      try {
        const text = await api.get(`exchanges/${id}/export/${form}`);
        await navigator.clipboard.writeText(typeof text === "string" ? text : JSON.stringify(text, null, 2));
        told("Copied as " + name);
        event.target.closest("details").open = false;
      } catch (error) { shared.failed(error); }
    }}, name)))));
}
