// What is half written. Each tab has its own, which survives a reload; a tab that is new begins with the last one written anywhere.
import { forget, keep, keepHere, recall, recallHere } from "../src/storage.ts";

const HERE = "bellhop.draft.here";
const LAST = "bellhop.draft";

export class Draft {
  /** Told when it was said from another tab that had begun with the same text. */
  gone: (() => void) | null = null;

  saidElsewhere(text: string): void {
    if (this.text.trim() === text) this.forget();
  }

  forget(): void {
    this.text = "";
    this.gone?.();
  }

  get text(): string {
    return recallHere(HERE) ?? recall(LAST) ?? "";
  }

  set text(text: string) {
    const before = this.text;
    keepHere(HERE, text);
    if (text) keep(LAST, text);
    // Another tab's may be there by now: that one stays.
    else if (recall(LAST) === before) forget(LAST);
  }
}
