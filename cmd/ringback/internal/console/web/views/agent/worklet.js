// Audio conversion on the browser's audio thread, between μ-law at 8 kHz on the
// telephone line and samples from -1 to 1 at the browser's rate.

const scope = /** @type {any} */ (globalThis);
const rate = 8000;
const frame = 160; // samples of 20 ms

/** @param {number} value */
function encode(value) {
  const v = Math.max(-32635, Math.min(32635, Math.round(value * 32767)));
  const magnitude = Math.abs(v) + 132;
  const exponent = 31 - Math.clz32(magnitude >> 7);
  return ~((v < 0 ? 0x80 : 0) | exponent << 4 | magnitude >> (exponent + 3) & 0x0f) & 0xff;
}

/** @param {number} code */
function decode(code) {
  const c = ~code & 0xff;
  const v = (((c & 0x0f) << 3) + 132 << (c >> 4 & 7)) - 132;
  return (c & 0x80 ? -v : v) / 32768;
}

const decoded = Float32Array.from({length: 256}, (_, code) => decode(code));

/** Microphone posts {sound, level} every 20 ms. */
class Microphone extends scope.AudioWorkletProcessor {
  constructor() {
    super();
    this.step = scope.sampleRate / rate;
    this.at = 0; // of the next sample, counted from the last of the block before
    this.before = 0;
    this.sound = new Uint8Array(frame);
    this.length = 0;
    this.power = 0;
  }

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const input = inputs[0][0];
    if (!input) return true;
    let at = this.at;
    for (; at < input.length; at += this.step) {
      const i = Math.floor(at);
      const left = i === 0 ? this.before : input[i - 1];
      this.add(left + (input[i] - left) * (at - i));
    }
    this.at = at - input.length;
    this.before = input[input.length - 1];
    return true;
  }

  /** @param {number} value */
  add(value) {
    this.power += value * value;
    this.sound[this.length++] = encode(value);
    if (this.length < frame) return;
    this.port.postMessage({sound: this.sound, level: Math.sqrt(this.power / frame)});
    this.sound = new Uint8Array(frame);
    this.length = 0;
    this.power = 0;
  }
}

/** Loudspeaker plays the μ-law audio it receives and posts its level. "clear" drops the queue. */
class Loudspeaker extends scope.AudioWorkletProcessor {
  constructor() {
    super();
    this.step = rate / scope.sampleRate;
    /** @type {Uint8Array[]} */
    this.queue = [];
    this.waiting = 0; // samples
    this.at = 0; // in the first piece of the queue
    this.playing = false;
    this.value = 0;
    this.power = 0;
    this.count = 0;
    this.port.onmessage = (/** @type {MessageEvent} */ e) => {
      if (e.data === "clear") {
        this.queue = [];
        this.waiting = this.at = 0;
        this.playing = false;
      } else if (e.data.length > 0) {
        this.queue.push(e.data);
        this.waiting += e.data.length;
      }
    };
  }

  next() {
    while (this.queue.length && this.at >= this.queue[0].length) {
      this.at -= this.queue[0].length;
      this.waiting -= this.queue[0].length;
      this.queue.shift();
    }
    if (!this.queue.length) {
      this.playing = false;
      this.at = 0;
      return 0;
    }
    const piece = this.queue[0], i = Math.floor(this.at);
    const a = decoded[piece[i]];
    const following = i + 1 < piece.length ? piece[i + 1] : this.queue[1] ? this.queue[1][0] : piece[i];
    const value = a + (decoded[following] - a) * (this.at - i);
    this.at += this.step;
    return value;
  }

  /** @param {Float32Array[][]} _ @param {Float32Array[][]} outputs */
  process(_, outputs) {
    const output = outputs[0][0];
    if (!this.playing && this.waiting >= 3 * frame) this.playing = true; // buffers 60 ms to absorb jitter
    for (let i = 0; i < output.length; i++) {
      output[i] = this.playing ? this.next() : 0;
      this.power += output[i] * output[i];
    }
    this.count += output.length;
    if (this.count >= scope.sampleRate / 10) {
      this.port.postMessage({level: Math.sqrt(this.power / this.count)});
      this.power = this.count = 0;
    }
    return true;
  }
}

scope.registerProcessor("microphone", Microphone);
scope.registerProcessor("loudspeaker", Loudspeaker);
