// Who this browser is: the token of a customer and their conversation, kept where the page's own storage is.
import { forget, keep, recall } from "../src/storage.ts";

export interface Visitor {
  token: string;
  expires_at: string;
  customer: string;
  conversation: string;
  /** The shop's own name for a signed customer; none: anonymous. */
  who?: string;
  /** Whom a shop's token named that was not taken: they are anonymous. */
  claimed?: string;
}

/** The shop's token is not taken. */
export class NotSigned extends Error {}

const KEY = "bellhop.visitor";
/** The last visitor whose token was not taken: a shop with a wrong secret says on each of its pages who is there. */
const CLAIMED_KEY = "bellhop.claimed";

export class Visitors {
  constructor(private readonly server: string) {}

  /** Whether its token is over only the server can tell: by a clock that is a day off it would be over before it was given. */
  kept(): Visitor | null {
    return visitor(KEY);
  }

  /** Who a token named before that was not taken either. */
  keptFor(claimed: string): Visitor | null {
    const found = visitor(CLAIMED_KEY);
    return found?.claimed === claimed ? found : null;
  }

  keep(visitor: Visitor): void {
    keep(KEY, JSON.stringify(visitor));
    if (visitor.claimed !== undefined) keep(CLAIMED_KEY, JSON.stringify(visitor));
  }

  /** Anonymous, or as the shop's token says. Not kept yet: meanwhile they may have become somebody else. */
  arrive(language: string, identity: string | null): Promise<Visitor> {
    return this.#post("/api/visitors", { language, ...(identity ? { identity } : {}) }, identity ? { who: subject(identity) ?? "" } : {});
  }

  anew({ token, who, claimed }: Visitor): Promise<Visitor> {
    return this.#post("/api/conversations", {}, { ...(who === undefined ? {} : { who }), ...(claimed === undefined ? {} : { claimed }) }, token);
  }

  forget(): void {
    forget(KEY);
  }

  forgetClaimed(): void {
    forget(CLAIMED_KEY);
  }

  /** Another tab began a new conversation, or became somebody else. */
  onChange(told: () => void): void {
    addEventListener("storage", (event) => (event.key === KEY || event.key === null) && told());
  }

  async #post(path: string, body: object, more: Pick<Visitor, "who" | "claimed">, token?: string): Promise<Visitor> {
    const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(this.server + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status === 401 && more.who !== undefined && !token) throw new NotSigned();
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return { ...((await answer.json()) as Visitor), ...more };
  }
}

function visitor(key: string): Visitor | null {
  try {
    const found = JSON.parse(recall(key) ?? "null") as Visitor | null;
    return found && typeof found.token === "string" ? found : null;
  } catch {
    return null;
  }
}

/** Whom a shop's token names. Not checked here: only the server can. */
export function subject(token: string): string | null {
  try {
    const claims = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))) as { sub?: unknown };
    return typeof claims.sub === "string" ? claims.sub : null;
  } catch {
    return null;
  }
}
