// The waveform of a stream, with the caller above the line and the program below.

import {html} from "../../lib/html.js";
import {Button} from "../../lib/components.js";
import * as api from "../../lib/api.js";
import {failed} from "../../lib/toast.js";
import {usePainting} from "./canvas.js";

/** @typedef {import("../../lib/types.js").Session} Session */

const height = 88; // pixels
const bar = 3;

/** @param {{session: Session}} props */
export function Wave({session}) {
  const {in: caller, out: program} = session.levels;
  const ref = usePainting(height, (g, width, color) => {
    const middle = height / 2;
    g.fillStyle = color("--line");
    g.fillRect(0, middle - .5, width, 1);
    const steps = Math.floor(width / bar);
    const first = Math.max(0, Math.max(caller.length, program.length) - steps);
    for (let i = 0; i < steps; i++) {
      const up = high(caller[first + i]), down = high(program[first + i]);
      g.fillStyle = color("--soft");
      g.fillRect(i * bar, middle - up, bar - 1, up);
      g.fillStyle = color("--accent");
      g.fillRect(i * bar, middle, bar - 1, down);
    }
  });
  return html`<figure class="wave">
    <canvas ref=${ref} role="img" aria-label="Audio levels of the caller and the program"></canvas>
    <figcaption><span class="wave-in">Caller</span><span class="wave-out">Program</span>
      <${Button} variant="quiet" icon="download" onClick=${() => save(session)}>WAV<//></figcaption>
  </figure>`;
}

/** high returns the height of a bar, on a scale close to perceived loudness. @param {number | undefined} level */
const high = (level) => (level ? Math.min(1, Math.sqrt(level / 500)) * (height / 2 - 2) : 0);

/** save downloads a recording of both directions. @param {Session} session */
async function save(session) {
  try {
    const url = URL.createObjectURL(await api.blob(`calls/${encodeURIComponent(session.call)}/recording`));
    const a = document.createElement("a");
    a.href = url;
    a.download = "call.wav";
    a.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch (error) { failed(error); }
}
