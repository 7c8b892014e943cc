// The deliveries view: the status of each message and call, and simulated lifecycles.

import {html, memo, useEffect, useState} from "../lib/html.js";
import * as api from "../lib/api.js";
import {Button, Empty, ErrorCode, Field, Icon, Select, Status, Time} from "../lib/components.js";
import {link} from "../lib/route.js";
import {deliveries, loadDeliveries, nameOf, on} from "../lib/store.js";
import {failed} from "../lib/toast.js";
import {Outcomes} from "./deliveries/outcomes.js";

/** @typedef {import("../lib/types.js").Delivery} Delivery */
/** @typedef {import("../lib/types.js").Step} Step */

/** @type {[string, string][]} */
const endings = [
  ["delivered", "Delivered"], ["read", "Read"], ["undelivered", "Undelivered"], ["failed", "Failed"], ["canceled", "Canceled"],
  ["call-completed", "Call: completed"], ["call-busy", "Call: busy"], ["call-no-answer", "Call: no answer"],
];
/** @type {[string, string][]} */
const orders = [["in-order", "In order"], ["shuffled", "Shuffled"], ["doubled", "Each sent twice"], ["lost", "One lost"], ["late", "Late"]];

export function Deliveries() {
  useEffect(() => {
    const load = () => { loadDeliveries().catch(failed); };
    load();
    return on("open", load);
  }, []);
  const all = deliveries.value;
  return html`
    <div class="deliver"><${Play} /><${Outcomes} /></div>
    <section class="lives-box" aria-label="Deliveries">
      ${all.length ? html`<ol class="lives" aria-label="Messages and calls, newest first">${all.map((d) => html`<${Life} key=${d.sid} d=${d} />`)}</ol>`
        : html`<${Empty} icon="truck" title="Nothing sent yet">Play a lifecycle above, or let your app send a message or make a call. Its status callbacks appear here.<//>`}
    </section>`;
}

function Play() {
  const [ending, setEnding] = useState("delivered");
  const [order, setOrder] = useState("in-order");
  const [code, setCode] = useState("");
  const [seed, setSeed] = useState("1");
  const [codes, setCodes] = useState(/** @type {{code: number, name: string}[]} */ ([]));
  const fails = ["undelivered", "failed"].includes(ending);
  useEffect(() => {
    if (fails && !codes.length) api.get("codes").then((answer) => setCodes(answer.codes), failed);
  }, [fails]);

  /** @param {string} value */
  function end(value) {
    setEnding(value);
    setCode("");
  }

  /** @param {Event} event */
  async function play(event) {
    event.preventDefault();
    /** @type {Record<string, any>} */
    const wanted = {ending, order, seed: Number(seed) || 0};
    if (fails && code) wanted.errorCode = Number(code);
    try { await api.post("deliveries", wanted); } catch (error) { failed(error); }
  }

  return html`<form class="play" onSubmit=${play}>
    <header><h2>Play a lifecycle</h2><p class="soft">Sends the status callbacks of a message or call to your app.</p></header>
    <div class="row">
      <${Field} label="Ending"><${Select} aria-label="Ending" options=${endings} value=${ending} onChange=${end} /><//>
      ${fails && html`<${Field} label="Error code"><input list="codes" inputmode="numeric" aria-label="Error code" placeholder="30008" size="8" value=${code} onInput=${(/** @type {any} */ e) => setCode(e.target.value)} />
        <datalist id="codes">${codes.map((c) => html`<option key=${c.code} value=${c.code}>${c.name}</option>`)}</datalist><//>`}
      <${Field} label="Order"><${Select} aria-label="Order" options=${orders} value=${order} onChange=${setOrder} /><//>
      <${Field} label="Seed" class="seed"><input type="number" aria-label="Seed" min="0" value=${seed} onInput=${(/** @type {any} */ e) => setSeed(e.target.value)} /><//>
      <${Button} variant="primary" icon="play" type="submit">Play<//>
    </div>
  </form>`;
}

const Life = memo((/** @type {{d: Delivery}} */ {d}) => html`<li>
  <h3><${Icon} name=${d.kind === "call" ? "phone" : "message-square"} />${d.kind === "call" ? "Call to " : "Message to "}${nameOf(d.to)}
    <small><a href=${link("traffic", {sid: d.sid})}>${d.sid}</a></small></h3>
  <ol class="steps">${d.steps.map((s, i) => html`<li key=${i} class=${s.lost ? "lost" : "status-" + s.status}>
    ${s.exchange ? html`<a href=${link("traffic", {id: s.exchange})}>${s.status}</a>` : s.status}${s.lost && " (lost)"} <${Time} at=${s.at} />${after(d.steps, i)}</li>`)}</ol>
  <p class="ending">Now <${Status} status=${d.status} />
    ${d.errorCode ? html` <${ErrorCode} code=${d.errorCode} name=${d.error} />` : null}
    ${d.silent && html`<small>No statusCallback set: no callbacks are sent.</small>`}</p>
</li>`);

// after returns the time since the first report.
/** @param {Step[]} steps @param {number} i */
function after(steps, i) {
  if (!i) return null;
  return html`<small> +${Math.max(0, (new Date(steps[i].at).getTime() - new Date(steps[0].at).getTime()) / 1000).toFixed(1)} s</small>`;
}
