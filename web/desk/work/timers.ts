// Things that are done later, by name: the same name again puts it off.
export class Timers {
  readonly #due = new Map<string, ReturnType<typeof setTimeout>>();
  stopped = false;

  later(name: string, ms: number, run: () => void): void {
    clearTimeout(this.#due.get(name));
    if (!this.stopped) this.#due.set(name, setTimeout(run, ms));
  }

  stop(): void {
    this.stopped = true;
    for (const each of this.#due.values()) clearTimeout(each);
  }
}
