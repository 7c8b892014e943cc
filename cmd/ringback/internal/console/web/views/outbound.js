// The program's requests to the REST API, with the response and the status of
// each message or call.

import {html, memo, useEffect, useState} from "../lib/html.js";
import * as api from "../lib/api.js";
import {Badge, Button, Empty, ErrorCode, Icon, Status, Time} from "../lib/components.js";
import {link, query} from "../lib/route.js";
import {nameOf, on} from "../lib/store.js";
import {failed} from "../lib/toast.js";

/** @typedef {import("../lib/types.js").Outbound} Request */

const page = 200;

export function Outbound() {
  const [requests, setRequests] = useState(/** @type {Request[] | null} */ (null));
  const [more, setMore] = useState(false);
  useEffect(() => {
    let timer = 0;
    const load = () => { api.get("outbound" + query({limit: page})).then((answer) => { setRequests(answer.requests); setMore(answer.more); }, failed); };
    const soon = () => { clearTimeout(timer); timer = setTimeout(load, 250); };
    load();
    const offs = [on("open", load), on("cleared", load), on("delivery", soon), on("exchange", (e) => { if (e.source === "api") soon(); })];
    return () => { clearTimeout(timer); for (const off of offs) off(); };
  }, []);
  if (!requests) return null;
  async function older() {
    try {
      const answer = await api.get("outbound" + query({limit: page, before: requests?.[requests.length - 1].id}));
      setRequests((before) => (before || []).concat(answer.requests));
      setMore(answer.more);
    } catch (error) { failed(error); }
  }
  return html`<header><h2>API requests</h2><p class="soft">Your program's requests to Twilio's REST API: messages, calls, conferences and recordings. <a href=${link("traffic", {source: "api"})}>Show in Traffic</a></p></header>
    ${requests.length ? html`<table class="outbound"><thead><tr><th scope="col">Response</th><th scope="col">Request</th><th scope="col">To</th><th scope="col">Status</th><th scope="col">Time</th></tr></thead>
      <tbody>${requests.map((r) => html`<${Row} key=${r.id} r=${r} />`)}</tbody></table>${more && html`<${Button} class="older" onClick=${older}>Older requests<//>`}`
      : html`<${Empty} icon="server" title="No API requests yet">When your program sends a message or makes a call, the request appears here. Find the API's URL and credentials on <a href=${link("connect")}>Connect</a>.<//>`}`;
}

const Row = memo((/** @type {{r: Request}} */ {r}) => html`<tr>
  <td><${Badge} tone=${r.failed ? "bad" : "good"}>${r.status}<//></td>
  <td><a href=${link("traffic", {id: r.id})}>${r.method} ${r.resource || r.path}</a>${r.body && html`<p class="outbound-body">${r.body}</p>`}
    ${r.code ? html`<p class="failure-text"><${Icon} name="circle-alert" /><span><${ErrorCode} code=${r.code} name=${r.name} /><br />${r.error}</span></p>` : null}</td>
  <td>${r.to && nameOf(r.to)}</td>
  <td>${r.delivery && html`<${Status} status=${r.delivery.status} />${r.delivery.errorCode ? html` <${ErrorCode} code=${r.delivery.errorCode} />` : null}${r.delivery.silent && html`<br /><small>No statusCallback set.</small>`}`}</td>
  <td><${Time} at=${r.at} /></td></tr>`);
