// Made by `make types`; edits are lost.

/** What was done to an example. */
export type Act = "filed" | "added" | "changed" | "moved" | "removed" | "kept" | "undone";

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

/** Messages that say the same: one decision is for all. `value` is how unsure the bot was (0 to 1), summed over `items`; down to a tenth of it where they are likely none of its business. */
export interface Alike {
  id: string;
  items: number;
  value: number;
  newest: string;
  samples: Unsure[];
}

export interface Alive {
  status: string;
}

/** `answer` is what an agent said to it, masked; empty: nobody has. */
export interface Answered {
  conversation: string;
  seq: number;
  at: string;
  language: string;
  text: string;
  why: Why;
  ranking: Meaning[];
  answer: string;
}

/** Of the conversations of one model since the comparison began: those that went to a person, those in which something was not understood; of the `rated` those with four or five stars. */
export interface ArmShown {
  model: string;
  conversations: number;
  turns: number;
  missed: number;
  handed: number;
  rated: number;
  satisfied: number;
  stars: number;
}

export type AuthorKind = "customer" | "bot" | "agent" | "system";

/** `waiting`: entries of the log that this group has not read, null where the store cannot tell; `working`: read and not finished. */
export interface Behind {
  group: string;
  waiting: number | null;
  working: number;
}

export interface CanaryChange {
  version: number;
  reason?: string;
  percent: number;
}

/** `version` is the one that was read. */
export interface CannedChange {
  name: string;
  language: "zh" | "en";
  text: string;
  version: number;
}

/** The best first: the name begins with what was asked for, has it, or the text does. */
export interface CannedList {
  canned: CannedResponse[];
}

/** `text` is as it was written, with its variables; `filled` is ready to be sent, where a conversation was named. */
export interface CannedResponse {
  id: string;
  name: string;
  language: "zh" | "en";
  text: string;
  filled: string | null;
  version: number;
  at: string;
  person: string;
}

/** Why it failed, for programs; `failure` says it to people. */
export type Cause = "project" | "examples" | "no_examples" | "one_intent" | "pattern" | "model" | "space" | "memory" | "killed" | "lost" | "system" | "database" | "unknown";

/** `version` is the one that was read: who is second is told, and overwrites nothing. */
export interface Change {
  version: number;
  value: Record<string, unknown>;
}

export type ChangeKind = "better" | "worse" | "other";

/** `version` is that of the release which was looked at. */
export interface Changing {
  version: number;
  reason?: string;
}

/** Newest first. `next` goes into `after` for the next page; null at the end. */
export interface Conversations {
  conversations: Listed[];
  next: string | null;
}

/** `count` examples, of which at most 50 are told. */
export interface DataFinding {
  kind: Flaw;
  intents: NamedIntent[];
  count: number;
  examples: TaughtExample[];
}

/** `suspects` are of the last training; those that somebody has looked at since are not among them. */
export interface DataFindings {
  findings: DataFinding[];
  suspects: SuspectExample[];
}

/** `known`: the intent has this example; `twice`: `intent` has it, so it cannot be kept; `held_out`: the test set has it, or its words in another order; `sensitive` and `unreadable` cannot be kept either. */
export interface DataNote {
  kind: "known" | "twice" | "held_out" | "sensitive" | "unreadable";
  intent?: string;
  title?: string;
}

export interface DataNotes {
  notes: DataNote[];
}

/** `people` are the ids of those who have added or changed something that is used. */
export interface DataOverview {
  intents: TaughtIntent[];
  entities: TaughtEntity[];
  people: string[];
}

/** `value`: lines, or variations as Rasa has them; null where it is used no more. `version` 0: as the files have it (`filed`; null where they have none). */
export interface DataPart {
  name: string;
  version: number;
  value: unknown;
  filed: unknown;
  person: string;
  at: string | null;
  reason: string;
}

/** By name. `slots` are those of which a response may speak, with their types. */
export interface DataParts {
  parts: DataPart[];
  slots: Record<string, string>;
}

/** `items` were open and are decided now; `examples` are new for training, `known` were examples of this intent already. */
export interface Decision {
  id: string;
  items: number;
  examples: number;
  known: number;
}

/** What was promised of it and is still to be kept: from `warn` on it is nearly over, after `due` it is missed. */
export interface DueBy {
  target: Target;
  warn: string;
  due: string;
}

/** Another conversation of the same customer. */
export interface Earlier {
  id: string;
  last_at: string;
  holder: Holder;
  agent_name: string;
  last_text: string;
}

/** `entries` are frames as the socket sends them (/asyncapi.yaml): message, note, holder, skip. */
export interface Entries {
  entries: Record<string, unknown>[];
  more: boolean;
}

/** `at` is null for what the files say. `line` as in TaughtExample. */
export interface ExampleEvent {
  act: Act;
  at: string | null;
  person: string;
  reason: string;
  intent: string;
  line: string;
  change: string;
}

/** Newest first. */
export interface ExampleHistory {
  events: ExampleEvent[];
}

/** Newest first, then the files' in their order. `total` is of all pages. `kept_back`: ids of those of this page that training never sees, since they are for the fixed test set. */
export interface ExamplesPage {
  examples: TaughtExample[];
  kept_back: string[];
  total: number;
  next: string | null;
}

/** Empty: any. `after` is the `next` of the page before. */
export interface ExamplesWanted {
  intent?: string;
  text?: string;
  source?: "file" | "inbox" | "desk" | "import" | "";
  person?: string;
  language?: string;
  after?: string;
  limit?: number;
}

export interface FileProblem {
  line: number;
  text: string;
}

/** `title` says the name in words. `sealed`: the value is masked; the message in which it was said can be revealed. */
export interface Filled {
  name: string;
  title: string;
  value: string;
  sealed: boolean;
}

/** The first five refuse; the others only say what the comparison is worth. */
export type FindingCode = "accuracy" | "cost" | "intent" | "conversations" | "missing" | "no_live" | "is_live" | "other_project" | "unusable_live" | "no_texts" | "few_texts" | "seen" | "without_examples" | "not_run";

export type Flaw = "twice" | "held_out" | "sensitive" | "few" | "many";

/** `kind` is `message`, `note` or `rating`. `marks` are the places of what was looked for in `snippet`: from, until, in code points. */
export interface Found {
  conversation: string;
  seq: number;
  at: string;
  kind: string;
  author: AuthorKind;
  author_name: string;
  customer_name: string;
  snippet: string;
  marks: [number, number][];
}

/** Newest first. `next` goes into `after`; it may be there although little or nothing was found, as long as there is more to look at, and `searched` says how far back that was. Null: all has been looked at. */
export interface FoundPage {
  found: Found[];
  next: string | null;
  searched: string | null;
}

/** Those first of which the bot was least sure. */
export interface GroupItems {
  items: Answered[];
}

export interface HTTPValidationError {
  detail?: ValidationError[];
}

/** Who on our side must speak next. */
export type Holder = "bot" | "queue" | "agent" | "nobody";

/** What the file would do, and has done where `change` is not empty: that is what can be undone. Counts are whole, lists have at most 50. `plan` names this very plan; `same` are there already; `problems` are of the file, by line; `passed_over` are keys that are not for here. */
export interface ImportPlan {
  plan: string;
  change: string;
  add: number;
  alter: number;
  contradict: number;
  same: number;
  refuse: number;
  added: ImportedExample[];
  altered: ImportedExample[];
  contradicting: ImportedExample[];
  parts: ImportedPart[];
  refused: RefusedExample[];
  problems: FileProblem[];
  passed_over: string[];
}

/** `there` is the intent under which the same text is now; empty: nowhere. */
export interface ImportedExample {
  line: string;
  intent: string;
  there: string;
}

export interface ImportedPart {
  kind: "synonym" | "lookup" | "regex" | "response";
  name: string;
  new: boolean;
}

/** The most valuable first. `open` is how many messages wait in all; `next` goes into `after`. */
export interface InboxPage {
  groups: Alike[];
  open: number;
  next: string | null;
}

/** `title` says it in words; the name itself where it has no words. `examples` are those that the live model was trained on, `added` those that people have added and not taken back. `answered`: the live model knows it. */
export interface Intent {
  name: string;
  title: string;
  examples: number;
  added: number;
  answered: boolean;
}

/** By name. */
export interface Intents {
  intents: Intent[];
}

/** `password` is shown this once. */
export interface Invited {
  person: Member;
  password: string;
}

/** What a system can be told of. In the order in which one entry's are told. */
export type Kind = "conversation.opened" | "conversation.handed_over" | "conversation.taken" | "conversation.closed" | "conversation.rated" | "message";

/** Codes like zh and en; none: all. */
export interface Languages {
  languages: string[];
}

/** One conversation. `unread` counts what agents have not seen; `asked` is since when a person is waited for, null: nobody waits. `due`: what admins promise (the setting `sla`); empty for customers. */
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
  tags: string[];
  due: DueBy[];
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

/** `secret` is shown this once. */
export interface MadeWebhook {
  webhook: Webhook;
  secret: string;
}

/** Offsets count code points of `text`. */
export interface MarkedEntity {
  start: number;
  end: number;
  entity: string;
  value: string;
  role: string | null;
  group: string | null;
}

/** `title` says the intent in words; `confidence` from 0 to 1. */
export interface Meaning {
  intent: string;
  title: string;
  confidence: number;
}

/** `title` says it in words; `confidence` from 0 to 1. */
export interface Meant {
  intent: string;
  title: string;
  confidence: number;
}

/** Who names no `languages` answers in all. `capacity` is how many conversations they may hold; 0: as many as all others. */
export interface Member {
  id: string;
  email: string;
  name: string;
  role: models__people__Role;
  disabled: boolean;
  languages: string[];
  capacity: number;
  created: string;
}

/** What is not named stays as it is. */
export interface MemberChange {
  name?: string | null;
  role?: Role_Input | null;
  disabled?: boolean | null;
  languages?: string[] | null;
  capacity?: number | null;
}

/** By e-mail; those who may not come in are listed too. */
export interface Members {
  people: Member[];
}

/** `live` is the version it was compared with; empty: none. `made` is RFC 3339. Of a version that is appraised again it is the last. */
export interface ModelReport {
  version: string;
  live: string;
  project: string;
  made: string;
  seconds: number;
  verdict: ReportVerdict;
  test_set: ReportTestSet;
  intents: ReportIntent[];
  confused: ReportConfused[];
  matrix: ReportMatrix;
  curves: ReportCurves;
  live_curves: ReportCurves | null;
  cross_validation: ReportCrossing;
  changes: ReportChanges;
  replay: ReportReplay;
  conversations: ReportConversations;
}

/** `person` is empty for the command line; `lived`: when it became live last. `refused`: why it is worse or cannot be loaded. */
export interface ModelShown {
  id: string;
  state: models__release__State;
  project: string;
  created: string;
  person: string;
  reason: string;
  lived: string | null;
  refused: string;
  bytes: number;
  data_hash: string;
  code_version: string;
}

export interface ModelWhole {
  model: ModelShown;
  parameters: Record<string, unknown>;
  metrics: Record<string, unknown>;
  shadow: ShadowShown;
}

export interface ModelsShown {
  release: ReleaseShown;
  models: ModelShown[];
}

export interface MovedExamples {
  ids: string[];
  reason?: string;
  intent: string;
}

export interface Named {
  id: string;
  name: string;
}

export interface NamedIntent {
  name: string;
  title: string;
}

/** `text` may have `{customer}` and `{agent}`; `{customer|there}` says `there` where the name is not known. */
export interface NewCanned {
  name: string;
  language: "zh" | "en";
  text: string;
}

/** Nothing is needed yet, and nothing is taken. */
export type NewConversation = Record<string, never>;

/** `intent` with the verdict `intent` only; `line` with it, if you like: one of the messages with its entities, `from [LA](city)`. */
export interface NewDecision {
  items: Spot[];
  verdict: Verdict;
  intent?: string;
  line?: string;
}

export interface NewExample {
  intent: string;
  line: string;
  reason?: string;
}

/** How many were added and taken back since the live model was trained; all that are used where none is live. */
export interface NewExamples {
  added: number;
  withdrawn: number;
}

export interface NewMember {
  email: string;
  name: string;
  role?: Role_Input;
  languages?: string[];
}

export interface NewTraining {
  reason?: string;
}

/** All may be left out. `identity` is a JWT that the shop has signed (docs/embed.md), `language` that of the page. */
export interface NewVisitor {
  identity?: string | null;
  language?: string | null;
}

export interface NewWebhook {
  url: string;
  kinds: Kind[];
}

/** Shown this once. */
export interface OnePassword {
  password: string;
}

/** Shown this once. */
export interface OneSecret {
  secret: string;
}

export interface OwnPassword {
  current: string;
  password: string;
}

/** `reason` is a code and `why` says it in words; `asked` is since when a person is waited for. `summary` is one line. `understood` is null where the bot has answered nothing yet; `page` where the customer did not tell. `earlier` are the last five, newest first. */
export interface Packet {
  conversation: string;
  reason: string;
  why: string;
  summary: string;
  asked: string | null;
  understood: Understanding | null;
  language: string;
  page: Where | null;
  customer: Who;
  earlier: Earlier[];
}

/** `version` is the one that was read; a `value` of null takes it away, of a response what people have said of it. */
export interface PartChange {
  name: string;
  version: number;
  value: unknown;
  reason?: string;
}

/** Newest first. */
export interface PartHistory {
  versions: DataPart[];
}

/** `bot` answers, `handoff` brings to people, `archive` writes into the database. */
export interface Pipeline {
  groups: Behind[];
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

/** Why something of the file is not taken. */
export type Refusal = "sensitive" | "too_long" | "unreadable" | "name" | "twice" | "part";

/** `name` is its intent, or that of the part; `text` is empty where it must not be shown. */
export interface RefusedExample {
  why: Refusal;
  name: string;
  text: string;
}

/** `version` goes into what changes it. `arms` compare live and canary; `worse` says why the canary is about to be stopped. */
export interface ReleaseShown {
  version: number;
  act: string;
  live: string;
  canary: string;
  percent: number;
  shadow: string;
  at: string | null;
  person: string;
  reason: string;
  arms: ArmShown[];
  worse: string;
}

export interface Reopened {
  items: number;
}

/** Texts whose confidence lies from `low` to `high`, and its mean. */
export interface ReportBin {
  low: number;
  high: number;
  confidence: number;
  right: number;
  wrong: number;
}

/** A message that the two models read, or would treat, otherwise. `meant` is empty for what the bot should not know. `source`: the fixed test set, or the inbox. `learned`: the candidate was trained on it. */
export interface ReportChange {
  text: string;
  meant: string;
  source: string;
  learned: boolean;
  kind: ChangeKind;
  live: ReportRead;
  candidate: ReportRead;
}

/** Over the fixed test set and the replay; `messages` are the first of them, what became worse before all else. */
export interface ReportChanges {
  compared: number;
  better: number;
  worse: number;
  other: number;
  messages: ReportChange[];
}

/** `count` texts that mean the one were read as the other. */
export interface ReportConfused {
  meant: string;
  read: string;
  count: number;
  texts: string[];
}

/** A test conversation of the project. `differences` say what went otherwise with the candidate, as `bellhop test` does. */
export interface ReportConversation {
  name: string;
  file: string;
  line: number;
  differences: string[];
}

/** `ran`: actions were run, as `bellhop test` does it; else only what would be done next was compared. `lost` went as written with the live model, `failed` with neither; `gained` is how many go so with the candidate alone. */
export interface ReportConversations {
  total: number;
  passed: number;
  live_passed: number | null;
  gained: number;
  ran: boolean;
  lost: ReportConversation[];
  failed: ReportConversation[];
}

/** Cross-validation over the training examples, as training has made it. */
export interface ReportCrossing {
  examples: number;
  accuracy: number | null;
  calibration_error: number | null;
}

/** `outside` is empty where nothing is known to be out of scope. */
export interface ReportCurves {
  reliability: ReportBin[];
  cost: ReportPrice[];
  outside: ReportOutside[];
}

/** By how much the candidate is better, in accuracy or in the cost of a message, with the interval in which nine of ten resamples lie. `lost` texts are right, or cheaper, with the live model alone, `gained` with the candidate alone; `by_resampling` and `by_counting`: how likely that is where the candidate is no worse. */
export interface ReportDifference {
  texts: number;
  lost: number;
  gained: number;
  difference: number;
  low: number;
  high: number;
  by_resampling: number;
  by_counting: number;
  worse: boolean;
}

/** Of one model on the fixed test set. `answered`, `asked_back` and `handed_off` are shares of all texts, `answered_right` is of those that are answered; `surest`: right among the surest nine tenths; `cost`: what a message comes to. */
export interface ReportFigures {
  texts: number;
  accuracy: number;
  macro_f1: number;
  calibration_error: number;
  surest: number;
  answered: number;
  answered_right: number;
  asked_back: number;
  handed_off: number;
  fallback: number;
  cost: number;
  languages: Record<string, number>;
}

/** `text` says it in English; a page says it in its own language by `code` and what else is here. `count`: how many there are, of which `names` are the first (conversations, or intents); `texts`: how many were compared, `live` and `candidate` the shares that are right of them, of `cost` what a message comes to; `lost` are right (or cheaper) with the live model alone, `gained` with the candidate. */
export interface ReportFinding {
  code: FindingCode;
  text: string;
  intent?: string;
  count?: number;
  names?: string[];
  texts?: number;
  live?: number;
  candidate?: number;
  lost?: number;
  gained?: number;
}

/** On the fixed test set; `texts` mean it. `live_f1` is nothing where there is no live model to compare with, `difference` where too it is not protected. */
export interface ReportIntent {
  name: string;
  texts: number;
  protected: boolean;
  precision: number;
  recall: number;
  f1: number;
  threshold: number | null;
  live_f1: number | null;
  difference: ReportDifference | null;
}

/** Of the intents that are confused most. Rows are what was meant, columns what was read. */
export interface ReportMatrix {
  names: string[];
  counts: number[][];
}

/** Were what is out of scope from `limit` on passed on: the share of texts that no intent means that is `caught`, and the share of the others that is `lost` with it. */
export interface ReportOutside {
  limit: number;
  caught: number;
  lost: number;
}

/** Were every intent answered from the confidence `limit` on: shares of all texts, and what a message costs. */
export interface ReportPrice {
  limit: number;
  wrong: number;
  unanswered: number;
  cost: number;
}

/** `intent` is the best one, also where it was not answered; `zone`: answer, ask_back or hand_off. */
export interface ReportRead {
  intent: string;
  confidence: number;
  zone: string;
}

/** The last turns of which somebody has said in the inbox what they meant. `right`: read as they said, or not answered where the bot should know nothing of it; `unseen` are those that neither model has learned. */
export interface ReportReplay {
  turns: number;
  right: number;
  live_right: number | null;
  unseen: number;
  unseen_right: number;
  unseen_live_right: number | null;
}

/** The texts that training never sees. `hash` is of all of them, and changes with any; `files`: from the project's own test set; `inbox`: kept back of what was labelled there. `left_out`: of those that one of the models has learned. `difference` is of accuracy, `saving` of cost. */
export interface ReportTestSet {
  hash: string;
  texts: number;
  files: number;
  inbox: number;
  left_out: number;
  candidate: ReportFigures | null;
  live: ReportFigures | null;
  difference: ReportDifference | null;
  saving?: ReportDifference | null;
}

/** `compared`: there was a live model of this project to compare with. */
export interface ReportVerdict {
  passed: boolean;
  compared: boolean;
  reasons: ReportFinding[];
  notes: ReportFinding[];
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

/** `span` counts from 0 in the `sealed` of the entry `seq`. `reason` is for the record. */
export interface Reveal {
  seq: number;
  span: number;
  reason?: string;
}

/** `text` is what was typed there. Show it, and keep it nowhere. */
export interface Revealed {
  kind: string;
  text: string;
}

export type Role_Input = "agent" | "admin";

/** `after` is the `next` of the page before. */
export interface SearchFor {
  text: string;
  after?: string;
  limit?: number;
}

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

/** One message that the shadow read otherwise; confidences from 0 to 1. */
export interface ShadowExample {
  conversation: string;
  seq: number;
  at: string;
  intent: string;
  confidence: number;
  live_intent: string;
  live_confidence: number;
}

export interface ShadowPair {
  live_intent: string;
  intent: string;
  times: number;
}

/** Of the last 10,000 messages that it `read`, how many as the same intent; what it reads otherwise, most frequent first. */
export interface ShadowShown {
  read: number;
  same: number;
  pairs: ShadowPair[];
  examples: ShadowExample[];
}

/** `token` is short-lived; `refresh` brings the next pair, once. */
export interface SignedIn {
  token: string;
  refresh: string;
  expires_at: string;
  role: api__auth__Role;
  person: Named;
}

export interface SomeExamples {
  ids: string[];
  reason?: string;
}

/** What asked for it. */
export type Source = "person" | "schedule" | "command";

export interface Spot {
  conversation: string;
  seq: number;
}

/** In the order in which they come. `share` of a job says how far it is on the whole way. */
export type Step = "project" | "patterns" | "intents" | "measure" | "publish" | "appraise";

/** `text` is ready to be sent. `title`: the short name of a canned response; empty for an answer of the bot. */
export interface Suggestion {
  kind: SuggestionKind;
  title: string;
  text: string;
}

/** Where it comes from: an answer of the project that the bot would have given, or a canned response. */
export type SuggestionKind = "answer" | "canned";

/** `edited`: something else was sent than was suggested. */
export interface SuggestionUsed {
  seq: number;
  kind: SuggestionKind;
  edited: boolean;
}

/** To the customer's message at `seq`, the best first, at most three; none where somebody has answered it already. */
export interface SuggestionsNow {
  seq: number;
  suggestions: Suggestion[];
}

/** Models that had not seen it read it as `read`, and were sure by `confidence` (0 to 1). */
export interface SuspectExample {
  example: TaughtExample;
  read: NamedIntent;
  confidence: number;
}

export interface TagChange {
  add?: string[];
  remove?: string[];
}

/** By name, in small letters. */
export interface TagsOf {
  tags: string[];
}

export type Target = "first_response" | "resolution";

/** `change` is what can be undone. `ids` are those that its examples have now: an id names what an example says. */
export interface Taught {
  change: string;
  ids: string[];
}

export interface TaughtEntity {
  name: string;
  roles: string[];
  groups: string[];
}

/** `line` is the text with its entities marked, as a file has it; null where no line can say it. `at` is null for what the files have. `conversation` and `seq`: where it was heard. */
export interface TaughtExample {
  id: string;
  intent: string;
  text: string;
  line: string | null;
  entities: MarkedEntity[];
  language: string;
  source: string;
  person: string;
  at: string | null;
  conversation: string;
  seq: number;
}

/** `examples` are those that the next training learns, by language in `languages`. `filed`: the project's files have the intent; `ruled`: a rule or story says what follows. */
export interface TaughtIntent {
  name: string;
  title: string;
  examples: number;
  languages: Record<string, number>;
  filed: boolean;
  ruled: boolean;
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

/** `state`: `waiting`, `done`, or `failed` where it was given up. `status` is what was answered last. */
export interface Told {
  id: string;
  kind: string;
  conversation: string;
  seq: number;
  state: "waiting" | "done" | "failed";
  at: string;
  tries: number;
  status: number | null;
  error: string;
  next_at: string | null;
  done_at: string | null;
}

/** Newest first. `next` goes into `after`; null at the end. Kept for a week. */
export interface ToldPage {
  deliveries: Told[];
  next: string | null;
}

/** `share`: how much of the whole way is gone, 0 to 1. `person` is empty for the schedule and the command line. `cancelling`: somebody wants it to end, and it has not yet. `model`: the version that came of it. `failure` says in a sentence what `cause` says in a word. */
export interface TrainingJob {
  id: string;
  source: Source;
  person: string;
  reason: string;
  state: models__training__State;
  step: Step | null;
  share: number;
  created: string;
  started: string | null;
  ended: string | null;
  cancelling: boolean;
  model: string;
  cause: Cause | null;
  failure: string;
}

/** Newest first. */
export interface TrainingJobsShown {
  jobs: TrainingJob[];
  new: NewExamples;
}

export interface TrainingLine {
  at: string;
  text: string;
}

/** `log`: oldest first, at most 200 lines. */
export interface TrainingWhole {
  id: string;
  source: Source;
  person: string;
  reason: string;
  state: models__training__State;
  step: Step | null;
  share: number;
  created: string;
  started: string | null;
  ended: string | null;
  cancelling: boolean;
  model: string;
  cause: Cause | null;
  failure: string;
  log: TrainingLine[];
}

/** `ok`: it was taken, with a `status` of 2xx. `status` is null where there was no answer; then `error` says why. */
export interface Tried {
  ok: boolean;
  status: number | null;
  error: string;
  milliseconds: number;
}

/** `id` is the example that is changed; empty: it is a new one. */
export interface TypedLine {
  intent?: string;
  line: string;
  id?: string;
}

/** Of the last message that was more than asking for a person: `text` is that message, masked, `ranking` what it may have meant, best first. `tries` in a row failed before; `asking` is the slot that the bot had asked for, or empty. */
export interface Understanding {
  text: string;
  ranking: Meant[];
  slots: Filled[];
  tries: number;
  asking: string;
}

/** One message of a customer, masked. */
export interface Unsure {
  conversation: string;
  seq: number;
  at: string;
  language: string;
  text: string;
  why: Why;
  ranking: Meaning[];
}

export interface UsedTag {
  tag: string;
  conversations: number;
}

/** The most used first, at most 200. */
export interface UsedTags {
  tags: UsedTag[];
}

export interface ValidationError {
  loc: (string | number)[];
  msg: string;
  type: string;
  input?: unknown;
  ctx?: Record<string, unknown>;
}

/** What an admin says: it means this intent, nothing that the bot should know, or not to be asked again. */
export type Verdict = "intent" | "outside" | "skip";

/** `conversation` is the one that this token may speak in; `name` is what agents see. */
export interface Visitor {
  token: string;
  expires_at: string;
  customer: string;
  conversation: string;
  name: string;
}

/** `failing_since`: nothing was taken since then; null: all is well. `paused_until`: it did not answer and is tried again then. */
export interface Webhook {
  id: string;
  url: string;
  kinds: Kind[];
  disabled: boolean;
  version: number;
  failing_since: string | null;
  paused_until: string | null;
  at: string;
  person: string;
}

/** `version` is the one that was read. */
export interface WebhookChange {
  url: string;
  kinds: Kind[];
  version: number;
  disabled?: boolean;
}

/** The oldest first. */
export interface WebhookList {
  webhooks: Webhook[];
}

/** Without query and fragment. */
export interface Where {
  url: string;
  title: string;
}

/** `signed`: the shop has said who it is; else whoever sits at that browser. */
export interface Who {
  id: string;
  name: string;
  signed: boolean;
}

/** Why somebody should look at it. */
export type Why = "doubt" | "fallback" | "handoff" | "rating" | "flag";

export type api__auth__Role = "customer" | "agent" | "admin";

export type models__people__Role = "agent" | "admin";

export type models__release__State = "candidate" | "shadow" | "canary" | "live" | "retired" | "refused";

export type models__training__State = "queued" | "running" | "done" | "failed" | "cancelled";

export interface Answers {
  "GET /api/agents": Team;
  "PUT /api/agents/{id}/languages": Languages;
  "GET /api/audit": Acts;
  "GET /api/canned": CannedList;
  "POST /api/canned": CannedResponse;
  "DELETE /api/canned/{id}": void;
  "PUT /api/canned/{id}": CannedResponse;
  "GET /api/conversations": Conversations;
  "POST /api/conversations": Visitor;
  "GET /api/conversations/{id}": Listed;
  "GET /api/conversations/{id}/messages": Entries;
  "GET /api/conversations/{id}/packet": Packet;
  "POST /api/conversations/{id}/reveal": Revealed;
  "GET /api/conversations/{id}/suggestions": SuggestionsNow;
  "POST /api/conversations/{id}/suggestions": void;
  "POST /api/conversations/{id}/tags": TagsOf;
  "GET /api/conversations/{id}/transcript": unknown;
  "GET /api/data": DataOverview;
  "DELETE /api/data/changes/{id}": Taught;
  "POST /api/data/check": DataNotes;
  "POST /api/data/examples": Taught;
  "POST /api/data/examples/keep": Taught;
  "POST /api/data/examples/list": ExamplesPage;
  "POST /api/data/examples/move": Taught;
  "POST /api/data/examples/remove": Taught;
  "PUT /api/data/examples/{id}": Taught;
  "GET /api/data/examples/{id}/history": ExampleHistory;
  "GET /api/data/export.zip": unknown;
  "GET /api/data/findings": DataFindings;
  "POST /api/data/import": ImportPlan;
  "GET /api/data/parts/{kind}": DataParts;
  "PUT /api/data/parts/{kind}": DataPart;
  "GET /api/data/parts/{kind}/history": PartHistory;
  "POST /api/files": Sent;
  "GET /api/files/{id}": unknown;
  "GET /api/inbox": InboxPage;
  "POST /api/inbox/decisions": Decision;
  "DELETE /api/inbox/decisions/{id}": Reopened;
  "POST /api/inbox/flags": void;
  "GET /api/inbox/{group}": GroupItems;
  "GET /api/intents": Intents;
  "POST /api/login": SignedIn;
  "POST /api/logout": void;
  "GET /api/models": ModelsShown;
  "POST /api/models/rollback": ReleaseShown;
  "DELETE /api/models/{id}": void;
  "GET /api/models/{id}": ModelWhole;
  "POST /api/models/{id}/canary": ReleaseShown;
  "POST /api/models/{id}/promote": ReleaseShown;
  "GET /api/models/{id}/report": ModelReport;
  "GET /api/models/{id}/report.html": unknown;
  "POST /api/models/{id}/shadow": ReleaseShown;
  "POST /api/models/{id}/stop": ReleaseShown;
  "POST /api/password": void;
  "GET /api/people": Members;
  "POST /api/people": Invited;
  "PATCH /api/people/{id}": Member;
  "POST /api/people/{id}/password": OnePassword;
  "GET /api/pipeline": Pipeline;
  "GET /api/queue": QueueNow;
  "POST /api/refresh": SignedIn;
  "GET /api/reports/{name}": Reported;
  "GET /api/reports/{name}.csv": unknown;
  "POST /api/search": FoundPage;
  "GET /api/settings/{name}": Setting;
  "PUT /api/settings/{name}": Setting;
  "GET /api/tags": UsedTags;
  "GET /api/training/jobs": TrainingJobsShown;
  "POST /api/training/jobs": TrainingJob;
  "GET /api/training/jobs/{id}": TrainingWhole;
  "POST /api/training/jobs/{id}/cancel": TrainingJob;
  "POST /api/visitors": Visitor;
  "GET /api/webhooks": WebhookList;
  "POST /api/webhooks": MadeWebhook;
  "DELETE /api/webhooks/{id}": void;
  "PUT /api/webhooks/{id}": Webhook;
  "GET /api/webhooks/{id}/deliveries": ToldPage;
  "POST /api/webhooks/{id}/secret": OneSecret;
  "POST /api/webhooks/{id}/test": Tried;
  "GET /api/widget-settings": Look;
  "GET /healthz": Alive;
  "GET /readyz": Ready;
  "GET /webhooks/rest/": Alive;
  "POST /webhooks/rest/webhook": Record<string, unknown>[];
}
