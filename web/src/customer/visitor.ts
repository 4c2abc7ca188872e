// Who this browser is: the token of an anonymous customer and their conversation, kept in localStorage.

export interface Visitor {
  token: string;
  expires_at: string;
  customer: string;
  conversation: string;
}

const KEY = "bellhop.visitor";
/** Renewed a little early: the clock here may be behind the server's. */
const EARLY_MS = 30_000;

export function kept(): Visitor | null {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "null") as Visitor | null;
    return found && typeof found.token === "string" && Date.parse(found.expires_at) - EARLY_MS > Date.now() ? found : null;
  } catch {
    return null;
  }
}

function keep(visitor: Visitor): Visitor {
  localStorage.setItem(KEY, JSON.stringify(visitor));
  return visitor;
}

export async function arrive(): Promise<Visitor> {
  return keep(await post("/api/visitors"));
}

export async function anew(token: string): Promise<Visitor> {
  return keep(await post("/api/conversations", token));
}

async function post(path: string, token?: string): Promise<Visitor> {
  const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(path, { method: "POST", headers, body: "{}" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as Visitor;
}

/** Another tab began a new conversation. */
export function onChange(told: () => void): void {
  addEventListener("storage", (event) => event.key === KEY && told());
}
