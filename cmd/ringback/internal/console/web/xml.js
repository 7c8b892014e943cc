// XML shown line by line, colored, with problems at their lines. It is read by
// a simple scanner and shown as text nodes; what is not XML is shown as it is.

import {h} from "./dom.js";

const token = /(<!--[\s\S]*?-->)|(<\/?)([\w:.-]+)|([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')|(\/?>)|([^<>]+|[<>])/g;

export function highlight(text, problems, type) {
  if (/json/.test(type)) return h("pre.xml", {}, text);
  if (!/xml|html/.test(type) && !text.trimStart().startsWith("<")) return h("pre.xml", {}, text);
  const marks = problems.map((p) => ({...p, at: offset(text, p.line, p.column)}));
  return h("pre.xml", {tabindex: 0, "aria-label": "Document"}, broken(text).map((row, i) => {
    const here = marks.filter((m) => m.at >= row.from && m.at < row.to);
    const worst = here.some((m) => m.stops) ? "stops" : here.length ? "warns" : "";
    return h("span.row", {class: worst, title: here.map((m) => m.text).join("\n")},
      h("span.number", {"aria-hidden": "true"}, i + 1), h("span.source", {}, pieces(row.text), "\n"));
  }));
}

// shownAt is the number of the row that a problem stands in, as it is shown.
export function shownAt(text, problem) {
  const at = offset(text, problem.line, problem.column);
  return broken(text).findIndex((row) => at >= row.from && at < row.to) + 1 || problem.line;
}

// offset is where a problem's line and column lie in the document.
function offset(text, line, column) {
  let at = 0;
  for (let n = 1; n < line; n++) {
    const end = text.indexOf("\n", at);
    if (end < 0) break;
    at = end + 1;
  }
  return at + Math.max(0, (column || 1) - 1);
}

const tag = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>/g;

// broken breaks a document into rows for reading. One that has lines of its own
// keeps them. In one that has not, an element that holds elements only gets a
// row for its start and one for its end; text is never broken, since white
// space in it counts.
function broken(text) {
  if (text.trim().split("\n").length > 2) return lines(text);
  const root = {children: [], words: false};
  const open = [root];
  let end = 0;
  for (const m of text.matchAll(tag)) {
    const top = open.at(-1);
    if (text.slice(end, m.index).trim()) top.words = true;
    end = m.index + m[0].length;
    if (m[1]) {
      if (open.length === 1) return lines(text);
      Object.assign(open.pop(), {endFrom: m.index, to: end});
      continue;
    }
    const node = {from: m.index, startTo: end, to: end, children: [], words: false};
    top.children.push(node);
    if (!m[0].endsWith("/>") && !/^<[!?]/.test(m[0])) open.push(node);
  }
  if (open.length > 1 || root.words) return lines(text);
  const rows = [];
  const row = (from, to, level) => rows.push({text: "  ".repeat(level) + text.slice(from, to), from, to});
  const show = (node, level) => {
    if (node.words || !node.children.length) { row(node.from, node.to, level); return; }
    row(node.from, node.startTo, level);
    for (const child of node.children) show(child, level + 1);
    row(node.endFrom, node.to, level);
  };
  for (const node of root.children) show(node, 0);
  return rows;
}

function lines(text) {
  let at = 0;
  return text.split("\n").map((line) => {
    const row = {text: line, from: at, to: at + line.length + 1};
    at = row.to;
    return row;
  });
}

function pieces(line) {
  const out = [];
  let inTag = false;
  for (const m of line.matchAll(token)) {
    if (m[1]) out.push(h("span.comment", {}, m[1]));
    else if (m[2]) { inTag = true; out.push(m[2], h("span.element", {}, m[3])); }
    else if (m[4] && inTag) out.push(h("span.attribute", {}, m[4]), m[5], h("span.value", {}, m[6]));
    else if (m[7]) { inTag = false; out.push(m[7]); }
    else out.push(m[0]);
  }
  return out;
}
