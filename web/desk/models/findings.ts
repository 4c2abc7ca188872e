// What the gate found, in words: the server's sentences are English, its codes and numbers are for every language.
import type { ReportFinding } from "../../src/generated/rest.ts";
import { percent, plain } from "../reports/charts.ts";
import type { Say } from "../reports/charts.ts";

export function told(t: Say, finding: ReportFinding): string {
  const { code, intent = "", count = 0, names = [], texts = 0, live = 0, candidate = 0, lost = 0, gained = 0 } = finding;
  const more = count > names.length ? "…" : "";
  const said = code === "cost" ? plain : percent;
  return t(`finding_${code}`, { intent, count, names: names.join(", ") + more, texts, live: said(live), candidate: said(candidate), lost, gained });
}
