// Small components that every view uses. docs/console.md shows how to build a view from them.

import {classes, html, useState} from "./html.js";
import {clock, errorPage, full, readable} from "./format.js";
import {codeName} from "./codes.js";
import {failed} from "./toast.js";
import {icons} from "../npm/icons.js";

/**
 * Icon draws a Lucide icon. It is hidden from screen readers; the element around
 * it must have a name.
 * @param {{name: string, size?: number}} props
 */
export function Icon({name, size = 16}) {
  const shapes = icons[name];
  if (!shapes) throw new Error("no icon " + name);
  return html`<svg class="icon" viewBox="0 0 24 24" width=${size} height=${size} aria-hidden="true" focusable="false">${shapes.map(([tag, attributes]) => html`<${tag} ...${attributes} />`)}</svg>`;
}

/** Logo is Ringback's mark. @param {{size?: number}} props */
export function Logo({size = 24}) {
  return html`<img class="logo" src="/assets/icon.svg" alt="" width=${size} height=${size} />`;
}

/**
 * Button draws a button. Variants: primary (one per form), call (green), hangup (red), danger
 * (deletes), quiet (no border), link. A button without children
 * shows only its icon and needs a label. Other props are passed to the element.
 * @param {{variant?: string, icon?: string, label?: string, class?: string, children?: any, [other: string]: any}} props
 */
export function Button({variant, icon, label, class: more, children, ...rest}) {
  const bare = children === undefined || children === null || children === false;
  return html`<button type="button" class=${classes("button", variant && "button-" + variant, bare && "button-icon", more)} aria-label=${label} title=${bare ? label : undefined} ...${rest}>${icon && html`<${Icon} name=${icon} size=${bare ? 18 : 16} />`}${children}</button>`;
}

/**
 * Field is a control with its label above and an optional hint below.
 * @param {{label: string, hint?: any, class?: string, children: any}} props
 */
export function Field({label, hint, class: more, children}) {
  return html`<label class=${classes("field", more)}><span class="field-label">${label}</span>${children}${hint && html`<small>${hint}</small>`}</label>`;
}

/**
 * Check is a labeled checkbox, large enough to tap.
 * @param {{label: any, checked: boolean, onChange: (on: boolean) => void, [other: string]: any}} props
 */
export function Check({label, checked, onChange, ...rest}) {
  return html`<label class="check"><input type="checkbox" checked=${checked} onChange=${(/** @type {any} */ e) => onChange(e.target.checked)} ...${rest} /><span>${label}</span></label>`;
}

/**
 * Select is a drop-down list of [value, text] pairs.
 * @param {{options: [string, string][], value: string, onChange: (value: string) => void, [other: string]: any}} props
 */
export function Select({options, value, onChange, ...rest}) {
  return html`<select value=${value} onChange=${(/** @type {any} */ e) => onChange(e.target.value)} ...${rest}>${options.map(([v, text]) => html`<option key=${v} value=${v} selected=${v === value}>${text}</option>`)}</select>`;
}

/**
 * Badge is a short label. Its tone is good, warn, bad or empty.
 * @param {{tone?: string, icon?: string, title?: string, children: any}} props
 */
export function Badge({tone, icon, title, children}) {
  return html`<span class=${classes("badge", tone && "badge-" + tone)} title=${title}>${icon && html`<${Icon} name=${icon} size=${13} />`}${children}</span>`;
}

/** @type {Record<string, string>} */
const endings = {delivered: "good", read: "good", completed: "good", failed: "bad", undelivered: "bad", busy: "bad", "no-answer": "bad", canceled: "warn"};

/**
 * Status is the status of a message or a call, in the color of how it ended.
 * @param {{status: string}} props
 */
export function Status({status}) { return html`<${Badge} tone=${endings[status]}>${status}<//>`; }

/**
 * ErrorCode shows a Twilio error code and its name, linked to Twilio's documentation.
 * @param {{code: number, name?: string}} props
 */
export function ErrorCode({code, name = codeName(code)}) {
  return html`<a class="error-code" href=${errorPage(code)} target="_blank" rel="noreferrer noopener" title=${`Twilio's documentation of error ${code}`}>${code}${name ? " " + name : ""}</a>`;
}

/**
 * Avatar shows a person's initials on a color derived from id.
 * @param {{name: string, id?: string, size?: "small" | "large"}} props
 */
export function Avatar({name, id = name, size}) {
  const letters = /^[+\d]/.test(name) ? name.slice(-2) : name.split(/\s+/).map((word) => word[0]).join("").slice(0, 2).toUpperCase();
  let hash = 0;
  for (const letter of id) hash = (hash + (letter.codePointAt(0) || 0)) % 6;
  return html`<span class=${classes("avatar", "avatar-" + hash, size && "avatar-" + size)} aria-hidden="true">${letters}</span>`;
}

/** Time is the time of day; the date is in its title. @param {{at: string}} props */
export function Time({at}) { return html`<time datetime=${at} title=${full(at)}>${clock(at)}</time>`; }

/**
 * Empty explains why a view is empty and what to do.
 * @param {{icon?: string, title: string, children?: any}} props
 */
export function Empty({icon, title, children}) {
  return html`<div class="empty">${icon && html`<span class="empty-icon"><${Icon} name=${icon} size=${28} /></span>`}<p class="empty-title">${title}</p>${children && html`<div class="empty-text">${children}</div>`}</div>`;
}

/** Keys shows a keyboard shortcut. @param {{keys: string}} props */
export function Keys({keys}) { return keys.split(" ").filter(Boolean).map((key) => (key === "–" ? " – " : html`<kbd key=${key}>${key}</kbd> `)); }

/**
 * Copy is a button that copies text, given as a string or as a function that fetches it.
 * @param {{text: string | (() => Promise<string>), label?: string, children?: any, variant?: string}} props
 */
export function Copy({text, label = "Copy", children, variant = "quiet"}) {
  const [done, setDone] = useState(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : await text());
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    } catch (error) { failed(error); }
  }
  return html`<${Button} variant=${variant} class="copy" icon=${done ? "check" : "copy"} label=${done ? "Copied" : label} onClick=${copy}>${children}<//>`;
}

/**
 * CodeBlock shows monospaced text with a copy button. JSON is indented.
 * @param {{text: string, label?: string, copy?: boolean}} props
 */
export function CodeBlock({text, label = "Code", copy = true}) {
  return html`<div class="code-block"><pre tabindex="0" role="region" aria-label=${label}>${readable(text)}</pre>${copy && html`<${Copy} text=${text} label=${"Copy " + label} />`}</div>`;
}

/**
 * Tabs chooses one of several panels. The caller draws the panel inside an
 * element with role="tabpanel".
 * @param {{label: string, tabs: {id: string, title: string, icon?: string, badge?: any}[], value: string, onChange: (id: string) => void}} props
 */
export function Tabs({label, tabs, value, onChange}) {
  /** @param {KeyboardEvent} e */
  function key(e) {
    const step = {ArrowRight: 1, ArrowLeft: -1}[e.key];
    if (!step) return;
    e.preventDefault();
    e.stopPropagation();
    const at = tabs.findIndex((t) => t.id === value);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    onChange(next.id);
    /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (e.currentTarget).querySelector(`[data-tab="${CSS.escape(next.id)}"]`))?.focus();
  }
  return html`<div class="tabs" role="tablist" aria-label=${label} onKeyDown=${key}>${tabs.map((t) => html`
    <button key=${t.id} type="button" role="tab" data-tab=${t.id} aria-selected=${t.id === value ? "true" : "false"} tabindex=${t.id === value ? 0 : -1} onClick=${() => onChange(t.id)}>${t.icon && html`<${Icon} name=${t.icon} />`}${t.title}${t.badge}</button>`)}</div>`;
}

/**
 * Bubble is one message: side is mine (to the app), theirs (from it) or network
 * (from Twilio). The error is shown below the text.
 * @param {{side: string, failed?: boolean, from?: any, quote?: any, media?: any, body?: string, error?: any, meta?: any}} props
 */
export function Bubble({side, failed, from, quote, media, body, error, meta}) {
  return html`<div class=${classes("bubble", side, failed && "failed")}>
    ${from && html`<span class="from">${from}</span>`}
    ${quote && html`<q class="answered">${quote}</q>`}
    ${media}
    ${body && html`<span class="body">${body}</span>`}
    ${error && html`<span class="bubble-error"><${Icon} name="circle-alert" size=${14} /><span>${error}</span></span>`}
    ${meta && html`<span class="meta">${meta}</span>`}
  </div>`;
}
