// What a person writes: text, a picture, what WhatsApp adds, and the words that
// unsubscribe.

import {h, fill} from "./dom.js";

export const channels = {sms: "SMS", whatsapp: "WhatsApp", rcs: "RCS"};

// composer makes the form under a conversation. on.send(message) sends,
// on.channel(name) is called when the channel changes.
export function composer(on) {
  let answers = null; // the message that the next one answers

  const text = h("textarea", {rows: 1, "aria-label": "Text", placeholder: "Text the app", "data-first": true,
    onkeydown: (e) => { if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); write(); } }});
  const channel = h("select", {"aria-label": "Channel", onchange: () => on.channel(channel.value)},
    Object.entries(channels).map(([value, name]) => h("option", {value}, name)));
  const quoted = h("p.quoted", {hidden: true});

  const file = h("input", {type: "file", accept: "image/jpeg,image/png,image/gif", "aria-label": "Picture of your own"});
  const latitude = h("input", {inputmode: "decimal", "aria-label": "Latitude", value: "37.7955"});
  const longitude = h("input", {inputmode: "decimal", "aria-label": "Longitude", value: "-122.3937"});
  const label = h("input", {"aria-label": "Name of the place", value: "Ferry Building"});
  const button = h("input", {"aria-label": "What stands on the button", value: "Yes, please"});
  const payload = h("input", {"aria-label": "Payload of the button", value: "yes"});
  const more = h("details.more", {onkeydown: (e) => { if (e.key === "Escape") { close(); e.stopPropagation(); } }},
    h("summary", {}, "More"),
    h("div.panel", {},
      group("Picture (MMS)", picture, file, h("button", {}, "Send picture")),
      group("Location (WhatsApp)", place, latitude, longitude, label, h("button", {}, "Share location")),
      group("Button (WhatsApp)", press, button, payload, h("button", {}, "Press button")),
      group("Opt-out (Advanced)", (e) => { e.preventDefault(); }, ["STOP", "START", "HELP"].map((word) =>
        h("button", {type: "button", onclick: () => send({body: word, optOut: word})}, "Text " + word)))));
  const form = h("form.composer", {onsubmit: (e) => { e.preventDefault(); write(); }}, quoted, channel, text, h("button.primary", {}, "Send"));

  function group(title, submit, ...fields) {
    return h("form.group", {"aria-label": title, onsubmit: (e) => { e.preventDefault(); submit(e); }}, h("strong", {}, title), h("div.row", {}, fields));
  }

  function close() {
    more.open = false;
    more.firstElementChild.focus();
  }

  function write() { send({body: text.value}); }

  async function picture() {
    const chosen = file.files[0];
    const data = chosen ? await base64(chosen) : "";
    file.value = "";
    send(data ? {body: text.value, file: data} : {body: text.value, picture: true});
  }

  function place() {
    send({location: {latitude: Number(latitude.value) || 0, longitude: Number(longitude.value) || 0, label: label.value}});
  }

  function press() { send({button: {text: button.value, payload: payload.value}}); }

  function send(message) {
    if (!Object.entries(message).some(([, value]) => value)) return;
    if (message.body !== undefined && !message.optOut) text.value = "";
    more.open = false;
    if (answers) message.replyTo = answers;
    answer(null);
    on.send(message);
    text.focus();
  }

  // answer makes the next message a reply to m, or to nothing.
  function answer(m) {
    answers = m ? m.sid : null;
    quoted.hidden = !m;
    fill(quoted, m ? ["Reply to ", h("q", {}, m.body), h("button.quiet", {type: "button", "aria-label": "Do not reply to it", onclick: () => answer(null)}, "×")] : null);
    if (m) text.focus();
  }

  return {element: h("div.write", {}, form, more), channel, answer};
}

// base64 reads a file as JSON can hold it.
function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}
