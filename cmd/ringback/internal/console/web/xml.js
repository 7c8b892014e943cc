// XML shown line by line, coloured, with problems at their lines. It is read by
// a simple scanner and shown as text nodes; what is not XML is shown as it is.

import {h} from "./dom.js";

const token = /(<!--[\s\S]*?-->)|(<\/?)([\w:.-]+)|([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')|(\/?>)|([^<>]+|[<>])/g;

export function highlight(text, problems, type) {
  if (!/xml|html/.test(type) && !text.trimStart().startsWith("<")) return h("pre.xml", {}, text);
  const byLine = new Map();
  for (const p of problems) byLine.set(p.line, p.stops ? "stops" : byLine.get(p.line) || "warns");
  return h("pre.xml", {tabindex: 0, "aria-label": "Document"}, text.split("\n").map((line, i) =>
    h("span.row", {class: byLine.get(i + 1) || ""}, h("span.number", {"aria-hidden": "true"}, i + 1), h("span.source", {}, pieces(line), "\n"))));
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
