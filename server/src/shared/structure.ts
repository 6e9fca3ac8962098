/** Limits of a JSON text's structure, so that parsing and validation cannot block the event loop. */
export const structureLimits = { depth: 32, tokens: 10_000 } as const;

const quote = 0x22;
const backslash = 0x5c;

/** Bytes of a string that are read one by one, before a search for its end is worth a call. */
const near = 32;

/** Where the string whose first byte is at `from` ends: the index of its closing quote, or the length of the bytes. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    for (const stop = Math.min(at + near, bytes.length); at < stop; at += bytes[at] === backslash ? 2 : 1) {
      if (bytes[at] === quote) return at;
    }
    const next = bytes.indexOf(quote, at);
    if (next === -1) break;
    let first = next;
    while (first > at && bytes[first - 1] === backslash) first--;
    if ((next - first) % 2 === 0) return next;
    at = next + 1;
  }
  return bytes.length;
}

/**
 * How a JSON text exceeds {@link structureLimits}, before it is parsed; undefined if it does not. Counts brackets,
 * braces, commas and colons outside of strings. The parser handles texts that are not JSON.
 */
export function excessOf(bytes: Uint8Array): keyof typeof structureLimits | undefined {
  let depth = 0;
  let tokens = 0;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case quote:
        at = endOfString(bytes, at + 1);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > structureLimits.depth) return "depth";
        tokens++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      case 0x2c: // ,
      case 0x3a: // :
        tokens++;
        break;
      default:
    }
    if (tokens > structureLimits.tokens) return "tokens";
  }
  return undefined;
}
