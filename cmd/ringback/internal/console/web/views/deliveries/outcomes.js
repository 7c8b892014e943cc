// The outcome of the app's messages and calls, by number.

import {html, useEffect, useState} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {Avatar, Button, Select} from "../../lib/components.js";
import {loadOutcomes, nameOf, on, outcomes, people} from "../../lib/store.js";
import {failed, say} from "../../lib/toast.js";

/** @type {Record<string, string>} */
const titles = {
  normal: "Normal", unreachable: "Unreachable (30003)", unknown: "Unknown number (30005)", landline: "Landline (30006)", blocked: "Filtered by the carrier (30007)",
  slow: "Slow", busy: "Busy", "no-answer": "No answer", answers: "Answers automatically", machine: "Answering machine", fax: "Fax",
};

export function Outcomes() {
  const [number, setNumber] = useState("");
  const [code, setCode] = useState("");
  useEffect(() => {
    const load = () => { loadOutcomes().catch(failed); };
    load();
    return on("open", load);
  }, []);
  const {outcomes: set, words} = outcomes.value;
  const rows = people.value.map((p) => ({address: p.address, result: "normal"}));
  for (const o of set) {
    const row = rows.find((r) => r.address === o.address);
    if (row) row.result = o.result;
    else rows.push({...o});
  }

  /** @param {string} address @param {string} result */
  async function put(address, result) {
    try {
      await api.put("outcomes", {address, result});
      await loadOutcomes();
      say(`${nameOf(address)}: ${titles[result] || result}`);
    } catch (error) { failed(error); }
  }

  /** @param {Event} e */
  async function add(e) {
    e.preventDefault();
    const address = number.replace(/[\s()-]/g, "");
    if (!address || !code) return;
    await put(address, code);
    setNumber("");
    setCode("");
  }

  return html`<details class="outcomes fold" open=${set.some((o) => o.result !== "normal")}>
    <summary>Outcomes by number</summary>
    <p class="soft">Choose the outcome of your app's messages and calls to each number.</p>
    <ul>${rows.map(({address, result}) => html`<li key=${address}>
      <${Avatar} name=${nameOf(address)} id=${address} size="small" /><span class="who">${nameOf(address)}</span>
      <${Select} aria-label=${"Outcome for " + nameOf(address)} value=${result} onChange=${(/** @type {string} */ value) => put(address, value)}
        options=${[...Object.keys(titles).filter((w) => words[w]), ...(words[result] ? [] : [result])].map((w) => [w, titles[w] || "Error " + w])} />
      <small>${words[result] || "messages fail with this error"}</small></li>`)}</ul>
    <form class="row" onSubmit=${add}>
      <input aria-label="Number" placeholder="+1 555 0104" inputmode="tel" value=${number} onInput=${(/** @type {any} */ e) => setNumber(e.target.value)} />
      <input aria-label="Error code of its messages" placeholder="Error code, such as 30007" inputmode="numeric" value=${code} onInput=${(/** @type {any} */ e) => setCode(e.target.value)} />
      <${Button} type="submit" icon="plus">Add<//>
    </form>
  </details>`;
}
