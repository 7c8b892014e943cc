// Everything on the page is made here, from text nodes and attributes set one by
// one: what was captured can never become markup.

// h makes an element: h("button.quiet", {onclick: f}, "Send").
export function h(spec, props, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.classList.add(...String(value).split(" ").filter(Boolean));
    else if ((name === "value" && tag !== "button") || name === "checked" || name === "disabled" || name === "hidden") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

export const $ = (selector, root = document) => root.querySelector(selector);

// keyed puts items into list so that elements that stay are kept: focus,
// selection and scroll position survive a live update. make(item) makes an
// element, update(element, item) brings an old one up to date.
export function keyed(list, items, key, make, update) {
  const old = new Map();
  for (const child of list.children) old.set(child.dataset.key, child);
  let at = list.firstElementChild;
  for (const item of items) {
    const k = String(key(item));
    let element = old.get(k);
    if (element) {
      old.delete(k);
      if (update) update(element, item);
    } else {
      element = make(item);
      element.dataset.key = k;
    }
    if (element === at) at = at.nextElementSibling;
    else list.insertBefore(element, at);
  }
  for (const gone of old.values()) gone.remove();
}

export function time(value) {
  const date = new Date(value);
  return h("time", {datetime: date.toISOString(), title: date.toLocaleString()},
    date.toLocaleTimeString([], {hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false}));
}

export function duration(ns) {
  if (ns < 1e6) return `${Math.round(ns / 1e3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`;
  return `${(ns / 1e9).toFixed(1)} s`;
}

// say tells a screen reader what changed.
export function say(text) {
  $("#live").textContent = text;
}

// told shows for a moment that something was done, and says it.
export function told(text) {
  for (const old of document.querySelectorAll(".told")) old.remove();
  const bar = h("p.told", {"aria-hidden": "true"}, text);
  document.body.append(bar);
  setTimeout(() => bar.remove(), 2500);
  say(text);
}

// ask resolves to whether a person agrees.
export function ask(question, yes) {
  return new Promise((answer) => {
    const dialog = h("dialog.ask", {"aria-label": question, onclose: () => { dialog.remove(); answer(dialog.returnValue === "yes"); }},
      h("p", {}, question),
      h("form.row", {method: "dialog"}, h("button", {value: "no", autofocus: true}, "Cancel"), h("button.danger", {value: "yes"}, yes)));
    document.body.append(dialog);
    dialog.showModal();
  });
}
