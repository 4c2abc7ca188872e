import assert from "node:assert/strict";
import { test } from "node:test";
import { conversation } from "../src/conversation.ts";
import type { Conversation, Own } from "../src/conversation.ts";
import type { Entry, Message } from "../src/frames.ts";
import { buttons, rows } from "../src/rows.ts";
import type { MessageRow } from "../src/rows.ts";

const START = Date.UTC(2026, 10, 23, 8);
const day = (at: number) => Math.floor(at / 86_400_000);

function message(seq: number, kind: "customer" | "bot" | "agent", minutes = 0, more: Partial<Message> = {}): Message {
  return { type: "message", conversation: "c", seq, author: { kind }, text: `${seq}`, at: new Date(START + minutes * 60_000).toISOString(), ...more };
}

function known(entries: Entry[], outbox: Own[] = [], agent = 0): Conversation {
  return { ...conversation("c", false), entries, outbox, seen: { customer: 0, agent } };
}

function shown(state: Conversation): MessageRow[] {
  return rows(state, { kind: "customer" }, day).filter((each) => each.row === "message");
}

const own: Own = { id: "a", text: "mine", note: false, at: START, state: "sending" };

test("what is on its way stands at the end, and only once when it has come", () => {
  assert.deepEqual(shown(known([message(1, "bot")], [own])).map((each) => each.text), ["1", "mine"]);
  const come = shown(known([message(1, "customer", 0, { id: "a" })], [{ ...own, state: "sent", seq: 1 }]));
  assert.deepEqual(come.map((each) => `${each.key} ${each.state}`), ["own:a sent"]);
});

test("the key of an own message stays when it comes back from the log, so its element stays", () => {
  const before = shown(known([], [own]))[0]?.key;
  assert.equal(before, shown(known([message(1, "customer", 0, { id: "a" })]))[0]?.key);
});

test("messages of one author within a minute are one group", () => {
  const all = shown(known([message(1, "bot"), message(2, "bot", 0.5), message(3, "bot", 5), message(4, "customer", 5)]));
  assert.deepEqual(all.map((each) => [each.first, each.last]), [[true, false], [false, true], [true, true], [true, true]]);
});

test("only the last own message tells its state, and every one in trouble", () => {
  const failed: Own = { ...own, id: "b", state: "failed", code: "too_long" };
  const all = shown(known([message(1, "customer"), message(2, "customer")], [failed, own]));
  assert.deepEqual(all.map((each) => each.told), [false, false, true, true]);
});

test("seen comes from the agent's read mark", () => {
  assert.deepEqual(shown(known([message(1, "customer"), message(2, "customer")], [], 1)).map((each) => each.state), ["seen", "sent"]);
});

test("every day has its line", () => {
  const all = rows(known([message(1, "bot"), message(2, "bot", 24 * 60)]), { kind: "customer" }, day);
  assert.deepEqual(all.map((each) => each.row), ["day", "message", "day", "message"]);
});

test("a long pause has its line too", () => {
  const all = rows(known([message(1, "bot"), message(2, "bot", 29), message(3, "bot", 60)], [{ ...own, at: START + 1e9 }]), { kind: "customer" }, day);
  assert.deepEqual(all.map((each) => each.row), ["day", "message", "message", "day", "message", "message"]);
});

test("a second time in the queue after an agent is told as such", () => {
  const at = new Date(START).toISOString();
  const move = (seq: number, holder: "queue" | "agent"): Entry => ({ type: "holder", conversation: "c", seq, holder, at });
  const lines = rows(known([move(1, "queue"), move(2, "agent"), move(3, "queue")]), { kind: "customer" }, day);
  assert.deepEqual(lines.flatMap((each) => (each.row === "line" ? [each.returned] : [])), [false, false, true]);
});

test("buttons are there until something is said after them", () => {
  const offer = message(1, "bot", 0, { buttons: [{ title: "Yes", payload: "/affirm" }] });
  assert.equal(buttons(known([offer])).length, 1);
  assert.equal(buttons(known([offer], [own])).length, 0);
  assert.equal(buttons(known([offer, message(2, "customer")])).length, 0);
  assert.equal(buttons({ ...known([offer]), holding: { holder: "nobody" } }).length, 0);
});

test("what a customer thought of it is told to agents only", () => {
  const rating: Entry = { type: "rating", conversation: "c", seq: 2, author: { kind: "customer" }, stars: 4, text: "quick", at: new Date(START).toISOString() };
  const state = known([message(1, "bot"), rating]);
  assert.deepEqual(rows(state, { kind: "agent" }, day).filter((each) => each.row === "rating").map((each) => [each.stars, each.text]), [[4, "quick"]]);
  assert.equal(rows(state, { kind: "customer" }, day).some((each) => each.row === "rating"), false);
});
