// One WebSocket that comes back for ever. It carries frames and knows nothing of conversations.
import type { FromClient, FromServer, Welcome } from "./frames.ts";

const FIRST_CAP_MS = 500;
const LAST_CAP_MS = 20_000;
const PONG_MS = 10_000;
/** A connection that lasted this long was good: the next back-off starts small again. */
const GOOD_MS = 5_000;
/** Of a hidden page browsers let a timer run once a minute only, which is two beats. */
const SLEPT_BEATS = 4;
const WELCOME_MS = 15_000;

export const TOKEN_REFUSED = 4401;
export const REPLACED = 4409;

/** lost: will come back by itself. stopped: will not, `code` says why. */
export type LinkState = { is: "connecting" } | { is: "open" } | { is: "lost" } | { is: "stopped"; code: number };

export interface LinkSides {
  /** `fresh`: the last token was refused. Throws Refused where there is none to be had, anything else means try later. */
  token(fresh: boolean): Promise<string>;
  frame(frame: FromServer): void;
  state(state: LinkState): void;
}

/** No token without the person: the link stops with 4401. */
export class Refused extends Error {}

/** Full jitter: anything up to a cap that doubles, so that a thousand clients do not come back at once. */
export function backoff(attempt: number, random: number): number {
  return random * Math.min(LAST_CAP_MS, FIRST_CAP_MS * 2 ** Math.min(attempt, 10));
}

/** Whether a socket that was closed with `code` may come back by itself. */
export function comesBack(code: number): boolean {
  return !(code === 1008 || code === 1009 || (code >= 4400 && code < 4500));
}

export class Link {
  #socket: WebSocket | null = null;
  #welcomed = false;
  #attempt = 0;
  #fresh = false;
  #since = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #run = 0;
  #resting = false;
  #beaten = 0;

  /** `server` is where Bellhop runs, as in `https://help.example.com`. */
  constructor(private readonly sides: LinkSides, private readonly server: string = location.origin) {
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#hurry());
    // A page with an open socket is not kept in the back-forward cache: without one it is, and the next page comes back at once.
    addEventListener("pagehide", (event) => event.persisted && this.#rest());
    addEventListener("pageshow", (event) => event.persisted && this.#resting && this.start());
  }

  start(): void {
    this.stop();
    this.#attempt = 0;
    this.#fresh = this.#resting = false;
    void this.#connect();
  }

  /** Ends it without telling anybody. */
  stop(): void {
    this.#run += 1;
    this.#drop();
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** Until the page is shown again, where it was not stopped anyway. */
  #rest(): void {
    if (this.#socket === null && this.#retry === undefined) return;
    this.stop();
    this.#resting = true;
    this.sides.state({ is: "lost" });
  }

  /** False where it could not be sent; what matters is in the outbox and goes out after the next welcome. */
  send(frame: FromClient): boolean {
    if (!this.#welcomed || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  async #connect(): Promise<void> {
    const run = ++this.#run;
    this.#retry = undefined;
    this.sides.state({ is: "connecting" });
    let token: string;
    try {
      token = await this.sides.token(this.#fresh);
    } catch (error) {
      if (run !== this.#run) return;
      return error instanceof Refused ? this.sides.state({ is: "stopped", code: TOKEN_REFUSED }) : this.#later();
    }
    if (run === this.#run) this.#open(token);
  }

  #open(token: string): void {
    const socket = new WebSocket(`${this.server.replace(/^http/, "ws")}/chat`, ["bellhop.v1", `bearer.${token}`]);
    this.#socket = socket;
    this.#silence = setTimeout(() => this.#closed(1006), WELCOME_MS);
    socket.onmessage = (event) => this.#received(String(event.data));
    socket.onclose = (event) => this.#closed(event.code);
  }

  #received(text: string): void {
    const frame = JSON.parse(text) as FromServer;
    if (frame.type === "welcome") this.#welcome(frame);
    if (frame.type === "pong") clearTimeout(this.#silence);
    this.sides.frame(frame);
  }

  #welcome(frame: Welcome): void {
    clearTimeout(this.#silence);
    this.#welcomed = true;
    this.#fresh = false;
    this.#since = this.#beaten = Date.now();
    this.#beat = setInterval(() => this.#due(frame.heartbeat * 1000), frame.heartbeat * 1000);
    this.sides.state({ is: "open" });
    // Tells what is archived already, and so what need not stay in the outbox.
    setTimeout(() => this.#ping(), 0);
  }

  /** A beat that is very late was slept through, and the server has long given up: no need to ask it. */
  #due(beat: number): void {
    const late = Date.now() - this.#beaten > SLEPT_BEATS * beat;
    this.#beaten = Date.now();
    if (late) this.#closed(1006);
    else this.#ping();
  }

  #ping(): void {
    if (!this.send({ type: "ping" })) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#closed(1006), PONG_MS);
  }

  #closed(code: number): void {
    if (this.#welcomed && Date.now() - this.#since > GOOD_MS) this.#attempt = 0;
    this.#drop();
    if (code === TOKEN_REFUSED && !this.#fresh) {
      this.#fresh = true;
      return this.#later();
    }
    if (comesBack(code)) return this.#later();
    this.sides.state({ is: "stopped", code });
  }

  #later(): void {
    this.sides.state({ is: "lost" });
    this.#retry = setTimeout(() => void this.#connect(), backoff(this.#attempt++, Math.random()));
  }

  /** The network is back, or the person looks: no reason to wait on. A socket that slept with its machine shows here that it is dead. */
  #hurry(): void {
    if (this.#retry === undefined) return this.#ping();
    clearTimeout(this.#retry);
    void this.#connect();
  }

  #drop(): void {
    clearInterval(this.#beat);
    clearTimeout(this.#silence);
    this.#welcomed = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
