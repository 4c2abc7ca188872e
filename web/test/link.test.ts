import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, comesBack } from "../src/link.ts";

test("the cap of the back-off doubles from half a second to twenty", () => {
  const caps = [0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => backoff(attempt, 1));
  assert.deepEqual(caps, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
});

test("the jitter is full", () => {
  assert.equal(backoff(3, 0), 0);
  assert.equal(backoff(3, 0.5), 2000);
});

test("who is at fault does not come back, whom we lost does", () => {
  for (const code of [1008, 1009, 4400, 4401, 4403, 4409, 4410, 4499]) assert.equal(comesBack(code), false, String(code));
  for (const code of [1001, 1006, 1011, 1012, 1013, 4501, 4502, 4503, 4508, 4529]) assert.equal(comesBack(code), true, String(code));
});
