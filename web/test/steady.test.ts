import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row } from "../src/rows.ts";
import { pieces, steady } from "../src/steady.ts";

const day = (key: string, at = 1): Row => ({ row: "day", key, at, pause: false });
const byKey = (rows: readonly Row[]) => new Map(rows.map((each) => [each.key, each]));

test("a row that shows the same is the same, one that changed is new", () => {
  const before = [day("a"), day("b")];
  const after = steady(byKey(before), [day("a"), day("b", 2), day("c")]);
  assert.equal(after[0], before[0]);
  assert.notEqual(after[1], before[1]);
  assert.deepEqual(after.map((each) => each.key), ["a", "b", "c"]);
});

test("a new message changes the last piece only", () => {
  const said = (seq: number) => ({ row: "message", key: `seq:${seq}`, seq }) as Row;
  const rows = [day("today"), ...[4, 5, 6, 7, 8].map(said)];
  const before = pieces([], rows, 2);
  assert.deepEqual(before.map((each) => each.rows.length), [3, 2, 1]);
  const nine = said(9);
  const after = pieces(before, [...rows, nine], 2);
  assert.equal(after[0], before[0]);
  assert.equal(after[1], before[1]);
  assert.notEqual(after[2], before[2]);
  const back = pieces(after, [said(2), said(3), ...rows, nine], 2);
  assert.deepEqual(back.map((each) => each.id), [1, 2, 3, 4]);
  assert.equal(back[3], after[2]);
});
