// Made by `make types`; edits are lost.

/** `person` and `name` are empty for the command line; `subject` is an id, or the name of a setting. */
export interface Acted {
  id: string;
  at: string;
  person: string;
  name: string;
  act: string;
  subject: string;
  reason: string;
}

/** Newest first. `next` goes into `after` for the next page; null at the end. */
export interface Acts {
  acts: Acted[];
  next: string | null;
}

export interface Alive {
  status: string;
}

/** `version` is the one that was read: who is second is told, and overwrites nothing. */
export interface Change {
  version: number;
  value: Record<string, unknown>;
}

/** Newest first. `next` goes into `after` for the next page; null at the end. */
export interface Conversations {
  conversations: Listed[];
  next: string | null;
}

/** `entries` are frames as the socket sends them (/asyncapi.yaml): message, note, holder, skip. */
export interface Entries {
  entries: Record<string, unknown>[];
  more: boolean;
}

export interface HTTPValidationError {
  detail?: ValidationError[];
}

/** Who on our side must speak next. */
export type Holder = "bot" | "queue" | "agent" | "nobody";

/** `password` is shown this once. */
export interface Invited {
  person: Member;
  password: string;
}

/** Codes like zh and en; none: all. */
export interface Languages {
  languages: string[];
}

/** One conversation. `unread` counts what agents have not seen; `asked` is since when a person is waited for, null: nobody waits. */
export interface Listed {
  id: string;
  customer: string;
  name: string;
  holder: Holder;
  agent: string;
  agent_name: string;
  seq: number;
  last_at: string | null;
  language: string;
  last_text: string;
  unread: number;
  reason: string;
  asked: string | null;
}

export interface Login {
  email: string;
  password: string;
}

/** Texts by language (`zh`, `en`); what is empty is as the widget has it by itself. */
export interface Look {
  accent: string;
  side: string;
  title: Record<string, string>;
  greeting: Record<string, string>;
  suggestions: Record<string, string[]>;
}

/** Who names no `languages` answers in all. */
export interface Member {
  id: string;
  email: string;
  name: string;
  role: models__people__Role;
  disabled: boolean;
  languages: string[];
  created: string;
}

/** What is not named stays as it is. */
export interface MemberChange {
  name?: string | null;
  role?: Role_Input | null;
  disabled?: boolean | null;
  languages?: string[] | null;
}

/** By e-mail; those who may not come in are listed too. */
export interface Members {
  people: Member[];
}

export interface Named {
  id: string;
  name: string;
}

/** Nothing is needed yet, and nothing is taken. */
export type NewConversation = Record<string, never>;

export interface NewMember {
  email: string;
  name: string;
  role?: Role_Input;
  languages?: string[];
}

/** All may be left out. `identity` is a JWT that the shop has signed (docs/embed.md), `language` that of the page. */
export interface NewVisitor {
  identity?: string | null;
  language?: string | null;
}

/** Shown this once. */
export interface OnePassword {
  password: string;
}

export interface OwnPassword {
  current: string;
  password: string;
}

/** RFC 9457. `code` is stable; `detail` is a sentence for people. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
}

/** In the order in which they are served; `total` may be more than is listed. `waiting` is as in the queue frame (/asyncapi.yaml). */
export interface QueueNow {
  waiting: Record<string, unknown>[];
  total: number;
}

/** Unknown keys are passed over, as Rasa does; so is `metadata`. */
export interface RasaMessage {
  /** Anything; it is made a string */
  sender?: unknown;
  message: string;
  input_channel?: string | null;
  metadata?: Record<string, unknown> | null;
}

/** `missing` names what does not answer: store, sql, draining. */
export interface Ready {
  ready: boolean;
  missing: string[];
}

export interface Refresh {
  refresh: string;
}

/** `rows` have a cell for each of `columns`; null: nothing to count. Conversations count on the day they began; shares go from 0 to 1, columns in seconds say so. What the archive has written counts a few seconds later. */
export interface Reported {
  name: string;
  first: string;
  last: string;
  zone: string;
  columns: string[];
  rows: ((string | number | null)[])[];
}

export type Role_Input = "agent" | "admin";

/** Name it in the `files` of a `say`. Pictures have a size in pixels. */
export interface Sent {
  id: string;
  name: string;
  type: string;
  bytes: number;
  width?: number | null;
  height?: number | null;
}

/** `version` 0: nobody has chosen yet, and `value` is what holds by itself. docs/admin.md describes the values. */
export interface Setting {
  name: string;
  version: number;
  value: Record<string, unknown>;
  at: string | null;
  person: string;
}

/** `token` is short-lived; `refresh` brings the next pair, once. */
export interface SignedIn {
  token: string;
  refresh: string;
  expires_at: string;
  role: api__auth__Role;
  person: Named;
}

/** By name; who may not come in any more is not listed. */
export interface Team {
  agents: Teammate[];
}

/** `status` is available, away or offline; `online`: a socket is open; `holds` of `capacity` seats are in use. Who names no `languages` answers in all. */
export interface Teammate {
  id: string;
  name: string;
  role: string;
  status: string;
  online: boolean;
  holds: number;
  capacity: number;
  languages: string[];
}

export interface ValidationError {
  loc: (string | number)[];
  msg: string;
  type: string;
  input?: unknown;
  ctx?: Record<string, unknown>;
}

/** `conversation` is the one that this token may speak in; `name` is what agents see. */
export interface Visitor {
  token: string;
  expires_at: string;
  customer: string;
  conversation: string;
  name: string;
}

export type api__auth__Role = "customer" | "agent" | "admin";

export type models__people__Role = "agent" | "admin";

export interface Answers {
  "GET /api/agents": Team;
  "PUT /api/agents/{id}/languages": Languages;
  "GET /api/audit": Acts;
  "GET /api/conversations": Conversations;
  "POST /api/conversations": Visitor;
  "GET /api/conversations/{id}": Listed;
  "GET /api/conversations/{id}/messages": Entries;
  "GET /api/conversations/{id}/transcript": unknown;
  "POST /api/files": Sent;
  "GET /api/files/{id}": unknown;
  "POST /api/login": SignedIn;
  "POST /api/logout": void;
  "POST /api/password": void;
  "GET /api/people": Members;
  "POST /api/people": Invited;
  "PATCH /api/people/{id}": Member;
  "POST /api/people/{id}/password": OnePassword;
  "GET /api/queue": QueueNow;
  "POST /api/refresh": SignedIn;
  "GET /api/reports/{name}": Reported;
  "GET /api/reports/{name}.csv": unknown;
  "GET /api/settings/{name}": Setting;
  "PUT /api/settings/{name}": Setting;
  "POST /api/visitors": Visitor;
  "GET /api/widget-settings": Look;
  "GET /healthz": Alive;
  "GET /readyz": Ready;
  "GET /webhooks/rest/": Alive;
  "POST /webhooks/rest/webhook": Record<string, unknown>[];
}
