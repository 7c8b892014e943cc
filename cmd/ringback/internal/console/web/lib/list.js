// A list of any length that draws only its visible rows.

import {html, useLayoutEffect, useRef, useState} from "./html.js";

/**
 * List shows items in rows of equal height, in pixels. keyOf(item) must be unique;
 * row(item, index) draws the content of a row. New items above do not move the
 * visible rows. The item whose key is current is scrolled into view when it
 * changes. top(atTop) reports whether the list is scrolled to its start.
 * @template T
 * @param {{items: T[], keyOf: (item: T) => string | number, row: (item: T, index: number) => any, height: number, label: string,
 *   class?: string, current?: string | number, end?: any, top?: (atTop: boolean) => void}} props
 */
export function List({items, keyOf, row, height, label, class: more, current, end, top}) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const [view, setView] = useState({from: 0, size: 40});
  const anchor = useRef(/** @type {{key: string | number, index: number} | null} */ (null));

  function look() {
    const box = ref.current;
    if (!box) return;
    const from = Math.max(0, Math.floor(box.scrollTop / height));
    const size = Math.ceil(box.clientHeight / height) + 1;
    if (from !== view.from || size !== view.size) setView({from, size});
    anchor.current = box.scrollTop > 0 && items[from] ? {key: keyOf(items[from]), index: from} : null;
    top?.(box.scrollTop < height / 2);
  }

  // Keeps the first visible row in place when rows are added above it.
  useLayoutEffect(() => {
    const box = ref.current, held = anchor.current;
    if (!box || !held) return;
    if (items[held.index] && keyOf(items[held.index]) === held.key) return;
    const at = items.findIndex((item) => keyOf(item) === held.key);
    if (at < 0) return;
    box.scrollTop += (at - held.index) * height;
    look();
  }, [items]);

  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    const watcher = new ResizeObserver(look);
    watcher.observe(box);
    return () => watcher.disconnect();
  }, [height]);

  useLayoutEffect(() => {
    const box = ref.current;
    const at = current === undefined ? -1 : items.findIndex((item) => keyOf(item) === current);
    if (!box || at < 0) return;
    if (at * height < box.scrollTop) box.scrollTop = at * height;
    else if ((at + 1) * height > box.scrollTop + box.clientHeight) box.scrollTop = (at + 1) * height - box.clientHeight;
    look();
  }, [current]);

  const spare = 8; // rows drawn beyond each edge
  const from = Math.max(0, Math.min(view.from, items.length) - spare);
  const to = Math.min(items.length, view.from + view.size + spare);
  return html`
    <div class=${"list-box " + (more || "")} ref=${ref} onScroll=${look}>
      <ol aria-label=${label} style=${{paddingTop: from * height + "px", paddingBottom: (items.length - to) * height + "px"}}>
        ${items.slice(from, to).map((item, i) => html`<li key=${keyOf(item)} style=${{height: height + "px"}} aria-setsize=${items.length} aria-posinset=${from + i + 1}>${row(item, from + i)}</li>`)}
      </ol>
      ${end}
    </div>`;
}
