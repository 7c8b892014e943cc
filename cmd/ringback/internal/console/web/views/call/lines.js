// What is heard in a call, line by line.

import {html, memo, useLayoutEffect, useRef} from "../../lib/html.js";
import {Icon} from "../../lib/components.js";
import {link} from "../../lib/route.js";
import {nameOf} from "../../lib/store.js";

/** @typedef {import("../../lib/types.js").Call} Call */
/** @typedef {import("../../lib/types.js").Line} LineData */

/** @param {{call: Call}} props */
export function Lines({call}) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const near = useRef(true);
  useLayoutEffect(() => {
    if (ref.current && near.current) ref.current.scrollTop = ref.current.scrollHeight;
  }, [call.lines.length]);
  return html`<ol class="lines" aria-label="What is heard" aria-live="polite" tabindex="0" ref=${ref}
    onScroll=${(/** @type {any} */ e) => { const box = e.currentTarget; near.current = box.scrollTop + box.clientHeight > box.scrollHeight - 60; }}>
    ${call.lines.map((l) => html`<${Row} key=${l.n} who=${l.who} kind=${l.kind} text=${l.text} exchange=${l.exchange} speaker=${speaker(call, l)} />`)}
  </ol>`;
}

/** @param {Call} call @param {LineData} l */
function speaker(call, l) {
  if (l.who === "app") return l.name ? "App to " + nameOf(l.name) : "App";
  if (l.who === "twilio") return "Twilio";
  return nameOf(l.name || call.person);
}

const Row = memo(({who, kind, text, exchange, speaker}) => html`<li class=${`${who} line-${kind}`}>
  <span class="who">${speaker}</span><span class="what">${text}</span>
  ${exchange ? html`<a class="to-exchange" href=${link("traffic", {id: exchange})} aria-label=${"Exchange " + exchange}><${Icon} name="arrow-up-right" /></a>` : null}
</li>`);
