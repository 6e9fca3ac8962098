import { array, assert, constantFrom, integer, oneof, property, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import corpus from "./testdata/word-counts.json" with { type: "json" };
import { countWords, processedText, reverseText } from "./text.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

function clusters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The expected result, computed in the simplest way: slow, and right by construction. */
function reverseBySegmenterAlone(text: string): string {
  return clusters(text.toWellFormed()).reverse().join("");
}

/** One of each kind that UAX #29 knows, so that short random texts hit its rules: GB3 to GB13. */
const kinds = [
  ..."aé中ł \t\r\n\0\x7f\xad©®",
  ..."\u0300\u0301\u0903\u0e33\u200b\u200c\u200d\ufe0f\u0600\u06dd\u1100\u1161\u11a8가각",
  ..."\u0915\u094d\u0937\u09cd\u0995👩🏽👧🇩🇪🏴\u{e0067}\u{e007f}\u{1d400}\u{11f02}",
  "\ud800",
  "\udc00",
];
const text = array(oneof(constantFrom(...kinds), string({ unit: "binary", maxLength: 2 })), {
  maxLength: 60,
});
const anyText = text.map((parts) => parts.join(""));

describe("reverseText", () => {
  it("keeps the user's example, a family and an accent whole", () => {
    const example = "Hello, how are you?";
    expect(processedText(countWords(example), reverseText(example))).toBe(
      "Word Count: 4 | Reverse: ?uoy era woh ,olleH",
    );
    expect(reverseText("👩‍👧e\u0301")).toBe("e\u0301👩‍👧");
    expect(reverseText("a\r\nb")).toBe("b\r\na");
    expect(reverseText("ł\r\nb")).toBe("b\r\nł");
  });

  it("agrees with the segmenter alone on every text", () => {
    assert(
      property(anyText, (value) => {
        expect(reverseText(value)).toBe(reverseBySegmenterAlone(value));
      }),
      { numRuns: 3000 },
    );
  });

  it("agrees with the segmenter alone where stretches of plain text are long", () => {
    const long = array(tuple(integer({ min: 0, max: 80 }), constantFrom(...kinds)), { maxLength: 20 });
    assert(
      property(long, (pieces) => {
        const value = pieces.map(([length, kind]) => `${"x中".repeat(length)}${kind}`).join("");
        expect(reverseText(value)).toBe(reverseBySegmenterAlone(value));
      }),
      { numRuns: 1000 },
    );
  });

  it("agrees with the segmenter alone on every character between others of each kind", () => {
    const pairs = ["a\u0301", "\u0600a", "\u1100\u1161", "🇩🇪", "👩\u200d👧", "क\u094dष", "\r\n"];
    for (const pair of pairs) {
      const [before = "", ...after] = pair;
      const all = Array.from(
        { length: 0x1_0000 },
        (_, unit) => `${before}${String.fromCharCode(unit)}${after.join("")}\0`,
      );
      expect(reverseText(all.join(""))).toBe(reverseBySegmenterAlone(all.join("")));
    }
  });

  it("keeps the multiset of grapheme clusters", () => {
    // Clusters that begin with a letter of no script's joining kind: such never melt with what comes to stand before.
    const whole = constantFrom(
      "a",
      "é",
      "e\u0301",
      "中",
      "n\u0303\u0323",
      " ",
      "\0",
      "\r\n",
      "1\ufe0f\u20e3",
      "x\u200d",
    );
    assert(
      property(array(whole), (parts) => {
        expect(clusters(reverseText(parts.join(""))).toSorted()).toEqual(clusters(parts.join("")).toSorted());
      }),
    );
  });

  it("keeps every code point, and gives valid Unicode for lone surrogates", () => {
    assert(
      property(anyText, (value) => {
        const reversed = reverseText(value);
        expect(reversed.isWellFormed()).toBe(true);
        expect([...reversed].toSorted()).toEqual([...value.toWellFormed()].toSorted());
      }),
    );
    expect(reverseText("\udc00\ud800")).toBe("\ufffd\ufffd");
  });
});

describe("countWords", () => {
  it("agrees with Python's str.split() on the corpus that Python made", () => {
    expect(corpus.texts.length).toBeGreaterThan(500);
    for (const [value, count] of corpus.texts) expect([value, countWords(String(value))]).toEqual([value, count]);
  });

  it("takes as space what Python takes as space, and nothing else", () => {
    const found = [];
    for (let unit = 0; unit <= 0xffff; unit++) {
      if (countWords(`a${String.fromCharCode(unit)}a`) === 2) found.push(String.fromCharCode(unit));
    }
    expect(found).toEqual(corpus.spaces);
  });
});
