// Menus and small panels that open below a button. Clicking elsewhere, pressing Esc
// or tabbing out closes them.

import {classes, html, useLayoutEffect, useRef, useState} from "./html.js";
import {Button, Icon} from "./components.js";

/** usePopup holds the open state of a popup and closes it. */
function usePopup() {
  const [open, setOpen] = useState(false);
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => { // before it is drawn, so that an Esc pressed at once is not lost
    if (!open) return;
    /** @param {Event} e */
    const outside = (e) => { if (!ref.current?.contains(/** @type {Node} */ (e.target))) setOpen(false); };
    /** @param {KeyboardEvent} e */
    const key = (e) => {
      if (e.key !== "Escape") return;
      e.stopPropagation();
      setOpen(false);
      /** @type {HTMLElement | null | undefined} */ (ref.current?.querySelector("[aria-expanded]"))?.focus();
    };
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("focusin", outside, true);
    document.addEventListener("keydown", key, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("focusin", outside, true);
      document.removeEventListener("keydown", key, true);
    };
  }, [open]);
  return {open, setOpen, ref};
}

/**
 * Popover shows a panel. children is a function that receives close.
 * @param {{label?: string, icon?: string, text?: any, variant?: string, up?: boolean, class?: string, children: (close: () => void) => any}} props
 */
export function Popover({label, icon, text, variant = "quiet", up, class: more, children}) {
  const {open, setOpen, ref} = usePopup();
  return html`<div class=${classes("popover", more)} ref=${ref}>
    <${Button} variant=${variant} icon=${icon} label=${label} aria-expanded=${open ? "true" : "false"} aria-haspopup="dialog" onClick=${() => setOpen(!open)}>${text}<//>
    ${open && html`<div class=${classes("popover-panel", up && "popover-up")} role="group" aria-label=${label || text}>${children(() => setOpen(false))}</div>`}
  </div>`;
}

/** @typedef {{title: string, icon?: string, danger?: boolean, disabled?: boolean, onClick: () => void}} MenuItem */

/**
 * Menu is a button with a list of commands.
 * @param {{label?: string, icon?: string, text?: any, variant?: string, up?: boolean, items: MenuItem[]}} props
 */
export function Menu({label, icon, text, variant, up, items}) {
  const {open, setOpen, ref} = usePopup();
  useLayoutEffect(() => { if (open) /** @type {HTMLElement | null | undefined} */ (ref.current?.querySelector("[role=menuitem]"))?.focus(); }, [open]);
  /** @param {KeyboardEvent} e */
  function key(e) {
    const step = {ArrowDown: 1, ArrowUp: -1}[e.key];
    if (!step || !open) return;
    e.preventDefault();
    e.stopPropagation();
    const all = /** @type {HTMLElement[]} */ ([...(ref.current?.querySelectorAll("[role=menuitem]") || [])]);
    all[(all.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step + all.length) % all.length]?.focus();
  }
  /** @param {MenuItem} item */
  function choose(item) {
    setOpen(false);
    /** @type {HTMLElement | null | undefined} */ (ref.current?.querySelector("[aria-expanded]"))?.focus();
    item.onClick();
  }
  return html`<div class="popover" ref=${ref} onKeyDown=${key}>
    <${Button} variant=${variant} icon=${icon} label=${label} aria-expanded=${open ? "true" : "false"} aria-haspopup="menu" onClick=${() => setOpen(!open)}>${text}${text && html`<${Icon} name="chevron-down" size=${14} />`}<//>
    ${open && html`<div class=${classes("menu", up && "popover-up")} role="menu" aria-label=${label || text}>${items.map((item) => html`
      <button key=${item.title} type="button" role="menuitem" class=${item.danger ? "danger" : ""} disabled=${item.disabled} onClick=${() => choose(item)}>${item.icon && html`<${Icon} name=${item.icon} />`}${item.title}</button>`)}</div>`}
  </div>`;
}
