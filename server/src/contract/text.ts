// What Python's str.split() takes as space: Unicode White_Space and the four information separators.
// oxlint-disable-next-line no-control-regex
const words = /[^\p{White_Space}\x1c-\x1f]+/gu;

// In Latin-1 only CR LF is a grapheme cluster of more than one character.
// oxlint-disable-next-line no-control-regex
const oneClusterPerCharacter = /^[\0-\x0c\x0e-\xff]*$/;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Number of runs of non-whitespace, as Python's `str.split()` counts them. */
export function countWords(text: string): number {
  return text.match(words)?.length ?? 0;
}

/** The text in reverse order of its grapheme clusters (Unicode UAX #29): accents and emoji families stay whole. */
export function reverseText(text: string): string {
  if (oneClusterPerCharacter.test(text)) return text.split("").reverse().join("");
  const clusters = Array.from(graphemes.segment(text), (cluster) => cluster.segment);
  return clusters.reverse().join("");
}

/** The sentence that `POST /analyze` answers: `Word Count: 4 | Reverse: ?uoy era woh ,olleH`. */
export function processedText(wordCount: number, reversedText: string): string {
  return `Word Count: ${wordCount} | Reverse: ${reversedText}`;
}
