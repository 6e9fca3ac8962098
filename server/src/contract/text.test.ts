import { expect, test } from "vitest";
import { countWords, processedText, reverseText } from "./text.ts";

test("the user's example is counted and reversed as their document shows", () => {
  const text = "Hello, how are you?";
  expect(processedText(countWords(text), reverseText(text))).toBe("Word Count: 4 | Reverse: ?uoy era woh ,olleH");
});

test("a family emoji and an accented letter stay whole when reversed", () => {
  expect(reverseText("👩‍👧e\u0301")).toBe("e\u0301👩‍👧");
});

test("CR LF is one grapheme cluster and is not torn apart", () => {
  expect(reverseText("a\r\nb")).toBe("b\r\na");
});

test("NEL and the information separators divide words, the byte order mark does not", () => {
  expect(countWords("a\u0085b\u001cc")).toBe(3);
  expect(countWords("a\ufeffb")).toBe(1);
});
