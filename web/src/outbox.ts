// What was said and is not yet archived, kept in IndexedDB so that a reload or a crash of the browser loses nothing.
// Where there is no IndexedDB (private windows of some browsers) the outbox lives in memory only.
import type { Own } from "./conversation.ts";

interface Kept {
  owner: string;
  conversation: string;
  id: string;
  own: Own;
}

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
  load(owner: string): Promise<Map<string, Own[]>> {
    return new Promise((resolve) => {
      const request = this.#store("readonly")?.getAll(IDBKeyRange.bound([owner], [owner, []]));
      if (!request) return resolve(new Map());
      request.onsuccess = () => resolve(grouped(request.result as Kept[]));
      request.onerror = () => resolve(new Map());
    });
  }

  /** Writes the difference. */
  follow(owner: string, conversation: string, before: readonly Own[], after: readonly Own[]): void {
    if (before === after) return;
    const old = new Set(before);
    const ids = new Set(after.map((each) => each.id));
    const fresh = after.filter((each) => !old.has(each));
    const gone = before.filter((each) => !ids.has(each.id));
    if (fresh.length + gone.length === 0) return;
    const store = this.#store("readwrite");
    for (const own of fresh) store?.put({ owner, conversation, id: own.id, own } satisfies Kept);
    for (const own of gone) store?.delete([owner, own.id]);
  }

  forget(owner: string): void {
    this.#store("readwrite")?.delete(IDBKeyRange.bound([owner], [owner, []]));
  }

  /** None where the browser has closed the database, as it may when space is short: what is in memory stays. */
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
