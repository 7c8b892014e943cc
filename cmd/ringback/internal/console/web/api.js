// The console's JSON API, and its events.

export class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function request(method, path, body) {
  const init = {method, headers: {}, credentials: "same-origin"};
  if (body !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch("/api/" + path, init);
  } catch {
    throw new Failure(0, "The console does not answer. Is ringback still running?");
  }
  const text = await answer.text();
  if (!answer.ok) {
    let message = text.trim();
    try {
      message = JSON.parse(text).error || message;
    } catch { /* plain text is a message too */ }
    throw new Failure(answer.status, message || `The console answered ${answer.status}.`);
  }
  const type = answer.headers.get("Content-Type") || "";
  return type.startsWith("application/json") ? JSON.parse(text) : text;
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

// listen calls handlers[event](data) for each event until the page goes. The
// browser connects again by itself; handlers.open says that it did, since
// events may have been missed.
export function listen(handlers) {
  const source = new EventSource("/api/events");
  source.onopen = () => handlers.open && handlers.open();
  source.onerror = () => handlers.lost && handlers.lost();
  for (const [event, handle] of Object.entries(handlers)) {
    if (event === "open" || event === "lost") continue;
    source.addEventListener(event, (message) => handle(JSON.parse(message.data || "null")));
  }
  return source;
}
