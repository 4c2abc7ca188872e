// What a browser keeps of small things. Where storage is denied or full it is kept until the page ends.
const memory = new Map<string, string>();

export function recall(key: string): string | null {
  try {
    return memory.get(key) ?? localStorage.getItem(key);
  } catch {
    return memory.get(key) ?? null;
  }
}

export function keep(key: string, value: string): void {
  memory.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch {
    return; // full or denied: the memory has it
  }
  // Other tabs have the last word from here on.
  memory.delete(key);
}

export function forget(key: string): void {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    return;
  }
}
