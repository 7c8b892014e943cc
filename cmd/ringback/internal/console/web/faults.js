// Faults: what may go wrong between Twilio and the app, on purpose.

import {h, fill, say} from "./dom.js";
import * as api from "./api.js";

const names = {
  timeout: ["Timeout", "The app gets the request. Its answer never arrives, and Twilio gives up after 15 seconds."],
  refused: ["Connection refused", "Nothing is sent: the app cannot be reached."],
  "5xx": ["Server error", "The app gets the request. Its answer is replaced by 503."],
  truncated: ["Truncated body", "The second half of the answer is missing."],
  slow: ["Slow answer", "The answer arrives 6 seconds after the request, in time for Twilio."],
  retry: ["Retry", "The request is sent twice with the same idempotency token."],
  fallback: ["Fallback URL", "The answer is replaced by 503, and the fallback URL is requested with ErrorCode and ErrorUrl."],
  "wrong-signature": ["Wrong signature", "One character of the signature is changed."],
  "old-token": ["Rotated token", "The request is signed with a token that was rotated out."],
};

export function faults(root, shared) {
  let state = {faults: [], seed: 1};
  const body = h("tbody");
  const seed = h("input", {type: "number", min: 0, value: 1, "aria-label": "Seed", onchange: () => { state.seed = Number(seed.value) || 0; save(); }});
  fill(root,
    h("header", {}, h("h2", {}, "Faults"), h("p", {}, "Faults apply to the next requests. The same seed makes the same choices again. ", h("label", {}, "Seed ", seed))),
    h("table.faults", {}, h("thead", {}, h("tr", {}, h("th", {scope: "col"}, "On"), h("th", {scope: "col"}, "Fault"), h("th", {scope: "col"}, "How often"))), body));

  async function save() {
    try { state = await api.put("faults", state); draw(); say("Faults set"); } catch (error) { shared.failed(error); load().catch(shared.failed); }
  }

  function draw() {
    seed.value = state.seed;
    fill(body, state.faults.map((f) => {
      const [name, what] = names[f.kind] || [f.kind, ""];
      const on = h("input", {type: "checkbox", checked: f.on, "aria-label": name, onchange: () => { f.on = on.checked; save(); }});
      const often = h("select", {"aria-label": "How often: " + name, onchange: () => {
        f.once = often.value === "once";
        f.rate = f.once ? 1 : Number(often.value);
        save();
      }}, [["once", "Once"], ["1", "Every time"], ["0.5", "50 %"], ["0.1", "10 %"]].map(([value, text]) => h("option", {value}, text)));
      often.value = f.once ? "once" : String(f.rate || 1);
      return h("tr", {class: f.on ? "on" : ""}, h("td", {}, on), h("th", {scope: "row"}, name, h("small", {}, what)), h("td", {}, often));
    }));
  }

  async function load() {
    state = await api.get("faults");
    draw();
  }

  load().catch(shared.failed);
  return {open: () => load().catch(shared.failed), faults: (next) => { state = next; draw(); }};
}
