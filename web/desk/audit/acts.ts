// What can be on record, in words.
import type { Acted } from "../../src/generated/rest.ts";
import { zh } from "../words/audit.ts";
import type { useWords, Word } from "../i18n.ts";

type Say = ReturnType<typeof useWords>["t"];

/** `people.make_admin`, as the server writes it. */
export const ACTS = Object.keys(zh).filter((word) => word.startsWith("act_") && word !== "act_other").map((word) => word.slice("act_".length).replace("_", "."));

export function actName(t: Say, act: string): string {
  return t(ACTS.includes(act) ? (`act_${act.replace(".", "_")}` as Word) : "act_other");
}

const SETTINGS: Record<string, Word> = { gate: "models_gate", training: "models_schedule", hours: "settings_hours", widget: "settings_widget", queues: "nav_queues", sla: "settings_sla" };
const THINGS: Record<string, Word> = { canned: "audit_canned", tag: "audit_conversation", message: "audit_conversation", model: "audit_model", training: "audit_training", webhook: "audit_webhook", inbox: "audit_decision", data: "audit_examples", example: "audit_examples", response: "audit_examples", synonym: "audit_examples", lookup: "audit_examples", regex: "audit_examples" };

/** On what it was done; ids are not shown. */
export function subjectName(t: Say, { act, subject }: Acted, names: ReadonlyMap<string, string>): string {
  const [noun = ""] = act.split(".");
  if (noun === "people") return names.get(subject) ?? t("agent_gone");
  const word = noun === "settings" ? SETTINGS[subject] : THINGS[noun];
  return word ? t(word) : "";
}
