// The REST routes by their generated types, and what goes wrong as a sentence for people.
import type { Answers } from "../src/generated/rest.ts";
import { Refused } from "../src/link.ts";
import type { Word } from "./i18n.ts";
import { useSession } from "./session.ts";

type Route = keyof Answers;

export interface Given {
  /** What stands in braces in the route. */
  path?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: object;
  /** In the place of a body. */
  form?: FormData;
}

/** What the server refused: `code` is that of its problem+json, `offline` where it could not be asked at all. */
export class Trouble extends Error {
  constructor(readonly code: string, readonly status: number) {
    super(code);
  }
}

const SENTENCES: Record<string, Word> = {
  offline: "trouble_offline",
  unauthorized: "login_again",
  forbidden: "trouble_forbidden",
  not_found: "trouble_not_found",
  conflict: "trouble_conflict",
  changed: "trouble_conflict",
  outdated: "trouble_conflict",
  email_taken: "trouble_email_taken",
  last_admin: "trouble_last_admin",
  wrong_password: "trouble_wrong_password",
  name_taken: "trouble_name_taken",
  too_many: "trouble_webhook",
  invalid: "trouble_invalid",
  too_many_tries: "trouble_too_often",
  unavailable: "trouble_unavailable",
  not_assigned: "error_not_assigned",
  unreadable: "trouble_unreadable",
  no_span: "trouble_not_found",
  under_way: "train_under_way",
  ended: "trouble_conflict",
  not_compared: "release_not_compared",
  internal: "trouble_internal",
};

/** The server's own sentence is English and for developers: never shown. */
export function troubleWord(error: unknown): Word {
  return (error instanceof Trouble && SENTENCES[error.code]) || "trouble_other";
}

/** `api("GET /api/people")`, `api("PATCH /api/people/{id}", { path: { id }, body })`. Throws Trouble. */
export async function api<Name extends Route>(route: Name, given: Given = {}): Promise<Answers[Name]> {
  const answer = await asked(route, given);
  return (answer.status === 204 ? undefined : await answer.json()) as Answers[Name];
}

/** A form with a file in it. Throws Trouble. */
export async function upload<Name extends Route>(route: Name, form: FormData): Promise<Answers[Name]> {
  return (await (await asked(route, { form })).json()) as Answers[Name];
}

/** As a file of this name among the downloads. Throws Trouble. */
export async function download(name: string, route: Route, given: Given = {}): Promise<void> {
  const file = await bytes(route, given);
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Throws Trouble. */
export async function bytes(route: Route, given: Given = {}): Promise<Blob> {
  return (await asked(route, given)).blob();
}

async function asked(route: Route, given: Given): Promise<Response> {
  const [method, pattern] = route.split(" ") as [string, string];
  const body = given.form ?? (given.body && JSON.stringify(given.body));
  const answer = await sent(address(pattern, given), { method, ...(body ? { body } : {}) });
  if (answer.ok) return answer;
  const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
  throw new Trouble(code ?? "internal", answer.status);
}

async function sent(path: string, init: RequestInit): Promise<Response> {
  const headers: Record<string, string> = typeof init.body === "string" ? { "Content-Type": "application/json" } : {};
  try {
    return await useSession().account.ask(path, { ...init, headers });
  } catch (error) {
    throw new Trouble(error instanceof Refused ? "unauthorized" : "offline", 0);
  }
}

function address(pattern: string, { path = {}, query = {} }: Given): string {
  const filled = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") asked.set(name, String(value));
  return asked.size > 0 ? `${filled}?${asked}` : filled;
}
