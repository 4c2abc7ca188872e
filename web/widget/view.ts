// What a chat shows, and what it tells the page around it.
import type { Conversation } from "../src/conversation.ts";
import type { Message } from "../src/frames.ts";
import type { LinkState } from "../src/link.ts";

/** All that is drawn. */
export interface View {
  state: Conversation;
  linked: LinkState;
  /** The connection has been gone for so long that it is told. */
  long: boolean;
  /** The last thing asked for did not work: starting a new conversation. */
  trouble: boolean;
  unread: number;
  limit: number;
}

export type Told =
  | { on: "message"; message: Message }
  /** By the same person in another tab. */
  | { on: "elsewhere"; text: string }
  | { on: "unread"; count: number }
  | { on: "holder"; holder: string }
  | { on: "connection"; state: LinkState["is"] };
