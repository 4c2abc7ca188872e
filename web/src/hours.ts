// Business hours as people type them and as the server keeps them: spans like `09:00-18:00`, from midnight to midnight. Pure.

const DAY_MINUTES = 24 * 60;

/** `9`, `930`, `9:30`, `9.30`, `09：30` become `09:00` and `09:30`; null where it is no time of the day. */
export function asClock(typed: string): string | null {
  const found = /^(\d{1,2})(?:[:：.h ]?(\d{2}))?$/.exec(typed.trim());
  if (!found) return null;
  const [hour, minute] = [Number(found[1]), Number(found[2] ?? 0)];
  const fits = minute < 60 && hour * 60 + minute <= DAY_MINUTES;
  return fits ? `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}` : null;
}

function minutes(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  return hour * 60 + minute;
}

export function ends(span: string): [string, string] {
  const [first = "", last = ""] = span.split("-");
  return [first, last];
}

/** Each ends after it begins, and none begins before the one above it has ended. */
export function inOrder(spans: readonly string[]): boolean {
  let at = -1;
  return spans.every((span) => {
    const [first, last] = ends(span);
    if (asClock(first) === null || asClock(last) === null) return false;
    const fits = minutes(first) >= at && minutes(first) < minutes(last);
    at = minutes(last);
    return fits;
  });
}

/** The next span that one would add: an hour after the last, or a whole working day. */
export function nextSpan(spans: readonly string[]): string | null {
  const last = spans.at(-1);
  if (last === undefined) return "09:00-18:00";
  const free = minutes(ends(last)[1]) + 60;
  return free + 60 > DAY_MINUTES ? null : `${said(free)}-${said(Math.min(free + 240, DAY_MINUTES))}`;
}

function said(minute: number): string {
  return asClock(`${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, "0")}`) ?? "24:00";
}

/** Where a span lies in its day, in percent. */
export function place(span: string): { left: string; width: string } {
  const [first, last] = ends(span).map(minutes) as [number, number];
  return { left: `${(first / DAY_MINUTES) * 100}%`, width: `${(Math.max(0, last - first) / DAY_MINUTES) * 100}%` };
}
