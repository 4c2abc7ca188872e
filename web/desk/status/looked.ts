// How the system is: what its parts answer, who waits and who is there.
import { api } from "../api.ts";
import type { Behind } from "../../src/generated/rest.ts";
import { useSession } from "../session.ts";

/** What `GET /readyz` may name as missing. */
export const PARTS = ["store", "sql"] as const;

export interface Looked {
  /** Null: the server did not answer at all. */
  missing: string[] | null;
  milliseconds: number;
  version: string;
  waiting: number;
  /** Since when the one waits who waits longest (ms), null: nobody waits. */
  since: number | null;
  agents: { available: number; online: number; holds: number; seats: number; free: number } | null;
  /** How far the parts behind the log are; empty where it was not told. */
  behind: readonly Behind[];
  /** Null where the figures are not open to this browser. */
  sockets: { customers: number; agents: number } | null;
}

let version = "";

export async function look(): Promise<Looked> {
  const began = performance.now();
  const missing = await ready();
  const milliseconds = Math.round(performance.now() - began);
  const [queue, team, pipeline, sockets] = await Promise.all([api("GET /api/queue").catch(() => null), api("GET /api/agents").catch(() => null), api("GET /api/pipeline").catch(() => null), connections()]);
  version ||= await fetch("/openapi.json").then(async (answer) => ((await answer.json()) as { info: { version: string } }).info.version, () => "");
  const asked = ((queue?.waiting ?? []) as unknown as { asked: string }[]).map((each) => Date.parse(each.asked));
  return { missing, milliseconds, version, waiting: queue?.total ?? 0, since: asked.length > 0 ? Math.min(...asked) : null, agents: team && counted(team.agents), behind: pipeline?.groups ?? [], sockets };
}

/** 503 is an answer too. */
async function ready(): Promise<string[] | null> {
  const answer = await fetch("/readyz").catch(() => null);
  const told = (await answer?.json().catch(() => null)) as { missing: string[] } | null;
  return told?.missing ?? null;
}

function counted(agents: { status: string; online: boolean; holds: number; capacity: number }[]): Looked["agents"] {
  const there = agents.filter((each) => each.online && each.status === "available");
  const sum = (of: (each: (typeof agents)[number]) => number): number => there.reduce((all, each) => all + of(each), 0);
  return {
    available: there.length, online: agents.filter((each) => each.online).length, holds: sum((each) => each.holds), seats: sum((each) => each.capacity),
    free: sum((each) => Math.max(0, each.capacity - each.holds)),
  };
}

/** From the figures for machines, where they are open to who asks. */
async function connections(): Promise<Looked["sockets"]> {
  const answer = await useSession().account.ask("/metrics").catch(() => null);
  if (!answer?.ok) return null;
  const text = await answer.text();
  const of = (role: string): number => Number(new RegExp(`^bellhop_connections\\{role="${role}"\\} (\\S+)`, "m").exec(text)?.[1] ?? 0);
  return { customers: of("customer"), agents: of("agent") + of("admin") };
}
