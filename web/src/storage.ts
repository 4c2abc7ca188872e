// What a browser keeps of small things. Where a page's own storage is full (a shop's pages may fill it) it is kept for this tab, and where
// all is denied until the page ends.
const memory = new Map<string, string>();

export function recall(key: string): string | null {
  return memory.get(key) ?? read("sessionStorage", key) ?? read("localStorage", key);
}

export function keep(key: string, value: string): void {
  if (write("localStorage", key, value)) {
    // Other tabs have the last word from here on.
    memory.delete(key);
    drop("sessionStorage", key);
  } else if (write("sessionStorage", key, value)) memory.delete(key);
  else memory.set(key, value);
}

export function forget(key: string): void {
  memory.delete(key);
  drop("sessionStorage", key);
  drop("localStorage", key);
}

type Store = "localStorage" | "sessionStorage";

/** For this tab only; the others do not see it. Null where it was never said, or is denied. */
export function recallHere(key: string): string | null {
  return memory.get(key) ?? read("sessionStorage", key);
}

export function keepHere(key: string, value: string): void {
  if (write("sessionStorage", key, value)) memory.delete(key);
  else memory.set(key, value);
}

function read(store: Store, key: string): string | null {
  try {
    return window[store].getItem(key);
  } catch {
    return null;
  }
}

function write(store: Store, key: string, value: string): boolean {
  try {
    window[store].setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

function drop(store: Store, key: string): void {
  try {
    window[store].removeItem(key);
  } catch {
    return;
  }
}
