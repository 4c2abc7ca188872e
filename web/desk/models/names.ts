// What a version is called before people: when it was trained; of two of one minute, with the first letters of its digest.
import type { ArmShown, ModelShown, ReleaseShown } from "../../src/generated/rest.ts";
import { tag } from "../../src/words.ts";
import type { Word } from "../i18n.ts";

const SHORT = 6;
/** As models/release.py: below so many conversations on a side nothing is said. */
export const ENOUGH = 100;

export function named(models: readonly ModelShown[], id: string): string {
  const found = models.find((each) => each.id === id);
  if (!found) return id.slice(0, SHORT);
  const at = dated(found.created);
  return models.some((each) => each.id !== id && dated(each.created) === at) ? `${at} · ${id.slice(0, SHORT)}` : at;
}

function dated(at: string): string {
  return new Intl.DateTimeFormat(tag() === "en" ? "en-GB" : tag(), { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }).format(Date.parse(at));
}

export const STATES: Record<ModelShown["state"], Word> = {
  candidate: "model_candidate", shadow: "model_shadow", canary: "model_canary", live: "model_live", retired: "model_retired", refused: "model_refused",
};

export function size(bytes: number): string {
  return new Intl.NumberFormat(tag(), { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1_000_000);
}

/** Null where nothing was counted. */
export function share(part: number, of: number): number | null {
  return of > 0 ? part / of : null;
}

/** What both arms say so far. */
export function verdict({ arms, worse }: ReleaseShown): Word {
  if (worse) return "models_arm_worse";
  return arms.every((each: ArmShown) => each.conversations >= ENOUGH) ? "models_arm_even" : "models_arm_early";
}

/** Of one that no report refuses: it did worse when it was tried, or a bot could not load it. */
export function refusal(refused: string): Word {
  if (refused.endsWith("with the live model")) return "release_refused_trial";
  return refused.includes("another project") ? "release_refused_foreign" : "release_refused_unusable";
}
