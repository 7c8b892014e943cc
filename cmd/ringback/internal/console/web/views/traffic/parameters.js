// The parameters of a request: those that matter first, each with its meaning,
// all of them editable.

import {html, useState} from "../../lib/html.js";
import {Badge, Button, Copy} from "../../lib/components.js";

/** @typedef {import("../../lib/types.js").Parameter} Parameter */

// What a person looks for first; the others follow in the order of the request.
const first = ["Body", "Digits", "SpeechResult", "From", "To", "CallStatus", "MessageStatus", "SmsStatus", "ErrorCode"];

/** @param {Parameter} p */
const rank = (p) => (first.includes(p.name) ? first.indexOf(p.name) : first.length);

/** @param {{parameters: Parameter[], resend: (change: Record<string, any>) => void}} props */
export function Parameters({parameters, resend}) {
  const [values, setValues] = useState(parameters.map((p) => p.value));
  const order = parameters.map((p, i) => ({p, i})).sort((a, b) => rank(a.p) - rank(b.p));
  const edited = parameters.some((p, i) => p.value !== values[i]);
  return html`<form onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); resend({parameters: parameters.map((p, i) => [p.name, values[i]])}); }}>
    <table class="parameters"><caption class="hidden">Parameters</caption>
      <thead><tr><th scope="col">Name</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
      <tbody>${order.map(({p, i}) => html`<tr key=${i} class=${p.known ? "" : "unknown"}>
        <th scope="row">${p.name}${!p.known && html`<${Badge} tone="warn">unknown<//>`}</th>
        <td><span class="value"><input value=${values[i]} aria-label=${p.name} spellcheck="false" onInput=${(/** @type {any} */ e) => setValues(values.with(i, e.target.value))} /><${Copy} text=${values[i]} label=${"Copy " + p.name} /></span></td>
        <td class="meaning" title=${p.meaning}><span>${p.meaning}</span></td></tr>`)}</tbody>
    </table>
    <div class="actions"><${Button} type="submit" icon="send" variant=${edited ? "primary" : ""}>Resend with edits (re-signed)<//></div>
  </form>`;
}
