// The caller's input to a Media Stream: the microphone, or a tone, a file or keys.

import {html, useEffect, useRef} from "../../lib/html.js";
import {Button} from "../../lib/components.js";
import {Popover} from "../../lib/menu.js";
import {useKeys} from "../../lib/keys.js";
import {failed, toast} from "../../lib/toast.js";
import {Keypad, keys} from "../call/keypad.js";
import {connect, hangUp, listen, loudspeaker, microphone, mute, phone, setLoudspeaker} from "./sound.js";
import {callOf, live, press} from "./state.js";

/** @typedef {import("../../lib/types.js").Session} Session */

/** @param {{session: Session}} props */
export function SoundPanel({session}) {
  const call = callOf(session);
  const off = session.state !== "open" || !call || call.ended;
  const file = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    if (off) return;
    if (loudspeaker.value.on && session.verb === "Connect") connect(session.call).catch(failed);
    return () => hangUp();
  }, [off, session.call]);
  useKeys((event) => {
    if (event.key === "m" && !off) toggle();
    else if (off || !call || !keys.includes(event.key)) return false;
    else press(call, event.key);
    return true;
  });
  async function toggle() {
    try {
      await (microphone.value.on ? mute() : listen(session.call));
    } catch (error) { failed(error); }
  }
  /** @param {boolean} on */
  async function speaker(on) {
    setLoudspeaker(on);
    try {
      if (on) await connect(session.call);
    } catch (error) { failed(error); }
  }
  /** @param {object} what */
  async function make(what) {
    if (!await live(session, what)) toast("The call has ended");
  }
  async function play() {
    const chosen = file.current?.files?.[0];
    if (!chosen) return;
    if (chosen.size > 5 << 20) {
      toast("The file is larger than 5 MB");
      return;
    }
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    await make({do: "plays", wav: btoa(text)});
    if (file.current) file.current.value = "";
  }
  const on = microphone.value.on, heard = loudspeaker.value.on;
  return html`<div class="say">
    <div class="row say-sound">
      <${Button} variant=${on ? "" : "primary"} icon=${on ? "mic-off" : "mic"} disabled=${off} aria-pressed=${on ? "true" : "false"} onClick=${toggle}>${on ? "Mute" : "Use the microphone"}<//>
      <${Meter} label="Microphone" level=${on ? microphone.value.level : 0} />
      <${Button} icon=${heard ? "volume-2" : "volume-x"} label=${heard ? "Turn loudspeaker off" : "Turn loudspeaker on"} aria-pressed=${heard ? "true" : "false"} disabled=${off || session.verb === "Start"} onClick=${() => speaker(!heard)} />
      <${Meter} label="Loudspeaker" level=${heard ? loudspeaker.value.level : 0} />
    </div>
    <div class="row">
      <${Button} icon="activity" disabled=${off} onClick=${() => make({do: "tone", ms: 1500})}>Play a tone<//>
      <${Button} icon="upload" disabled=${off} onClick=${() => file.current?.click()}>Play a WAV file<//>
      <input class="hidden" type="file" accept=".wav,audio/wav" aria-label="WAV file" tabindex="-1" ref=${file} onChange=${play} />
      <${Popover} icon="grid-3x3" label="Keypad" up>${() => html`<${Keypad} disabled=${off} onKey=${(/** @type {string} */ key) => { if (call) press(call, key); }} />`}<//>
    </div>
    <p class="soft" role="status">${hint(session, off)}</p>
  </div>`;
}

/** @param {Session} session @param {boolean} off */
function hint(session, off) {
  if (microphone.value.problem) return microphone.value.problem;
  if (off) return session.state === "connecting" ? "Connecting." : "The stream has ended.";
  if (phone.value === "taken") return "Another window has this call's audio. Turn on the microphone or the loudspeaker to take it back.";
  if (phone.value === "silent") return "The browser blocks sound until you click. Click anywhere to hear the program.";
  if (phone.value === "failed") return "Cannot connect to this call's audio. Check that the console is running.";
  if (session.verb === "Start") return "A <Start><Stream> is one-way. The program hears the call but cannot speak.";
  return microphone.value.on ? "The program hears you." : "Without a microphone, play a tone or a file.";
}

/** Meter shows an audio level. @param {{label: string, level: number}} props */
function Meter({label, level}) {
  const part = Math.min(1, Math.sqrt(level * 2.5));
  return html`<div class="meter" role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(part * 100)}><span style=${{width: part * 100 + "%"}}></span></div>`;
}
