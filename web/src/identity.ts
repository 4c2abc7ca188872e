// The ids that messages are sent under.

/** 128 random bits. randomUUID exists only on https and localhost. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
}
