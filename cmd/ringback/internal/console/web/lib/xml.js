// An XML viewer with syntax colors and problems marked at their lines. A simple
// scanner splits the document into text nodes; other text is shown unchanged.

import {html} from "./html.js";
import {readable} from "./format.js";

const token = /(<!--[\s\S]*?(?:-->|$))|(<\/?)([\w:.-]+)|([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')|(\/?>)|([^<>]+|[<>])/g;

/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {{text: string, from: number, to: number}} Row */

/**
 * Viewer shows a document with problems marked at their lines.
 * @param {{text: string, problems?: Problem[], type: string}} props
 */
export function Viewer({text, problems = [], type}) {
  if (/json/.test(type)) return html`<pre class="xml" tabindex="0" role="region" aria-label="Document">${readable(text)}</pre>`;
  if (!/xml|html/.test(type) && !text.trimStart().startsWith("<")) return html`<pre class="xml" tabindex="0" role="region" aria-label="Document">${text}</pre>`;
  const marks = problems.map((p) => ({...p, at: offset(text, p.line, p.column)}));
  return html`<pre class="xml" tabindex="0" role="region" aria-label="Document">${broken(text).map((row, i) => {
    const here = marks.filter((m) => m.at >= row.from && m.at < row.to);
    const worst = here.some((m) => m.stops) ? "stops" : here.length ? "warns" : "";
    return html`<span class=${"row " + worst} title=${here.map((m) => m.text).join("\n")}><span class="number" aria-hidden="true">${i + 1}</span><span class="source">${pieces(row.text)}${"\n"}</span></span>`;
  })}</pre>`;
}

/** shownAt returns the number of the displayed row that contains a problem. @param {string} text @param {Problem} problem */
export function shownAt(text, problem) {
  const at = offset(text, problem.line, problem.column);
  return broken(text).findIndex((row) => at >= row.from && at < row.to) + 1 || problem.line;
}

/** offset converts a line and column to a position in the document. @param {string} text @param {number} line @param {number} column */
function offset(text, line, column) {
  let at = 0;
  for (let n = 1; n < line; n++) {
    const end = text.indexOf("\n", at);
    if (end < 0) break;
    at = end + 1;
  }
  return at + Math.max(0, (column || 1) - 1);
}

const tag = /<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)|<(\/?)[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>/g;

const deepest = 50; // levels that get rows of their own; TwiML has at most 32

/** @typedef {{from: number, startTo: number, endFrom: number, to: number, children: Node[], words: boolean}} Node */

/**
 * broken splits a document into rows for display. A document that has line breaks
 * keeps them. Otherwise, an element that contains only elements gets one
 * row for its start tag and one for its end tag. Text is never split, since white
 * space is significant in it.
 * @param {string} text @returns {Row[]}
 */
function broken(text) {
  if (text.trim().split("\n").length > 2) return lines(text);
  /** @type {Node} */
  const root = {from: 0, startTo: 0, endFrom: 0, to: 0, children: [], words: false};
  const open = [root];
  let end = 0;
  for (const m of text.matchAll(tag)) {
    const top = /** @type {Node} */ (open.at(-1));
    if (text.slice(end, m.index).trim()) top.words = true;
    end = m.index + m[0].length;
    if (m[1]) {
      if (open.length === 1) return lines(text);
      Object.assign(top, {endFrom: m.index, to: end});
      open.pop();
      continue;
    }
    /** @type {Node} */
    const node = {from: m.index, startTo: end, endFrom: end, to: end, children: [], words: false};
    top.children.push(node);
    if (!m[0].endsWith("/>") && !/^<[!?]/.test(m[0])) open.push(node);
    if (open.length > deepest) return lines(text);
  }
  if (open.length > 1 || root.words) return lines(text);
  /** @type {Row[]} */
  const rows = [];
  /** @param {number} from @param {number} to @param {number} level */
  const row = (from, to, level) => rows.push({text: "  ".repeat(level) + text.slice(from, to), from, to});
  /** @param {Node} node @param {number} level */
  const show = (node, level) => {
    if (node.words || !node.children.length) { row(node.from, node.to, level); return; }
    row(node.from, node.startTo, level);
    for (const child of node.children) show(child, level + 1);
    row(node.endFrom, node.to, level);
  };
  for (const node of root.children) show(node, 0);
  return rows;
}

/** @param {string} text @returns {Row[]} */
function lines(text) {
  let at = 0;
  return text.split("\n").map((line) => {
    const row = {text: line, from: at, to: at + line.length + 1};
    at = row.to;
    return row;
  });
}

/** @param {string} line */
function pieces(line) {
  const out = [];
  let inTag = false;
  for (const m of line.matchAll(token)) {
    if (m[1]) out.push(html`<span class="comment">${m[1]}</span>`);
    else if (m[2]) { inTag = true; out.push(m[2], html`<span class="element">${m[3]}</span>`); }
    else if (m[4] && inTag) out.push(html`<span class="attribute">${m[4]}</span>`, m[5], html`<span class="value">${m[6]}</span>`);
    else if (m[7]) { inTag = false; out.push(m[7]); }
    else out.push(m[0]);
  }
  return out;
}
