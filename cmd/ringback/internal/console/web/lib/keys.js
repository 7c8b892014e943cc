// Keyboard shortcuts. A view handles its own keys while it is shown; other keys
// are handled by the page.

import {useLayoutEffect, useRef} from "./html.js";

/** @typedef {(event: KeyboardEvent) => boolean | void} KeyHandler returns true if it handled the key */

/** @type {KeyHandler[]} the most recently added is called first */
const handlers = [];

/** useKeys passes keys to handler while a component is shown, unless the user is typing or a dialog is open. @param {KeyHandler} handler */
export function useKeys(handler) {
  const latest = useRef(handler);
  latest.current = handler;
  useLayoutEffect(() => { // before the view is drawn: a key pressed at once is not lost
    /** @type {KeyHandler} */
    const call = (event) => latest.current(event);
    handlers.push(call);
    return () => { handlers.splice(handlers.indexOf(call), 1); };
  }, []);
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) {
    if (event.key === "Escape") target.blur();
    return;
  }
  for (const handler of handlers.toReversed()) {
    if (handler(event)) {
      event.preventDefault();
      return;
    }
  }
});
