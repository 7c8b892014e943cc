// Moves the page that the server has rendered. What a state says goes into text
// nodes only.

const show = document.body.dataset.show;
const list = document.getElementById("rows");
const blank = document.getElementById("blank").content.firstElementChild;
const states = new Map(); // by SID
const notes = new Map(); // by error code: promises
const rows = new Map(Array.from(list.children, row => [row.dataset.sid, row]));

const good = new Set(["delivered", "read", "received", "completed"]);
const tone = s => good.has(s.status) ? "good" : s.final ? "bad" : "pending";
const visible = s => show === "all" || tone(s) === (show === "failed" ? "bad" : show);

const text = (id, value) => { document.getElementById(id).textContent = value; };

async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function note(code) {
  if (!notes.has(code)) {
    notes.set(code, get(`/codes/${code}`).catch(() => { notes.delete(code); return null; }));
  }
  return notes.get(code);
}

function take(state) {
  const held = states.get(state.sid);
  if (held && Date.parse(held.last_seen) > Date.parse(state.last_seen)) return;
  states.set(state.sid, state);
  tile(state);
  if (!visible(state)) {
    rows.get(state.sid)?.remove();
    rows.delete(state.sid);
    return;
  }
  let row = rows.get(state.sid);
  if (!row) {
    row = blank.cloneNode(true);
    row.dataset.sid = state.sid;
    rows.set(state.sid, row);
    list.insertBefore(row, after(state));
  }
  fill(row, state, held && held.status !== state.status);
}

// One square for each message, the oldest first.
const tiles = new Map();
function tile(state) {
  const strip = document.getElementById("tiles");
  if (tiles.size === 0) strip.replaceChildren(); // those of the server have no names
  let square = tiles.get(state.sid);
  if (!square) {
    square = document.createElement("li");
    square.first = Date.parse(state.first_seen);
    tiles.set(state.sid, square);
    let before = strip.lastElementChild;
    while (before && before.first > square.first) before = before.previousElementSibling;
    strip.insertBefore(square, before ? before.nextElementSibling : strip.firstElementChild);
  }
  square.className = tone(state);
}

// The row before which a state belongs: the newest come first.
function after(state) {
  const first = Date.parse(state.first_seen);
  for (const row of list.children) {
    const other = states.get(row.dataset.sid);
    if (other && Date.parse(other.first_seen) <= first) return row;
  }
  return null;
}

async function fill(row, state, moved) {
  row.className = tone(state);
  row.querySelector(".status").textContent = state.status;
  row.querySelector(".sid").textContent = state.sid;
  row.querySelector(".path").replaceChildren(...(state.reports ?? []).map(report => {
    const step = document.createElement("li");
    step.textContent = report.status;
    return step;
  }));
  const conflict = row.querySelector(".conflict");
  conflict.hidden = !state.conflict;
  conflict.querySelector("span").textContent = state.conflict ?? "";
  if (moved) row.classList.add("moved");

  const place = row.querySelector(".note");
  const code = state.error_code ?? 0;
  place.hidden = !code;
  if (!code) return;
  const link = place.querySelector("a");
  link.textContent = code;
  const known = await note(code);
  if (!known || states.get(state.sid) !== state) return;
  link.href = known.url;
  place.querySelector("b").textContent = known.name;
  place.querySelector("span").textContent = known.text;
  place.querySelector("em").textContent = known.advice;
}

let planned = false;
function plan() {
  if (planned) return;
  planned = true;
  setTimeout(count, 250);
}

async function count() {
  planned = false;
  const n = { good: 0, pending: 0, bad: 0 };
  for (const state of states.values()) n[tone(state)]++;
  let left = 0;
  for (const [name, number] of Object.entries(n)) {
    const width = 100 * number / (states.size || 1);
    const bar = document.getElementById(`bar-${name}`);
    bar.setAttribute("x", left);
    bar.setAttribute("width", width);
    left += width;
    text(`count-${name}`, number);
  }
  document.getElementById("empty").hidden = rows.size > 0;
  try {
    const c = await get("/counters");
    text("observed", c.observed);
    text("no-news", c.observed - c.changed);
    text("conflicts", c.conflicts);
    text("asked", c.asked);
  } catch { /* the next change asks again */ }
}

// The stream tells what changes; what was before, the board tells.
async function reload() {
  try {
    const all = await get("/states");
    for (const state of all.reverse()) take(state);
    plan();
  } catch { /* the stream connects again, and so comes back here */ }
}

list.addEventListener("animationend", event => event.target.classList.remove("moved"));

const stream = new EventSource("/stream");
const live = (word, up) => { text("live", word); document.body.dataset.live = up; };
stream.addEventListener("open", () => { live("live", "yes"); reload(); });
stream.addEventListener("error", () => live("connecting again", "no"));
stream.addEventListener("missed", reload);
stream.addEventListener("state", event => { take(JSON.parse(event.data)); plan(); });
live("connecting", "no");
