import { readFileSync } from "node:fs";
import { errorCode } from "@analyze/common/errors";

/** The value of a file; or what is wrong, to follow the name of the file or of its setting in a sentence. */
export type ValueFile =
  | { readonly value: string }
  | { readonly fault: string; readonly isMissing: boolean; readonly cause?: unknown };

/** Reads a file that has one value alone, on one line. Surrounding whitespace is no part of it. A fault shows nothing of the content. */
export function readValueFile(path: string): ValueFile {
  let value: string;
  try {
    value = readFileSync(path, "utf8").trim();
  } catch (cause) {
    const code = errorCode(cause) ?? "unknown error";
    return {
      fault: `cannot be read (${code}): name a file that this user can read`,
      isMissing: code === "ENOENT",
      cause,
    };
  }
  if (value === "") return { fault: "is empty: write the value into it", isMissing: false };
  if (!/[\r\n]/.test(value)) return { value };
  return { fault: "has several lines: write the value alone into it", isMissing: false };
}
