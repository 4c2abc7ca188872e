// The words of the pages of admins, page by page.
import * as audit from "./audit.ts";
import * as compared from "./compared.ts";
import * as data from "./data.ts";
import * as hooks from "./hooks.ts";
import * as inbox from "./inbox.ts";
import * as models from "./models.ts";
import * as parts from "./parts.ts";
import * as people from "./people.ts";
import * as queues from "./queues.ts";
import * as reports from "./reports.ts";
import * as settings from "./settings.ts";

export const zh = { ...audit.zh, ...compared.zh, ...data.zh, ...hooks.zh, ...inbox.zh, ...models.zh, ...parts.zh, ...people.zh, ...queues.zh, ...reports.zh, ...settings.zh };
export const en: Record<keyof typeof zh, string> = { ...audit.en, ...compared.en, ...data.en, ...hooks.en, ...inbox.en, ...models.en, ...parts.en, ...people.en, ...queues.en, ...reports.en, ...settings.en };
