// Faults: what may go wrong between Twilio and the app, on purpose.

import {h, fill, say} from "./dom.js";
import * as api from "./api.js";

const names = {
  timeout: ["Timeout", "The request hangs until Twilio gives up, after 15 seconds."],
  refused: ["Connection refused", "The app cannot be reached."],
  "5xx": ["Server error", "The app's answer is replaced by 503."],
  truncated: ["Truncated body", "The answer breaks off in the middle."],
  slow: ["Slow answer", "The answer comes late, but in time."],
  retry: ["Retry", "The request is sent again with the same idempotency token."],
  fallback: ["Fallback URL", "The first try fails; the fallback is asked with ErrorCode and ErrorUrl."],
  "wrong-signature": ["Wrong signature", "One character of the signature is changed."],
  "old-token": ["Old token", "The request is signed with a token that was rotated out."],
};

export function faults(root, shared) {
  let state = {faults: [], seed: 1};
  const body = h("tbody");
  const seed = h("input", {type: "number", min: 0, value: 1, "aria-label": "Seed", onchange: () => { state.seed = Number(seed.value) || 0; save(); }});
  fill(root,
    h("header", {}, h("h2", {}, "Faults"), h("p", {}, "What is on here happens to the next requests. The same seed makes the same choices again. ", h("label", {}, "Seed ", seed))),
    h("table.faults", {}, h("thead", {}, h("tr", {}, h("th", {scope: "col"}, "On"), h("th", {scope: "col"}, "Fault"), h("th", {scope: "col"}, "How often"))), body));

  async function save() {
    try { state = await api.put("faults", state); draw(); say("Faults set"); } catch (error) { shared.failed(error); }
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
      }}, [["once", "Once"], ["1", "Every time"], ["0.5", "Half of the time"], ["0.1", "One in ten"]].map(([value, text]) => h("option", {value}, text)));
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
