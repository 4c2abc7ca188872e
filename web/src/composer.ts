// Where one writes: grows to five lines, Enter sends, Shift+Enter breaks the line, and Enter of an input method never sends.
import { ARROW_UP, h, icon, set, write } from "./dom.ts";
import { t } from "./words.ts";

export interface ComposerSides {
  send(text: string): void;
  typing(on: boolean): void;
  /** By the person who writes, or because it was sent. */
  changed?(text: string): void;
}

const TYPING_EVERY_MS = 3000;
const TYPING_ENDS_MS = 5000;
/** Safari ends a composition before it reports its Enter. */
const COMPOSED_MS = 50;

export class Composer {
  readonly element: HTMLFormElement;
  readonly #field: HTMLTextAreaElement;
  readonly #button: HTMLButtonElement;
  readonly #count = h("div", { class: "count", role: "status" });
  #limit = 4000;
  #composed = 0;
  #told = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly sides: ComposerSides, names: { field: string; button: string }) {
    this.#field = h("textarea", {
      rows: 1, "data-testid": names.field, enterkeyhint: "send", autocomplete: "off",
      oninput: () => this.#typed(),
      onkeydown: (event: KeyboardEvent) => this.#key(event),
      oncompositionend: () => (this.#composed = performance.now()),
      onblur: () => this.#stopped(),
    });
    this.#button = h("button", { type: "submit", class: "send", "data-testid": names.button }, icon(...ARROW_UP));
    this.element = h("form", { class: "composer", onsubmit: (event: Event) => this.#submit(event) }, this.#field, this.#button, this.#count);
    this.#typed();
  }

  words(placeholder: string): void {
    set(this.#field, { placeholder, "aria-label": placeholder });
    set(this.#button, { "aria-label": t("send"), title: t("send") });
    this.#counted();
  }

  limit(characters: number): void {
    this.#limit = characters;
    this.#counted();
  }

  get text(): string {
    return this.#field.value;
  }

  set text(value: string) {
    this.#field.value = value;
    this.#fit();
    this.#counted();
  }

  enable(on: boolean): void {
    this.#field.disabled = !on;
    this.element.classList.toggle("off", !on);
    this.#counted();
  }

  focus(): void {
    this.#field.focus();
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (performance.now() - this.#composed < COMPOSED_MS) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.#field.value.trim();
    if (!text || this.#over() > 0 || this.#field.disabled) return;
    this.text = "";
    this.sides.changed?.("");
    this.#stopped();
    this.sides.send(text);
    this.#field.focus();
  }

  #typed(): void {
    this.sides.changed?.(this.#field.value);
    this.#fit();
    this.#counted();
    if (!this.#field.value.trim()) return this.#stopped();
    const now = Date.now();
    if (now - this.#told >= TYPING_EVERY_MS) {
      this.#told = now;
      this.sides.typing(true);
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#stopped(), TYPING_ENDS_MS);
  }

  #stopped(): void {
    clearTimeout(this.#idle);
    if (this.#told === 0) return;
    this.#told = 0;
    this.sides.typing(false);
  }

  #fit(): void {
    this.#field.style.height = "auto";
    // Before it stands in the page it has no height to measure.
    if (this.#field.scrollHeight > 0) this.#field.style.height = `${this.#field.scrollHeight}px`;
  }

  /** Characters as the server counts them, not UTF-16 units. */
  #over(): number {
    return [...this.#field.value.trim()].length - this.#limit;
  }

  #counted(): void {
    const over = this.#over();
    const near = over > -this.#limit / 10;
    write(this.#count, !near ? "" : over > 0 ? t("count_over", { n: over }) : t("count_left", { n: -over }));
    this.#count.classList.toggle("trouble", over > 0);
    this.#button.disabled = this.#field.disabled || over > 0 || !this.#field.value.trim();
  }
}
