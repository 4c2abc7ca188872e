import assert from "node:assert/strict";
import { test } from "node:test";
import { cards, image } from "../src/cards.ts";
import type { Message } from "../src/frames.ts";

function message(more: object): Message {
  return { type: "message", conversation: "c", seq: 1, author: { kind: "bot" }, text: "", at: "2026-11-23T08:00:00.000Z", ...more };
}

const lamp = {
  title: "Lamp", subtitle: "12 €", image_url: "https://shop.example/lamp.jpg", default_action: { type: "web_url", url: "https://shop.example/lamp" },
  buttons: [{ title: "Buy", type: "postback", payload: "/buy" }, { title: "More", type: "web_url", url: "https://shop.example/lamp" }],
};
const made = {
  title: "Lamp", text: "12 €", image: "https://shop.example/lamp.jpg", url: "https://shop.example/lamp",
  buttons: [{ title: "Buy", payload: "/buy", url: "" }, { title: "More", payload: "", url: "https://shop.example/lamp" }],
};

test("a card is the same in each of the shapes that projects use", () => {
  const template = { type: "template", payload: { template_type: "generic", elements: [lamp] } };
  for (const more of [{ elements: [lamp] }, { attachment: template }, { custom: { elements: [lamp] } }, { custom: template }])
    assert.deepEqual(cards(message(more)), [made], JSON.stringify(more));
});

test("what is no text is left out, and what is no card too", () => {
  const odd = { title: { a: 1 }, subtitle: ["b"], image_url: 7, buttons: [null, "x", { title: "no aim" }, { payload: "/no_title" }] };
  assert.deepEqual(cards(message({ elements: [odd, null, "card", 5, [lamp], { title: 5 }] })), [
    { title: "", text: "", image: "7", url: "", buttons: [] },
    { title: "5", text: "", image: "", url: "", buttons: [] },
  ]);
  for (const more of [{ elements: "x" }, { attachment: "x" }, { attachment: null }, { custom: { elements: {} } }]) assert.deepEqual(cards(message(more)), []);
});

test("cards of one message stay the same objects, so they are not drawn anew", () => {
  const one = message({ elements: [lamp] });
  assert.equal(cards(one), cards(one));
});

test("a picture comes as such or as an attachment", () => {
  assert.equal(image(message({ image: "https://a.example/1.png" })), "https://a.example/1.png");
  assert.equal(image(message({ attachment: { type: "image", payload: { src: "https://a.example/2.png" } } })), "https://a.example/2.png");
  assert.equal(image(message({ attachment: { type: "video", payload: { src: "https://a.example/3.mp4" } } })), "");
});
