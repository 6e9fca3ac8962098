import { documentLimits } from "../../contract/documents.ts";
import { ProblemError } from "../../shared/answer.ts";
import { pointer } from "../../shared/body.ts";
import { parseTree, TreeFault, type TreeRules } from "../../shared/data/parse.ts";
import type { TreeObject } from "../../shared/data/tree.ts";

function keyFault(key: string): string | undefined {
  if (key.startsWith("$")) return 'has a key that begins with "$"';
  if (key.includes(".")) return 'has a key with "."';
  if (key.includes("\0")) return "has a key with the character NUL";
  return key === "__proto__" ? 'has the key "__proto__"' : undefined;
}

const rules: TreeRules = { depth: documentLimits.depth, keyFault };

function refused(fault: TreeFault): ProblemError {
  return new ProblemError("invalid-field", "See errors for what is wrong where.", {
    errors: [{ pointer: pointer(fault.path), detail: fault.message }],
  });
}

/** The document of a JSON text. Throws SyntaxError if it is not JSON, ProblemError 422 naming the first wrong value. */
export function readDocument(text: string): TreeObject {
  try {
    const tree = parseTree(text, rules);
    if (tree instanceof Map) return tree;
    throw new TreeFault([], "must be an object");
  } catch (error) {
    throw error instanceof TreeFault ? refused(error) : error;
  }
}
