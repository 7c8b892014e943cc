// The entry point of the page.

import {html, render} from "./lib/html.js";
import {Shell} from "./lib/shell.js";
import {start} from "./lib/store.js";
import {applyTheme} from "./lib/theme.js";
import {overlays, views} from "./views.js";

applyTheme();
render(html`<${Shell} views=${views} overlays=${overlays} />`, /** @type {HTMLElement} */ (document.getElementById("page")));
start();
