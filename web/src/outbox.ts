// What was said and is not yet archived, kept in IndexedDB so that a reload or a crash of the browser loses nothing.
// Where there is none (private windows of some browsers), or no room in it, it is kept as small things are (storage.ts).
import type { Own } from "./conversation.ts";
import { forget, keep, recall } from "./storage.ts";

interface Kept {
  owner: string;
  conversation: string;
  id: string;
  own: Own;
}

const SPILLED = "bellhop.outbox";

export class Outbox {
  private constructor(private readonly database: IDBDatabase | null) {}

  static open(): Promise<Outbox> {
    return new Promise((resolve) => {
      try {
        const request = indexedDB.open("bellhop", 1);
        request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: ["owner", "id"] });
        request.onsuccess = () => resolve(new Outbox(request.result));
        request.onerror = () => resolve(new Outbox(null));
      } catch {
        resolve(new Outbox(null));
      }
    });
  }

  /** All that `owner` has not got rid of, oldest first, by conversation. */
  async load(owner: string): Promise<Map<string, Own[]>> {
    const spilled = this.#spilled().filter((each) => each.owner === owner);
    const ids = new Set(spilled.map((each) => each.id));
    return grouped([...(await this.#stored(owner)).filter((each) => !ids.has(each.id)), ...spilled]);
  }

  /** Writes the difference. */
  follow(owner: string, conversation: string, before: readonly Own[], after: readonly Own[]): void {
    if (before === after) return;
    const old = new Set(before);
    const ids = new Set(after.map((each) => each.id));
    const fresh = after.filter((each) => !old.has(each)).map((own): Kept => ({ owner, conversation, id: own.id, own }));
    const gone = before.filter((each) => !ids.has(each.id)).map((each) => each.id);
    if (fresh.length + gone.length === 0) return;
    const store = this.#store("readwrite");
    if (!store) return this.#spill(fresh, gone);
    for (const each of fresh) store.put(each);
    for (const id of gone) store.delete([owner, id]);
    this.#spill([], [...gone, ...fresh.map((each) => each.id)]);
    store.transaction.onabort = () => this.#spill(fresh, gone);
  }

  forget(owner: string): void {
    this.#store("readwrite")?.delete(IDBKeyRange.bound([owner], [owner, []]));
    this.#spill([], this.#spilled().filter((each) => each.owner === owner).map((each) => each.id));
  }

  #stored(owner: string): Promise<Kept[]> {
    return new Promise((resolve) => {
      const request = this.#store("readonly")?.getAll(IDBKeyRange.bound([owner], [owner, []]));
      if (!request) return resolve([]);
      request.onsuccess = () => resolve(request.result as Kept[]);
      request.onerror = () => resolve([]);
    });
  }

  #spilled(): Kept[] {
    try {
      return JSON.parse(recall(SPILLED) ?? "[]") as Kept[];
    } catch {
      return [];
    }
  }

  #spill(fresh: readonly Kept[], gone: readonly string[]): void {
    const before = this.#spilled();
    if (fresh.length === 0 && before.length === 0) return;
    const out = new Set([...gone, ...fresh.map((each) => each.id)]);
    const after = [...before.filter((each) => !out.has(each.id)), ...fresh];
    if (after.length > 0) keep(SPILLED, JSON.stringify(after));
    else forget(SPILLED);
  }

  /** None where the browser has closed the database, as it may when space is short. */
  #store(mode: IDBTransactionMode): IDBObjectStore | undefined {
    try {
      return this.database?.transaction("outbox", mode).objectStore("outbox");
    } catch {
      return undefined;
    }
  }
}

function grouped(all: Kept[]): Map<string, Own[]> {
  const found = new Map<string, Own[]>();
  for (const { conversation, own } of all.sort((a, b) => a.own.at - b.own.at)) {
    found.set(conversation, [...(found.get(conversation) ?? []), own]);
  }
  return found;
}
