// Elements without a framework. Text only ever goes in as text.

export type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/** `on…` attributes are listeners, true is an empty attribute, null and false are left out. */
export function h<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  set(element, attributes);
  element.append(...present(children));
  return element;
}

export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as (event: Event) => void);
    else if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...present(children));
}

const signatures = new WeakMap<Element, string>();

/** Fills only where `signature` differs from last time: a button that is replaced between press and release is never clicked. */
export function refill(element: Element, signature: string, make: () => Child[]): void {
  if (signatures.get(element) === signature) return;
  signatures.set(element, signature);
  fill(element, ...make());
}

/** Puts exactly these children there, touching nothing that is in place already. */
export function arrange(parent: Element, children: readonly Element[]): void {
  children.forEach((child, index) => {
    const there = parent.children[index] ?? null;
    if (there !== child) parent.insertBefore(child, there);
  });
  while (parent.children.length > children.length) parent.lastElementChild?.remove();
}

/** Writes only where it differs, so that screen readers do not hear it again. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";

/** A stroked 24×24 icon from its paths. */
export function icon(...paths: string[]): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  set(svg, { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" });
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export const BELL = ["M4 17h16", "M6 17a6 6 0 0 1 12 0", "M12 11V8", "M10 8h4", "M3 20h18"];
export const ARROW_UP = ["M12 19V5", "M6 11l6-6 6 6"];
export const ARROW_DOWN = ["M12 5v14", "M6 13l6 6 6-6"];
export const FILE = ["M6 3h8l4 4v14H6z", "M14 3v4h4"];
export const LOCK = ["M7 11V8a5 5 0 0 1 10 0v3", "M5 11h14v9H5z"];

/** Calls `draw` once for many changes, also while the page is hidden. */
export function coalesced(draw: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    const run = () => {
      if (!due) return;
      due = false;
      draw();
    };
    if (document.visibilityState === "visible") requestAnimationFrame(run);
    else setTimeout(run, 50);
  };
}

function present(children: Child[]): (Node | string)[] {
  return children.filter((each): each is Node | string => each !== null && each !== undefined && each !== false);
}
