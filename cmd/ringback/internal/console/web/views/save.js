// Saving captured exchanges as a scenario, a test in Go, JavaScript or Python, or
// a HAR file.

import {html, useState} from "../lib/html.js";
import * as api from "../lib/api.js";
import {Button, CodeBlock, Copy} from "../lib/components.js";
import {Dialog} from "../lib/dialog.js";
import {Menu} from "../lib/menu.js";
import {failed} from "../lib/toast.js";

/** @typedef {{name: string, media: string, text: string, notes: string[]}} Saved */

/** @type {[string, string, string][]} form, title, how to use the file */
const forms = [
  ["scenario", "Scenario for ringback run", "ringback run saved.yaml --app URL"],
  ["go", "Go test", "APP_URL=URL go test -run . saved_test.go"],
  ["jest", "Jest test", "npx jest saved.test.js"],
  ["pytest", "pytest test", "pytest test_saved.py"],
];

/** @param {string} name @param {string} media @param {string} text */
function download(name, media, text) {
  const url = URL.createObjectURL(new Blob([text], {type: media}));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/**
 * SaveMenu saves the exchanges that match a list query, such as
 * "?sid=CA…", "?ids=1,2" or "?conversation=…".
 * @param {{query: string, label?: string, text?: any, disabled?: boolean, up?: boolean}} props
 */
export function SaveMenu({query, label = "Save as", text, disabled, up}) {
  const [saved, setSaved] = useState(/** @type {(Saved & {run: string}) | null} */ (null));

  /** @param {string} form @param {string} run */
  async function save(form, run) {
    try {
      if (form === "har") download("ringback.har", "application/json", JSON.stringify(await api.post("save/har" + query), null, 1));
      else setSaved({...await api.post(`save/${form}${query}`), run});
    } catch (error) { failed(error); }
  }

  return html`<${Menu} text=${text} label=${text ? undefined : label} icon="save" variant=${text ? undefined : "quiet"} up=${up}
      items=${[...forms.map(([form, title, run]) => ({title, disabled, onClick: () => save(form, run)})), {title: "HAR file", disabled, onClick: () => save("har", "")}]} />
    ${saved && html`<${Dialog} title=${saved.name} class="saved" onClose=${() => setSaved(null)}>
      ${saved.notes.length ? html`<ul class="save-notes">${saved.notes.map((n) => html`<li key=${n}>Note: ${n}.</li>`)}</ul>` : null}
      <${CodeBlock} text=${saved.text} label="the file" copy=${false} />
      <p class="soft">Run it: <code>${saved.run}</code></p>
      <div class="actions"><${Copy} text=${saved.text} label="Copy the file" variant="">Copy<//>
        <${Button} variant="primary" icon="download" data-focus onClick=${() => download(saved.name, saved.media, saved.text)}>Download<//></div>
    <//>`}`;
}
