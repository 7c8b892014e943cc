// The open conversation: its messages and the composer.

import {html, memo, useEffect, useLayoutEffect, useRef, useState} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {Avatar, Badge, Bubble, Button, Empty, ErrorCode, Icon, Time} from "../../lib/components.js";
import {link} from "../../lib/route.js";
import {liveCalls, loadMessages, messagesOf, on} from "../../lib/store.js";
import {failed, say} from "../../lib/toast.js";
import {CallItem, woven} from "../call/history.js";
import {callsOf, showCall} from "../call/state.js";
import {SaveMenu} from "../save.js";
import {Composer} from "./composer.js";
import {open, pane, quoted} from "./state.js";

/** @typedef {import("../../lib/types.js").Message} Message */
/** @typedef {import("../../lib/types.js").Media} MediaItem */

/** @param {{onCall: () => void}} props */
export function Thread({onCall}) {
  const {id, person, name, optedOut, channel, known} = open.value;
  const live = liveCalls.value.find((c) => c.person === person);
  useEffect(() => {
    quoted.value = null;
    loadMessages(id).catch(failed);
  }, [id, known]);
  useEffect(() => on("message", ({conversation, message}) => {
    if (message.direction !== "from-app" || conversation.id === open.value.id) return;
    say(`Message to ${conversation.name || conversation.person}: ${message.body}`);
  }), []);

  return html`
    <header>
      <${Button} variant="quiet" icon="arrow-left" label="People" class="narrow-only" onClick=${() => { pane.value = "people"; }} />
      <${Avatar} name=${name} id=${person} />
      <h2>${name}${name !== person && html`<small> ${person}</small>`}${optedOut && html`<${Badge} tone="bad" title="Messages from the app are rejected (error 21610)">opted out<//>`}</h2>
      <${SaveMenu} query=${"?conversation=" + encodeURIComponent(id)} label="Save this conversation as" disabled=${!known} />
      ${live ? html`<${Button} icon="phone-call" class="in-call" onClick=${() => { showCall(live); pane.value = "call"; }}>In a call<//>`
        : html`<${Button} variant="call" icon="phone" class="call-button" onClick=${onCall}>Call<//>`}
    </header>
    <${Messages} key=${id} id=${id} channel=${channel} />
    <${Composer} key=${"write " + id} />`;
}

/** @param {{id: string, channel: string}} props */
function Messages({id, channel}) {
  const messages = messagesOf(id).value;
  const history = channel === "sms" ? callsOf(id) : [];
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const near = useRef(true); // the list is scrolled to its end and should stay there
  const last = messages[messages.length - 1];

  useLayoutEffect(() => {
    const box = ref.current;
    if (box && (near.current || last?.direction === "to-app" && Date.now() - new Date(last.at).getTime() < 2000)) box.scrollTop = box.scrollHeight;
  }, [messages, history.length]);

  function look() {
    const box = ref.current;
    if (box) near.current = box.scrollTop + box.clientHeight > box.scrollHeight - 60;
  }

  if (!messages.length && !history.length) {
    return html`<div class="bubbles"><${Empty} icon="message-square" title="No messages yet">Write a text below. Your app receives it as a signed webhook, just as from Twilio.<//></div>`;
  }
  return html`<ol class="bubbles" aria-label="Messages" aria-live="polite" ref=${ref} onScroll=${look} tabindex="0">
    ${woven(messages, history).map(({m, call}) => (call ? html`<${CallItem} key=${call.sid} call=${call} />`
      : m && html`<${Item} key=${m.sid} m=${m} channel=${channel} answered=${m.replyTo && messages.find((other) => other.sid === m.replyTo)?.body} />`))}
  </ol>`;
}

/** @type {Record<string, string>} */
const sides = {"to-app": "mine", "from-app": "theirs", "from-twilio": "network"};

/** @type {Record<string, string>} */
const speakers = {"to-app": "You", "from-app": "App", "from-twilio": "Twilio"};

const Item = memo(({m, channel, answered}) => html`<li class=${"item-" + sides[m.direction]}>
  <${Bubble} side=${sides[m.direction]} failed=${Boolean(m.errorCode)} body=${m.body}
    from=${m.direction === "from-twilio" ? "Twilio" : html`<span class="hidden">${speakers[m.direction]}:</span>`}
    quote=${answered} media=${(m.media || []).map((/** @type {MediaItem} */ item, /** @type {number} */ i) => html`<${Picture} key=${i} item=${item} path=${`messages/${encodeURIComponent(m.sid)}/media/${i}`} />`)}
    error=${m.errorCode ? html`Error <${ErrorCode} code=${m.errorCode} />` : null}
    meta=${html`<${Time} at=${m.at} /> ${m.status && html`<span class="state">${m.status}</span>`}
      ${m.status === "scheduled" && html`for <${Time} at=${m.sendAt} /> <${Button} variant="link" onClick=${() => api.post("messages/" + m.sid + "/send").catch(failed)}>Send now<//>`}
      ${m.exchange && html`<a href=${link("traffic", {id: m.exchange})} aria-label=${"Exchange " + m.exchange}>exchange</a>`}
      ${channel === "whatsapp" && m.direction === "from-app" && html`<${Button} variant="link" class="reply" icon="reply" onClick=${() => { quoted.value = m; }}>Reply<//>`}`} />
</li>`);

/**
 * Picture shows a picture. The console fetches a picture that the app sent only when
 * the user asks for it, so no captured URL is loaded without consent.
 * @param {{item: MediaItem, path: string}} props
 */
function Picture({item, path}) {
  const ref = useRef(/** @type {HTMLImageElement | null} */ (null));
  const [wanted, setWanted] = useState(Boolean(item.sid));
  useEffect(() => {
    if (!wanted) return;
    api.image(item.sid ? "media/" + encodeURIComponent(item.sid) : path)
      .then((src) => { if (ref.current) ref.current.src = src; })
      .catch((error) => { setWanted(false); failed(error); });
  }, [item.sid, wanted]);
  if (!wanted) return html`<span class="media"><${Icon} name="image" /><code>${item.url}</code> <${Button} onClick=${() => setWanted(true)}>Show picture<//></span>`;
  return html`<img class="picture" ref=${ref} alt=${"Picture, " + item.type} width="160" height="100" />`;
}
