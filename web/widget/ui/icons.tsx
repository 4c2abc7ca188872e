// Stroked 24×24 icons, drawn by their paths.
export const BELL = "M4 17h16M6 17a6 6 0 0 1 12 0M12 11V8M10 8h4M3 20h18";
export const CHAT = "M4 5h16v11H10l-4.5 4V16H4zM8 9h8M8 12h5";
export const DOWN = "M5 9l7 7 7-7";
export const UP = "M12 19V5M6 11l6-6 6 6";
export const ARROW_DOWN = "M12 5v14M6 13l6 6 6-6";
export const MORE = "M5.5 12a.5.5 0 1 0 .01 0M12 12a.5.5 0 1 0 .01 0M18.5 12a.5.5 0 1 0 .01 0";
export const SMILE = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M8.5 14a4 4 0 0 0 7 0M9 9.5h.01M15 9.5h.01";
export const CLIP = "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7L10 17a1.7 1.7 0 0 1-2.4-2.4l7.4-7.4";
export const CROSS = "M6 6l12 12M18 6L6 18";
export const FILE = "M6 3h8l4 4v14H6zM14 3v4h4";

export function Icon({ d, label }: { d: string; label?: string }) {
  return (
    <svg viewBox="0 0 24 24" className="icon" role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : "true"}>
      <path d={d} />
    </svg>
  );
}
