// The console's JSON API, and its events.

/** A Failure is a response other than 2xx, or a missing response (status 0). */
export class Failure extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// The token is in the fragment (or the query) of the URL that the command
// prints. The page keeps it in its local storage, which belongs to this origin
// with its port, and takes it out of the address. It is never in a cookie.
const stored = "ringback-token";

const headers = {"X-Console-Token": localStorage.getItem(stored) || ""};

// given is the token of the URL until it is accepted or refused.
let given = new URLSearchParams(location.hash.replace(/^#/, "")).get("token") || new URLSearchParams(location.search).get("token") || "";
if (given) history.replaceState(null, "", location.pathname + (location.hash.startsWith("#token=") ? "" : location.hash));

// Any page can open this one with a token of its own making. A stored token is
// replaced only if the server proves that it knows the given one.
async function accept() {
  const token = given;
  if (!token) return;
  const now = headers["X-Console-Token"];
  if (!now || (now !== token && await knows(token))) {
    headers["X-Console-Token"] = token;
    localStorage.setItem(stored, token);
  }
  given = "";
}

// The page may outlive the server, and another program may then listen on its
// port. After a lost connection, the server has to prove that it knows the token
// before the page sends it again.
let doubtful = false;

/** knows asks the server to prove that it knows a token. @param {string} token */
async function knows(token) {
  /** @param {ArrayBuffer | Uint8Array} bytes */
  const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");
  /** @param {string} text */
  const bytes = (text) => new TextEncoder().encode(text);
  const nonce = hex(crypto.getRandomValues(new Uint8Array(16)));
  const key = await crypto.subtle.importKey("raw", bytes(token), {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
  const want = hex(await crypto.subtle.sign("HMAC", key, bytes(nonce + " " + location.host)));
  const answer = await fetch("/api/hello?nonce=" + nonce, {credentials: "omit"});
  return answer.ok && await answer.text() === want;
}

/** ready settles which token is sent, and whether it may be. */
async function ready() {
  await accept();
  if (!doubtful || !headers["X-Console-Token"]) return;
  if (!await knows(headers["X-Console-Token"])) {
    throw new Failure(0, "Another program, or a console with another token, is running at this address.");
  }
  doubtful = false;
}

/** @param {string} method @param {string} path @param {unknown} [body] @param {AbortSignal} [signal] */
async function call(method, path, body, signal) {
  let answer;
  try {
    await ready();
    /** @type {RequestInit & {headers: Record<string, string>}} */
    const init = {method, headers: {...headers}, credentials: "omit", signal};
    if (body !== undefined) {
      init.headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    answer = await fetch("/api/" + path, init);
  } catch (error) {
    doubtful = true;
    if (error instanceof Failure) throw error;
    throw new Failure(0, "The console does not respond. Check that ringback is running.");
  }
  if (answer.ok) return answer;
  const text = (await answer.text()).trim();
  let message = text;
  try {
    message = JSON.parse(text).error || text;
  } catch { /* plain text is a message too */ }
  throw new Failure(answer.status, message || `The console answered ${answer.status}.`);
}

/** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
async function request(method, path, body) {
  const answer = await call(method, path, body);
  const type = answer.headers.get("Content-Type") || "";
  return type.startsWith("application/json") ? answer.json() : answer.text();
}

/** @type {Map<string, Promise<string>>} */
const images = new Map();

/**
 * image returns a picture as a data URL, since an element cannot send the token.
 * @param {string} path
 */
export function image(path) {
  let picture = images.get(path);
  if (!picture) {
    images.set(path, picture = load(path));
    picture.catch(() => images.delete(path)); // the next attempt may succeed
  }
  return picture;
}

/** blob returns a response body and its content type. @param {string} path */
export async function blob(path) { return (await call("GET", path)).blob(); }

/**
 * socket opens a WebSocket of the API. The token is a subprotocol, since a
 * browser sends no custom headers with a handshake.
 * @param {string} path @param {string} protocol
 */
export async function socket(path, protocol) {
  await ready();
  const at = (location.protocol === "https:" ? "wss://" : "ws://") + location.host + "/api/" + path;
  return new WebSocket(at, [protocol, "ringback.token." + headers["X-Console-Token"]]);
}

/** @param {string} path @returns {Promise<string>} */
async function load(path) {
  const data = await blob(path);
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => fail(new Failure(0, "The picture cannot be read."));
    reader.readAsDataURL(data);
  });
}

/** get, post and put call the API: get("calls"), post("calls", {person}). @param {string} path */
export const get = (path) => request("GET", path);
/** @param {string} path @param {unknown} [body] */
export const post = (path, body = {}) => request("POST", path, body);
/** @param {string} path @param {unknown} body */
export const put = (path, body) => request("PUT", path, body);

/** @typedef {{open: () => void, lost: (error: Failure) => void, event: (name: string, data: any) => void}} Listener */

/**
 * listen passes server-sent events to listener until the page is closed. It
 * reconnects automatically. It calls open after each connection, since events may
 * have been missed, and lost with the failure when a connection ends.
 * @param {Listener} listener
 */
export async function listen(listener) {
  for (;;) {
    try {
      await follow(listener);
      listener.lost(new Failure(0, "The connection to the console was lost."));
    } catch (error) {
      const failure = error instanceof Failure ? error : new Failure(0, String(error));
      listener.lost(failure);
      if (failure.status === 401) return;
    }
    await new Promise((again) => setTimeout(again, 1500));
  }
}

/** @param {Listener} listener */
async function follow(listener) {
  const answer = await call("GET", "events");
  listener.open();
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const {value, done} = await reader.read().catch(() => ({done: true, value: ""}));
    if (done) {
      doubtful = true;
      return;
    }
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() || "";
    for (const block of blocks) deliver(listener, block);
  }
}

/** @param {Listener} listener @param {string} block */
function deliver(listener, block) {
  let event = "", data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (event) listener.event(event, JSON.parse(data || "null"));
}
