// The demo shop: a page like a customer's own, with the widget in its corner.
import "./demo.css";
import { fill, h, icon } from "../src/dom.ts";
import { choose, language } from "../src/words.ts";
import type {} from "../widget/script.ts";
import { words } from "./words.ts";

// One drawing for each of `items`, in their order.
const DRAWINGS: readonly string[][] = [
  ["M3 15v3h17c1.5 0 1.5-3-1-3.5-4-.8-6-3-7.5-6L9 10 5 8c0 3-2 4-2 7", "M12 12l1.5-1M14 14l1.2-1.2"],
  ["M8 4l-4 3 1.5 5L7 11v9h10v-9l1.5 1L20 7l-4-3c-1 2-7 2-8 0", "M12 6v14M7 14h10"],
  ["M4 15v-2a8 8 0 0 1 16 0v2", "M4 14h3v6H5a1 1 0 0 1-1-1zM20 14h-3v6h2a1 1 0 0 0 1-1z"],
  ["M7 20h10M12 20V12M6 12h12l-3-7H9z"],
  ["M6 20V10a6 6 0 0 1 12 0v10zM9 4.8V3h6v1.8M9 14h6v6M9 10h6"],
  ["M5 6h11v11a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3zM16 9h2a2.5 2.5 0 0 1 0 6h-2"],
];

const page = h("div", { class: "shop" });

function draw(): void {
  const said = words[language];
  document.title = said.name;
  const turn = () => {
    choose(language === "zh" ? "en" : "zh");
    window.Bellhop?.language(language);
    draw();
  };
  fill(
    page,
    h("header", {}, h("a", { class: "name", href: "/" }, said.name), h("span", { class: "tag" }, said.tag),
      h("button", { type: "button", class: "quiet", "data-testid": "shop-lang", lang: language === "zh" ? "en" : "zh-CN", onclick: turn }, said.turn)),
    h("main", {},
      h("section", { class: "lead" }, h("h1", {}, said.lead), h("p", {}, said.more),
        h("div", { class: "act" }, h("button", { type: "button", class: "primary", "data-testid": "shop-ask", onclick: () => window.Bellhop?.open() }, said.ask), h("span", {}, said.try))),
      h("section", {}, h("h2", {}, said.goods), h("ul", { class: "goods" }, ...said.items.map(([name = "", price = ""], index) =>
        h("li", {}, h("div", { class: "drawing" }, icon(...(DRAWINGS[index] ?? []))), h("strong", {}, name), h("span", {}, price)))))),
    h("footer", {}, said.desk, " ", h("a", { href: "/desk" }, said.desk_link)),
  );
}

choose(language);
document.body.append(page);
draw();
