// The messages on a WebSocket: a timeline with two lanes, and a list. The selected
// message is shown below the list as JSON.

import {classes, html, memo, useState} from "../../lib/html.js";
import {Button, CodeBlock, Empty, Icon, Select} from "../../lib/components.js";
import {size} from "../../lib/format.js";
import {List} from "../../lib/list.js";
import {usePainting} from "./canvas.js";

/** @typedef {import("../../lib/types.js").Session} Session */
/** @typedef {import("../../lib/types.js").Frame} Frame */

/** @param {{session: Session}} props */
export function Frames({session}) {
  const [filter, setFilter] = useState("messages");
  const [open, setOpen] = useState(0);
  /** @type {Map<string, number>} */
  const types = new Map();
  for (const f of session.frames) types.set(f.type, (types.get(f.type) || 0) + 1);
  const frames = session.frames.filter((f) => (filter === "messages" ? f.type !== "media" : filter === "all" || f.type === filter)).reverse();
  const shown = session.frames.find((f) => f.n === open);
  return html`
    <div class="row frames-head">
      <h3>Messages</h3>
      <${Select} aria-label="Type" value=${filter} onChange=${setFilter}
        options=${[["messages", "All except audio"], ["all", "All"], ...[...types].sort().map(([type, n]) => [type, `${type} (${n})`])]} />
    </div>
    <${Lanes} session=${session} open=${open} onOpen=${setOpen} />
    ${frames.length === 0 ? html`<${Empty} icon="list" title="No messages yet" />` : html`<${List} items=${frames} keyOf=${(/** @type {Frame} */ f) => f.n} height=${32} label="Messages, the newest first" class="frames"
      current=${open || undefined} row=${(/** @type {Frame} */ f) => html`<${Row} frame=${f} current=${f.n === open} onOpen=${setOpen} />`} />`}
    ${shown && html`<div class="frame" role="region" aria-label="Message">
      <div class="row"><strong>${shown.type}</strong><span class="soft">${shown.out ? "from the program" : "to the program"}, ${seconds(shown.at)}, ${size(shown.size)}</span>
        <${Button} variant="quiet" icon="x" label="Close message" onClick=${() => setOpen(0)} /></div>
      <${CodeBlock} text=${shown.text} label="Message as JSON" /></div>`}`;
}

/** @param {number} at */
const seconds = (at) => (at / 1000).toFixed(3) + " s";

const Row = memo((/** @type {{frame: Frame, current: boolean, onOpen: (n: number) => void}} */ {frame, current, onOpen}) => html`
  <button type="button" class=${classes("frame-row", frame.out && "out")} aria-current=${current ? "true" : undefined} onClick=${() => onOpen(current ? 0 : frame.n)}>
    <span class="at">${seconds(frame.at)}</span><${Icon} name=${frame.out ? "arrow-left" : "arrow-right"} size=${14} /><span class="hidden">${frame.out ? "from the program" : "to the program"}</span>
    <span class="type">${frame.type}</span><span class="preview">${preview(frame)}</span></button>`);

/** preview returns the most informative field of a message. @param {Frame} frame */
function preview(frame) {
  try {
    const m = JSON.parse(frame.text);
    const value = m.token ?? m.voicePrompt ?? m.digit ?? m.digits ?? m.value ?? m.utteranceUntilInterrupt ?? m.source ?? m.handoffData ?? m.description ??
      m.mark?.name ?? m.dtmf?.digit ?? m.media?.payload ?? "";
    return (m.name ? m.name + " " : "") + value;
  } catch { return frame.text; }
}

const lane = 22; // pixels

/** Lanes shows messages over time, those to the program above and those from it below. @param {{session: Session, open: number, onOpen: (n: number) => void}} props */
function Lanes({session, open, onOpen}) {
  const frames = session.frames;
  const from = frames.length ? frames[0].at : 0;
  const to = Math.max(from + 5000, frames.length ? frames[frames.length - 1].at : 0);
  const ref = usePainting(2 * lane + 1, (g, width, color) => {
    g.fillStyle = color("--line");
    g.fillRect(0, lane, width, 1);
    for (const f of frames) {
      const sound = f.type === "media";
      g.fillStyle = color(f.n === open ? "--ink" : sound ? "--edge" : f.type === "interrupt" || f.type === "clear" ? "--warn" : f.type === "error" || f.type === "unreadable" ? "--bad" : f.out ? "--call" : "--accent");
      const high = sound ? 6 : 14;
      g.fillRect((f.at - from) / (to - from) * (width - 3), f.out ? lane + 2 : lane - high, f.n === open ? 3 : 2, high);
    }
  });
  /** @param {MouseEvent} e */
  function click(e) {
    const box = ref.current;
    if (!box || !frames.length) return;
    const bounds = box.getBoundingClientRect();
    const at = from + (e.clientX - bounds.left) / bounds.width * (to - from);
    const out = e.clientY - bounds.top > bounds.height / 2;
    let best = frames[0], distance = Infinity;
    for (const f of frames) {
      const d = Math.abs(f.at - at) + (f.out === out ? 0 : 1e6) + (f.type === "media" ? (to - from) / 100 : 0);
      if (d < distance) [best, distance] = [f, d];
    }
    onOpen(best.n);
  }
  return html`<div class="lanes" aria-hidden="true"><span>to</span><span>from</span><canvas ref=${ref} onClick=${click}></canvas></div>`;
}
