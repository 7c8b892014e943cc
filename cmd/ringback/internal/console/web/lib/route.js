// The URL fragment of the page: #/view?name=value. It holds the open view and its
// selection, so that the state of a view can be bookmarked.

import {signal} from "./html.js";

/** @typedef {Record<string, string | number | boolean | null | undefined>} Params */

function read() {
  const [name, search] = location.hash.replace(/^#\/?/, "").split("?");
  return {name, params: new URLSearchParams(search || "")};
}

/** route is the open view and its parameters. */
export const route = signal(read());

addEventListener("hashchange", () => {
  if (location.hash.startsWith("#token=")) location.reload(); // a URL with a token was opened in this tab
  else route.value = read();
});

/** query encodes parameters and omits empty ones. @param {Params} params */
export function query(params) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value) search.set(name, value === true ? "1" : String(value));
  }
  const text = search.toString();
  return text ? "?" + text : "";
}

/** link returns the URL of a view. @param {string} name @param {Params} [params] */
export const link = (name, params = {}) => "#/" + name + query(params);

/** go opens a view and adds a history entry. @param {string} name @param {Params} [params] */
export function go(name, params = {}) { location.hash = link(name, params); }

/**
 * remember changes the parameters of the open view without adding a history
 * entry. It has no effect if another view has been opened since.
 * @param {string} name @param {Params} params
 */
export function remember(name, params) {
  const now = read();
  if (now.name && now.name !== name) return;
  history.replaceState(history.state, "", link(name, params));
  route.value = read();
}
