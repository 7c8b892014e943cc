// The sound of a stream: the caller above the line, the program below it.

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
    <canvas ref=${ref} role="img" aria-label="Loudness of the caller and of the program"></canvas>
    <figcaption><span class="wave-in">Caller</span><span class="wave-out">Program</span>
      <${Button} variant="quiet" icon="download" onClick=${() => save(session)}>WAV<//></figcaption>
  </figure>`;
}

/** high is a bar's length: loudness as an ear hears it. @param {number | undefined} level */
const high = (level) => (level ? Math.min(1, Math.sqrt(level / 500)) * (height / 2 - 2) : 0);

/** save downloads both directions of a call. @param {Session} session */
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
