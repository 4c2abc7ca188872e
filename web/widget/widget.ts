// The widget as the page around it sees it: open or closed, one chat, and the events that a site may listen to.
import { keep, keepHere, recall, recallHere } from "../src/storage.ts";
import { language, speak, t } from "../src/words.ts";
import type { Language } from "../src/words.ts";
import { Chat } from "./chat.ts";
import { Draft } from "./draft.ts";
import { freshLook, keptLook } from "./look.ts";
import type { Look } from "./look.ts";
import { languageOf } from "./options.ts";
import type { Options } from "./options.ts";
import type { Told } from "./view.ts";
import { Pictures } from "../src/pictures.ts";
import { Uploads } from "../src/uploads.ts";

const LANGUAGE_KEY = "bellhop.language";
const OPEN_KEY = "bellhop.open";

/** What a site's own code may hear. What was typed is never in it. */
export interface Events {
  ready: Record<string, never>;
  open: Record<string, never>;
  close: Record<string, never>;
  unread: { count: number };
  message: { author: string };
  holder: { holder: string };
  connection: { state: string };
  /** What a bot sends for the page itself. */
  custom: Record<string, unknown>;
}

type Name = keyof Events;

export class Widget {
  readonly chat: Chat;
  readonly uploads: Uploads;
  readonly draft = new Draft();
  readonly pictures: Pictures;
  isOpen = false;
  look: Look | null = keptLook();
  /** The last thing that a screen reader is told. */
  announced = "";
  readonly #listeners = new Set<() => void>();
  readonly #heard = new Map<Name, Set<(detail: never) => void>>();
  #focus: (() => void) | null = null;
  #wanted = false;
  #pageTitle = "";

  constructor(readonly options: Options) {
    const kept = recall(LANGUAGE_KEY);
    speak(kept === "zh" || kept === "en" ? kept : (languageOf(options) ?? language));
    this.chat = new Chat(options.server, (told) => this.#told(told));
    this.chat.listen(() => (this.uploads.goOn(), this.#changed()));
    const from = () => (this.chat.view.state.id ? { token: this.chat.token, conversation: this.chat.view.state.id } : null);
    this.uploads = new Uploads({ server: options.server, from, changed: () => this.#changed() });
    this.pictures = new Pictures(options.server, () => this.chat.token);
  }

  get dir(): "ltr" | "rtl" {
    if (this.options.dir !== "auto") return this.options.dir;
    return document.documentElement.dir.toLowerCase() === "rtl" ? "rtl" : "ltr";
  }

  /** As this page's tag says, else as admins have chosen for pages that are written from left to right, else as it is by itself. */
  get side(): "left" | "right" {
    return this.options.side || ((this.look?.side === "left") === (this.dir === "ltr") ? "left" : "right");
  }

  get title(): string {
    return this.options.title || (this.look?.title[language] ?? "");
  }

  get greeting(): string {
    return this.options.greeting || (this.look?.greeting[language] ?? "");
  }

  get suggestions(): readonly string[] {
    return this.options.suggestions.length > 0 ? this.options.suggestions : (this.look?.suggestions[language] ?? []);
  }

  /** The page's, Bellhop's, or that of a place that the site names. */
  own(url: string): boolean {
    const { origin } = new URL(url);
    return [location.origin, this.options.server, ...this.options.pictures].includes(origin);
  }

  /** After it is drawn: comes back as it was left on the page before. */
  start(): void {
    const left = recallHere(OPEN_KEY);
    if (left === "yes" || (left === null && this.options.open && matchMedia("(min-width: 481px)").matches)) this.open();
    else if (this.chat.known) void this.chat.begin();
    void freshLook(this.options.server).then((look) => {
      if (!look) return;
      this.look = look;
      this.#changed();
    });
    this.#emit("ready", {});
  }

  open(): void {
    if (this.isOpen) return this.focus();
    this.isOpen = true;
    keepHere(OPEN_KEY, "yes");
    void this.chat.begin();
    this.chat.look(true);
    this.#changed();
    this.#emit("open", {});
    if (matchMedia("(pointer: fine)").matches) this.focus();
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = this.#wanted = false;
    keepHere(OPEN_KEY, "no");
    this.chat.look(false);
    this.#changed();
    this.#emit("close", {});
  }

  /** `token` is signed by the site's own server; null when its customer has signed out. */
  identify({ token }: { token: string | null }): void {
    // Who has signed out leaves nothing half written for whoever comes next.
    if (token === null && this.chat.signed) this.draft.forget();
    this.chat.identify(token);
  }

  end(): void {
    this.chat.end();
    this.#listeners.clear();
    this.#heard.clear();
  }

  on<One extends Name>(name: One, told: (detail: Events[One]) => void): () => void {
    const all = this.#heard.get(name) ?? new Set();
    this.#heard.set(name, all.add(told as (detail: never) => void));
    return () => all.delete(told as (detail: never) => void);
  }

  turn(next: Language = language === "zh" ? "en" : "zh"): void {
    speak(next);
    keep(LANGUAGE_KEY, next);
    this.#changed();
  }

  async download(): Promise<void> {
    const { id } = this.chat.view.state;
    if (id === null) return;
    const answer = await fetch(`${this.options.server}/api/conversations/${id}/transcript?language=${language}`, { headers: { Authorization: `Bearer ${this.chat.token}` } });
    if (!answer.ok) return this.#say(t("error_action"));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = `${t("widget_transcript")}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  /** Into the field, as soon as there is one. */
  focus(): void {
    if (this.#focus) this.#focus();
    else this.#wanted = true;
  }

  onFocus(focus: () => void): () => void {
    this.#focus = focus;
    if (this.#wanted) focus();
    this.#wanted = false;
    return () => (this.#focus = null);
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #told(told: Told): void {
    switch (told.on) {
      case "message": {
        const { author, text } = told.message;
        const said = text || (told.message.files ?? []).map((each) => each.name).join(", ");
        if (told.message.custom) this.#emit("custom", told.message.custom);
        this.#say(t("widget_says", { name: author.kind === "bot" ? t("bot") : (author.name ?? t("agent")), text: said }));
        return this.#emit("message", { author: author.kind });
      }
      case "elsewhere":
        return this.draft.saidElsewhere(told.text);
      case "unread":
        this.#retitle(told.count);
        return this.#emit("unread", { count: told.count });
      case "holder":
        return this.#emit("holder", { holder: told.holder });
      case "connection":
        return this.#emit("connection", { state: told.state });
    }
  }

  #say(text: string): void {
    this.announced = text;
    this.#changed();
  }

  /** The page's title is the page's: only what we put before it is taken away again. */
  #retitle(unread: number): void {
    const bare = this.#pageTitle && document.title.endsWith(this.#pageTitle) ? this.#pageTitle : document.title;
    this.#pageTitle = unread > 0 ? bare : "";
    document.title = unread > 0 ? t("widget_unread_title", { n: unread, title: bare }) : bare;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** What a site's listener throws is the site's. */
  #emit<One extends Name>(name: One, detail: Events[One]): void {
    for (const told of this.#heard.get(name) ?? []) {
      try {
        (told as (detail: Events[One]) => void)(detail);
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
    }
  }
}
