// Drawing on a canvas in the page's colors.

import {useEffect, useRef} from "../../lib/html.js";
import {theme} from "../../lib/theme.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

/**
 * usePainting returns the ref of a canvas that is redrawn when its component is
 * rendered, its width changes, or the theme changes.
 * @param {number} height @param {(g: CanvasRenderingContext2D, width: number, color: (name: string) => string) => void} draw
 */
export function usePainting(height, draw) {
  const ref = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const latest = useRef(draw);
  latest.current = draw;
  const look = theme.value;
  useEffect(() => paint(ref.current, height, draw));
  useEffect(() => {
    const again = () => paint(ref.current, height, latest.current);
    const watcher = new ResizeObserver(again);
    if (ref.current) watcher.observe(ref.current);
    dark.addEventListener("change", again);
    return () => {
      watcher.disconnect();
      dark.removeEventListener("change", again);
    };
  }, [height, look]);
  return ref;
}

/**
 * paint resizes a canvas to its displayed width and the given height, then draws it.
 * color returns the value of a color token from css/app.css.
 * @param {HTMLCanvasElement | null} canvas @param {number} height
 * @param {(g: CanvasRenderingContext2D, width: number, color: (name: string) => string) => void} draw
 */
function paint(canvas, height, draw) {
  const g = canvas && canvas.getContext("2d");
  if (!canvas || !g) return;
  const scale = devicePixelRatio || 1, width = canvas.clientWidth;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  g.setTransform(scale, 0, 0, scale, 0, 0);
  g.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  /** @type {Map<string, string>} */
  const colors = new Map();
  draw(g, width, (name) => {
    let value = colors.get(name);
    if (value === undefined) {
      canvas.style.color = `var(${name})`; // the computed color is the one of the theme
      colors.set(name, value = style.color);
    }
    return value;
  });
}
