// What is asked of the reports: days, zone, and by what they are counted.
import { api, download } from "../api.ts";
import { dayIn } from "../../src/figures.ts";
import type { Reported } from "../../src/generated/rest.ts";

export const REPORTS = ["volume", "containment", "reasons", "response", "resolution", "sla", "csat", "agents", "suggestions", "helped"] as const;
export type ReportName = (typeof REPORTS)[number];
export type Reports = Record<ReportName, Reported>;

export interface Asked {
  first: string;
  last: string;
  /** Empty: that of the business hours. */
  zone: string;
  by: "day" | "hour";
}

const DAY_MS = 24 * 3_600_000;
/** More are not counted at once. */
const DAYS = 366;

export function lastDays(days: number, zone: string, now: number): Pick<Asked, "first" | "last"> {
  return { first: dayIn(zone, now, days - 1), last: dayIn(zone, now) };
}

export function canBeAsked({ first, last }: Asked): boolean {
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS;
  return days >= 0 && days < DAYS;
}

function query({ first, last, zone, by }: Asked): Record<string, string> {
  return { from: first, to: last, zone, by };
}

/** All at once: one span, one moment. Throws Trouble. */
export async function reports(asked: Asked): Promise<Reports> {
  const all = await Promise.all(REPORTS.map((name) => api("GET /api/reports/{name}", { path: { name }, query: query(asked) })));
  return Object.fromEntries(all.map((each) => [each.name, each])) as Reports;
}

/** As a file, named after what is in it. Throws Trouble. */
export async function saved(name: ReportName, asked: Asked): Promise<void> {
  await download(`${name}-${asked.first}-${asked.last}.csv`, "GET /api/reports/{name}.csv", { path: { name }, query: query(asked) });
}
