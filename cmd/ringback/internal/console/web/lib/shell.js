// The page around the views: header, navigation, help, and the screens shown
// when the console cannot be reached.

import {html, useEffect, useState} from "./html.js";
import {Badge, Button, Empty, Icon, Keys, Logo} from "./components.js";
import {Dialog, Questions} from "./dialog.js";
import {useKeys} from "./keys.js";
import {go, link, route} from "./route.js";
import {app, connection, ringing, state} from "./store.js";
import {nextTheme, theme} from "./theme.js";
import {Toasts} from "./toast.js";

/** @typedef {import("./types.js").View} View */

/** @param {{views: View[], overlays: (() => any)[]}} props */
export function Shell({views, overlays}) {
  const [help, setHelp] = useState(false);
  // A console that has captured nothing opens on Connect.
  const start = state.value && !state.value.captured && views.find((v) => v.name === "connect");
  const view = views.find((v) => v.name === route.value.name) || start || views[0];
  const ready = state.value && connection.value !== "refused";
  const rings = ringing.value.length;

  useEffect(() => {
    document.title = rings ? `(${rings}) Incoming call · Ringback` : `${view.title} · Ringback`;
  }, [view, rings]);

  useKeys((event) => {
    const chosen = views[Number(event.key) - 1];
    if (chosen && /^\d$/.test(event.key)) go(chosen.name);
    else if (event.key === "?") setHelp(true);
    else if (event.key === "t") nextTheme();
    else if (event.key === "/") /** @type {HTMLElement | null} */ (document.querySelector("[data-first]"))?.focus();
    else return false;
    return true;
  });

  return html`
    <a class="skip" href="#view" onClick=${(/** @type {Event} */ e) => { e.preventDefault(); document.getElementById("view")?.focus(); }}>Skip to content</a>
    <header class="top">
      <h1><a class="home" href=${link(views[0].name)}><${Logo} /><span>Ringback</span></a></h1>
      <nav aria-label="Views">
        ${views.map((v) => html`<${NavLink} key=${v.name} view=${v} current=${v === view} />`)}
      </nav>
      <${AppState} />
      <${Button} variant="quiet" icon="keyboard" label="Keyboard shortcuts" aria-haspopup="dialog" onClick=${() => setHelp(true)} />
      <${Button} variant="quiet" icon=${{auto: "contrast", light: "sun", dark: "moon"}[theme.value]} label=${"Theme: " + theme.value} onClick=${nextTheme} />
    </header>
    ${ready && connection.value === "lost" && html`<${Stopped} />`}
    <main id="view" class=${"view-" + view.name} tabindex="-1">
      ${ready ? html`<${view.component} key=${view.name} />` : html`<${Waiting} />`}
    </main>
    ${ready && overlays.map((Overlay) => html`<${Overlay} />`)}
    ${help && html`<${Help} views=${views} onClose=${() => setHelp(false)} />`}
    <${Questions} />
    <${Toasts} />`;
}

/** @param {{view: View, current: boolean}} props */
function NavLink({view, current}) {
  const badge = view.badge ? view.badge() : 0;
  return html`<a href=${link(view.name)} data-view=${view.name} aria-current=${current ? "page" : undefined}>
    <${Icon} name=${view.icon} size=${18} /><span class="nav-title">${view.title}</span>
    ${badge ? html`<${Badge} tone="warn"><span class="hidden">, </span>${badge}<span class="hidden"> ${view.badgeLabel}</span><//>` : null}
  </a>`;
}

function AppState() {
  const now = app.value;
  const up = connection.value === "open" && now?.up;
  return html`<p id="app-state" class="app-state" role="status" data-up=${connection.value === "connecting" ? undefined : up ? "yes" : "no"}>
    <span class="dot" aria-hidden="true"></span>
    <span class="app-words">${connection.value === "connecting" ? "Connecting…"
      : connection.value === "refused" ? "Not signed in"
      : connection.value === "lost" ? "Console stopped"
      : html`${now?.up ? "App at " : "No app at "}<code>${now?.url.replace(/^https?:\/\//, "")}</code>`}</span>
    ${connection.value === "open" && now?.error && html`<span class="why" title=${now.error}> ${now.error}</span>`}
  </p>`;
}

function Stopped() {
  return html`<div class="stopped" role="status"><${Icon} name="unplug" size=${18} />
    <p><strong>The console stopped.</strong> Start <code>ringback dev</code> again in the same directory. This page reconnects by itself.</p></div>`;
}

function Waiting() {
  switch (connection.value) {
    case "connecting": return null;
    case "refused": return html`<section class="card">
      <${Icon} name="key-round" size=${28} />
      <h2>This page needs the console's token</h2>
      <p>Open the URL that <code>ringback dev</code> printed in the terminal. It ends with <code>#token=…</code>.</p>
      <p>The token stays the same for each project directory, so you can bookmark this page afterwards.</p>
    </section>`;
  }
  return html`<section class="card">
    <${Empty} icon="unplug" title="The console is not responding">Start <code>ringback dev</code> again in the same directory. This page reconnects by itself.<//>
  </section>`;
}

/** @param {{views: View[], onClose: () => void}} props */
function Help({views, onClose}) {
  /** @type {[string, [string, string][]][]} */
  const groups = [
    ["Everywhere", [...views.map((v, i) => /** @type {[string, string]} */ ([String(i + 1), v.title])), ["t", "Theme"], ["?", "This list"], ["Esc", "Close"]]],
    ...views.filter((v) => v.help).map((v) => /** @type {[string, [string, string][]]} */ ([v.title, v.help])),
  ];
  return html`<${Dialog} title="Keyboard shortcuts" class="help" onClose=${onClose}>
    <div class="help-groups">${groups.map(([title, keys]) => html`<section key=${title}><h3>${title}</h3>
      <dl class="keys">${keys.map(([key, what]) => html`<dt><${Keys} keys=${key} /></dt><dd>${what}</dd>`)}</dl></section>`)}</div>
  <//>`;
}
