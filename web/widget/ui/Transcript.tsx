// The list of what was said. Only what is near the eye is in the page: rows come in chunks, and a chunk that is far away is one empty box
// of the height that it had. New things are read out by the widget's own live region; else a chunk that comes back would be.
import { memo } from "react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { clock, day, full, now } from "../../src/clock.ts";
import type { LineRow, Row } from "../../src/rows.ts";
import { language, t } from "../../src/words.ts";
import type { Pictures } from "../../src/pictures.ts";
import { ARROW_DOWN, Icon } from "./icons.tsx";
import { Message } from "./Message.tsx";

/** Nearer to the end than this, and new messages pull the view along. */
const NEAR_PX = 80;
/** By seq, so that older ones that come before change no chunk that is there. */
const CHUNK_SEQS = 16;
/** Nearer to the beginning than this, and older ones are fetched. */
const OLDER_PX = 1000;
const GUESSED_ROW_PX = 64;
const AHEAD_PX = 1500;

export interface Acts {
  pictures: Pictures;
  again(id: string): void;
  say(title: string, payload: string): void;
  /** Whether a picture at this address is the site's own, so that showing it tells nobody else. */
  own(url: string): boolean;
}

interface Props extends Acts {
  rows: readonly Row[];
  top: number;
  typing: boolean;
  tail: ReactNode;
  /** Fetches what lies before; null where that is all. */
  older: (() => void) | null;
}

export function Transcript({ rows, top, typing, tail, older, pictures, again, say, own }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  const held = useRef({ first: "", top: 0, height: 0 });
  const seen = useRef(top);
  const [behind, setBehind] = useState(0);
  const end = () => {
    near.current = true;
    seen.current = top;
    setBehind(0);
    if (scroll.current) scroll.current.scrollTop = scroll.current.scrollHeight;
  };
  const last = rows.at(-1);
  const mine = last?.row === "message" && last.state === "sending" ? last.key : "";
  useLayoutEffect(() => {
    if (near.current || mine) end();
    else setBehind(rows.filter((each) => each.row === "message" && each.seq > seen.current).length);
  }, [top, mine, typing, language]);
  // What comes before moves nothing of what is read: some browsers see to it by themselves, not all, and none at the very beginning.
  const first = rows[0]?.key ?? "";
  useLayoutEffect(() => {
    const box = scroll.current;
    if (!box) return;
    if (held.current.first !== first && !near.current) box.scrollTop = held.current.top + box.scrollHeight - held.current.height;
    held.current = { first, top: box.scrollTop, height: box.scrollHeight };
  });
  useEffect(() => {
    if (!scroll.current || !inside.current) return undefined;
    const keeping = new ResizeObserver(() => {
      if (near.current && scroll.current) scroll.current.scrollTop = scroll.current.scrollHeight;
    });
    keeping.observe(scroll.current);
    keeping.observe(inside.current);
    return () => keeping.disconnect();
  }, []);
  const scrolled = () => {
    const box = scroll.current;
    if (!box) return;
    near.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    if (near.current && behind > 0) setBehind(0);
    if (near.current) seen.current = top;
    held.current = { ...held.current, top: box.scrollTop, height: box.scrollHeight };
    if (older && box.scrollTop < OLDER_PX) older();
  };
  const chunks = chunked(rows);
  return (
    <div className="transcript">
      <div className="scroll" ref={scroll} onScroll={scrolled} tabIndex={0} role="region" aria-label={t("log")}>
        <div ref={inside}>
          <div className="rows" role="log" aria-live="off" aria-label={t("widget_transcript")}>
            {older && <div className="older" aria-hidden="true"><i className="spin" /></div>}
            {chunks.map((each, index) => (
              <Chunk key={each.id} rows={each.rows} scroll={scroll} late={index >= chunks.length - 2} spoken={language} pictures={pictures} again={again} say={say} own={own} />
            ))}
          </div>
          {typing && <div className="typing" role="img" aria-label={t("typing")}><i /><i /><i /></div>}
          <div className="tail">{tail}</div>
        </div>
      </div>
      {behind > 0 && (
        <button type="button" className="newer" onClick={end}><Icon d={ARROW_DOWN} />{t("widget_newer_n", { n: behind })}</button>
      )}
    </div>
  );
}

interface Rows {
  id: number;
  rows: Row[];
}

function chunked(rows: readonly Row[]): Rows[] {
  const made: Rows[] = [];
  for (const row of rows) {
    const seq = row.row === "message" ? row.seq : 0;
    const last = made.at(-1);
    const id = seq === 0 ? (last?.id ?? -1) : Math.floor(seq / CHUNK_SEQS);
    if (last && (last.id === id || last.id === -1)) {
      last.id = id;
      last.rows.push(row);
    } else made.push({ id, rows: [row] });
  }
  return made;
}

interface ChunkProps extends Acts {
  rows: readonly Row[];
  scroll: { current: HTMLElement | null };
  late: boolean;
  spoken: string;
}

const Chunk = memo(function Chunk({ rows, scroll, late, pictures, again, say, own }: ChunkProps) {
  const box = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  const [shown, setShown] = useState(late);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const watching = new IntersectionObserver(
      // Of several that a busy page is told at once the last is how it is now.
      (told) => {
        const found = told.at(-1);
        if (!found) return;
        if (!found.isIntersecting) height.current = element.offsetHeight;
        setShown(found.isIntersecting);
      },
      { root: scroll.current, rootMargin: `${AHEAD_PX}px 0px` },
    );
    watching.observe(element);
    return () => watching.disconnect();
  }, []);
  const far = { height: `${height.current || rows.length * GUESSED_ROW_PX}px` };
  return (
    <div ref={box} className="chunk" style={shown ? { height: "auto" } : far}>
      {shown && rows.map((row) => <Line key={row.key} row={row} pictures={pictures} again={again} say={say} own={own} />)}
    </div>
  );
}, same);

function same(before: ChunkProps, after: ChunkProps): boolean {
  return before.spoken === after.spoken && before.rows.length === after.rows.length && before.rows.every((row, index) => alike(row, after.rows[index]));
}

/** Rows are made anew for each drawing; what they show is plain values, or parts of an entry, which never changes. */
function alike(one: Row, two: Row | undefined): boolean {
  if (two === undefined) return false;
  for (const name in one) if (one[name as keyof Row] !== two[name as keyof Row]) return false;
  return true;
}

function Line({ row, pictures, again, say, own }: { row: Row } & Acts) {
  switch (row.row) {
    case "day":
      return <div className="day" title={full(row.at)}>{row.pause ? clock(row.at) : `${day(row.at, now())} ${clock(row.at)}`}</div>;
    case "line":
      return <div className="line" data-holder={row.holder} title={full(row.at)}><span>{moved(row)}</span></div>;
    case "rating":
      return null;
    case "message":
      return <Message row={row} pictures={pictures} again={again} say={say} own={own} />;
  }
}

function moved(row: LineRow): string {
  switch (row.holder) {
    case "queue":
      return t(row.returned ? "line_queue_again" : "line_queue");
    case "agent":
      return row.name ? t("line_agent", { name: row.name }) : t("line_agent_plain");
    case "bot":
      return t("line_bot");
    case "nobody":
      return t("line_closed");
  }
}
