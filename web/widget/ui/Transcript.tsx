// The list of what was said. Only what is near the eye is in the page: rows come in chunks, and a chunk that is far away is one empty box
// of the height that it had. New things are read out by the widget's own live region; else a chunk that comes back would be.
import { memo } from "react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { clock, day, full } from "../../src/clock.ts";
import type { LineRow, Row } from "../../src/rows.ts";
import { language, t } from "../../src/words.ts";
import type { Pictures } from "../../src/pictures.ts";
import { ARROW_DOWN, Icon } from "./icons.tsx";
import { Message } from "./Message.tsx";

/** Nearer to the end than this, and new messages pull the view along. */
const NEAR_PX = 80;
const CHUNK_ROWS = 30;
const GUESSED_ROW_PX = 64;
const AHEAD_PX = 1500;

export interface Acts {
  pictures: Pictures;
  again(id: string): void;
  say(title: string, payload: string): void;
}

interface Props extends Acts {
  rows: readonly Row[];
  top: number;
  typing: boolean;
  tail: ReactNode;
}

export function Transcript({ rows, top, typing, tail, pictures, again, say }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const near = useRef(true);
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
  };
  const chunks = chunked(rows);
  return (
    <div className="transcript">
      <div className="scroll" ref={scroll} onScroll={scrolled} tabIndex={0} role="region" aria-label={t("log")}>
        <div ref={inside}>
          <div className="rows" role="log" aria-live="off" aria-label={t("widget_transcript")}>
            {chunks.map((each, index) => (
              <Chunk key={index} rows={each} scroll={scroll} late={index >= chunks.length - 2} spoken={language} pictures={pictures} again={again} say={say} />
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

function chunked(rows: readonly Row[]): Row[][] {
  const made: Row[][] = [];
  for (let at = 0; at < rows.length; at += CHUNK_ROWS) made.push(rows.slice(at, at + CHUNK_ROWS));
  return made;
}

interface ChunkProps extends Acts {
  rows: readonly Row[];
  scroll: { current: HTMLElement | null };
  late: boolean;
  spoken: string;
}

const Chunk = memo(function Chunk({ rows, scroll, late, pictures, again, say }: ChunkProps) {
  const box = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  const [shown, setShown] = useState(late);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const watching = new IntersectionObserver(
      ([found]) => {
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
      {shown && rows.map((row) => <Line key={row.key} row={row} pictures={pictures} again={again} say={say} />)}
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

function Line({ row, pictures, again, say }: { row: Row } & Acts) {
  switch (row.row) {
    case "day":
      return <div className="day" title={full(row.at)}>{row.pause ? clock(row.at) : `${day(row.at, Date.now())} ${clock(row.at)}`}</div>;
    case "line":
      return <div className="line" data-holder={row.holder} title={full(row.at)}><span>{moved(row)}</span></div>;
    case "rating":
      return null;
    case "message":
      return <Message row={row} pictures={pictures} again={again} say={say} />;
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
