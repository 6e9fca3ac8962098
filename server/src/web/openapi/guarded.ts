import type { Operation } from "./operation.ts";

/** What the descriptions of all routes have in common whose callers are known, and which an instance can have switched off. */
export const guarded = {
  guard: "always",
  problems: ["unauthorized", "forbidden", "too-many-requests", "dependency-unavailable", "switched-off"],
} satisfies Partial<Operation>;
