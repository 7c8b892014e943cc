// The connect view: whether the program is running, which of its paths respond, the
// settings that it needs, and a starter program in five languages.

import {classes, html, useEffect, useState} from "../lib/html.js";
import * as api from "../lib/api.js";
import {Button, Copy, Icon, Tabs} from "../lib/components.js";
import {go, link} from "../lib/route.js";
import {app, on, people} from "../lib/store.js";
import {failed} from "../lib/toast.js";
import {Code, withToken} from "./traffic/advice.js";

/**
 * @typedef {{name: string, value: string, env?: string, secret?: boolean, note?: string}} Setting
 * @typedef {{takes: string, flag: string, path: string, state: string, status?: number, seen?: number, other?: string, text: string}} Route
 * @typedef {{id: string, name: string, run: string, file: string, webhook: string, send: string}} Snippet
 * @typedef {{settings: Setting[], env: string, routes: Route[], snippets: Snippet[], tries: {what: string, name: string, text: string}[], empty: boolean}} Data
 */

export function Connect() {
  const [data, setData] = useState(/** @type {Data | null} */ (null));
  const up = app.value?.up;

  function load() { api.get("connect").then(setData, failed); }
  async function probe() {
    try {
      const {routes} = await api.post("connect/probe");
      setData((before) => before && {...before, routes});
    } catch (error) { failed(error); }
  }
  useEffect(() => {
    let timer = 0;
    load();
    const offs = [on("open", load), on("exchange", () => { clearTimeout(timer); timer = setTimeout(load, 300); })];
    return () => { clearTimeout(timer); for (const off of offs) off(); };
  }, []);
  const unknown = data !== null && data.routes.some((r) => r.state === "unknown");
  useEffect(() => { if (up && unknown) probe(); }, [up, data === null]);
  if (!data) return null;
  return html`
    <section class="panel connect-app" aria-label="Your program"><${Program} /><${Routes} routes=${data.routes} probe=${probe} /></section>
    <section class="panel connect-tries"><h2>First steps</h2><${Tries} tries=${data.tries} /></section>
    <section class="panel connect-settings"><h2>Settings for your program</h2><${Settings} data=${data} /></section>
    <section class="panel connect-code"><h2>Starter program</h2><${Snippets} snippets=${data.snippets} /></section>`;
}

function Program() {
  const now = app.value;
  if (!now) return null;
  return html`<div class=${classes("connect-state", now.up ? "good" : "bad")} role="status">
    <${Icon} name=${now.up ? "circle-check" : "unplug"} size=${28} />
    <div><h2>${now.up ? "Your program is connected" : "Your program is not connected"}</h2>
      <p>${now.up ? "It is running at " : "The console expects it at "}<code>${now.url}</code>${now.command && html` (${now.command})`}.${!now.up && " The console connects as soon as your program listens there."}</p>
      ${now.error && html`<p class="failure-text"><${Icon} name="circle-alert" />${now.error}</p>`}
      ${!now.up && html`<p>If it listens elsewhere, start the console with its address: <code>ringback dev --app localhost:3000</code>. Or let the console start your program: <code>ringback dev -- COMMAND</code></p>`}</div></div>`;
}

/** @type {Record<string, [string, string]>} icon and tone of a state */
const states = {
  works: ["circle-check", "good"], found: ["circle-dot", "good"], refused: ["shield-x", "bad"], failing: ["circle-x", "bad"],
  missing: ["circle-x", "bad"], silent: ["circle-alert", "bad"], unknown: ["circle-question-mark", ""],
};

/** @param {{routes: Route[], probe: () => void}} props */
function Routes({routes, probe}) {
  return html`<div class="routes"><div class="title-row"><h3>Paths</h3><${Button} icon="refresh-cw" onClick=${probe}>Check again<//></div>
    <ul>${routes.map((r) => html`<li key=${r.flag} class=${states[r.state]?.[1]}><${Icon} name=${states[r.state]?.[0] || "circle"} size=${18} />
      <span><strong><code>${r.path}</code></strong> for ${r.takes}<br /><span class="soft">${r.text} ${r.seen ? html`<a href=${link("traffic", {id: r.seen})}>View request</a>` : html`<span>Set it with <code>${r.flag}</code>.</span>`}</span></span></li>`)}</ul></div>`;
}

/** @param {{tries: {what: string, name: string, text: string}[]}} props */
function Tries({tries}) {
  /** @type {Record<string, string>} */
  const signs = {text: "message-square", call: "phone-call", "wrong-signature": "shield-alert"};
  /** @param {string} what */
  async function start(what) {
    try {
      const made = await api.post("connect/try", {what});
      if (made.view === "traffic") go("traffic", {id: made.exchange});
      else go("phone", {with: made.person});
    } catch (error) { failed(error); }
  }
  return html`<ul class="tries">${tries.map((t) => html`<li key=${t.what}><p><strong>${t.name}</strong><br /><span class="soft">${t.text}</span></p>
    <${Button} variant=${t.what === "call" ? "call" : "primary"} icon=${signs[t.what]} disabled=${!app.value?.up || !people.value.length} onClick=${() => start(t.what)}>Try it<//></li>`)}</ul>`;
}

/** @param {{data: Data}} props */
function Settings({data}) {
  return html`<dl class="settings">${data.settings.map((s) => html`<dt>${s.name}${s.env && html` <code>${s.env}</code>`}</dt>
      <dd><span class="copied"><code>${s.value}</code><${Copy} text=${s.secret ? () => withToken("{token}") : s.value} label=${"Copy " + s.name} /></span>${s.note && html`<br /><small>${s.note}</small>`}</dd>`)}</dl>
    <details class="fold"><summary>Shell commands</summary><${Code} text=${data.env} label="environment" /></details>`;
}

const language = "ringback-language";

/** @param {{snippets: Snippet[]}} props */
function Snippets({snippets}) {
  const [id, setID] = useState(() => localStorage.getItem(language) || "node");
  const [part, setPart] = useState("webhook");
  const shown = snippets.find((s) => s.id === id) || snippets[0];
  /** @param {string} next */
  function choose(next) {
    setID(next);
    localStorage.setItem(language, next);
  }
  return html`<${Tabs} label="Language" tabs=${snippets.map((s) => ({id: s.id, title: s.name}))} value=${shown.id} onChange=${choose} />
    <${Tabs} label="Part" tabs=${[{id: "webhook", title: "Verify and respond"}, {id: "send", title: "Send a message"}]} value=${part} onChange=${setPart} />
    <div role="tabpanel" aria-label=${shown.name}>
      <${Code} text=${part === "webhook" ? shown.webhook : shown.send} label=${part === "webhook" ? shown.file : "send a message"} />
      ${part === "webhook" ? html`<p class="soft">Save it as <code>${shown.file}</code> and start it with the console, which sets the environment variables: <code>${shown.run}</code></p>`
        : html`<p class="soft">With <code>RINGBACK_API</code> set, messages are delivered to the phone on this page instead of Twilio.</p>`}</div>`;
}
