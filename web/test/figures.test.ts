import assert from "node:assert/strict";
import { test } from "node:test";
import { column, dayIn, filled, inUnit, labels, meanStars, share, total, unitFor } from "../src/figures.ts";

const volume = { columns: ["day", "conversations", "handoffs"], rows: [["2026-02-27", 4, 1], ["2026-03-01", 6, 2]] };

test("days without conversations are days too, also over the end of a month", () => {
  const all = labels("day", "2026-02-27", "2026-03-02");
  assert.deepEqual(all, ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
  assert.deepEqual(column(filled(volume, all, 0), "conversations"), [4, 0, 6, 0]);
  assert.deepEqual(column(filled(volume, all, null), "handoffs"), [1, null, 2, null]);
  assert.equal(labels("hour", "", "").at(-1), "23:00");
});

test("today is the day of the zone, not of the browser", () => {
  const at = Date.parse("2026-11-27T20:00:00Z");
  assert.equal(dayIn("Asia/Shanghai", at), "2026-11-28");
  assert.equal(dayIn("America/New_York", at, 7), "2026-11-20");
});

test("sums and shares, and nothing to share", () => {
  assert.equal(total(volume, "conversations"), 10);
  assert.equal(share(volume, "handoffs", "conversations"), 0.3);
  assert.equal(share({ ...volume, rows: [] }, "handoffs", "conversations"), null);
});

test("the mean counts ratings, not days", () => {
  const columns = ["day", "ratings", "mean", "one", "two", "three", "four", "five"];
  assert.equal(meanStars({ columns, rows: [["a", 9, 5, 0, 0, 0, 0, 9], ["b", 1, 1, 1, 0, 0, 0, 0]] }), 4.6);
  assert.equal(meanStars({ columns, rows: [] }), null);
});

test("times are told in a unit that can be read", () => {
  assert.equal(unitFor([30, null, 90]).word, "unit_seconds");
  assert.equal(unitFor([130]).word, "unit_minutes");
  assert.equal(inUnit(90_000, unitFor([90_000])), 25);
  assert.equal(inUnit(null, unitFor([])), null);
});
