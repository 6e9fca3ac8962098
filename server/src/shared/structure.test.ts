import { array, assert, constantFrom, integer, oneof, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { excessOf, structureLimits } from "./structure.ts";

const { depth, tokens } = structureLimits;
const excessIn = (text: string): string | undefined => excessOf(Buffer.from(text));

it.each<[what: string, text: string, excess: string | undefined]>([
  ["nothing", "", undefined],
  ["as many levels as allowed", `${"[".repeat(depth)}${"]".repeat(depth)}`, undefined],
  ["one level more", `${'{"a":'.repeat(depth + 1)}1`, "depth"],
  ["many lists beside each other", `[${"[[]],".repeat(depth)}1]`, undefined],
  ["brackets without an end", "[".repeat(1_000_000), "depth"],
  // The bracket itself is the first token.
  ["as many tokens as allowed", `[1${",1".repeat(tokens - 1)}]`, undefined],
  ["one token more", `[1${",1".repeat(tokens)}]`, "tokens"],
  ["as many fields as make a token more", `{${'"a":1,'.repeat(tokens / 2)}`, "tokens"],
  ["a string of all that counts outside of it", `["${"[{,:".repeat(tokens)}"]`, undefined],
  ["a string of escaped quotes", `["${'\\"['.repeat(100)}"]`, undefined],
  ["a string that ends with an escaped backslash", `["\\\\",${"[".repeat(depth)}`, "depth"],
  ["a string without an end", `"${"[".repeat(100)}`, undefined],
  ["a backslash at the end", '["\\', undefined],
  ["a string of other scripts", `{"ключ":"${"語،[".repeat(20_000)}"}`, undefined],
  ["an unpaired surrogate", `["\ud800${"[".repeat(100)}"]`, undefined],
])("%s", (_, text, excess) => expect(excessIn(text)).toBe(excess));

/** The same rule, one character after the other. */
function slowly(text: string): string | undefined {
  let [level, count, isString] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (isString) {
      if (character === "\\") at++;
      else if (character === '"') isString = false;
      continue;
    }
    if (character === '"') isString = true;
    if ("[{".includes(character) && ++level > depth) return "depth";
    if ("]}".includes(character)) level--;
    if ("[{,:".includes(character) && ++count > tokens) return "tokens";
  }
  return undefined;
}

describe("a string ends at its quote", () => {
  it("wherever backslashes are, also where the search for its end changes its method", () => {
    const piece = tuple(constantFrom("\\", '"', "[", "a", '\\"', '"[', ","), integer({ min: 1, max: 40 }));
    const long = constantFrom(",".repeat(tokens / 2), `"${"a".repeat(31)}`, `"${"\\".repeat(33)}`);
    const text = array(
      oneof(
        piece.map(([part, times]) => part.repeat(times)),
        long,
      ),
      { maxLength: 12 },
    );
    const seen = new Set<string | undefined>();
    assert(
      property(text, (parts) => {
        const wanted = slowly(parts.join(""));
        seen.add(wanted);
        expect(excessIn(parts.join(""))).toBe(wanted);
      }),
      { numRuns: 2_000 },
    );
    expect(seen).toContain("depth");
    expect(seen).toContain(undefined);
  });
});
