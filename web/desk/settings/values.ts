// The values of the settings, as models/choices.py has them.
export const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"] as const;
export type Day = (typeof DAYS)[number];
export const SPOKEN = ["zh", "en"] as const;
export type Spoken = (typeof SPOKEN)[number];

/** Days that are otherwise; no spans: closed. */
export interface OtherDays {
  first: string;
  last: string;
  spans: string[];
}

/** No zone: always open. Spans are like `09:00-18:00`. */
export interface Hours {
  zone: string;
  week: Partial<Record<Day, string[]>>;
  dates: OtherDays[];
}

export interface Widget {
  accent: string;
  side: "left" | "right";
  title: Partial<Record<Spoken, string>>;
  greeting: Partial<Record<Spoken, string>>;
  suggestions: Partial<Record<Spoken, string[]>>;
}

export interface Queue {
  id: string;
  name: string;
  topics: string[];
  languages: string[];
  members: string[];
  priority: number;
}

export interface Queues {
  queues: Queue[];
  head_start_minutes: number;
}

/** Minutes of business hours; 0: nothing is promised. */
export interface Sla {
  first_response_minutes: number;
  resolution_minutes: number;
  warn_percent: number;
}

/** No time: never by itself. */
export interface Training {
  at: string;
  zone: string;
  examples: number;
}

/** Intents that no new model may read worse. `usual`: those too that ask for a person, or belong to a form. */
export interface Gate {
  protected: string[];
  usual: boolean;
}

export interface Values {
  gate: Gate;
  hours: Hours;
  widget: Widget;
  queues: Queues;
  sla: Sla;
  training: Training;
}
