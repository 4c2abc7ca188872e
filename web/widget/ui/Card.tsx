// What a bot shows besides words: pictures by their address, and cards.
import { useState } from "react";
import type { ReactNode } from "react";
import type { Card as CardData } from "../../src/cards.ts";
import { t } from "../../src/words.ts";
import type { Acts } from "./Transcript.tsx";

export function Out({ url, className, children }: { url: string; className?: string; children: ReactNode }) {
  return <a href={url} className={className} target="_blank" rel="noopener noreferrer nofollow">{children}</a>;
}

/** Of the site itself, else only named: others would be told who reads this. */
export function Picture({ url, alt, own }: { url: string; alt: string; own: Acts["own"] }) {
  const [failed, setFailed] = useState(false);
  if (!web(url)) return null;
  if (failed || !own(url)) return <Out url={url}>{t("picture")}</Out>;
  return <img src={url} alt={alt} loading="lazy" decoding="async" referrerPolicy="no-referrer" onError={() => setFailed(true)} />;
}

export function Cards({ cards, say, own }: { cards: readonly CardData[] } & Pick<Acts, "say" | "own">) {
  if (cards.length === 0) return null;
  return <div className="cards" tabIndex={0} role="group" aria-label={t("widget_cards")}>{cards.map((card, index) => <Card key={index} card={card} say={say} own={own} />)}</div>;
}

function Card({ card, say, own }: { card: CardData } & Pick<Acts, "say" | "own">) {
  const { title, text, image, url, buttons } = card;
  return (
    <article className="card">
      {image && <Picture url={image} alt={title} own={own} />}
      {title && <strong dir="auto">{web(url) ? <Out url={url}>{title}</Out> : title}</strong>}
      {text && <p dir="auto">{text}</p>}
      {buttons.map((each, index) =>
        each.payload ? <button key={index} type="button" className="chip" dir="auto" onClick={() => say(each.title, each.payload)}>{each.title}</button>
        : web(each.url) ? <Out key={index} url={each.url} className="chip">{each.title}</Out> : null,
      )}
    </article>
  );
}

function web(url: string): boolean {
  return URL.canParse(url) && ["https:", "http:"].includes(new URL(url).protocol);
}
