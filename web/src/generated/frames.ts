// Made by `make types`; edits are lost.

/** It is in the log, and will not be lost. `duplicate`: it was there already, nothing was written again. */
export interface Ack {
  type: "ack";
  id: string;
  conversation: string;
  seq: number;
  at: string;
  duplicate?: boolean;
  stored?: boolean;
}

/** Admins: this agent answers from now on, whoever holds it now. `to` may be oneself. */
export interface Assign {
  type: "assign";
  conversation: string;
  to: string;
}

/** Who said it. `id` is absent for the bot and the system. */
export interface Author {
  kind: AuthorKind;
  id?: string;
  name?: string;
}

export type AuthorKind = "agent" | "bot" | "customer" | "system";

/** `payload` is what is said when the button is pressed. */
export interface Button {
  title: string;
  payload: string;
}

/** Agents, and customers for their own conversation: it is finished. */
export interface Close {
  type: "close";
  conversation: string;
}

/** How to reach who left a message, masked: an e-mail address or a phone number. It is sealed in the last line of the text. */
export interface Contact {
  reach: string;
  name?: string;
}

/** Agents: not me; what was offered to me goes to the next. To accept an offer is to `take`. */
export interface Decline {
  type: "decline";
  conversation: string;
}

/** `code` is stable, `message` a plain sentence; `id` names the frame's own id; `retry_ms`: try again then. */
export interface ErrorFrame {
  type: "error";
  code: string;
  message: string;
  id?: string;
  conversation?: string;
  retry_ms?: number;
}

/** A file that was sent; its bytes are at `/api/files/{id}`. Pictures have a size in pixels. */
export interface File {
  id: string;
  name: string;
  type: string;
  bytes: number;
  width?: number;
  height?: number;
}

/** Agents: the bot goes on. */
export interface GiveBack {
  type: "give_back";
  conversation: string;
}

/** Who answers now. `position` counts from 1; `wait_seconds` is to be expected, half of all wait within `wait_range`; neither is told while no agent is available. A frame without `at` repeats the state: no entry. */
export interface HolderFrame {
  type: "holder";
  conversation: string;
  seq: number;
  holder: string;
  reason?: string;
  agent?: Author;
  position?: number;
  wait_seconds?: number;
  wait_range?: [number, number];
  at?: string;
}

/** `frame_bytes` of one frame, `text_characters` of one text. */
export interface Limits {
  frame_bytes: number;
  text_characters: number;
}

/** Agents: this conversation is on my screen, and no other; none: no longer any. Who looks watches it too. */
export interface Look {
  type: "look";
  conversation?: string;
}

/** Agents only: who has this conversation on their screen, oneself too. Comes to all who watch it, when it changes. */
export interface LookingFrame {
  type: "looking";
  conversation: string;
  agents: Author[];
}

/** To the agent who is asked: yours, if you `take` it within `seconds`. 0: the offer is over. */
export interface OfferFrame {
  type: "offer";
  conversation: string;
  agent: Author;
  seconds: number;
  reason?: string;
}

/** To the agent who holds it: the customer has been without an answer for `seconds`. */
export interface OverdueFrame {
  type: "overdue";
  conversation: string;
  agent: Author;
  seconds: number;
}

/** Customers: the page on which they are. Agents see it with what is said next, without query and fragment. */
export interface Page {
  type: "page";
  url: string;
  title?: string;
}

/** Heartbeat; the answer tells how far the log and the archive are. */
export interface Ping {
  type: "ping";
}

/** Per conversation of this socket: the highest seq, and how far SQL has it. What is archived may leave the outbox. */
export interface Pong {
  type: "pong";
  tops: Record<string, number>;
  archived: Record<string, number>;
}

/** Agents: who waits now, in the order in which they are served; `total` may be more than is listed. */
export interface QueueFrame {
  type: "queue";
  waiting: Waiting[];
  total: number;
}

/** Customers: how it was, once it is closed; told as `rating`. */
export interface Rate {
  type: "rate";
  conversation: string;
  stars: number;
  text?: string;
}

/** What the customer thought of it, 1 to 5 stars. */
export interface RatingFrame {
  type: "rating";
  conversation: string;
  seq: number;
  author: Author;
  stars: number;
  at: string;
  text?: string;
  sealed?: Sealed[];
}

/** I have seen everything up to `seq`. */
export interface Read {
  type: "read";
  /** Place in the conversation; 0 is before the first entry */
  seq: number;
  conversation?: string;
}

/** `by` has seen everything up to `seq`. */
export interface ReadFrame {
  type: "read";
  conversation: string;
  by: AuthorKind;
  seq: number;
}

/** Agents: a closed conversation goes on, and is mine; not where the customer has begun another since. */
export interface Reopen {
  type: "reopen";
  conversation: string;
}

/** Send me what lies after `after`. */
export interface Resume {
  type: "resume";
  conversation: string;
  /** Place in the conversation; 0 is before the first entry */
  after: number;
}

/** Ends the answer to `resume`: everything up to `seq` has been sent; `more`: ask again after it. */
export interface Resumed {
  type: "resumed";
  conversation: string;
  seq: number;
  more: boolean;
  recovered: boolean;
  epoch: string;
}

/** One thing said. `contact`, masked, is that of a message that was left; it stands in the last line of the text too. */
export interface SaidMessage {
  type: "message";
  conversation: string;
  seq: number;
  author: Author;
  text: string;
  at: string;
  id?: string;
  buttons?: Button[];
  elements?: Record<string, unknown>[];
  image?: string;
  custom?: Record<string, unknown>;
  attachment?: unknown;
  files?: File[];
  contact?: Contact;
  sealed?: Sealed[];
}

/** Agents only: a note. */
export interface SaidNote {
  type: "note";
  conversation: string;
  seq: number;
  author: Author;
  text: string;
  at: string;
  id?: string;
  sealed?: Sealed[];
}

/** Say something. A customer's own conversation is the default; agents name it. `payload` is that of a pressed button, `files` are ids that `POST /api/files` has given to the same person for this conversation, `contact` is how to reach a customer who leaves a message because nobody is there. With any of them the text may be left out. */
export interface Say {
  type: "say";
  /** The sender's own id of the message, a UUID for example: 1 to 64 of A-Z a-z 0-9 . _ : - without a phone or card number */
  id: string;
  text?: string;
  payload?: string;
  conversation?: string;
  files?: string[];
  contact?: ToReach;
}

/** Agents: a note that the customer never sees. */
export interface SayNote {
  type: "note";
  /** The sender's own id of the message, a UUID for example: 1 to 64 of A-Z a-z 0-9 . _ : - without a phone or card number */
  id: string;
  conversation: string;
  text: string;
}

/** Agents only: a masked span of `text`, in code points, which can be revealed under its place in the list. */
export interface Sealed {
  kind: string;
  start: number;
  end: number;
}

/** An entry that this client may not see; it only fills its place. */
export interface Skip {
  type: "skip";
  conversation: string;
  seq: number;
}

/** To the agent who holds it and to admins; of one that waits in the queue to all. What was promised of it (`target` is `first_response` or `resolution`) is nearly over, or `missed`; `due` is when. */
export interface SlaFrame {
  type: "sla";
  conversation: string;
  target: string;
  missed: boolean;
  due: string;
  agent?: Author;
}

/** Agents: whether I take conversations. Admins may say so of another `agent`. */
export interface Status {
  type: "status";
  status: "available" | "away" | "offline";
  agent?: string;
}

/** To the agent whose status somebody else has set; `reason` is `missed` where offers were not answered, or `supervisor`. */
export interface StatusFrame {
  type: "status";
  agent: Author;
  status: string;
  reason?: string;
}

/** Agents only: there is something that could be said to the customer's message at `seq`; `GET /api/conversations/{id}/suggestions` tells it. */
export interface SuggestedFrame {
  type: "suggested";
  conversation: string;
  seq: number;
}

/** Agents only: the tags that this conversation has now. */
export interface TagsFrame {
  type: "tags";
  conversation: string;
  tags: string[];
}

/** Agents: I answer this conversation from now on. */
export interface Take {
  type: "take";
  conversation: string;
}

/** `reach` is an e-mail address or a phone number; it is sealed, and shown masked. */
export interface ToReach {
  reach: string;
  name?: string;
}

/** Agents: somebody else answers from now on; `to` is an agent's id, or `queue` for whoever comes first. `note` is for agents only. */
export interface Transfer {
  type: "transfer";
  conversation: string;
  to: string;
  note?: string;
}

/** I am writing, or have stopped. */
export interface Typing {
  type: "typing";
  on: boolean;
  conversation?: string;
}

/** Somebody on the other side is writing, or has stopped. */
export interface TypingFrame {
  type: "typing";
  conversation: string;
  author: Author;
  on: boolean;
}

/** One conversation that waits. `position` counts from 1 in its own `queue`, which has a name where admins chose queues. */
export interface Waiting {
  conversation: string;
  position: number;
  asked: string;
  name: string;
  reason?: string;
  language?: string;
  returned?: boolean;
  queue?: string;
}

/** Agents: push me this conversation from now on. */
export interface Watch {
  type: "watch";
  conversation: string;
}

/** First frame. `heartbeat` in seconds. `recovered` is false when what the client knows may be gone from the log: reload. `at` is the server's clock: the client's own may be days off. */
export interface Welcome {
  type: "welcome";
  epoch: string;
  recovered: boolean;
  heartbeat: number;
  limits: Limits;
  role: string;
  person: Author;
  conversation?: string;
  seq?: number;
  holder?: string;
  holds?: string[];
  at?: string;
}

export type FromClient =
  | Assign
  | Close
  | Decline
  | GiveBack
  | Look
  | Page
  | Ping
  | Rate
  | Read
  | Reopen
  | Resume
  | Say
  | SayNote
  | Status
  | Take
  | Transfer
  | Typing
  | Watch;

export type FromServer =
  | Ack
  | ErrorFrame
  | HolderFrame
  | LookingFrame
  | OfferFrame
  | OverdueFrame
  | Pong
  | QueueFrame
  | RatingFrame
  | ReadFrame
  | Resumed
  | SaidMessage
  | SaidNote
  | Skip
  | SlaFrame
  | StatusFrame
  | SuggestedFrame
  | TagsFrame
  | TypingFrame
  | Welcome;
