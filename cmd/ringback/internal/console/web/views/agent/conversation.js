// The conversation of a session, as bubbles that grow with the speech.

import {html, memo, useEffect, useLayoutEffect, useRef} from "../../lib/html.js";
import {Badge, Bubble, Icon} from "../../lib/components.js";
import {link} from "../../lib/route.js";
import {nameOf} from "../../lib/store.js";
import {callOf} from "./state.js";

/** @typedef {import("../../lib/types.js").Session} Session */
/** @typedef {import("../../lib/types.js").Item} Item */

/** @param {{session: Session}} props */
export function Conversation({session}) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const near = useRef(true);
  useLayoutEffect(() => {
    if (ref.current && near.current) ref.current.scrollTop = ref.current.scrollHeight;
  }, [session.items]);
  useEffect(() => {
    const box = ref.current;
    if (!box) return;
    const watcher = new ResizeObserver(() => { if (near.current) box.scrollTop = box.scrollHeight; });
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);
  const call = callOf(session);
  const caller = call ? nameOf(call.person) : "Caller";
  return html`<ol class="said" aria-label="Conversation" tabindex="0" ref=${ref}
    onScroll=${(/** @type {any} */ e) => { const box = e.currentTarget; near.current = box.scrollTop + box.clientHeight > box.scrollHeight - 80; }}>
    ${session.items.map((item) => html`<li key=${item.n}><${Step} item=${item} caller=${caller} /></li>`)}
  </ol>`;
}

/** ms formats milliseconds. @param {number} n */
export const ms = (n) => (n < 1000 ? n + " ms" : (n / 1000).toFixed(n < 10000 ? 2 : 1) + " s");

const Step = memo((/** @type {{item: Item, caller: string}} */ {item, caller}) => {
  const name = html`<span class="hidden">${item.who === "caller" ? caller : item.who === "agent" ? "Agent" : "Twilio"}: </span>`;
  switch (item.kind) {
    case "speech":
      return html`<${Bubble} side="mine" from=${name} body=${item.text || "…"} meta=${item.open ? "still speaking" : item.lang} />`;
    case "keys":
      return html`<${Bubble} side="mine" from=${name} body=${html`<${Icon} name="grid-3x3" /> ${item.text}`} />`;
    case "greeting":
    case "reply":
      return html`<${Bubble} side="theirs" from=${name} body=${html`<${Words} item=${item} />`} meta=${html`<${Times} item=${item} />`} />`;
    case "play":
      return html`<${Bubble} side="theirs" from=${name} body=${html`<${Icon} name="play" /> ${item.text}`} meta=${html`<${Times} item=${item} />`} />`;
    case "digits":
      return html`<${Bubble} side="theirs" from=${name} body=${html`<${Icon} name="hash" /> Tones ${item.text}`} />`;
    case "sound":
      return html`<${Bubble} side=${item.who === "caller" ? "mine" : "theirs"} from=${name} body=${html`<${Icon} name="audio-lines" /> Sound, ${ms(item.length || 0)}`}
        meta=${html`<${Times} item=${item} />`} />`;
    case "interrupt":
      return html`<${Bubble} side="network" from=${name} body=${html`<${Icon} name="mic" /> Interrupted after ${ms(item.length || 0)}${item.text && html`, after “${item.text}”`}`} />`;
    case "language":
      return html`<${Bubble} side="network" from=${name} body=${"Language: " + item.text} />`;
    case "end":
      return html`<${Bubble} side="network" from=${name} body=${"The program ended the session" + (item.text ? " with handoff data " + item.text : "")} />`;
    case "action":
      return html`<${Bubble} side="network" from=${name} body=${item.text} meta=${item.exchange ? html`<a href=${link("traffic", {id: item.exchange})}>Open the request</a>` : null} />`;
  }
  return html`<${Bubble} side="network" from=${name} body=${item.text || item.kind} />`;
});

/** Words shows the heard and unheard parts of a reply. @param {{item: Item}} props */
function Words({item}) {
  const text = item.text || "", heard = item.heard || "";
  const rest = text.startsWith(heard) ? text.slice(heard.length) : text;
  return html`<span class="heard">${heard}</span>${rest && (item.cut ? html`<del class="unheard" title="The caller did not hear this">${rest}</del>` : html`<span class="unheard">${rest}</span>`)}${item.open && html`<span class="caret" aria-hidden="true"></span>`}`;
}

/** Times shows the latencies of a reply. @param {{item: Item}} props */
function Times({item}) {
  return html`
    ${item.firstToken === undefined ? null : html`<span class="latency">first token ${ms(item.firstToken)}</span>`}
    ${item.firstSound === undefined ? null : html`<span class="latency">first sound ${ms(item.firstSound)}</span>`}
    ${item.tokens && item.tokens > 1 ? html`<span>${item.tokens} tokens</span>` : null}
    ${item.lang && html`<span>${item.lang}</span>`}
    ${item.interruptible === false && html`<${Badge}>cannot be interrupted<//>`}
    ${item.preemptible && html`<${Badge}>preemptible<//>`}
    ${item.cut && html`<${Badge} tone="warn" icon="mic">interrupted<//>`}`;
}
