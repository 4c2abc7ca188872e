// The frames of the socket, as models/frames.py has them. Times are RFC 3339.

export type Holder = "bot" | "queue" | "agent" | "nobody";
export type AuthorKind = "customer" | "bot" | "agent" | "system";

export interface Author {
  kind: AuthorKind;
  id?: string;
  name?: string;
}

export interface Button {
  title: string;
  payload: string;
}

/** A card, as Rasa's generic template has it. */
export interface Card {
  title?: string;
  subtitle?: string;
  image_url?: string;
  buttons?: { title: string; type?: string; payload?: string; url?: string }[];
}

/** A file that was said; its bytes are at /api/files/{id}. */
export interface FileInfo {
  id: string;
  name: string;
  type: string;
  bytes: number;
  width?: number;
  height?: number;
}

export interface Welcome {
  type: "welcome";
  epoch: string;
  recovered: boolean;
  heartbeat: number;
  limits: { frame_bytes: number; text_characters: number };
  role: string;
  person: Author;
  conversation?: string;
  seq?: number;
  holder?: Holder;
  holds?: string[];
}

export interface Ack {
  type: "ack";
  id: string;
  conversation: string;
  seq: number;
  at: string;
  duplicate?: boolean;
  stored?: boolean;
}

export interface Message {
  type: "message";
  conversation: string;
  seq: number;
  author: Author;
  text: string;
  at: string;
  id?: string;
  buttons?: Button[];
  elements?: Card[];
  image?: string;
  files?: FileInfo[];
}

export interface Note {
  type: "note";
  conversation: string;
  seq: number;
  author: Author;
  text: string;
  at: string;
  id?: string;
}

export interface Skip {
  type: "skip";
  conversation: string;
  seq: number;
}

/** Without `at` it repeats the state and is no entry. */
export interface HolderFrame {
  type: "holder";
  conversation: string;
  seq: number;
  holder: Holder;
  reason?: string;
  agent?: Author;
  position?: number;
  wait_seconds?: number;
  wait_range?: [number, number];
  at?: string;
}

export interface Typing {
  type: "typing";
  conversation: string;
  author: Author;
  on: boolean;
}

export interface Read {
  type: "read";
  conversation: string;
  by: AuthorKind;
  seq: number;
}

export interface Resumed {
  type: "resumed";
  conversation: string;
  seq: number;
  more: boolean;
  recovered: boolean;
  epoch: string;
}

export interface Waiting {
  conversation: string;
  position: number;
  asked: string;
  name: string;
  reason?: string;
  language?: string;
  returned?: boolean;
}

export interface Queue {
  type: "queue";
  waiting: Waiting[];
  total: number;
}

export interface Pong {
  type: "pong";
  tops: Record<string, number>;
  archived: Record<string, number>;
}

export interface Refusal {
  type: "error";
  code: string;
  message: string;
  id?: string;
  conversation?: string;
  retry_ms?: number;
}

export type Entry = Message | Note | Skip | HolderFrame;
export type FromServer = Welcome | Ack | Entry | Typing | Read | Resumed | Queue | Pong | Refusal;

export type FromClient =
  | { type: "say"; id: string; text?: string; payload?: string; files?: string[]; conversation?: string }
  | { type: "note"; id: string; text: string; conversation: string }
  | { type: "typing"; on: boolean; conversation?: string }
  | { type: "read"; seq: number; conversation?: string }
  | { type: "resume"; conversation: string; after: number }
  | { type: "ping" }
  | { type: "watch" | "take" | "give_back" | "close"; conversation: string }
  | { type: "status"; status: "available" | "away" | "offline" };
