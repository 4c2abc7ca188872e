import assert from "node:assert/strict";
import { test } from "node:test";
import { conversation, step } from "../src/conversation.ts";
import type { Conversation, Effect, Input } from "../src/conversation.ts";
import type { Entry, FromServer, Message, Welcome } from "../src/frames.ts";

const C = "c_1";
const AT = "2026-11-23T08:00:00.000Z";

/** A conversation to play inputs to; remembers what it was told to do. */
class Played {
  state: Conversation;
  effects: Effect[] = [];

  constructor(named = false) {
    this.state = conversation(C, named);
  }

  play(...inputs: Input[]): this {
    this.effects = [];
    for (const input of inputs) {
      const [state, effects] = step(this.state, input);
      this.state = state;
      this.effects.push(...effects);
    }
    return this;
  }

  get(...frames: FromServer[]): this {
    return this.play(...frames.map((frame): Input => ({ on: "frame", frame })));
  }

  say(id: string, text = id): this {
    return this.play({ on: "say", id, text, at: 1 });
  }

  get seqs(): number[] {
    return this.state.entries.map((each) => each.seq);
  }

  get states(): string[] {
    return this.state.outbox.map((each) => `${each.id} ${each.state}`);
  }

  get sent(): string[] {
    return this.effects.map((each) => (each.do !== "send" ? each.do : name(each.frame)));
  }
}

function name(frame: Extract<Effect, { do: "send" }>["frame"]): string {
  if (frame.type === "resume") return `resume ${frame.after}`;
  return "id" in frame ? `${frame.type} ${frame.id}` : frame.type;
}

function message(seq: number, id?: string, kind: "customer" | "bot" | "agent" = "bot"): Message {
  return { type: "message", conversation: C, seq, author: { kind }, text: `text ${seq}`, at: AT, ...(id ? { id } : {}) };
}

function welcome(seq: number, more: Partial<Welcome> = {}): Welcome {
  const limits = { frame_bytes: 65536, text_characters: 4000 };
  return { type: "welcome", epoch: "e1", recovered: true, heartbeat: 25, limits, role: "customer", person: { kind: "customer" }, conversation: C, seq, holder: "bot", ...more };
}

function resumed(seq: number, more = false, rest: { recovered?: boolean; epoch?: string } = {}): FromServer {
  return { type: "resumed", conversation: C, seq, more, recovered: true, epoch: "e1", ...rest };
}

function ack(id: string, seq: number, rest: { duplicate?: boolean; stored?: boolean } = {}): FromServer {
  return { type: "ack", id, conversation: C, seq, at: AT, ...rest };
}

function refused(code: string, id?: string, retry_ms?: number): FromServer {
  return { type: "error", code, message: "for developers", ...(id ? { id } : {}), ...(retry_ms ? { retry_ms } : {}) };
}

function pong(top: number, archived: number): FromServer {
  return { type: "pong", tops: { [C]: top }, archived: { [C]: archived } };
}

function holder(seq: number, rest: Partial<Extract<Entry, { type: "holder" }>>): FromServer {
  return { type: "holder", conversation: C, seq, holder: "queue", ...rest };
}

test("what I say is shown at once and sent", () => {
  const played = new Played().get(welcome(0)).say("a", "hello");
  assert.deepEqual(played.states, ["a sending"]);
  assert.deepEqual(played.effects, [{ do: "send", frame: { type: "say", id: "a", text: "hello" } }]);
});

test("a pressed button sends its payload", () => {
  const played = new Played().play({ on: "say", id: "a", text: "Yes", payload: "/affirm", at: 1 });
  assert.deepEqual(played.effects, [{ do: "send", frame: { type: "say", id: "a", text: "Yes", payload: "/affirm" } }]);
});

test("agents name the conversation, and notes are notes", () => {
  const played = new Played(true).play({ on: "say", id: "b", text: "note", note: true, at: 1 });
  assert.deepEqual(played.effects, [{ do: "send", frame: { type: "note", id: "b", text: "note", conversation: C } }]);
  assert.deepEqual(new Played(true).say("a", "hi").effects, [{ do: "send", frame: { type: "say", id: "a", text: "hi", conversation: C } }]);
});

test("an ack makes it sent, and it stays in the outbox", () => {
  assert.deepEqual(new Played().say("a").get(ack("a", 1)).states, ["a sent"]);
});

test("the message itself reconciles by id when the ack was lost", () => {
  const played = new Played().say("a").get(message(1, "a", "customer"));
  assert.deepEqual(played.states, ["a sent"]);
  assert.deepEqual(played.seqs, [1]);
});

test("it leaves the outbox when it is archived, not before", () => {
  const played = new Played().say("a").say("b").get(ack("a", 1), message(1, "a", "customer"), ack("b", 2), message(2, "b", "customer"));
  assert.deepEqual(played.get(pong(2, 0)).states, ["a sent", "b sent"]);
  assert.deepEqual(played.get(pong(2, 1)).states, ["b sent"]);
  assert.deepEqual(played.get(pong(2, 2)).states, []);
});

test("what is only stored has no seq yet and stays", () => {
  assert.deepEqual(new Played().say("a").get(ack("a", 0, { stored: true }), pong(0, 0)).states, ["a sent"]);
});

test("a duplicate is ignored", () => {
  const played = new Played().get(message(1), message(2));
  const before = played.state;
  played.get(message(2), message(1));
  assert.equal(played.state, before);
});

test("a gap asks once for what lies between, and shows nothing out of order", () => {
  const played = new Played().get(message(1)).get(message(3), message(4));
  assert.deepEqual(played.sent, ["resume 1"]);
  assert.deepEqual(played.seqs, [1]);
  assert.deepEqual(played.get(message(2)).seqs, [1, 2, 3, 4]);
});

test("entries that come the wrong way round are shown in order", () => {
  const played = new Played().get(message(3), message(2), message(1));
  assert.deepEqual(played.seqs, [1, 2, 3]);
});

test("a pong tells of a push that never came", () => {
  const played = new Played().get(message(1)).get(pong(3, 1));
  assert.deepEqual(played.sent, ["resume 1"]);
  assert.deepEqual(played.get(pong(3, 1)).sent, []);
});

test("a resume is asked for page by page", () => {
  const played = new Played().get(welcome(4));
  assert.deepEqual(played.sent, ["resume 0"]);
  assert.deepEqual(played.get(message(1), message(2), resumed(2, true)).sent, ["resume 2"]);
  assert.deepEqual(played.get(message(3), message(4), resumed(4)).sent, []);
  assert.deepEqual(played.seqs, [1, 2, 3, 4]);
});

test("a hole that a resume did not fill is passed over", () => {
  const played = new Played().get(message(1), message(4)).get(message(3), resumed(4));
  assert.deepEqual(played.seqs, [1, 3, 4]);
  assert.equal(played.state.top, 4);
  assert.deepEqual(played.get(message(5)).seqs, [1, 3, 4, 5]);
});

test("a lost connection asks again after the next welcome", () => {
  const played = new Played().get(message(1), message(3)).play({ on: "lost" }).get(welcome(3));
  assert.deepEqual(played.sent, ["resume 1"]);
});

test("after a reconnect all that is not archived goes out again, in order, with its ids", () => {
  const played = new Played().get(welcome(0)).say("a").say("b").get(ack("a", 1), message(1, "a", "customer"));
  assert.deepEqual(played.play({ on: "lost" }).get(welcome(1)).sent, ["resume 1", "say a"]);
  assert.deepEqual(played.get(ack("a", 1, { duplicate: true })).sent, ["say b"]);
});

test("another epoch forgets what was shown, reads all anew and sends again what was sent", () => {
  const played = new Played().get(welcome(0)).say("a").get(ack("a", 1), message(1, "a", "customer"), message(2));
  played.get(welcome(2, { epoch: "e2" }));
  assert.deepEqual(played.seqs, []);
  assert.deepEqual(played.sent, ["resume 0", "say a"]);
  played.get(message(1), resumed(1, false, { epoch: "e2" }), ack("a", 2), message(2, "a", "customer"));
  assert.deepEqual(played.seqs, [1, 2]);
  assert.deepEqual(played.get(pong(2, 1)).states, ["a sent"]);
});

test("welcome and resumed that are not recovered do the same", () => {
  const told = new Played().get(welcome(0), message(1)).get(welcome(1, { recovered: false }));
  assert.deepEqual([told.seqs, told.sent], [[], ["resume 0"]]);
  const asked = new Played().get(welcome(0), message(1), message(3)).get(resumed(0, false, { recovered: false }));
  assert.deepEqual([asked.seqs, asked.sent], [[], ["resume 0"]]);
  assert.deepEqual(asked.get(resumed(0, false, { recovered: false })).sent, [], "an empty log is not asked for ever");
});

test("a log that is shorter than what is shown is another log", () => {
  assert.deepEqual(new Played().get(welcome(0), message(1), message(2)).get(welcome(1)).sent, ["resume 0"]);
});

test("notes and skips fill their place", () => {
  const played = new Played().get(message(1), { type: "skip", conversation: C, seq: 2 });
  played.get({ type: "note", conversation: C, seq: 3, author: { kind: "agent" }, text: "n", at: AT }, message(4));
  assert.deepEqual(played.seqs, [1, 2, 3, 4]);
});

test("what is refused for good waits for the person", () => {
  const played = new Played().say("a").get(refused("too_long", "a"));
  assert.deepEqual(played.states, ["a failed"]);
  assert.equal(played.state.outbox[0]?.code, "too_long");
  assert.deepEqual(played.play({ on: "lost" }).get(welcome(0)).sent, []);
  assert.deepEqual(played.play({ on: "again", id: "a" }).sent, ["say a"]);
  assert.deepEqual(played.states, ["a sending"]);
});

test("what is refused for now goes out again by itself, and what comes after it stays behind it", () => {
  const played = new Played().say("a").get(refused("unavailable", "a", 700));
  assert.deepEqual(played.effects, [{ do: "flush_later", ms: 700 }]);
  assert.deepEqual(played.say("b").sent, []);
  assert.deepEqual(played.states, ["a waiting", "b waiting"]);
  assert.deepEqual(played.play({ on: "flush" }).sent, ["say a"]);
  assert.deepEqual(played.get(ack("a", 1)).sent, ["say b"]);
});

test("the next one goes out behind the answer of the one before, so that none overtakes one that is refused for now", () => {
  const played = new Played().get(welcome(0)).say("a").say("b").say("c");
  assert.deepEqual(played.states, ["a sending", "b sending", "c sending"]);
  assert.deepEqual(played.effects, []);
  assert.deepEqual(played.get(refused("unavailable", "a", 700)).sent, ["flush_later"]);
  assert.deepEqual(played.play({ on: "flush" }).sent, ["say a"]);
  assert.deepEqual(played.get(ack("a", 1)).sent, ["say b"]);
  assert.deepEqual(played.get(message(2, "b", "customer"), message(1, "a", "customer")).sent, ["resume 0", "say c"], "seen in the log, its ack may be lost");
});

test("what is refused for good holds up nothing", () => {
  assert.deepEqual(new Played().say("a").say("b").get(refused("too_long", "a")).sent, ["say b"]);
});

test("what was on its way when the connection was lost goes out first on the next one", () => {
  const played = new Played().get(welcome(0)).say("a").say("b").play({ on: "lost" });
  assert.deepEqual(played.say("c").sent, []);
  assert.deepEqual(played.get(welcome(0)).sent, ["say a"]);
  assert.deepEqual(played.get(ack("a", 1)).sent, ["say b"]);
  assert.deepEqual(played.get(ack("b", 2)).sent, ["say c"]);
});

test("an answer that was given stands when the repeat of it is refused", () => {
  assert.deepEqual(new Played().say("a").get(ack("a", 1), refused("closed", "a")).states, ["a sent"]);
});

test("what was kept over a reload goes out before what is new", () => {
  const kept = { id: "old", text: "old", note: false, at: 0, state: "sent" as const };
  const played = new Played().play({ on: "kept", items: [kept] }).get(welcome(0));
  assert.deepEqual(played.sent, ["say old"]);
});

test("what another tab has said just now stands behind what waits here already", () => {
  const other = { id: "b", text: "b", note: false, at: 2, state: "sending" as const };
  const played = new Played().say("a").play({ on: "lost" }).play({ on: "kept", items: [other] }).get(welcome(0));
  assert.deepEqual(played.states, ["a sending", "b sending"]);
  assert.deepEqual(played.sent, ["say a"]);
});

test("of a long conversation the end is asked for, and the rest page by page by who goes back", () => {
  const played = new Played().get(welcome(1000));
  assert.deepEqual(played.sent, ["resume 800"]);
  played.get(message(801), message(802), resumed(802));
  assert.deepEqual([played.state.since, played.state.top, played.seqs], [800, 802, [801, 802]]);
  const before = Array.from({ length: 200 }, (_, index) => message(601 + index));
  played.play({ on: "older", since: 600, entries: [...before, message(801)] });
  assert.deepEqual([played.state.since, played.seqs.length, played.seqs[0], played.seqs.at(-1)], [600, 202, 601, 802]);
  played.play({ on: "older", since: 600, entries: before });
  assert.equal(played.seqs.length, 202, "asked for twice, shown once");
  played.get(welcome(802)).play({ on: "lost" }).get(welcome(803));
  assert.deepEqual(played.sent.slice(-1), ["resume 802"]);
  assert.deepEqual(played.get(welcome(3, { epoch: "e2" })).sent, ["resume 0"], "another log is begun anew");
});

test("of a short one all is asked for", () => {
  assert.deepEqual(new Played().get(welcome(200)).sent, ["resume 0"]);
});

test("closed is seen, and what is said then is refused with its reason", () => {
  const played = new Played().get(message(1), holder(2, { holder: "nobody", at: AT })).say("a").get(refused("closed", "a"));
  assert.equal(played.state.holding?.holder, "nobody");
  assert.deepEqual(played.states, ["a failed"]);
});

test("a holder without a time repeats the state and is no entry", () => {
  const played = new Played().get(message(1), holder(2, { at: AT }));
  played.get(holder(2, { position: 2, wait_seconds: 180 }));
  assert.deepEqual(played.seqs, [1, 2]);
  assert.equal(played.state.holding?.position, 2);
  played.get(holder(3, { holder: "agent", agent: { kind: "agent", id: "a_1", name: "Wang" }, at: AT }));
  assert.equal(played.state.holding?.position, undefined);
  assert.equal(played.state.holding?.name, "Wang");
});

test("typing ends with what was typed, with silence, and with the connection", () => {
  const typing: FromServer = { type: "typing", conversation: C, author: { kind: "agent", name: "Wang" }, on: true };
  assert.equal(new Played().get(typing).state.typing?.kind, "agent");
  assert.equal(new Played().get(typing, message(1, undefined, "agent")).state.typing, null);
  assert.equal(new Played().get(typing).play({ on: "hush" }).state.typing, null);
  assert.equal(new Played().get(typing).play({ on: "lost" }).state.typing, null);
});

test("any order of delivery, with repeats, shows the same", () => {
  const frames = [1, 2, 3, 4, 5, 6].map((seq) => message(seq));
  let random = 7;
  const next = () => (random = (random * 48271) % 2147483647) / 2147483647;
  for (let round = 0; round < 200; round++) {
    const played = new Played();
    const shuffled = [...frames, ...frames].map((each) => ({ each, by: next() })).sort((a, b) => a.by - b.by);
    for (const { each } of shuffled) {
      played.get(each);
      assert.deepEqual(played.seqs, [1, 2, 3, 4, 5, 6].slice(0, played.state.top));
    }
    assert.deepEqual(played.seqs, [1, 2, 3, 4, 5, 6]);
  }
});

test("a frame that the page does not know changes nothing", () => {
  const talk = new Played().say("a").get({ type: "overdue", conversation: C, seconds: 300 } as unknown as FromServer);
  assert.deepEqual(talk.effects, []);
  assert.equal(talk.state.outbox.length, 1);
});

test("a place that comes without a wait takes the wait back", () => {
  const told = { type: "holder", conversation: C, seq: 0, holder: "queue" } as const;
  const talk = new Played().get({ ...told, position: 2, wait_seconds: 90 });
  assert.equal(talk.state.holding?.wait_seconds, 90);
  assert.equal(talk.get({ ...told, position: 2 }).state.holding?.wait_seconds, undefined);
  assert.equal(talk.state.holding?.position, 2);
});
