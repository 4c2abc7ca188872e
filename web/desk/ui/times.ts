// Times in the language that is spoken now: templates that use these are drawn anew when it changes.
import * as clock from "../../src/clock.ts";
import { useWords } from "../i18n.ts";

export function useTimes() {
  const { language } = useWords();
  const spoken = <Values extends unknown[]>(say: (...values: Values) => string) => (...values: Values): string => (language.value, say(...values));
  return { ago: spoken(clock.ago), full: spoken(clock.full), waited: spoken(clock.waited), clock: spoken(clock.clock), day: spoken(clock.day) };
}
