// The types of the console's JSON API.

/**
 * @typedef {{address: string, name: string}} Person
 *
 * @typedef {{url: string, up: boolean, error?: string, command?: string, paths: {sms: string, voice: string, status: string}}} App
 *
 * @typedef {{version: string, app: App, base: string, number: string, people: Person[], tunnel: string, captured: number, notice: string}} State
 *
 * @typedef {{sid?: string, type: string, url: string}} Media
 *
 * @typedef {{sid: string, direction: "to-app" | "from-app" | "from-twilio", body: string, media?: Media[], replyTo?: string, at: string,
 *   sendAt?: string, status?: string, errorCode?: number, exchange?: number}} Message
 *
 * @typedef {{id: string, person: string, name: string, channel: string, last?: Message, optedOut?: boolean}} Conversation
 *
 * @typedef {{n: number, at: string, group: "speech" | "event" | "protocol", who: "app" | "caller" | "twilio" | "other", name?: string, leg?: string,
 *   kind: string, text: string, code?: number, language?: string, voice?: string, ms?: number, cut?: boolean, sound?: boolean, recording?: string,
 *   exchange?: number}} Line
 *
 * @typedef {{step: string, attempt: number, attempts: number, problem?: string, questions: string[], amount?: string, currency?: string}} Payment
 *
 * @typedef {{sid: string, status: string, doing: string, rings: boolean, ended: boolean, startedAt: string, answeredAt?: string, endedAt?: string,
 *   until?: string, waitingFor: {kind: string, hint?: string, language?: string, payment?: Payment}, cannot: Record<string, string>, room?: string,
 *   queue?: string, muted?: boolean, held?: boolean}} Phone
 *
 * @typedef {Phone & {to: string}} Leg
 *
 * @typedef {Phone & {seq: number, person: string, from: string, to: string, direction: string, code?: number, reason?: string, legs: Leg[] | null,
 *   lines: Line[]}} Call
 *
 * @typedef {{id: number, at: string, source: string, kind: string, sid: string, thread: string, summary: string, verdict: string, lint: number,
 *   fault?: string, parent?: number, pinned: boolean, error?: string, code?: number, took: number, method: string, url: string, path: string,
 *   status: number, failed?: boolean, name?: string}} Exchange
 *
 * @typedef {{method?: string, url?: string, status?: number, header: Record<string, string[]>, body: string, bytes: number, binary?: boolean, truncated?: boolean}} Side
 *
 * @typedef {{name: string, value: string, meaning?: string, type?: string, presence?: string, known: boolean, place: string, position: number, matters?: boolean}} Parameter
 *
 * @typedef {{path: string, line: number, column: number, rule: string, code?: number, name?: string, link?: string, stops: boolean, text: string}} Problem
 *
 * @typedef {{for: string, name: string, text: string}} Fix
 *
 * @typedef {{cause: string, remedy: string, guess?: boolean, fixes?: Fix[]}} Finding
 *
 * @typedef {{kind: string, title: string, text: string, facts: {name: string, value: string}[], fixes: Fix[]}} Advice
 *
 * @typedef {{exchange: Exchange, request: Side, response: Side, parameters: Parameter[], findings: Finding[], problems: Problem[], next: string, why: string,
 *   codes: {code: number, name?: string, meaning?: string, link: string}[], advice?: Advice,
 *   log: {lines: {at: string, text: string}[], more?: boolean, known: boolean}}} Details
 *
 * @typedef {{at: string, after: number, exchange?: Exchange, who?: string, name?: string, kind?: string, text?: string}} Moment
 *
 * @typedef {{name: string, a: string | null, b: string | null, same: boolean}} Pairing
 *
 * @typedef {{a: Exchange, b: Exchange, parameters: Pairing[], requestDiff: DiffLine[], headerDiff: DiffLine[], answerDiff: DiffLine[]}} Comparison
 *
 * @typedef {{id: number, at?: string, until?: number, count: number, now?: boolean}} Start
 *
 * @typedef {Exchange & {resource: string, to?: string, from?: string, body?: string, delivery?: {status: string, errorCode?: number, silent?: boolean}}} Outbound
 *
 * @typedef {{op: " " | "-" | "+", text: string}} DiffLine
 *
 * @typedef {{status: string, at: string, exchange?: number, lost?: boolean}} Step
 *
 * @typedef {{sid: string, kind: "message" | "call", to: string, status: string, errorCode?: number, error?: string, silent?: boolean, steps: Step[]}} Delivery
 *
 * @typedef {{kind: string, on: boolean, rate: number, once: boolean}} Fault
 *
 * @typedef {{faults: Fault[], seed: number}} FaultPlan
 *
 * @typedef {{address: string, result: string}} Outcome
 *
 * @typedef {{n: number, at: number, who: "caller" | "agent" | "Twilio", kind: string, text?: string, lang?: string, open?: boolean, tokens?: number,
 *   heard?: string, cut?: boolean, length?: number, firstToken?: number, firstSound?: number, interruptible?: boolean, preemptible?: boolean,
 *   exchange?: number}} Item
 *
 * @typedef {{n: number, at: number, out: boolean, type: string, size: number, text: string}} Frame
 *
 * @typedef {{sid: string, call: string, kind: "ConversationRelay" | "Stream" | "WebSocket", verb: "Connect" | "Start", url: string,
 *   state: "connecting" | "open" | "closed" | "failed", at: string, opened?: number, ended?: number, status?: number,
 *   close?: {code: number, reason?: string, by: "program" | "Twilio"}, problems: {at: number, code?: number, text: string, advice?: string, flag?: string, mild?: boolean}[],
 *   partials: boolean, keys: boolean, sent: number, received: number, items: Item[], frames: Frame[],
 *   levels: {from: number, in: number[], out: number[]}}} Session
 *
 * @typedef {{name: string, title: string, icon: string, component: () => any, badge?: () => string | number, badgeLabel?: string,
 *   help?: [string, string][]}} View
 */

export {};
