// The audio of a call: the microphone and the loudspeaker, connected to the
// console by a WebSocket.

import {signal} from "../../lib/html.js";
import * as api from "../../lib/api.js";

/** phone is off, connecting, on, silent (the browser plays nothing before a click), taken (another window has it) or failed. */
export const phone = signal(/** @type {"off" | "connecting" | "on" | "silent" | "taken" | "failed"} */ ("off"));

/** microphone holds its state, its level (0 to 1) and its problem, if any. */
export const microphone = signal({on: false, level: 0, problem: ""});

/** loudspeaker holds its state and its level. */
export const loudspeaker = signal({on: localStorage.getItem("loudspeaker") !== "no", level: 0});

/** @type {Line | null} */
let line = null;

const protocol = "ringback.sound";
const taken = 4001;

/** A Line is the connection of one call. */
class Line {
  /** @param {string} call */
  constructor(call) {
    this.call = call;
    this.context = new AudioContext();
    this.over = false;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {AudioWorkletNode | null} */
    this.speaker = null;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {AudioNode[]} */
    this.capture = [];
    this.ready = this.open();
  }

  async open() {
    await this.context.audioWorklet.addModule("/assets/views/agent/worklet.js");
    this.speaker = new AudioWorkletNode(this.context, "loudspeaker", {numberOfInputs: 0, outputChannelCount: [1]});
    this.speaker.port.onmessage = (e) => { if (line === this) loudspeaker.value = {...loudspeaker.value, level: e.data.level}; };
    this.speaker.connect(lowpass(this.context)).connect(this.context.destination);
    const socket = await api.socket(`calls/${encodeURIComponent(this.call)}/sound`, protocol);
    if (this.over) {
      socket.close();
      return;
    }
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = (e) => {
      if (typeof e.data === "string") this.speaker?.port.postMessage("clear");
      else if (loudspeaker.value.on) this.speaker?.port.postMessage(new Uint8Array(e.data));
    };
    socket.onclose = (e) => { if (line === this) hangUp(e.code === taken ? "taken" : "off"); };
    await /** @type {Promise<void>} */ (new Promise((opened, refused) => {
      socket.onopen = () => opened();
      socket.onerror = () => refused(new Error("The console refused the audio connection."));
    }));
  }

  /** @param {MediaStream} stream */
  listen(stream) {
    this.deafen();
    this.stream = stream;
    const node = new AudioWorkletNode(this.context, "microphone", {outputChannelCount: [1]});
    let count = 0;
    node.port.onmessage = (e) => {
      if (this.socket?.readyState === WebSocket.OPEN && this.socket.bufferedAmount < 16000) this.socket.send(e.data.sound);
      if (line === this && count++ % 5 === 0) microphone.value = {...microphone.value, level: e.data.level};
    };
    const first = lowpass(this.context), second = lowpass(this.context);
    const source = this.context.createMediaStreamSource(stream);
    source.connect(first).connect(second).connect(node).connect(this.context.destination);
    this.capture = [source, first, second, node];
  }

  deafen() {
    for (const node of this.capture) node.disconnect();
    this.capture = [];
    for (const track of this.stream?.getTracks() || []) track.stop();
    this.stream = null;
  }

  close() {
    this.over = true;
    this.deafen();
    this.socket?.close();
    this.context.close();
  }
}

/** lowpass limits audio to the telephone band. @param {AudioContext} context */
function lowpass(context) { return new BiquadFilterNode(context, {type: "lowpass", frequency: 3400}); }

/** connect opens the audio of a call, so that the program can be heard. @param {string} call */
export async function connect(call) {
  if (line && line.call === call) {
    line.context.resume();
    return line.ready;
  }
  hangUp();
  const mine = line = new Line(call);
  phone.value = "connecting";
  try {
    await mine.ready;
    const look = () => { if (line === mine) phone.value = mine.context.state === "running" ? "on" : "silent"; };
    mine.context.onstatechange = look;
    mine.context.resume();
    look();
  } catch (error) {
    if (line !== mine) return;
    hangUp("failed");
    throw error;
  }
}

for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => { if (phone.value === "silent") line?.context.resume(); });

/** hangUp closes the audio of a call. @param {"off" | "taken" | "failed"} [why] */
export function hangUp(why = "off") {
  line?.close();
  line = null;
  phone.value = why;
  microphone.value = {on: false, level: 0, problem: microphone.value.problem};
  loudspeaker.value = {...loudspeaker.value, level: 0};
}

/** @type {Record<string, string>} */
const problems = {
  NotAllowedError: "The browser does not allow the microphone. Allow it in the address bar, or play a tone or a file.",
  NotFoundError: "No microphone was found. Play a tone or a file instead.",
  NotReadableError: "Another program is using the microphone. Close it, or play a tone or a file.",
};

/** listen turns on the microphone of a call. @param {string} call */
export async function listen(call) {
  microphone.value = {on: false, level: 0, problem: ""};
  /** @type {MediaStream} */
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({audio: {echoCancellation: true, noiseSuppression: true, autoGainControl: true}});
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    microphone.value = {on: false, level: 0, problem: problems[name] || "The microphone cannot be used: " + error};
    return;
  }
  try {
    await connect(call);
  } catch (error) {
    for (const track of stream.getTracks()) track.stop();
    throw error;
  }
  line?.listen(stream);
  microphone.value = {on: true, level: 0, problem: ""};
}

/** mute turns the microphone off. */
export function mute() {
  line?.deafen();
  microphone.value = {on: false, level: 0, problem: ""};
}

/** setLoudspeaker turns the loudspeaker on or off. @param {boolean} on */
export function setLoudspeaker(on) {
  localStorage.setItem("loudspeaker", on ? "yes" : "no");
  loudspeaker.value = {on, level: 0};
  if (!on) line?.speaker?.port.postMessage("clear");
}
