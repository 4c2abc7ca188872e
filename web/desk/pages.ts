// Every page of the desk, in the order of the navigation. A new page is one entry here, a component below pages/ and its word.
import { Activity, BookOpenText, BrainCircuit, ChartColumn, Inbox, LayoutGrid, ListOrdered, MessageSquareQuote, MessagesSquare, ScrollText, Settings, UsersRound } from "@lucide/vue";
import type { Component } from "vue";
import type { RouteComponent } from "vue-router";
import type { Word } from "./i18n.ts";

export interface Page {
  /** Below /desk; also its name for the router. */
  path: string;
  /** What may stand behind it in the address. */
  more?: string;
  word: Word;
  icon: Component;
  /** Only admins see it. The server decides for itself what it answers to whom. */
  admin: boolean;
  /** Loaded when it is first opened. */
  page: () => Promise<{ default: RouteComponent }>;
}

export const pages: readonly Page[] = [
  { path: "conversations", more: "/:id?", word: "nav_conversations", icon: MessagesSquare, admin: false, page: () => import("./pages/Conversations.vue") },
  { path: "wall", word: "nav_wall", icon: LayoutGrid, admin: true, page: () => import("./pages/Wall.vue") },
  { path: "inbox", word: "nav_inbox", icon: Inbox, admin: true, page: () => import("./pages/Inbox.vue") },
  { path: "data", word: "nav_data", icon: BookOpenText, admin: true, page: () => import("./pages/Data.vue") },
  { path: "answers", word: "nav_answers", icon: MessageSquareQuote, admin: true, page: () => import("./pages/Answers.vue") },
  { path: "models", more: "/:id?", word: "nav_models", icon: BrainCircuit, admin: true, page: () => import("./pages/Models.vue") },
  { path: "reports", word: "nav_reports", icon: ChartColumn, admin: true, page: () => import("./pages/Reports.vue") },
  { path: "queues", word: "nav_queues", icon: ListOrdered, admin: true, page: () => import("./pages/Queues.vue") },
  { path: "people", word: "nav_people", icon: UsersRound, admin: true, page: () => import("./pages/People.vue") },
  { path: "settings", word: "nav_settings", icon: Settings, admin: true, page: () => import("./pages/Settings.vue") },
  { path: "audit", word: "nav_audit", icon: ScrollText, admin: true, page: () => import("./pages/Audit.vue") },
  { path: "status", word: "nav_status", icon: Activity, admin: true, page: () => import("./pages/Status.vue") },
];
