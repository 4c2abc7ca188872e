// One thing said. Text only ever goes in as text.
import { clock, full } from "../../src/clock.ts";
import type { MessageRow } from "../../src/rows.ts";
import { language, sentence, t } from "../../src/words.ts";
import { Said } from "./Attachments.tsx";
import { Cards, Out, Picture } from "./Card.tsx";
import { BELL, Icon } from "./icons.tsx";
import type { Acts } from "./Transcript.tsx";

export function Message({ row, pictures, again, say, own }: { row: MessageRow } & Acts) {
  const kinds = ["message", row.mine ? "mine" : "theirs", row.first && "first", row.last && "last"].filter(Boolean).join(" ");
  const author = row.author === "bot" ? t("bot") : row.name || t("agent");
  return (
    <div className={kinds} data-seq={row.seq || ""} data-author={row.author} data-state={row.state} data-id={row.id}>
      {row.first && !row.mine && <div className="name">{row.author === "bot" && <Icon d={BELL} />}<bdi>{author}</bdi></div>}
      {row.mine && <span className="unseen">{t("widget_you")}: </span>}
      <div className="line-up">
        {(row.text || row.image) && (
          <div className="bubble" title={full(row.at)}>
            {row.text && <span className="text" dir="auto"><Linked text={row.text} /></span>}
            {row.image && <Picture url={row.image} alt={t("picture")} own={own} />}
          </div>
        )}
        {row.files.length > 0 && <div className="files"><Said files={row.files} pictures={pictures} /></div>}
        <time dateTime={new Date(row.at).toISOString()}>{clock(row.at)}</time>
      </div>
      <Cards cards={row.cards} say={say} own={own} />
      {row.told && row.state !== "received" && <State row={row} again={again} />}
    </div>
  );
}

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
