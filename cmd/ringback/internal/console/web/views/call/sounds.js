// The sounds of a call: ringing, tones, the app's speech and the files
// that it plays. Only the call that is shown is audible.

import {html, signal, useEffect} from "../../lib/html.js";
import * as api from "../../lib/api.js";
import {Button} from "../../lib/components.js";
import {route} from "../../lib/route.js";
import {ringing} from "../../lib/store.js";
import {shown} from "./state.js";

/** @typedef {import("../../lib/types.js").Call} Call */
/** @typedef {import("../../lib/types.js").Line} Line */

/** muted is saved in the browser. */
export const muted = signal(localStorage.getItem("muted") === "yes");

/** @param {boolean} on */
function mute(on) {
  muted.value = on;
  localStorage.setItem("muted", on ? "yes" : "no");
  if (on) stop();
}

/** Mute turns call sound off and on. */
export function Mute() {
  return html`<${Button} variant="quiet" icon=${muted.value ? "volume-x" : "volume-2"} label=${muted.value ? "Turn sound on" : "Mute sound"} onClick=${() => mute(!muted.value)} />`;
}

/** @type {AudioContext | null} */
let context = null;

// Browsers allow sound only after the user has interacted with the page.
function audio() {
  context ||= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
  return context;
}
for (const event of ["pointerdown", "keydown"]) addEventListener(event, audio, {once: true});

/**
 * hum plays frequencies together and returns a function that stops them.
 * @param {number[]} frequencies @param {number} seconds @param {number} [loudness]
 */
function hum(frequencies, seconds, loudness = .06) {
  if (muted.value || !context || context.state !== "running") return () => {};
  const gain = context.createGain();
  const now = context.currentTime;
  gain.gain.setValueAtTime(0, now);
  gain.gain.linearRampToValueAtTime(loudness, now + .01);
  gain.gain.setValueAtTime(loudness, now + seconds - .01);
  gain.gain.linearRampToValueAtTime(0, now + seconds);
  gain.connect(context.destination);
  const all = frequencies.map((frequency) => {
    const oscillator = /** @type {AudioContext} */ (context).createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain);
    oscillator.start(now);
    oscillator.stop(now + seconds);
    return oscillator;
  });
  return () => { for (const oscillator of all) oscillator.stop(); };
}

const rows = [697, 770, 852, 941], columns = [1209, 1336, 1477, 1633], pad = "123A456B789C*0#D";

/** tone plays the DTMF tone of a key. @param {string} key */
export function tone(key) {
  const at = pad.indexOf(key);
  if (at >= 0) hum([rows[at >> 2], columns[at & 3]], .16);
}

/** @typedef {{id: string, start: (done: () => void) => () => void}} Item start returns what ends it early */

/** @type {Item[]} what waits to be heard */
let queue = [];
/** @type {{id: string, end: () => void} | null} */
let current = null;

function next() {
  const item = current ? null : queue.shift();
  if (!item) return;
  let over = false;
  const done = () => {
    if (over) return;
    over = true;
    if (current?.id === item.id) current = null;
    next();
  };
  current = {id: item.id, end: () => {}};
  const end = item.start(done);
  if (current?.id === item.id) current.end = () => { end(); done(); };
}

/** cut stops the sound of a line, or removes it from the queue. @param {string} id */
function cut(id) {
  queue = queue.filter((item) => item.id !== id);
  if (current?.id === id) current.end();
}

/** stop stops all sound. */
export function stop() {
  queue = [];
  current?.end();
}

/** @param {Item} item */
function enqueue(item) {
  queue.push(item);
  next();
}

/** languageOf returns the language of a Say, or else that of its voice. @param {Line} line */
const languageOf = (line) => line.language || line.voice?.match(/[a-z]{2,3}-[A-Z]{2}/)?.[0] || "en-US";

/** @param {Line} line @param {() => void} done */
function say(line, done) {
  if (!("speechSynthesis" in window)) {
    done();
    return () => {};
  }
  const words = new SpeechSynthesisUtterance(line.text);
  words.lang = languageOf(line);
  const voices = speechSynthesis.getVoices();
  words.voice = voices.find((v) => v.lang.replace("_", "-") === words.lang) || voices.find((v) => v.lang.slice(0, 2) === words.lang.slice(0, 2)) || null;
  words.onend = words.onerror = done;
  speechSynthesis.speak(words);
  const late = setTimeout(done, 2 * (line.ms || 0) + 4000); // a browser without voices never reports the end
  return () => {
    clearTimeout(late);
    speechSynthesis.cancel();
  };
}

/** @param {string} path @param {() => void} done */
function sound(path, done) {
  /** @type {AudioBufferSourceNode | null} */
  let source = null;
  let over = false;
  (async () => {
    const data = await (await api.blob(path)).arrayBuffer();
    const player = audio();
    const buffer = await player.decodeAudioData(data);
    if (over) return;
    source = player.createBufferSource();
    source.buffer = buffer;
    source.onended = done;
    source.connect(player.destination);
    source.start();
  })().catch(done); // the line names the file
  return () => {
    over = true;
    source?.stop();
  };
}

/** digits plays the tones that the app sends. @param {string} keys @param {() => void} done */
function digits(keys, done) {
  let at = 0;
  const timer = setInterval(() => {
    if (at >= keys.length) {
      clearInterval(timer);
      done();
    } else {
      tone(keys[at++]);
    }
  }, 250);
  return () => clearInterval(timer);
}

/** @param {Call} call @param {number} n */
const pathOf = (call, n) => `calls/${encodeURIComponent(call.sid)}/play/${n}`;

/** listen plays a file that the user has chosen. @param {string} path */
export function listen(path) {
  stop();
  enqueue({id: path, start: (done) => sound(path, done)});
}

/** hear queues the sound of a line. @param {Call} call @param {Line} line */
function hear(call, line) {
  const id = call.sid + line.n;
  if (line.cut || muted.value) return;
  const spoken = line.kind === "say" || line.kind === "apology" || line.kind === "piece" && route.value.name !== "agent"; // the agent view speaks its own
  if (line.kind === "cut-off") stop();
  if (spoken) enqueue({id, start: (done) => say(line, done)});
  else if (line.kind === "play" && line.sound) enqueue({id, start: (done) => sound(pathOf(call, line.n), done)});
  else if (line.kind === "play" && /^[\d*#A-Dw]+$/.test(line.text)) enqueue({id, start: (done) => digits(line.text, done)});
  else if (line.kind === "recording-started") hum([1000], .4);
}

/** the last line played in the audible call */
let heard = {sid: "", n: 0};

/** follow plays the new lines of a call. @param {Call | null} call */
function follow(call) {
  if (!call) return;
  if (heard.sid !== call.sid) {
    stop();
    // For a call that started before it was shown, only recent lines are played.
    const young = call.lines.find((line) => !call.ended && Date.now() - new Date(line.at).getTime() < 1500);
    heard = {sid: call.sid, n: young ? young.n - 1 : call.lines.at(-1)?.n || 0};
  }
  for (const line of call.lines) {
    if (line.cut) cut(call.sid + line.n);
    if (line.n <= heard.n) continue;
    heard.n = line.n;
    hear(call, line);
  }
  if (call.ended && call.status !== "completed") stop();
  if (call.ended && call.lines.some((line) => line.kind === "end" && line.who === "caller" && !line.leg)) stop();
}

/** @param {() => () => void} sound @param {number} every */
function repeat(sound, every) {
  let end = sound();
  const timer = setInterval(() => { end = sound(); }, every);
  return () => {
    clearInterval(timer);
    end();
  };
}

const ring = () => hum([440, 480, 620], 1.2, .05);
const ringBack = () => hum([440, 480], 2, .03);

/** Sounds plays the sounds of the call that is shown. It draws nothing. */
export function Sounds() {
  const call = shown.value;
  const rings = ringing.value.length > 0;
  const waits = Boolean(call && !call.ended && (call.doing === "dialing" && call.legs?.some((leg) => leg.rings) || call.direction === "inbound" && call.status === "ringing" && call.doing === "starting"));
  const off = muted.value;
  useEffect(() => { follow(call); }, [call]);
  useEffect(() => (rings && !off ? repeat(ring, 3000) : undefined), [rings, off]);
  useEffect(() => (waits && !rings && !off ? repeat(ringBack, 6000) : undefined), [waits, rings, off]);
  return null;
}
