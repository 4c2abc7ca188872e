// One thing said. Text only ever goes in as text.
import { clock, full } from "../../src/clock.ts";
import type { Card as CardData } from "../../src/frames.ts";
import type { MessageRow } from "../../src/rows.ts";
import { language, sentence, t } from "../../src/words.ts";
import { Said } from "./Attachments.tsx";
import { BELL, Icon } from "./icons.tsx";
import type { Acts } from "./Transcript.tsx";

export function Message({ row, pictures, again, say }: { row: MessageRow } & Acts) {
  const kinds = ["message", row.mine ? "mine" : "theirs", row.first && "first", row.last && "last"].filter(Boolean).join(" ");
  const author = row.author === "bot" ? t("bot") : row.name || t("agent");
  return (
    <div className={kinds} data-seq={row.seq || ""} data-author={row.author} data-state={row.state} data-id={row.id}>
      {row.first && !row.mine && <div className="name">{row.author === "bot" && <Icon d={BELL} />}{author}</div>}
      {row.mine && <span className="unseen">{t("widget_you")}: </span>}
      <div className="line-up">
        {(row.text || row.image) && (
          <div className="bubble" title={full(row.at)}>
            {row.text && <span className="text" dir="auto"><Linked text={row.text} /></span>}
            <Picture image={row.image} />
          </div>
        )}
        {row.files.length > 0 && <div className="files"><Said files={row.files} pictures={pictures} /></div>}
        <time dateTime={new Date(row.at).toISOString()}>{clock(row.at)}</time>
      </div>
      {row.cards.length > 0 && <div className="cards">{row.cards.slice(0, MOST_CARDS).map((card, index) => <Card key={index} card={card} say={say} />)}</div>}
      {row.told && row.state !== "received" && <State row={row} again={again} />}
    </div>
  );
}

const MOST_CARDS = 10;

function State({ row, again }: { row: MessageRow; again(id: string): void }) {
  if (row.state === "waiting") return <div className="state">{row.code ? sentence(row.code) : t("waiting")}</div>;
  if (row.state !== "failed") return <div className="state">{t(row.state === "received" ? "sent" : row.state)}</div>;
  return (
    <div className="state trouble">
      {`${t("failed")}${language === "zh" ? "：" : ". "}${sentence(row.code)} `}
      {row.code !== "closed" && <button type="button" className="again" onClick={() => again(row.id)}>{t("again")}</button>}
    </div>
  );
}

const LINK = /(https?:\/\/[^\s<>"'，。；！？（）【】《》]+[^\s<>"'.,;:!?)\]，。；：！？（）【】《》])/;

/** Every second part of the split is an address. */
function Linked({ text }: { text: string }) {
  return <>{text.split(LINK).map((part, index) => (index % 2 === 1 && URL.canParse(part) ? <Out key={index} url={part}>{part}</Out> : part))}</>;
}

function Out({ url, children }: { url: string; children: string }) {
  return <a href={url} target="_blank" rel="noopener noreferrer nofollow">{children}</a>;
}

/** Pictures from elsewhere are not loaded, only named: they would tell a third party who reads this. */
function Picture({ image }: { image: string }) {
  return web(image) ? <Out url={image}>{t("picture")}</Out> : null;
}

function Card({ card, say }: { card: CardData; say(title: string, payload: string): void }) {
  return (
    <div className="card">
      {card.title && <strong dir="auto">{card.title}</strong>}
      {card.subtitle && <p dir="auto">{card.subtitle}</p>}
      {card.image_url && <Picture image={card.image_url} />}
      {card.buttons?.map((each, index) =>
        each.url && web(each.url) ? <Out key={index} url={each.url}>{each.title}</Out>
        : each.payload ? <button key={index} type="button" className="chip" onClick={() => say(each.title, each.payload ?? "")}>{each.title}</button> : null,
      )}
    </div>
  );
}

function web(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === "https:";
}
