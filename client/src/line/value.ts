const bare = /^[A-Za-z0-9_.:/+,@%[\]-]+$/;

// Control, format (bidi, zero width), separators, private and unassigned: all that can move a terminal's cursor,
// reorder what is read, or end a line.
const unsafe = /[\p{C}\p{Zl}\p{Zp}]/gu;

function asUnicodeEscapes(character: string): string {
  let escaped = "";
  for (let i = 0; i < character.length; i++) escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
  return escaped;
}

/** `text` with characters that move a cursor, reorder text or end a line escaped as `\uXXXX`. */
export function visible(text: string): string {
  return text.replace(unsafe, asUnicodeEscapes);
}

/** A text as one logfmt value: bare if no character needs quotes, otherwise a JSON string of visible characters. */
export function quoteValue(text: string): string {
  return bare.test(text) ? text : visible(JSON.stringify(text));
}

/** The text that {@link quoteValue} wrote; undefined if it is no value. */
export function unquoteValue(value: string): string | undefined {
  if (!value.startsWith('"')) return value;
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

/** `2026-11-21T06:21:00Z` */
export function formatInstant(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Epoch milliseconds of an instant as {@link formatInstant} writes it. */
export function parseInstant(text: string | undefined): number | undefined {
  if (text === undefined || !instant.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Whole seconds in the largest unit that divides them: `45s`, `36min`. */
export function formatDuration(seconds: number): string {
  return seconds % 60 === 0 && seconds !== 0 ? `${seconds / 60}min` : `${seconds}s`;
}
