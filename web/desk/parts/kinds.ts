// What else than examples can be taught, in the order of the tabs.
export const KINDS = ["response", "synonym", "lookup", "regex"] as const;
export type Kind = (typeof KINDS)[number];
