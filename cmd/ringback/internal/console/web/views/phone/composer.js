// The message composer: text, pictures, WhatsApp's location and button replies, and
// opt-out keywords.

import {html, useEffect, useRef} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {Button, Field, Select} from "../../lib/components.js";
import {Popover} from "../../lib/menu.js";
import {failed} from "../../lib/toast.js";
import {channels, drafts, open, pick, quoted} from "./state.js";

export function Composer() {
  const {id, person, channel} = open.value;
  const text = drafts.value[id] || "";
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useEffect(() => { if (quoted.value) field.current?.focus(); }, [quoted.value]);

  /** @param {string} value */
  const write = (value) => { drafts.value = {...drafts.value, [id]: value}; };

  /** @param {Record<string, any>} message */
  async function send(message) {
    if (!Object.values(message).some(Boolean)) return;
    if (message.body !== undefined && !message.optOut) write("");
    if (quoted.value) message.replyTo = quoted.value.sid;
    quoted.value = null;
    const over = message.location || message.button ? "whatsapp" : channel;
    if (over !== channel) pick(person, over);
    try {
      await api.post("messages", {person, channel: over, ...message});
    } catch (error) {
      failed(error);
      if (message.body && !message.optOut && !drafts.value[id]) write(message.body);
    }
  }

  /** @param {KeyboardEvent} e */
  function key(e) {
    if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    send({body: text});
  }

  return html`<div class="write">
    ${quoted.value && html`<p class="quoted">Reply to <q>${quoted.value.body}</q><${Button} variant="quiet" icon="x" label="Cancel reply" onClick=${() => { quoted.value = null; }} /></p>`}
    <form class="composer" onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); send({body: text}); }}>
      <${Select} aria-label="Channel" options=${Object.entries(channels)} value=${channel} onChange=${(/** @type {string} */ name) => pick(person, name)} />
      <${Popover} label="Pictures, WhatsApp and opt-out" icon="plus" up class="more">${(/** @type {() => void} */ close) => html`<${More} send=${(/** @type {any} */ m) => { close(); send(m); }} text=${text} />`}<//>
      <textarea ref=${field} rows="1" aria-label="Text" placeholder="Text message" data-first value=${text} onKeyDown=${key} onInput=${(/** @type {any} */ e) => write(e.target.value)} />
      <${Button} variant="primary" icon="send" type="submit">Send<//>
    </form>
  </div>`;
}

/** @param {{send: (message: Record<string, any>) => void, text: string}} props */
function More({send, text}) {
  return html`
    <${Group} title="Picture (MMS)" submit=${async (/** @type {HTMLFormElement} */ form) => {
      const file = /** @type {HTMLInputElement} */ (form.elements.namedItem("file")).files?.[0];
      send(file ? {body: text, file: await base64(file)} : {body: text, picture: true});
    }}>
      <input type="file" name="file" accept="image/jpeg,image/png,image/gif" aria-label="Picture file" />
      <${Button} type="submit" icon="image">Send picture<//>
    <//>
    <${Group} title="Location (WhatsApp)" submit=${(/** @type {HTMLFormElement} */ form) => {
      const values = new FormData(form);
      send({location: {latitude: Number(values.get("latitude")) || 0, longitude: Number(values.get("longitude")) || 0, label: values.get("label")}});
    }}>
      <${Field} label="Latitude"><input name="latitude" inputmode="decimal" value="37.7955" /><//>
      <${Field} label="Longitude"><input name="longitude" inputmode="decimal" value="-122.3937" /><//>
      <${Field} label="Name"><input name="label" value="Ferry Building" /><//>
      <${Button} type="submit" icon="map-pin">Share location<//>
    <//>
    <${Group} title="Button reply (WhatsApp)" submit=${(/** @type {HTMLFormElement} */ form) => {
      const values = new FormData(form);
      send({button: {text: values.get("text"), payload: values.get("payload")}});
    }}>
      <${Field} label="Button text"><input name="text" value="Yes, please" /><//>
      <${Field} label="Payload"><input name="payload" value="yes" /><//>
      <${Button} type="submit" icon="mouse-pointer-click">Send button reply<//>
    <//>
    <${Group} title="Opt-out (Advanced Opt-Out)" submit=${() => {}}>
      ${["STOP", "START", "HELP"].map((word) => html`<${Button} key=${word} onClick=${() => send({body: word, optOut: word})}>Text ${word}<//>`)}
    <//>`;
}

/** @param {{title: string, submit: (form: HTMLFormElement) => void, children: any}} props */
function Group({title, submit, children}) {
  return html`<form class="group" aria-label=${title} onSubmit=${(/** @type {any} */ e) => { e.preventDefault(); submit(e.currentTarget); }}>
    <strong>${title}</strong><div class="row">${children}</div></form>`;
}

/** base64 encodes a file for JSON. @param {File} file @returns {Promise<string>} */
function base64(file) {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(file);
  });
}
