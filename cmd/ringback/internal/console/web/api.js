// The console's JSON API, and its events.

export class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// The token is in the fragment (or the query) of the URL that the command
// prints. The page keeps it in its local storage, which belongs to this origin
// with its port, and takes it out of the address. It is never in a cookie.
const stored = "ringback-token";

function token() {
  const given = new URLSearchParams(location.hash.replace(/^#/, "")).get("token") || new URLSearchParams(location.search).get("token");
  if (given) {
    localStorage.setItem(stored, given);
    history.replaceState(null, "", location.pathname + (location.hash.startsWith("#token=") ? "" : location.hash));
  }
  return given || localStorage.getItem(stored) || "";
}

const headers = {"X-Console-Token": token()};

// The page may outlive the server, and another program may then listen on its
// port. After a lost connection, the server has to prove that it knows the token
// before the page sends it again.
let doubtful = false;

async function prove() {
  const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");
  const bytes = (text) => new TextEncoder().encode(text);
  const nonce = hex(crypto.getRandomValues(new Uint8Array(16)));
  const key = await crypto.subtle.importKey("raw", bytes(headers["X-Console-Token"]), {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
  const want = hex(await crypto.subtle.sign("HMAC", key, bytes(nonce)));
  const answer = await fetch("/api/hello?nonce=" + nonce, {credentials: "omit"});
  if (!answer.ok || await answer.text() !== want) {
    throw new Failure(0, "Another program, or a console with another token, answers at this address.");
  }
  doubtful = false;
}

async function call(method, path, body, signal) {
  const init = {method, headers: {...headers}, credentials: "omit", signal};
  if (body !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let answer;
  try {
    if (doubtful && headers["X-Console-Token"]) await prove();
    answer = await fetch("/api/" + path, init);
  } catch (error) {
    doubtful = true;
    if (error instanceof Failure) throw error;
    throw new Failure(0, "The console does not answer. Is ringback still running?");
  }
  if (answer.ok) return answer;
  const text = (await answer.text()).trim();
  let message = text;
  try {
    message = JSON.parse(text).error || text;
  } catch { /* plain text is a message too */ }
  throw new Failure(answer.status, message || `The console answered ${answer.status}.`);
}

async function request(method, path, body) {
  const answer = await call(method, path, body);
  const type = answer.headers.get("Content-Type") || "";
  return type.startsWith("application/json") ? answer.json() : answer.text();
}

const images = new Map();

// image returns a picture as a data URL, since an element cannot send the token.
export function image(path) {
  if (!images.has(path)) images.set(path, load(path));
  return images.get(path);
}

async function load(path) {
  const blob = await (await call("GET", path)).blob();
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => fail(new Failure(0, "The picture cannot be read."));
    reader.readAsDataURL(blob);
  });
}

export const get = (path) => request("GET", path);
export const post = (path, body = {}) => request("POST", path, body);
export const put = (path, body) => request("PUT", path, body);

export function query(params) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value) search.set(name, value === true ? "1" : value);
  }
  const text = search.toString();
  return text ? "?" + text : "";
}

// listen calls handlers[event](data) for each server-sent event until the page
// goes. It connects again by itself; handlers.open says that it did, since
// events may have been missed. handlers.lost gets the failure.
export async function listen(handlers) {
  for (;;) {
    try {
      await follow(handlers);
      handlers.lost(new Failure(0, "The connection to the console ended."));
    } catch (error) {
      handlers.lost(error);
      if (error.status === 401) return;
    }
    await new Promise((again) => setTimeout(again, 1500));
  }
}

async function follow(handlers) {
  const answer = await call("GET", "events");
  handlers.open();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const {value, done} = await reader.read().catch(() => ({done: true}));
    if (done) {
      doubtful = true;
      return;
    }
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) deliver(handlers, block);
  }
}

function deliver(handlers, block) {
  let event = "", data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (event && event !== "open" && event !== "lost" && handlers[event]) handlers[event](JSON.parse(data || "null"));
}
