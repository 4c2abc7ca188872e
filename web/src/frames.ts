// The frames of the socket as pages use them. They are made from the server's (generated/frames.ts); only what its description leaves
// open is narrowed here.
import type * as made from "./generated/frames.ts";

export type { Ack, Author, AuthorKind, Button, Pong, Resumed, Sealed, Skip, ToReach, Waiting } from "./generated/frames.ts";
export type FileInfo = made.File;
export type Looking = made.LookingFrame;
export type Note = made.SaidNote;
export type Offer = made.OfferFrame;
export type Overdue = made.OverdueFrame;
export type Queue = made.QueueFrame;
export type Rating = made.RatingFrame;
export type Read = made.ReadFrame;
export type Refusal = made.ErrorFrame;
export type Sla = made.SlaFrame;
export type Typing = made.TypingFrame;

export type Holder = "bot" | "queue" | "agent" | "nobody";

export type Welcome = Omit<made.Welcome, "holder"> & { holder?: Holder };
export type Message = made.SaidMessage;
/** Without `at` it repeats the state and is no entry. */
export type HolderFrame = Omit<made.HolderFrame, "holder"> & { holder: Holder };

export type Entry = Message | Note | made.Skip | HolderFrame | Rating;
export type FromServer = Exclude<made.FromServer, made.Welcome | made.HolderFrame> | Welcome | HolderFrame;
export type FromClient = made.FromClient;
