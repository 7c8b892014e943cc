// The phone view: people, the open conversation and the call panel.

import {classes, html, useEffect} from "../lib/html.js";
import {useKeys} from "../lib/keys.js";
import {remember, route} from "../lib/route.js";
import {liveCalls} from "../lib/store.js";
import {CallPanel} from "./call/panel.js";
import {dial, hangUp, showCall} from "./call/state.js";
import {People} from "./phone/people.js";
import {Thread} from "./phone/thread.js";
import {follow, open, pane} from "./phone/state.js";

export function Phone() {
  const wanted = route.value.params.get("with");
  const id = open.value.id;
  useEffect(() => { follow(wanted); }, [wanted]);
  useEffect(() => { remember("phone", {with: id}); }, [id]);

  useKeys((event) => {
    if (event.key !== "c") return false;
    callOrHangUp();
    return true;
  });

  return html`
    <section class=${classes("side", pane.value === "people" && "shown")} aria-label="People"><${People} /></section>
    <section class=${classes("thread", pane.value === "thread" && "shown")} aria-label="Conversation"><${Thread} onCall=${callOrHangUp} /></section>
    <section class=${classes("call", pane.value === "call" && "shown")} aria-label="Call"><${CallPanel} /></section>`;
}

async function callOrHangUp() {
  const live = liveCalls.value.find((c) => c.person === open.value.person);
  pane.value = "call";
  if (live) {
    showCall(live);
    await hangUp(live);
  } else {
    await dial(open.value.person);
  }
}
