// Keyboard shortcuts. A view says what its keys do while it is shown; what it
// does not know goes to the page.

import {useLayoutEffect, useRef} from "./html.js";

/** @typedef {(event: KeyboardEvent) => boolean | void} KeyHandler returns true when it has used the key */

/** @type {KeyHandler[]} the youngest is asked first */
const handlers = [];

/** useKeys passes keys on while a component is shown, unless a person types or a dialog is open. @param {KeyHandler} handler */
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
