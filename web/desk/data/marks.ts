// Entities marked in an example's line, as Rasa writes them: `[LA](city)`, `[LA]{"entity": "city", "role": "to"}`, `[LA][{…}, {…}]`.
// What the server reads is what counts (models/markup.py): here lines are only shown and written.

export interface Mark {
  entity: string;
  role?: string;
  group?: string;
  value?: string;
}

/** A part of a line; `marks` is empty for what is not marked. `from` and `to` are its place in the line, markup and all. */
export interface Piece {
  text: string;
  marks: Mark[];
  from: number;
  to: number;
}

const MARKED = /\[([^\]]+?)\](?:\(([^:)]+?)(?::([^)]+))?\)|(\{[^}]+?\})|(\[\{.*?\}\]))/gs;

export function pieces(line: string): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  for (const match of line.matchAll(MARKED)) {
    const [whole, text = "", entity, value, one, many] = match;
    const marks = entity ? [{ entity: entity.trim(), ...(value ? { value } : {}) }] : written(one ?? many ?? "");
    if (marks === null) continue;
    if (match.index > done) found.push({ text: line.slice(done, match.index), marks: [], from: done, to: match.index });
    done = match.index + whole.length;
    found.push({ text, marks, from: match.index, to: done });
  }
  if (done < line.length) found.push({ text: line.slice(done), marks: [], from: done, to: line.length });
  return found;
}

function written(json: string): Mark[] | null {
  try {
    const given: unknown = JSON.parse(json);
    const all = Array.isArray(given) ? given : [given];
    return all.every((each) => typeof each?.entity === "string") ? (all as Mark[]) : null;
  } catch {
    return null;
  }
}

/** As a file has it. */
export function spelled({ text, marks }: Pick<Piece, "text" | "marks">): string {
  const [first, second] = marks;
  if (!first) return text;
  const kept = marks.map(({ entity, role, group, value }) => ({ entity, ...(role ? { role } : {}), ...(group ? { group } : {}), ...(value && value !== text ? { value } : {}) }));
  if (second) return `[${text}]${JSON.stringify(kept)}`;
  return Object.keys(kept[0] ?? {}).length === 1 && !/[:()]/.test(first.entity) ? `[${text}](${first.entity})` : `[${text}]${JSON.stringify(kept[0])}`;
}

/** The line with another piece in the place of this one. */
export function replaced(line: string, old: Piece, now: Pick<Piece, "text" | "marks">): string {
  return line.slice(0, old.from) + spelled(now) + line.slice(old.to);
}

/** The line with a stretch of it marked; null where it holds nothing, or a mark already. */
export function marked(line: string, from: number, to: number, entity: string): string | null {
  const text = line.slice(from, to);
  const touches = pieces(line).some((each) => each.marks.length > 0 && each.from < to && from < each.to);
  if (!text.trim() || touches || /[[\]]/.test(text)) return null;
  const start = from + text.length - text.trimStart().length;
  const end = from + text.trimEnd().length;
  return line.slice(0, start) + spelled({ text: line.slice(start, end), marks: [{ entity }] }) + line.slice(end);
}
