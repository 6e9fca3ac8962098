import { ProblemError, type Answer } from "../../shared/answer.ts";
import { textOf, type Tree } from "../../shared/data/tree.ts";
import { guarded } from "../openapi/guarded.ts";
import type { Documents } from "./quota.ts";
import type { Stored } from "./store.ts";

/** What the operations of documents have in common. */
export const documentOperation = { ...guarded, tag: "Documents" } as const;

/** The documents of this instance. Throws ProblemError 503 if they are off. */
export function required(documents: Documents | undefined): Documents {
  if (documents) return documents;
  throw new ProblemError(
    "switched-off",
    "Documents are off on this instance. To turn them on, set MONGODB_URL for web.",
    {
      headers: { "retry-after": "3600" },
    },
  );
}

/** A stored document as an answer shows it. */
export function treeOf({ id, createdAt, document }: Omit<Stored, "owner">): Tree {
  return new Map<string, Tree>([
    ["id", id],
    ["createdAt", createdAt.toISOString()],
    ["document", document],
  ]);
}

/** A JSON answer with the keys in their order. */
export function answerOf(tree: Tree, status = 200): Answer {
  return { status, contentType: "application/json", body: textOf(tree) };
}
