// Rows are made anew for each drawing. What did not change keeps its identity here, so that only what changed is drawn again. Pure.
import type { Row } from "./rows.ts";

/** `fresh` with each row that is like the one of its key before in that one's place. */
export function steady(before: ReadonlyMap<string, Row>, fresh: readonly Row[]): Row[] {
  return fresh.map((row) => {
    const old = before.get(row.key);
    return old !== undefined && alike(old, row) ? old : row;
  });
}

/** What rows show is plain values, or parts of an entry, which never changes. */
function alike(one: Row, two: Row): boolean {
  for (const name in one) if (one[name as keyof Row] !== two[name as keyof Row]) return false;
  return true;
}

export interface Piece {
  id: number;
  rows: readonly Row[];
}

/** `rows` in pieces of `size` by seq, so that older ones that come before change no piece that is there. One with the same rows is the same. */
export function pieces(before: readonly Piece[], rows: readonly Row[], size: number): Piece[] {
  const made: { id: number; rows: Row[] }[] = [];
  for (const row of rows) {
    const last = made.at(-1);
    const seq = row.row === "message" ? row.seq : 0;
    // Days and moves have no place of their own: they stay with what is above them.
    const id = seq === 0 ? (last?.id ?? -1) : Math.floor(seq / size);
    if (last && (last.id === id || last.id === -1)) {
      last.id = id;
      last.rows.push(row);
    } else made.push({ id, rows: [row] });
  }
  const old = new Map(before.map((each) => [each.id, each]));
  return made.map((piece) => {
    const same = old.get(piece.id);
    return same?.rows.length === piece.rows.length && same.rows.every((row, index) => row === piece.rows[index]) ? same : piece;
  });
}
