// The light or dark theme. It follows the system until the user chooses one.

import {signal} from "./html.js";

export const themes = ["auto", "light", "dark"];

const stored = localStorage.getItem("theme") || "auto";
export const theme = signal(themes.includes(stored) ? stored : "auto");

export function applyTheme() { document.documentElement.dataset.theme = theme.value; }

export function nextTheme() {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length];
  localStorage.setItem("theme", theme.value);
  applyTheme();
}
