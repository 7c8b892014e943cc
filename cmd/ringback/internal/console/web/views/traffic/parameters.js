// The parameters of a request, most relevant first. Each has its meaning and
// can be edited.

import {classes, html, useState} from "../../lib/html.js";
import {Badge, Button, Copy} from "../../lib/components.js";

/** @typedef {import("../../lib/types.js").Parameter} Parameter */

/** @param {{parameters: Parameter[], resend: ((change: Record<string, any>) => void) | null}} props */
export function Parameters({parameters, resend}) {
  const [values, setValues] = useState(parameters.map((p) => p.value));
  const inOrder = parameters.map((p, i) => ({p, i})).sort((a, b) => a.p.position - b.p.position);
  const edited = parameters.some((p, i) => p.value !== values[i]);
  return html`<form onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); resend?.({parameters: inOrder.filter(({p}) => p.place === "body").map(({p, i}) => [p.name, values[i]])}); }}>
    <table class="parameters"><caption class="hidden">Parameters</caption>
      <thead><tr><th scope="col">Name</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
      <tbody>${parameters.map((p, i) => html`<tr key=${i} class=${classes(!p.known && "unknown", p.matters && "matters")}>
        <th scope="row">${p.name}${!p.known && html`<${Badge} tone="warn">unknown<//>`}</th>
        <td><span class="value"><input value=${values[i]} aria-label=${p.name} spellcheck="false" readonly=${!resend || p.place === "query"} onInput=${(/** @type {any} */ e) => setValues(values.with(i, e.target.value))} /><${Copy} text=${values[i]} label=${"Copy " + p.name} /></span></td>
        <td class="meaning" title=${p.meaning}><span>${p.meaning}</span></td></tr>`)}</tbody>
    </table>
    ${resend && html`<div class="actions"><${Button} type="submit" icon="send" variant=${edited ? "primary" : ""}>Resend with edits (re-signed)<//></div>`}
  </form>`;
}
