// How a response is chosen and filled, as the bot does it (bot/dialogue/responses.py): for a preview.

export interface Condition {
  type: "slot";
  name: string;
  value: string | number | boolean | null;
}

export interface Pressed {
  title: string;
  payload?: string;
}

/** One variation, as Rasa has it; what else is in it stays. */
export interface Variation {
  text?: string;
  condition?: Condition[];
  buttons?: Pressed[];
  quick_replies?: Pressed[];
  [part: string]: unknown;
}

export type Slots = Record<string, string | number | boolean | null>;

const GAP = /\{\{|\}\}|\{([^{}\n]+)\}/g;

/** Those of which the bot says one: whose conditions all hold, else those without any. */
export function chosen(all: readonly Variation[], slots: Slots): Variation[] {
  const held = all.filter((each) => each.condition?.length && each.condition.every(({ name, value }) => (slots[name] ?? null) === value));
  return held.length > 0 ? held : all.filter((each) => !each.condition?.length);
}

/** Where a name is not known the whole text stays as it is. */
export function filled(text: string, slots: Slots): string {
  if (gaps(text).some((name) => slots[name] === undefined)) return text;
  return text.replace(GAP, (found, name: string | undefined) => (name === undefined ? found.slice(1) : String(slots[name] ?? "None")));
}

export function gaps(text: string): string[] {
  return [...text.matchAll(GAP)].map((each) => each[1]).filter((each): each is string => each !== undefined);
}

/** What has to be known to see what is said: slots of conditions and of gaps. */
export function asked(all: readonly Variation[]): string[] {
  return [...new Set(all.flatMap((each) => [...(each.condition ?? []).map(({ name }) => name), ...gaps(each.text ?? "")]))].filter(Boolean);
}

/** As a slot of this type has it. */
export function typed(text: string, type: string | undefined): string | number | boolean | null {
  if (text === "") return null;
  if (type === "bool") return text === "true";
  return type === "float" && Number.isFinite(Number(text)) ? Number(text) : text;
}
