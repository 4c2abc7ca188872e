// How well white text can be read on a colour, as WCAG 2.2 defines it: the server refuses less than ENOUGH (models/choices.py). Pure.
export const ENOUGH = 4.5;

/** Of `#rrggbb`, from 1 to 21; null where it is no such colour. */
export function contrastWithWhite(colour: string): number | null {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return null;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(parseInt(colour.slice(at, at + 2), 16) / 255));
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

function linear(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}
