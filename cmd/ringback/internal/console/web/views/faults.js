// The faults view: failures to inject between Twilio and the app.

import {html} from "../lib/html.js";
import * as api from "../lib/api.js";
import {Field, Icon, Select} from "../lib/components.js";
import {faults} from "../lib/store.js";
import {failed, say} from "../lib/toast.js";

/** @typedef {import("../lib/types.js").Fault} Fault */
/** @typedef {import("../lib/types.js").FaultPlan} FaultPlan */

/** @type {Record<string, [string, string, string]>} */
const names = {
  timeout: ["Timeout", "clock", "The app receives the request, but its response never arrives. Twilio gives up after 15 seconds."],
  refused: ["Connection refused", "unplug", "The app cannot be reached. No request is sent."],
  "5xx": ["Server error", "server-off", "The app receives the request, but its response is replaced with a 503."],
  truncated: ["Truncated body", "file-text", "The second half of the response body is missing."],
  slow: ["Slow response", "timer", "The response takes 6 seconds, which is within Twilio's limit."],
  retry: ["Retry", "repeat", "The request is sent twice with the same idempotency token."],
  fallback: ["Fallback URL", "corner-down-left", "The response is replaced with a 503, and the fallback URL is requested with ErrorCode and ErrorUrl."],
  "wrong-signature": ["Wrong signature", "shield-x", "One character of the signature is changed."],
  "old-token": ["Rotated token", "key-round", "The request is signed with an auth token that has been replaced."],
};

/** @type {[string, string][]} */
const rates = [["once", "Once"], ["1", "Every time"], ["0.5", "50%"], ["0.1", "10%"]];

export function Faults() {
  const plan = faults.value;

  /** @param {FaultPlan} next */
  async function save(next) {
    const before = faults.value;
    faults.value = next;
    try {
      faults.value = await api.put("faults", next);
      say("Faults updated");
    } catch (error) {
      faults.value = before;
      failed(error);
    }
  }

  /** @param {string} kind @param {Partial<Fault>} part */
  const set = (kind, part) => save({...plan, faults: plan.faults.map((f) => (f.kind === kind ? {...f, ...part} : f))});

  return html`
    <header><div><h2>Faults</h2><p class="soft">Faults apply to new requests. The same seed gives the same sequence of faults.</p></div>
      <${Field} label="Seed"><input type="number" min="0" aria-label="Seed" value=${plan.seed} onChange=${(/** @type {any} */ e) => save({...plan, seed: Number(e.target.value) || 0})} /><//></header>
    <table class="faults"><thead><tr><th scope="col">On</th><th scope="col">Fault</th><th scope="col">How often</th></tr></thead>
      <tbody>${plan.faults.map((f) => {
        const [name, icon, what] = names[f.kind] || [f.kind, "bug", ""];
        return html`<tr key=${f.kind} class=${f.on ? "on" : ""}>
          <td><label class="check"><input type="checkbox" class="switch" role="switch" checked=${f.on} aria-label=${name} onChange=${(/** @type {any} */ e) => set(f.kind, {on: e.target.checked})} /></label></td>
          <th scope="row"><span class="fault-name"><${Icon} name=${icon} />${name}</span><small>${what}</small></th>
          <td><${Select} aria-label=${"How often: " + name} options=${rates} value=${f.once ? "once" : String(f.rate || 1)}
            onChange=${(/** @type {string} */ often) => set(f.kind, {once: often === "once", rate: often === "once" ? 1 : Number(often)})} /></td></tr>`;
      })}</tbody></table>`;
}
