// Everything that can be done, by its key or from the command bar. Pages add theirs while they are shown.
import { inject, onBeforeUnmount, shallowReactive } from "vue";
import type { InjectionKey } from "vue";
import type { Word } from "../i18n.ts";

export interface Command {
  word: Word;
  /** A single key, or none; `Ctrl K` and the like are handled where they belong. */
  key?: string;
  /** Of the desk itself, not of the page: listed after those. */
  everywhere?: boolean;
  /** Whether it makes sense now; always where it is left out. */
  may?: () => boolean;
  run: () => void;
}

export type Commands = Set<Command>;

export const COMMANDS: InjectionKey<Commands> = Symbol("commands");

export function madeCommands(): Commands {
  return shallowReactive(new Set<Command>());
}

/** Until the component that says so is gone. */
export function useCommands(mine: readonly Command[]): void {
  const commands = inject(COMMANDS);
  if (!commands) throw new Error("used outside of the shell");
  for (const each of mine) commands.add(each);
  onBeforeUnmount(() => mine.forEach((each) => commands.delete(each)));
}

/** Those of the page first. */
export function ordered(commands: Commands): Command[] {
  return [...commands].sort((one, two) => Number(one.everywhere ?? false) - Number(two.everywhere ?? false));
}

/** What `event` asks for. Single keys do nothing while somebody writes, except Escape. */
export function commandOf(commands: Commands, event: KeyboardEvent): Command | undefined {
  const target = event.target;
  const writing = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
  if (document.querySelector("dialog[open]") || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (writing && event.key !== "Escape") return undefined;
  return [...commands].find((each) => each.key === event.key && (each.may?.() ?? true));
}
