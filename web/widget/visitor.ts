// Who this browser is: the token of a customer and their conversation, kept where the page's own storage is.
import { forget, keep, recall } from "../src/storage.ts";

export interface Visitor {
  token: string;
  expires_at: string;
  customer: string;
  conversation: string;
}

const KEY = "bellhop.visitor";
/** Renewed a little early: the clock here may be behind the server's. */
const EARLY_MS = 30_000;

export class Visitors {
  constructor(private readonly server: string) {}

  kept(): Visitor | null {
    try {
      const found = JSON.parse(recall(KEY) ?? "null") as Visitor | null;
      return found && typeof found.token === "string" && Date.parse(found.expires_at) - EARLY_MS > Date.now() ? found : null;
    } catch {
      return null;
    }
  }

  arrive(): Promise<Visitor> {
    return this.#post("/api/visitors");
  }

  anew(token: string): Promise<Visitor> {
    return this.#post("/api/conversations", token);
  }

  forget(): void {
    forget(KEY);
  }

  /** Another tab began a new conversation, or became somebody else. */
  onChange(told: () => void): void {
    addEventListener("storage", (event) => (event.key === KEY || event.key === null) && told());
  }

  async #post(path: string, token?: string): Promise<Visitor> {
    const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(this.server + path, { method: "POST", headers, body: "{}" });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    const visitor = (await answer.json()) as Visitor;
    keep(KEY, JSON.stringify(visitor));
    return visitor;
  }
}
