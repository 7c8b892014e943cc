// How numbers, times and names are shown. The formatters are made once: making
// one costs more than using it a thousand times.

const clockFormat = new Intl.DateTimeFormat([], {hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false});
const fullFormat = new Intl.DateTimeFormat([], {dateStyle: "medium", timeStyle: "medium"});
const dayFormat = new Intl.DateTimeFormat([], {weekday: "short", month: "short", day: "numeric"});
const numberFormat = new Intl.NumberFormat("en-US");

/** @typedef {string | number | Date} Instant */

/** clock is the time of day, as 14:05:09. @param {Instant} at */
export const clock = (at) => clockFormat.format(new Date(at));

/** full is date and time. @param {Instant} at */
export const full = (at) => fullFormat.format(new Date(at));

/** day is Today, Yesterday or a date. @param {Instant} at */
export function day(at) {
  const date = new Date(at);
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  if (date.getTime() >= midnight.getTime()) return "Today";
  midnight.setDate(midnight.getDate() - 1);
  if (date.getTime() >= midnight.getTime()) return "Yesterday";
  return dayFormat.format(date);
}

/** duration shows nanoseconds. @param {number} ns */
export function duration(ns) {
  if (ns < 1e6) return `${Math.round(ns / 1e3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`;
  return `${(ns / 1e9).toFixed(1)} s`;
}

/** timer shows seconds as a phone does: 0:07, 12:30. @param {number} seconds */
export function timer(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  const tail = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** size shows bytes. @param {number} bytes */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** count is a number with its noun: 1 exchange, 1,200 exchanges. @param {number} n @param {string} one @param {string} [many] */
export const count = (n, one, many = one + "s") => `${numberFormat.format(n)} ${n === 1 ? one : many}`;

/** sentence starts with a capital and ends with a period. @param {string} text */
export function sentence(text) {
  const trimmed = text.trim();
  if (!trimmed) return "";
  const start = trimmed[0].toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(start) ? start : start + ".";
}

/**
 * readable is a body as a person reads it: JSON with indentation, other text as it is.
 * @param {string} body
 */
export function readable(body) {
  if (!/^\s*[[{]/.test(body)) return body;
  try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; }
}

/** errorPage is the address of Twilio's page about an error code. @param {number} code */
export const errorPage = (code) => `https://www.twilio.com/docs/api/errors/${code}`;
