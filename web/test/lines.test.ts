import assert from "node:assert/strict";
import { test } from "node:test";
import { board, late, listed, promised, queued, settled } from "../src/board.ts";
import { level, lineOf, mineLines, next, promise, queueLines, steadyLines } from "../src/lines.ts";

const NOW = Date.parse("2026-11-27T04:00:00.000Z");
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const held = (id: string, unread: number, minutes: number) => ({ id, customer: "u_1", name: "Visitor 1", holder: "agent", agent: "a_me", seq: 3, unread, last_at: ago(minutes), last_text: "hello" }) as const;

test("a wait is long from one minute on, and too long from five", () => {
  const waiting = queueLines(queued(board("a_me"), [0.5, 2, 6].map((each, index) => ({ conversation: `c_${index}`, position: index + 1, asked: ago(each), name: "" })), 3));
  assert.deepEqual(waiting.map((each) => level(each, NOW)), ["", "amber", "red"]);
});

test("who has an answer does not wait for us, who is overdue does whatever the clock says", () => {
  const state = listed(board("a_me"), [held("c_read", 0, 30), held("c_unread", 2, 2)]);
  assert.deepEqual(mineLines(state).map((each) => [each.id, each.waits, level(each, NOW)]), [["c_unread", true, "amber"], ["c_read", false, ""]]);
  const overdue = late(state, { type: "overdue", conversation: "c_read", agent: { kind: "agent", id: "a_me" }, seconds: 300 });
  assert.equal(level(mineLines(overdue).find((each) => each.id === "c_read")!, NOW), "red");
});

test("of a conversation in any list it is told who holds it, and since when it waits", () => {
  const line = lineOf({ id: "c_1", customer: "u_1", holder: "queue", seq: 4, last_at: ago(1), asked: ago(9) });
  assert.deepEqual([line.holder, line.waits, line.at, level(line, NOW)], ["queue", true, NOW - 9 * 60_000, "red"]);
  assert.equal(lineOf({ id: "c_2", customer: "u_1", holder: "nobody", seq: 4, last_at: null }).at, 0);
});

test("a line that says what it said before is the same object: nothing draws its row again", () => {
  const state = listed(board("a_me"), [held("c_1", 0, 30), held("c_2", 0, 20)]);
  const before = mineLines(state);
  const after = steadyLines(before, mineLines(listed(state, [held("c_1", 0, 30), held("c_2", 3, 20)])));
  assert.equal(after.find((each) => each.id === "c_1"), before.find((each) => each.id === "c_1"));
  assert.deepEqual(after.filter((each) => each.unread).map((each) => each.id), ["c_2"]);
});

test("a promise warns from its time on, is missed from the next, and is kept by an answer", () => {
  const due = { target: "first_response", warn: ago(1), due: ago(-4) };
  const state = listed(board("a_me"), [{ ...held("c_1", 1, 8), due: [{ target: "resolution", warn: ago(-50), due: ago(-60) }, due] }]);
  const line = mineLines(state)[0]!;
  assert.deepEqual([line.target, promise(line, NOW), promise(line, NOW - 2 * 60_000), promise(line, NOW + 5 * 60_000)], ["first_response", "amber", "", "red"]);
  const missed = promised(state, { type: "sla", conversation: "c_1", target: "first_response", missed: true, due: ago(1) }, NOW);
  assert.equal(promise(mineLines(missed)[0]!, NOW), "red");
  const answered = settled(missed, { type: "message", conversation: "c_1", seq: 9, author: { kind: "agent", id: "a_me" }, text: "hello", at: ago(0) } as never);
  assert.equal(mineLines(answered)[0]!.target, "resolution");
  assert.equal(next([]).due, 0);
});
