// The frame: views by the address's fragment, events, theme, keys.

import {$, h, fill, say} from "./dom.js";
import * as api from "./api.js";
import {phone} from "./phone.js";
import {traffic} from "./traffic.js";
import {deliveries} from "./deliveries.js";
import {faults} from "./faults.js";

const views = {phone, traffic, deliveries, faults};
const order = Object.keys(views);
const view = $("#view");

// What views share. A view is a function of this and of its part of the
// address; it returns handlers of events and of keys, and may return leave().
export const shared = {state: null, params: new URLSearchParams(), go, remember, failed};

let current = {name: "", handlers: {}};

function route() {
  const [name, search] = location.hash.replace(/^#\/?/, "").split("?");
  return [views[name] ? name : "phone", new URLSearchParams(search || "")];
}

function show() {
  const [name, params] = route();
  shared.params = params;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (current.name === name && current.handlers.navigate) {
    current.handlers.navigate(shared.params);
    return;
  }
  if (current.handlers.leave) current.handlers.leave();
  document.title = name[0].toUpperCase() + name.slice(1) + " · Ringback";
  view.className = "view-" + name;
  fill(view);
  current = {name, handlers: views[name](view, shared) || {}};
}

// go opens a view: go("traffic", {id: 3}).
function go(name, params = {}) {
  location.hash = "#/" + name + api.query(params);
}

// remember keeps filters in the address without a step in the history. A view
// that has been left meanwhile has nothing to say there any more.
function remember(name, params) {
  if (location.hash && route()[0] !== name) return;
  history.replaceState(null, "", "#/" + name + api.query(params));
}

function failed(error) {
  const text = error instanceof api.Failure ? error.message : "Something went wrong on this page: " + error.message;
  say(text);
  const bar = h("p.failure", {role: "alert"}, text, h("button.quiet", {type: "button", onclick: () => bar.remove()}, "Close"));
  document.body.append(bar);
  setTimeout(() => bar.remove(), 12000);
  if (!(error instanceof api.Failure)) console.error(error);
}

// notice tells what a person should know about this start, until it is closed.
function notice(text) {
  const bar = h("p.notice", {role: "status"}, text, " ", h("button.quiet", {type: "button", onclick: () => bar.remove()}, "Close"));
  document.body.append(bar);
}

function appState(app) {
  const place = $("#app-state");
  place.dataset.up = app.up ? "yes" : "no";
  fill(place, h("span.dot", {"aria-hidden": "true"}), app.up ? "App at " : "No app at ", h("code", {}, app.url.replace(/^https?:\/\//, "")),
    app.error ? h("span.why", {title: app.error}, " " + app.error) : null);
}

async function refresh() {
  try {
    shared.state = await api.get("state");
    appState(shared.state.app);
    faultState(await api.get("faults"));
  } catch (error) {
    lost(error);
    throw error;
  }
}

// lost says why the console cannot be read. Without a valid token nothing on the
// page works, so a card that says what to do takes its place.
function lost(error) {
  const place = $("#app-state");
  place.dataset.up = "no";
  fill(place, h("span.dot", {"aria-hidden": "true"}), error.status === 401 ? "Not signed in" : "The console stopped. Start ringback dev again.");
  if (error.status !== 401) return;
  current = {name: "", handlers: {}};
  fill(view, h("section.card", {},
    h("h2", {}, "This page needs the console's token"),
    h("p", {}, "Open the URL that ", h("code", {}, "ringback dev"), " printed in the terminal. It ends with ", h("code", {}, "#token=…"), "."),
    h("p", {}, "The token stays the same for each project directory, so you can bookmark this page afterwards.")));
}

// faultState says in the navigation that faults are on: whoever has forgotten
// them looks for mistakes that are not there.
function faultState(plan) {
  const on = plan.faults.filter((f) => f.on).length;
  const link = $('nav [data-view="faults"]');
  fill(link, "Faults", on ? h("span.badge", {}, h("span.hidden", {}, ", "), on, h("span.hidden", {}, " on")) : null);
}

function pass(event) {
  return (data) => current.handlers[event] && current.handlers[event](data);
}

// Theme: as the system has it, until a person chooses.
const themes = ["auto", "light", "dark"];

function theme(name) {
  document.documentElement.dataset.theme = name;
  $("#theme").textContent = "Theme: " + name;
}

function nextTheme() {
  const name = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
  localStorage.setItem("theme", name);
  theme(name);
}

const keys = [
  ["1 – 4", "Phone, Traffic, Deliveries, Faults"],
  ["/", "Search, or write a text"],
  ["j  k", "Next, previous exchange"],
  ["r", "Replay the exchange that is open"],
  ["p", "Pin or unpin it"],
  ["e", "Edit it: go to its first parameter"],
  ["x", "Clear the list"],
  ["c", "Call, or hang up"],
  ["0 – 9 * #", "Press a key in a call (when the keypad has focus)"],
  ["t", "Theme"],
  ["?", "This list"],
  ["Esc", "Close"],
];

function help() {
  const dialog = $("#help");
  fill(dialog, h("h2", {id: "help-title"}, "Keys"),
    h("dl.keys", {}, keys.map(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])),
    h("form", {method: "dialog"}, h("button", {}, "Close")));
  dialog.showModal();
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  const typing = event.target.matches("input, textarea, select, [contenteditable]");
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (current.handlers.key && current.handlers.key(event)) {
    event.preventDefault();
    return;
  }
  const number = Number(event.key);
  if (number >= 1 && number <= order.length) go(order[number - 1]);
  else if (event.key === "?") help();
  else if (event.key === "t") nextTheme();
  else if (event.key === "/") {
    const field = $("[data-first]");
    if (!field) return;
    field.focus();
  } else return;
  event.preventDefault();
}

theme(localStorage.getItem("theme") || "auto");
$("#theme").addEventListener("click", nextTheme);
$("#help-button").addEventListener("click", help);
addEventListener("keydown", key);
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#token=")) location.reload(); // a URL with a token was opened in this tab
  else if (shared.state) show();
});

const known = await refresh().then(() => true, (error) => { if (error.status !== 401) failed(error); return error.status !== 401; });
if (known) show();
if (shared.state && shared.state.notice) notice(shared.state.notice);
if (known) api.listen({
  open: () => { refresh().then(() => pass("open")()).catch(failed); },
  lost,
  app: (app) => { if (shared.state) shared.state.app = app; appState(app); },
  exchange: pass("exchange"), cleared: pass("cleared"), message: pass("message"),
  call: pass("call"), delivery: pass("delivery"), faults: (plan) => { faultState(plan); pass("faults")(plan); },
  trouble: (text) => failed(new api.Failure(0, "This exchange could not be kept: " + text)),
});
