// Formatting of numbers, times and names. The formatters are created once, since
// creating one is slower than a thousand uses.

const clockFormat = new Intl.DateTimeFormat([], {hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false});
const fullFormat = new Intl.DateTimeFormat([], {dateStyle: "medium", timeStyle: "medium"});
const dayFormat = new Intl.DateTimeFormat([], {weekday: "short", month: "short", day: "numeric"});
const numberFormat = new Intl.NumberFormat("en-US");

/** @typedef {string | number | Date} Instant */

/** clock formats the time of day, such as 14:05:09. @param {Instant} at */
export const clock = (at) => clockFormat.format(new Date(at));

/** full formats the date and time. @param {Instant} at */
export const full = (at) => fullFormat.format(new Date(at));

/** day returns Today, Yesterday or a date. @param {Instant} at */
export function day(at) {
  const date = new Date(at);
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  if (date.getTime() >= midnight.getTime()) return "Today";
  midnight.setDate(midnight.getDate() - 1);
  if (date.getTime() >= midnight.getTime()) return "Yesterday";
  return dayFormat.format(date);
}

/** duration formats nanoseconds. @param {number} ns */
export function duration(ns) {
  if (ns < 1e6) return `${Math.round(ns / 1e3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`;
  return `${(ns / 1e9).toFixed(1)} s`;
}

/** timer formats seconds as a phone does, such as 0:07 or 12:30. @param {number} seconds */
export function timer(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  const tail = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** size formats a number of bytes. @param {number} bytes */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** count returns a number with its noun, such as 1 exchange or 1,200 exchanges. @param {number} n @param {string} one @param {string} [many] */
export const count = (n, one, many = one + "s") => `${numberFormat.format(n)} ${n === 1 ? one : many}`;

/** sentence capitalizes text and adds a final period. @param {string} text */
export function sentence(text) {
  const trimmed = text.trim();
  if (!trimmed) return "";
  const start = trimmed[0].toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(start) ? start : start + ".";
}

/**
 * readable indents a JSON body and returns other text unchanged.
 * @param {string} body
 */
export function readable(body) {
  if (!/^\s*[[{]/.test(body)) return body;
  try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; }
}

/** errorPage returns the URL of Twilio's documentation of an error code. @param {number} code */
export const errorPage = (code) => `https://www.twilio.com/docs/api/errors/${code}`;
