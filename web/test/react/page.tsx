// A page of somebody who uses React: the widget is one of its components.
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { Bellhop } from "bellhop-react";
import type { Widget } from "bellhop-react";

const server = document.querySelector<HTMLScriptElement>("script[data-server]")?.dataset["server"] ?? "";

function Shop() {
  const [unread, setUnread] = useState(0);
  const [here, setHere] = useState(true);
  const ready = (widget: Widget) => {
    widget.on("unread", ({ count }) => setUnread(count));
    widget.open();
  };
  return (
    <main>
      <h1>Shop</h1>
      <p data-testid="shop-unread">{unread}</p>
      <button type="button" data-testid="shop-away" onClick={() => setHere(false)}>No chat</button>
      {here && <Bellhop server={server} language="en" suggestions={["Sizes?"]} ready={ready} />}
    </main>
  );
}

createRoot(document.getElementById("shop") as HTMLElement).render(<StrictMode><Shop /></StrictMode>);
