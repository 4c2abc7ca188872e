import assert from "node:assert/strict";
import { test } from "node:test";
import { board, late, listed, mine, offered, settled } from "../src/board.ts";
import type { Summary } from "../src/board.ts";

const NOW = 1_000_000;
const me = { kind: "agent", id: "a_me", name: "Wen" } as const;
const li = { kind: "agent", id: "a_li", name: "Li" } as const;

function offer(seconds: number, agent: typeof me | typeof li = me) {
  return { type: "offer", conversation: "c_1", agent, seconds, reason: "asked" } as const;
}

test("an offer stands until its seconds are over, and one of zero seconds ends it", () => {
  const standing = offered(board("a_me"), offer(30), NOW);
  assert.deepEqual([...standing.offers], [["c_1", { until: NOW + 30_000, reason: "asked" }]]);
  assert.equal(offered(standing, offer(0), NOW).offers.size, 0);
});

test("what is offered to a colleague is not offered to me", () => {
  assert.equal(offered(board("a_me"), offer(30, li), NOW).offers.size, 0);
});

test("a repeat of the place in the queue leaves the offer, a move to somebody ends it", () => {
  const standing = offered(board("a_me"), offer(30), NOW);
  const place = settled(standing, { type: "holder", conversation: "c_1", seq: 3, holder: "queue", position: 1 });
  assert.equal(place.offers.size, 1);
  for (const holder of ["agent", "bot", "nobody"] as const) {
    assert.equal(settled(standing, { type: "holder", conversation: "c_1", seq: 4, holder, at: "2026-11-27T04:00:00.000Z" }).offers.size, 0);
  }
});

test("what is overdue comes first, until an agent has answered", () => {
  const row = (id: string, last_at: string): Summary => ({ id, customer: "u_1", holder: "agent", agent: "a_me", seq: 1, last_at });
  const held = listed(board("a_me"), [row("c_new", "2026-11-27T04:00:00.000Z"), row("c_late", "2026-11-27T03:00:00.000Z")]);
  assert.deepEqual(mine(held).map((each) => each.id), ["c_new", "c_late"]);
  const waiting = late(held, { type: "overdue", conversation: "c_late", agent: me, seconds: 300 });
  assert.deepEqual(mine(waiting).map((each) => each.id), ["c_late", "c_new"]);
  const said = { type: "message", conversation: "c_late", seq: 2, text: "Here", at: "2026-11-27T04:00:00.000Z" } as const;
  assert.equal(settled(waiting, { ...said, author: { kind: "customer", id: "u_1" } }).overdue.size, 1);
  assert.equal(settled(waiting, { ...said, author: me }).overdue.size, 0);
});

test("a colleague's delay is not mine", () => {
  assert.equal(late(board("a_me"), { type: "overdue", conversation: "c_1", agent: li, seconds: 300 }).overdue.size, 0);
});
