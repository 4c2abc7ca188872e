import assert from "node:assert/strict";
import { test } from "node:test";
import { en as adminEn, zh as adminZh } from "../desk/words/admin.ts";
import { en as deskEn } from "../desk/words/en.ts";
import { zh as deskZh } from "../desk/words/zh.ts";

const zh: Record<string, string> = { ...deskZh, ...adminZh };
const en: Record<string, string> = { ...deskEn, ...adminEn };

function places(said: string): string[] {
  return [...said.matchAll(/\{(\w+)\}/g)].map((each) => each[1] ?? "").sort();
}

test("every word is there in both languages, with the same places for values", () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  for (const [word, said] of Object.entries(zh)) {
    assert.notEqual(said.trim(), "", word);
    assert.notEqual(en[word]?.trim(), "", word);
    assert.deepEqual(new Set(places(said)), new Set(places(en[word] ?? "")), word);
  }
});

test("no sentence is of the other language", () => {
  const latin = Object.entries(zh).filter(([, said]) => /[A-Za-z]{4,}/.test(said.replace(/\{\w+\}/g, "")) && !/[一-鿿]/.test(said)).map(([, said]) => said);
  assert.deepEqual(latin.filter((said) => !["Webhook", "English"].includes(said)), []);
  assert.deepEqual(Object.entries(en).filter(([, said]) => /[一-鿿]/.test(said.replace(/切换到中文|中文/g, ""))).map(([word]) => word), []);
});
