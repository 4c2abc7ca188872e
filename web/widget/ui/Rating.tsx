// After the end: five faces and one optional text, once.
import { useState } from "react";
import { t } from "../../src/words.ts";
import type { Word } from "../../src/words.ts";
import type { Widget } from "../widget.ts";
import { Icon } from "./icons.tsx";

const HEAD = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18";
const EYES = "M9 9.7h.01M15 9.7h.01";
const FACES: readonly [string, Word][] = [
  [`${HEAD}M8.3 8.2l1.8 1M15.7 8.2l-1.8 1M9 10.3h.01M15 10.3h.01M8 16.5a4.6 4.6 0 0 1 8 0`, "rate_1"],
  [`${HEAD}${EYES}M8.5 16a5 5 0 0 1 7 0`, "rate_2"],
  [`${HEAD}${EYES}M8.5 15.2h7`, "rate_3"],
  [`${HEAD}${EYES}M8.5 14.2a5 5 0 0 0 7 0`, "rate_4"],
  [`${HEAD}M8.2 10a1 1 0 0 1 1.6 0M14.2 10a1 1 0 0 1 1.6 0M7.8 13.5h8.4a4.3 4.3 0 0 1-8.4 0`, "rate_5"],
];

export function Rating({ widget }: { widget: Widget }) {
  const [stars, setStars] = useState(0);
  const [text, setText] = useState("");
  const [failed, setFailed] = useState(false);
  const last = widget.chat.view.state.entries.findLast((each) => each.type === "holder" || each.type === "rating");
  if (last?.type === "rating") return <p className="thanks" role="status" data-testid="thanks">{t("rate_thanks")}</p>;
  const send = () => setFailed(!widget.chat.rate(stars, text.trim()));
  return (
    <form className="rating" onSubmit={(event) => (event.preventDefault(), send())}>
      <div className="faces" role="radiogroup" aria-label={t("rate_ask")}>
        <p aria-hidden="true">{t("rate_ask")}</p>
        {FACES.map(([face, word], index) => (
          <label key={word} title={t(word)}>
            <input type="radio" name="stars" value={index + 1} checked={stars === index + 1} aria-label={t(word)} onChange={() => setStars(index + 1)} />
            <span aria-hidden="true"><Icon d={face} /></span>
          </label>
        ))}
      </div>
      {stars > 0 && (
        <>
          <textarea rows={2} value={text} data-testid="rate-text" placeholder={t("rate_more")} aria-label={t("rate_more")} maxLength={1000} dir="auto" onChange={(event) => setText(event.currentTarget.value)} />
          {failed && <p className="trouble" role="alert">{t("error_unavailable_now")}</p>}
          <button type="submit" className="primary" data-testid="rate-send">{t("rate_send")}</button>
        </>
      )}
    </form>
  );
}
