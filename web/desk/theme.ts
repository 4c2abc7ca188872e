// Light or dark: as the system has it, or as somebody chose. The build writes the dark names for both (see build.mjs).
import { ref } from "vue";
import { keep, recall } from "../src/storage.ts";

export type Theme = "system" | "light" | "dark";

const KEPT = "bellhop.theme";
const THEMES: readonly Theme[] = ["system", "light", "dark"];

export const theme = ref<Theme>(THEMES.find((each) => each === recall(KEPT)) ?? "system");

/** Says on the page what is chosen. */
export function showTheme(): void {
  if (theme.value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
}

/** The next one. */
export function turnTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
  keep(KEPT, theme.value);
  showTheme();
}
