const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

// oxlint-disable-next-line no-control-regex
const latin1 = /^[\0-\xff]*$/;

/**
 * Characters that no rule of UAX #29 joins with each other, except CR LF: letters without marks, punctuation,
 * ideographs. A missing one only costs time, a wrong one would be a defect.
 */
const plain =
  "\\0-\\u02ff\\u0370-\\u0373\\u0376\\u0377\\u037b-\\u037f\\u0384-\\u0481\\u048a-\\u052f" +
  "\\u05d0-\\u05ea\\u0620-\\u064a\\u0671-\\u06d3\\u1e00-\\u1f15\\u2010-\\u2027\\u2030-\\u203b\\u20a0-\\u20bf" +
  "\\u3001-\\u3029\\u3041-\\u3096\\u309b-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uff01-\\uff60";

/**
 * The text for the segmenter: runs of characters that are not plain, with one plain character on either side (the base
 * of a mark; what a prepended character belongs to). Runs with few plain characters between them are merged.
 */
const joinable = new RegExp(`[${plain}]?[^${plain}]+(?:[${plain}]{1,8}[^${plain}]+)*[${plain}]?`, "g");

/** Between two stretches: a control character, which no cluster extends over (UAX #29, GB4 and GB5). */
const separator = "\0";

/** Whether a UTF-16 code unit is space to Python's str.split(): Unicode White_Space and the information separators. */
function isSpace(unit: number): boolean {
  if (unit <= 0x20) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit >= 0x1c;
  if (unit < 0x1680) return unit === 0x85 || unit === 0xa0;
  return (
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}

/** Number of runs of non-whitespace, as Python's `str.split()` counts them. */
export function countWords(text: string): number {
  let count = 0;
  let inWord = false;
  for (let i = 0; i < text.length; i++) {
    const space = isSpace(text.charCodeAt(i));
    if (!space && !inWord) count++;
    inWord = !space;
  }
  return count;
}

function reverseLatin1(text: string): string {
  const reversed = Buffer.from(text, "latin1").reverse().toString("latin1");
  return reversed.includes("\n\r") ? reversed.replaceAll("\n\r", "\r\n") : reversed;
}

/** In the text reversed unit by unit, restores CR LF: the one cluster of two plain characters. */
function restoreLineEnds(units: Uint16Array, text: string): void {
  for (let at = text.indexOf("\r\n"); at !== -1; at = text.indexOf("\r\n", at + 2)) {
    units[text.length - at - 2] = 0x0d;
    units[text.length - at - 1] = 0x0a;
  }
}

/**
 * In the text reversed unit by unit, restores clusters of several units. The segmenter gets all stretches in one
 * string: a call for each would cost more than its work, and a text can have thousands of them.
 */
function restoreClusters(units: Uint16Array, text: string): void {
  const stretches = Array.from(text.matchAll(joinable));
  const joined = stretches.map(([stretch]) => stretch).join(separator);
  let next = 0;
  let nextStart = 0;
  // What to add to an index of the joined string for the index of the text.
  let shift = 0;
  for (const { segment, index } of graphemes.segment(joined)) {
    if (index === nextStart) {
      const stretch = stretches[next++];
      shift = (stretch?.index ?? 0) - index;
      nextStart = index + (stretch?.[0].length ?? 0) + separator.length;
    }
    if (segment.length === 1) continue;
    const at = text.length - (index + shift) - segment.length;
    for (let i = 0; i < segment.length; i++) units[at + i] = segment.charCodeAt(i);
  }
}

function reverseUnicode(text: string): string {
  const units = new Uint16Array(text.length);
  const bytes = Buffer.from(units.buffer);
  bytes.write(text, "utf16le");
  units.reverse();
  restoreLineEnds(units, text);
  restoreClusters(units, text);
  return bytes.toString("utf16le");
}

/**
 * The text in reverse order of its grapheme clusters (Unicode UAX #29): accents and emoji families stay whole. A lone
 * surrogate, which is no character, becomes U+FFFD first: the answer is always valid Unicode.
 */
export function reverseText(text: string): string {
  return latin1.test(text) ? reverseLatin1(text) : reverseUnicode(text.toWellFormed());
}

/** The sentence that `POST /analyze` answers: `Word Count: 4 | Reverse: ?uoy era woh ,olleH`. */
export function processedText(wordCount: number, reversedText: string): string {
  return `Word Count: ${wordCount} | Reverse: ${reversedText}`;
}
