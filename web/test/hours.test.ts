import assert from "node:assert/strict";
import { test } from "node:test";
import { contrastWithWhite } from "../src/contrast.ts";
import { asClock, inOrder, nextSpan, place } from "../src/hours.ts";

test("times are taken as people type them", () => {
  for (const typed of ["9", "09", "900", "9:00", "9.00", "09：00", " 9:00 "]) assert.equal(asClock(typed), "09:00");
  assert.equal(asClock("24"), "24:00");
  for (const typed of ["24:01", "25", "9:60", "nine", "", "-1", "12345"]) assert.equal(asClock(typed), null);
});

test("spans have an order, and do not overlap", () => {
  assert.equal(inOrder(["09:00-12:00", "12:00-18:00"]), true);
  assert.equal(inOrder(["09:00-12:00", "11:00-18:00"]), false);
  assert.equal(inOrder(["18:00-09:00"]), false);
  assert.equal(inOrder(["09:00-"]), false);
});

test("what is added comes after what is there, within the day", () => {
  assert.equal(nextSpan([]), "09:00-18:00");
  assert.equal(nextSpan(["09:00-12:00"]), "13:00-17:00");
  assert.equal(nextSpan(["09:00-20:30"]), "21:30-24:00");
  assert.equal(nextSpan(["09:00-23:00"]), null);
  assert.deepEqual(place("06:00-12:00"), { left: "25%", width: "25%" });
});

test("contrast is that of the server", () => {
  assert.equal(contrastWithWhite("#000000"), 21);
  assert.equal(contrastWithWhite("#ffffff"), 1);
  assert.equal(contrastWithWhite("#0f766e")?.toFixed(2), "5.47");
  assert.equal(contrastWithWhite("teal"), null);
});
