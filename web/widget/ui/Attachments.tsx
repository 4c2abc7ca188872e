// Files in the composer, on their way; and files in a message.
import { useEffect, useState } from "react";
import type { FileInfo } from "../../src/frames.ts";
import { size } from "../../src/size.ts";
import { t } from "../../src/words.ts";
import type { Pictures } from "../../src/pictures.ts";
import type { Upload, Uploads } from "../../src/uploads.ts";
import { CROSS, FILE, Icon } from "./icons.tsx";

export function Waiting({ uploads }: { uploads: Uploads }) {
  if (uploads.all.length === 0) return null;
  return <ul className="waiting" data-testid="uploads">{uploads.all.map((each) => <Tile key={each.key} upload={each} uploads={uploads} />)}</ul>;
}

function Tile({ upload, uploads }: { upload: Upload; uploads: Uploads }) {
  const { key, file, preview, progress, trouble, sent } = upload;
  const again = trouble === "file_lost";
  return (
    <li className={trouble ? "tile trouble" : "tile"} data-state={trouble ? "failed" : sent ? "ready" : "sending"}>
      <div className="thumb">{preview ? <img src={preview} alt="" /> : <Icon d={FILE} />}</div>
      <div className="about">
        <span className="filename" dir="auto">{file.name}</span>
        {trouble ? <span role="alert">{t(trouble)} {again && <button type="button" className="again" onClick={() => uploads.again(key)}>{t("again")}</button>}</span>
        : sent ? <span>{size(sent.bytes)}</span>
        : <progress value={progress} max={1} aria-label={t("file_sending", { name: file.name })} />}
      </div>
      <button type="button" className="bare" data-testid="upload-cancel" aria-label={t("file_cancel", { name: file.name })} title={t("file_cancel", { name: file.name })} onClick={() => uploads.cancel(key)}>
        <Icon d={CROSS} />
      </button>
    </li>
  );
}

export function Said({ files, pictures }: { files: readonly FileInfo[]; pictures: Pictures }) {
  return <>{files.map((each) => (each.width ? <Shown key={each.id} file={each} pictures={pictures} /> : <Paper key={each.id} file={each} pictures={pictures} />))}</>;
}

/** Its place is kept before it is there, so nothing jumps. */
function Shown({ file, pictures }: { file: FileInfo; pictures: Pictures }) {
  const [url, setUrl] = useState("");
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let here = true;
    pictures.url(file.id).then((found) => here && setUrl(found), () => here && setFailed(true));
    return () => {
      here = false;
    };
  }, [file.id]);
  if (failed) return <Paper file={file} pictures={pictures} />;
  const shape = { aspectRatio: `${file.width} / ${file.height}`, width: `${Math.min(file.width ?? 0, WIDEST_PX, (TALLEST_PX * (file.width ?? 1)) / (file.height ?? 1))}px` };
  return (
    <button type="button" className="picture" style={shape} title={file.name} aria-label={t("file_save", { name: file.name })} onClick={() => void pictures.save(file.id, file.name).catch(() => setFailed(true))}>
      {url && <img src={url} alt={file.name} />}
    </button>
  );
}

const WIDEST_PX = 240;
const TALLEST_PX = 240;

function Paper({ file, pictures }: { file: FileInfo; pictures: Pictures }) {
  const [failed, setFailed] = useState(false);
  return (
    <button type="button" className="paper" aria-label={t("file_save", { name: file.name })} onClick={() => (setFailed(false), void pictures.save(file.id, file.name).catch(() => setFailed(true)))}>
      <Icon d={FILE} />
      <span className="about"><span className="filename" dir="auto">{file.name}</span><span>{failed ? t("file_gone") : size(file.bytes)}</span></span>
    </button>
  );
}
