// The transcript: speech and audio as bubbles, events as notes, and
// optionally the requests behind them.

import {classes, html, memo, signal, useLayoutEffect, useRef} from "../../lib/html.js";
import {Button, ErrorCode, Icon} from "../../lib/components.js";
import {full, timer} from "../../lib/format.js";
import {link} from "../../lib/route.js";
import {named, nameOf} from "../../lib/store.js";
import {listen} from "./sounds.js";

/** @typedef {import("../../lib/types.js").Call} Call */
/** @typedef {import("../../lib/types.js").Line} Line */

/** protocol reports whether requests and other protocol steps are shown. */
const protocol = signal(localStorage.getItem("protocol") === "yes");

/** ProtocolSwitch shows and hides the requests behind a call. */
export function ProtocolSwitch() {
  return html`<${Button} variant="quiet" icon="list-tree" label=${protocol.value ? "Hide requests" : "Show requests"} aria-pressed=${protocol.value ? "true" : "false"} onClick=${() => {
    protocol.value = !protocol.value;
    localStorage.setItem("protocol", protocol.value ? "yes" : "no");
  }} />`;
}

/** @param {{call: Call}} props */
export function Lines({call}) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const near = useRef(true);
  const rows = joined(call.lines.filter((l) => protocol.value || l.group !== "protocol"));
  useLayoutEffect(() => {
    if (ref.current && near.current) ref.current.scrollTop = ref.current.scrollHeight;
  }, [call.lines.length, protocol.value]);
  const start = new Date(call.startedAt).getTime();
  return html`<ol class="lines" aria-label="Transcript" aria-live="polite" tabindex="0" ref=${ref}
    onScroll=${(/** @type {any} */ e) => { const box = e.currentTarget; near.current = box.scrollTop + box.clientHeight > box.scrollHeight - 60; }}>
    ${rows.map((l, i) => {
      const who = speaker(call, l);
      const before = rows[i - 1];
      return html`<${Row} key=${l.n} group=${l.group} who=${l.who} kind=${l.kind} text=${l.text} exchange=${l.exchange} code=${l.code} cut=${Boolean(l.cut)} at=${l.at}
        time=${timer((new Date(l.at).getTime() - start) / 1000)} speaker=${who} again=${before?.group === "speech" && l.group === "speech" && speaker(call, before) === who}
        language=${l.language} sound=${l.sound ? `calls/${encodeURIComponent(call.sid)}/play/${l.n}` : l.recording && l.ms ? "recordings/" + encodeURIComponent(l.recording) : ""} />`;
    })}
  </ol>`;
}

/** joined merges consecutive key presses into one line. @param {Line[]} lines */
function joined(lines) {
  /** @type {Line[]} */
  const out = [];
  for (const line of lines) {
    const last = out[out.length - 1];
    if (line.kind === "press" && last?.kind === "press" && last.leg === line.leg && !/\s/.test(line.text + last.text)) {
      out[out.length - 1] = {...last, text: last.text + line.text};
    } else {
      out.push(line);
    }
  }
  return out;
}

/** @param {Call} call @param {Line} l */
function speaker(call, l) {
  if (l.who === "app") return l.name ? "App to " + nameOf(l.name) : "App";
  if (l.who === "twilio") return l.name ? nameOf(l.name) : "Twilio";
  return nameOf(l.name || call.person);
}

/** @type {Record<string, string>} icons of what happens, by kind */
const icons = {
  answered: "phone", ringing: "phone-incoming", dialing: "phone-outgoing", bridged: "phone-call", joined: "users", left: "users", end: "phone-off",
  "recording-started": "circle-dot", "recording-ended": "voicemail", paying: "credit-card", enter: "credit-card", paid: "credit-card", enqueued: "clock",
  dequeued: "clock", "conference-started": "users", "conference-ended": "users", error: "circle-alert", warning: "triangle-alert", rejected: "phone-off",
  muted: "mic-off", held: "pause", play: "play",
};

const Row = memo(({group, who, kind, text, exchange, code, cut, at, time, speaker, again, language, sound}) => html`
  <li class=${classes("line", "line-" + group, who, "line-" + kind, cut && "line-cut")}>
    <span class=${classes("who", (again || group === "event" && who !== "caller") && "hidden")}>${speaker}</span>
    <span class="line-body">
      ${group !== "speech" && icons[kind] && html`<${Icon} name=${icons[kind]} size=${14} />`}
      ${kind === "play" && html`<${Icon} name="audio-lines" size=${14} />`}
      ${code ? html`<strong>${kind === "warning" ? "Warning" : "Error"} <${ErrorCode} code=${code} /></strong> ` : null}
      <span class="what" lang=${language}>${group === "speech" ? text : named(text)}</span>
      ${cut && html`<span class="cut" title="Cut short"> …<span class="hidden"> (cut short)</span></span>`}
      ${sound && html`<${Button} variant="quiet" class="listen" icon="play" label=${kind === "play" ? "Play the file" : "Play the recording"} onClick=${() => listen(sound)} />`}
      ${exchange ? html`<a class="to-exchange" href=${link("traffic", {id: exchange})} aria-label=${"Exchange " + exchange}><${Icon} name="arrow-up-right" /></a>` : null}
    </span>
    <time datetime=${at} title=${full(at)}>${time}</time>
  </li>`);
