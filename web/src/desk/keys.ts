// Single keys of the desk. They do nothing while somebody writes, except Escape.

export interface KeySides {
  move(by: number): void;
  /** Take it; hand it on where it is mine already. */
  take(): void;
  close(): void;
  note(): void;
  leave(): void;
}

export function onKeys(sides: KeySides, signal: AbortSignal): void {
  const keys: Record<string, () => void> = {
    j: () => sides.move(1),
    k: () => sides.move(-1),
    t: sides.take,
    e: sides.close,
    n: sides.note,
    Escape: sides.leave,
  };
  addEventListener(
    "keydown",
    (event) => {
      const writing = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
      if (document.querySelector("dialog[open]")) return;
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || (writing && event.key !== "Escape")) return;
      const act = keys[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    },
    { signal },
  );
}
