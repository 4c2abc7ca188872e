// Cards and pictures of what a bot says, in the shapes that Rasa projects use: `elements`, a template as `attachment`, or the same in `custom`.
// Whoever writes an action writes these: nothing is taken for granted, and what is no text is left out.
import type { Message } from "./frames.ts";

export interface CardButton {
  title: string;
  /** Said when it is pressed; empty: it opens `url`. */
  payload: string;
  url: string;
}

export interface Card {
  title: string;
  text: string;
  image: string;
  /** Where the whole card leads to. */
  url: string;
  buttons: readonly CardButton[];
}

const MOST_CARDS = 10;
const MOST_BUTTONS = 5;

// An entry never changes, and its cards are the same ones each time: so what shows them need not be drawn again.
const known = new WeakMap<Message, readonly Card[]>();

export function cards(message: Message): readonly Card[] {
  const found = known.get(message) ?? read(message);
  known.set(message, found);
  return found;
}

/** The address of the picture that was said, or nothing. */
export function image(message: Message): string {
  const attached = part(message.attachment);
  return message.image ?? (text(attached["type"]) === "image" ? text(part(attached["payload"])["src"]) : "");
}

function read(message: Message): readonly Card[] {
  const templates = [message.attachment, message.custom].map(part);
  const lists = [message.elements, ...templates.flatMap((each) => [each["elements"], part(each["payload"])["elements"]])];
  return lists.flatMap(list).map(card).filter((each) => each.title || each.text || each.image).slice(0, MOST_CARDS);
}

function card(given: unknown): Card {
  const of = part(given);
  return {
    title: text(of["title"]),
    text: text(of["subtitle"]) || text(of["text"]),
    image: text(of["image_url"]) || text(of["image"]),
    url: text(part(of["default_action"])["url"]),
    buttons: list(of["buttons"]).map(button).filter((each) => each.title && (each.payload || each.url)).slice(0, MOST_BUTTONS),
  };
}

function button(given: unknown): CardButton {
  const of = part(given);
  return { title: text(of["title"]), payload: text(of["payload"]), url: text(of["url"]) };
}

function part(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
