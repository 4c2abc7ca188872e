// Who is logged in: tokens in sessionStorage, renewed before they run out and after a 401.
import { Refused } from "./link.ts";

export interface Session {
  token: string;
  refresh: string;
  expires_at: string;
  role: string;
  person: { id: string; name: string };
}

const KEY = "bellhop.session";
const EARLY_MS = 60_000;

/** What went wrong, as far as the login form needs to know. */
export class LoginFailed extends Error {
  constructor(readonly why: "login_wrong" | "login_many" | "login_failed") {
    super(why);
  }
}

export class Account {
  #session: Session | null;
  #renewing: Promise<Session> | null = null;

  /** `ended`: the server does not take this session any more. */
  constructor(private readonly ended: () => void) {
    this.#session = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Session | null;
  }

  get session(): Session | null {
    return this.#session;
  }

  async login(email: string, password: string): Promise<void> {
    const answer = await post("/api/login", { email, password }).catch(() => null);
    if (answer?.ok) return void this.#keep((await answer.json()) as Session);
    const wrong = answer !== null && [400, 401, 403, 422].includes(answer.status);
    throw new LoginFailed(answer?.status === 429 ? "login_many" : wrong ? "login_wrong" : "login_failed");
  }

  async logout(): Promise<void> {
    const refresh = this.#session?.refresh;
    this.#forget();
    if (refresh) await post("/api/logout", { refresh }).catch(() => null);
  }

  /** A token that is good for a while. Throws Refused when the person must log in again. */
  async token(fresh = false): Promise<string> {
    const session = this.#session;
    if (!session) throw new Refused();
    if (!fresh && Date.parse(session.expires_at) - EARLY_MS > Date.now()) return session.token;
    // One renewal for all who ask: a refresh token works once.
    this.#renewing ??= this.#renew(session).finally(() => (this.#renewing = null));
    return (await this.#renewing).token;
  }

  async get<Answer>(path: string): Promise<Answer> {
    const answer = await this.ask(path);
    if (!answer.ok) throw new Error(`${answer.status}`);
    return (await answer.json()) as Answer;
  }

  /** With the person's token, and once more with a fresh one. Throws Refused when they must log in again. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const answer = await authorised(path, await this.token(), init);
    return answer.status === 401 ? authorised(path, await this.token(true), init) : answer;
  }

  async #renew(session: Session): Promise<Session> {
    const answer = await post("/api/refresh", { refresh: session.refresh });
    if (answer.ok) return this.#keep({ ...session, ...((await answer.json()) as Partial<Session>) });
    if (answer.status >= 500 || answer.status === 429) throw new Error(`${answer.status}`);
    this.#forget();
    this.ended();
    throw new Refused();
  }

  #keep(session: Session): Session {
    this.#session = session;
    sessionStorage.setItem(KEY, JSON.stringify(session));
    return session;
  }

  #forget(): void {
    this.#session = null;
    sessionStorage.removeItem(KEY);
  }
}

function post(path: string, body: object): Promise<Response> {
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

function authorised(path: string, token: string, init: RequestInit): Promise<Response> {
  return fetch(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
}
