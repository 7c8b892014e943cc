// Advice for a program that rejects a request, with text to copy.

import {html, useState} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {Copy, Icon, Tabs} from "../../lib/components.js";

/** @typedef {import("../../lib/types.js").Fix} Fix */

const secret = "{token}";

/** withToken inserts the auth token into a text. The page loads the token only at this point. @param {string} text */
export async function withToken(text) {
  if (!text.includes(secret)) return text;
  return text.replaceAll(secret, (await api.get("connect/token")).token);
}

/** Code shows text to copy, with the token hidden. @param {{text: string, label: string}} props */
export function Code({text, label}) {
  return html`<div class="code-block"><pre tabindex="0" role="region" aria-label=${label}>${text.replaceAll(secret, "••••••••")}</pre><${Copy} text=${() => withToken(text)} label=${"Copy " + label} /></div>`;
}

/** @param {{fixes: Fix[]}} props */
export function Fixes({fixes}) {
  const [tab, setTab] = useState(fixes[0].for);
  const fix = fixes.find((f) => f.for === tab) || fixes[0];
  /** @type {Record<string, string>} */
  const titles = {environment: "Environment", console: "Console flags", go: "Go", node: "Node", python: "Python"};
  return html`<div class="fixes"><${Tabs} label="Fix" tabs=${fixes.map((f) => ({id: f.for, title: titles[f.for] || f.name}))} value=${fix.for} onChange=${setTab} />
    <div role="tabpanel" aria-label=${fix.name}><p class="soft">${fix.name}</p><${Code} text=${fix.text} label="the fix" /></div></div>`;
}

/** @param {{advice: import("../../lib/types.js").Advice}} props */
export function AdviceCard({advice}) {
  return html`<section class="refusal"><h3><${Icon} name=${advice.kind === "refused" ? "shield-x" : "triangle-alert"} />${advice.title}</h3><p>${advice.text}</p>
    ${advice.facts.length ? html`<dl class="side-by-side">${advice.facts.map((f) => html`<dt>${f.name}</dt><dd class="copied"><code>${f.value}</code><${Copy} text=${f.name === "Auth token" ? () => withToken(secret) : f.value} label=${"Copy " + f.name} /></dd>`)}</dl>` : null}
    ${advice.fixes.length ? html`<${Fixes} fixes=${advice.fixes} />` : null}</section>`;
}
