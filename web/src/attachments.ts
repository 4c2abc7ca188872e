// The files of a message, drawn. A picture's place is kept before it is there, so nothing jumps.
import { FILE, h, icon } from "./dom.ts";
import type { FileInfo } from "./frames.ts";
import type { Pictures } from "./pictures.ts";
import { size } from "./size.ts";
import { t } from "./words.ts";

const WIDEST_PX = 240;
const TALLEST_PX = 240;

export function attachments(files: readonly FileInfo[], pictures: Pictures): HTMLElement {
  return h("div", { class: "files" }, ...files.map((each) => (each.width ? picture(each, pictures) : paper(each, pictures))));
}

function picture(file: FileInfo, pictures: Pictures): HTMLElement {
  const image = h("img", { alt: file.name });
  const element = h("button", { type: "button", class: "picture", title: file.name, "aria-label": t("file_save", { name: file.name }) }, image);
  const wide = Math.min(file.width ?? 0, WIDEST_PX, (TALLEST_PX * (file.width ?? 1)) / (file.height ?? 1));
  element.style.width = `${wide}px`;
  element.style.aspectRatio = `${file.width} / ${file.height}`;
  const gone = () => element.replaceWith(paper(file, pictures));
  element.onclick = () => void pictures.save(file.id, file.name).catch(gone);
  pictures.url(file.id).then((url) => (image.src = url), gone);
  return element;
}

function paper(file: FileInfo, pictures: Pictures): HTMLElement {
  const said = h("span", {}, size(file.bytes));
  const save = () => void pictures.save(file.id, file.name).then(() => (said.textContent = size(file.bytes)), () => (said.textContent = t("file_gone")));
  const about = h("span", { class: "about" }, h("span", { class: "filename" }, file.name), said);
  return h("button", { type: "button", class: "paper", title: t("file_save", { name: file.name }), onclick: save }, icon(...FILE), about);
}
