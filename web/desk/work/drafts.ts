// What was begun to be written, by conversation: it survives a reload of this window, and leaves with it and with the session.
const PREFIX = "bellhop.draft.";

export function draft(conversation: string): string {
  return sessionStorage.getItem(PREFIX + conversation) ?? "";
}

export function keepDraft(conversation: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(PREFIX + conversation, text);
    else sessionStorage.removeItem(PREFIX + conversation);
  } catch {
    // Storage is full or denied: what is written stays in the field.
  }
}

/** The next who logs in here is perhaps another. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
